using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Web;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

public sealed class CardHtmlTests
{
    /// <summary>Tags that the console writes; anything else came out of a text.</summary>
    private static readonly HashSet<string> Ours =
    [
        "article", "header", "h1", "h2", "a", "bdi", "p", "span", "svg", "circle", "path", "div", "dl", "dt", "dd", "details", "summary", "ol", "ul", "li", "section",
        "form", "input", "button", "progress", "table", "thead", "tbody", "tr", "th", "td", "time", "footer", "b",
    ];

    [Fact]
    public void Text_from_anybody_stays_text_in_every_field_of_a_card()
    {
        var html = CardHtml.Of(Samples.Filled(Samples.Hostile), Samples.At()).Markup;
        TagsOf(html).Where(tag => !Ours.Contains(tag)).ShouldBeEmpty();
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<img");
        html.ShouldContain("&lt;script&gt;");
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\u2067b", "a\u2067b\u2069")]
    [InlineData("a\u2067b\u2066c\u2069", "a\u2067b\u2066c\u2069\u2069")]
    [InlineData("\u2069\u202Etxt.exe", "\u202Etxt.exe")]
    [InlineData("\u2068ok\u2069", "\u2068ok\u2069")]
    public void The_direction_of_a_text_ends_with_it(string text, string shown) => Texts.Short(text).Markup.ShouldBe($"<bdi>{shown}</bdi>");

    [Fact]
    public void Text_from_anybody_stays_text_on_every_page()
    {
        var live = new Live("chat", "1-1");
        var line = new ConversationLine("said-1", Samples.Noon, Samples.Hostile, new(Samples.Filled(Samples.Hostile)), null, null);
        Html[] pages =
        [
            ChatPage.Of(Samples.Ana, [new ShownRun(Samples.Row(service: Samples.Hostile), Samples.Filled(Samples.Hostile))], [line], Samples.Hostile, live),
            RunPages.One(Samples.Ana, Samples.Page(Samples.Hostile), [line], live),
            RunPages.Many(Samples.Ana, [Samples.Row(service: Samples.Hostile)], Samples.Hostile, live),
            ServicesPage.Of(Samples.Ana, new BoardView(Samples.Board(Samples.Hostile), [], ImmutableDictionary<Site, Held>.Empty.Add(new Site("api", "prod"), new Held(RefusalCodes.Locked, Samples.Hostile))), live),
            SettingsPage.Of(Samples.Ana, [new Symptom(Samples.Hostile, Samples.Hostile, Health.Bad, Samples.Hostile, Samples.Hostile)]),
            RunPages.One(Samples.Ana, Samples.Page() with { Logs = [new JobLog(Samples.Hostile, Samples.Hostile, Samples.Hostile, Samples.Hostile)] }, [], live),
            WaitingPage.Of(Samples.Ana, [new ShownRun(Samples.Row(), Samples.Filled(Samples.Hostile))], live),
            PlainPages.Sorry(Samples.Ana, Samples.Hostile, Samples.Hostile),
            PlainPages.AskFirst(Samples.Ana, new CardAction(Samples.Hostile, null, null, Samples.Hostile), Samples.Filled(Samples.Hostile).Buttons[0], "delivery", "/"),
        ];
        foreach (var page in pages)
        {
            page.Markup.ShouldNotContain("<img");
            page.Markup.ShouldNotContain("<script>");
            page.Markup.ShouldContain("&lt;script&gt;");
        }
    }

    [Fact]
    public void Nothing_is_styled_or_scripted_in_line_since_browsers_are_told_to_refuse_that()
    {
        foreach (var card in Samples.All.Append(Samples.Filled("plain")))
            Regex.IsMatch(OutsideAttributes(CardHtml.Of(card, Samples.At()).Markup), "<[^>]* (style|on[a-z]+)=").ShouldBeFalse();
    }

    [Fact]
    public void Every_kind_of_block_is_shown()
    {
        var kinds = typeof(CardBlock).GetNestedTypes().Where(kind => kind.IsSubclassOf(typeof(CardBlock))).ToHashSet();
        Samples.Filled("x").Body.Select(block => block.GetType()).ShouldBe(kinds, ignoreOrder: true);
        var html = CardHtml.Of(Samples.Filled("something"), Samples.At()).Markup;
        foreach (var part in (string[])["class=\"text\"", "class=\"notice", "class=\"steps\"", "class=\"checklist\"", "class=\"approvals\"", "role=\"progressbar\"", "<table>", "class=\"lines\""]) html.ShouldContain(part);
    }

    [Theory]
    [InlineData("role=\"progressbar\" aria-labelledby=\"run-128-0-what\" aria-valuemin=\"0\" aria-valuemax=\"5\" aria-valuenow=\"3\" aria-valuetext=\"3 of 5 ready\"")]
    [InlineData("id=\"run-128-0-what\"")]
    [InlineData("data-run=\"128\" data-state=\"running\" data-tone=\"active\" aria-labelledby=\"run-128-title\"")]
    [InlineData("role=\"status\"")]
    [InlineData("data-step=\"Roll out v1.2.3\" data-mark=\"running\" aria-current=\"step\"")]
    [InlineData("data-since=\"1793707125\">1 min 15 s<")]
    [InlineData("data-action=\"pause\"")]
    public void A_run_that_is_under_way_says_so_to_eyes_ears_and_tests(string part) => CardHtml.Of(Samples.Rolling, Samples.At()).Markup.ShouldContain(part);

    [Fact]
    public void A_tick_is_a_checkbox_and_one_that_ticks_itself_can_t_be_clicked()
    {
        var html = CardHtml.Of(Samples.Checklist, Samples.At()).Markup;
        Regex.Count(html, "role=\"checkbox\"").ShouldBe(2);
        html.ShouldContain("role=\"checkbox\" aria-checked=\"true\"");
        html.ShouldContain("role=\"checkbox\" aria-checked=\"false\"");
        html.ShouldContain("Ticked: ");
    }

    [Fact]
    public void A_button_that_destroys_or_needs_a_reason_asks_first_with_and_without_scripts()
    {
        var html = CardHtml.Of(Samples.Approval, Samples.At()).Markup;
        html.ShouldContain("data-asks=\"reason\" data-title=\"Reject this change?\"");
        Regex.Count(html, "name=\"ask\" value=\"first\"").ShouldBe(1);
        CardHtml.Of(Samples.Checklist, Samples.At()).Markup.ShouldContain("data-asks=\"sure\"");
    }

    [Fact]
    public void What_destroys_asks_first_even_where_the_card_forgot_to_say_how()
    {
        var card = Samples.Rolling with { Buttons = [new Button("Delete it", ButtonStyle.Danger, new CardAction("abort", new(128), null, null))] };
        CardHtml.Of(card, Samples.At()).Markup.ShouldContain("data-asks=\"sure\" data-title=\"Delete it\"");
    }

    [Fact]
    public void The_same_click_on_the_same_sight_is_the_same_delivery_and_on_another_it_is_not()
    {
        var first = Deliveries(Samples.Approval, Samples.At());
        first.ShouldBe(Deliveries(Samples.Approval, Samples.At()));
        first.Distinct().Count().ShouldBe(2);
        first.ShouldAllBe(delivery => delivery.Length == 32);
        Deliveries(Samples.Approval, Samples.At() with { Stamp = "later" }).Intersect(first).ShouldBeEmpty();
    }

    [Fact]
    public void Who_may_only_read_sees_everything_and_can_click_nothing()
    {
        foreach (var card in Samples.All)
        {
            var html = CardHtml.Of(card, Samples.At() with { ReadOnly = true }).Markup;
            html.ShouldNotContain("<form");
            html.ShouldNotContain("<button");
        }
    }

    [Fact]
    public void A_finished_run_folds_to_its_sentence_with_everything_one_click_away()
    {
        var html = CardHtml.Of(Samples.Succeeded, Samples.At() with { Folded = true }).Markup;
        var (shown, folded) = (html[..html.IndexOf("<details", StringComparison.Ordinal)], html[html.IndexOf("<details", StringComparison.Ordinal)..]);
        shown.ShouldContain("asked for by ana");
        shown.ShouldNotContain("Check health");
        folded.ShouldContain("Check health");
        folded.ShouldContain("data-action=\"rollback\"");
    }

    [Fact]
    public void A_long_text_is_cut_with_the_whole_of_it_one_click_away_and_no_letter_is_cut_in_half()
    {
        var text = new string('x', 599) + "\U0001F525" + new string('y', 40_000);
        var html = CardHtml.Of(new Card("t", Tone.Neutral, null, "f") { Body = [new CardBlock.Text(text)] }, Samples.At()).Markup;
        html.ShouldContain(new string('x', 599) + "</bdi>…<details");
        html.ShouldContain("All 40,601 characters");
        html.ShouldContain(new string('y', 40_000));
    }

    [Fact]
    public void A_long_fact_gets_the_width_of_its_card_and_pushes_nothing_off_the_screen()
    {
        var html = CardHtml.Of(new Card("t", Tone.Neutral, null, "f") { Facts = [new Fact("Service", "api"), new Fact("Reason", new string('x', 2_000))] }, Samples.At()).Markup;
        html.ShouldContain("<div><dt>Service</dt>");
        html.ShouldContain("<div class=\"wide\"><dt>Reason</dt><dd><bdi>" + new string('x', 300) + "</bdi>…<details");
    }

    [Fact]
    public void Only_web_addresses_become_links_and_a_run_s_own_page_is_linked_once()
    {
        var card = Samples.Rolling with { Links = [new Link("Evil", new Uri("javascript:alert(1)")), new Link("History", new Uri("https://bot.example.com/runs/128")), new Link("Change", new Uri("https://example.com/1"))] };
        var html = CardHtml.Of(card, Samples.At()).Markup;
        html.ShouldNotContain("javascript:");
        html.ShouldNotContain("History");
        html.ShouldContain("<a href=\"https://example.com/1\" rel=\"noopener\">");
        html.ShouldContain("<a href=\"/runs/128\">");
    }

    [Fact]
    public void Ids_and_keys_on_a_page_are_each_other_s_only_ones()
    {
        var page = ChatPage.Of(Samples.Ana, [new ShownRun(Samples.Row(127), Samples.Approval), new ShownRun(Samples.Row(), Samples.Filled("x"))], [new ConversationLine("said-1", Samples.Noon, "help", new(Samples.Answer), null, null)], null, new Live("chat", "1-1")).Markup;
        foreach (var name in (string[])["id", "data-key"])
            Regex.Matches(page, $" {name}=\"([^\"]+)\"").Select(match => match.Groups[1].Value).GroupBy(id => id).Where(same => same.Count() > 1).Select(same => same.Key).ShouldBeEmpty();
    }

    [Fact]
    public void An_answer_says_that_only_its_asker_sees_it()
    {
        var line = new ConversationLine("said-1", Samples.Noon, "deploy aip v1.2.3 prod", new(Samples.Answer, null, new("service-unknown", "No.")), null, null);
        var html = ChatPage.Line(Samples.Ana, line).Markup;
        html.ShouldContain("Only you see this");
        html.ShouldContain("data-reply=\"service-unknown\"");
        html.ShouldContain("You said: ");
    }

    private static List<string> Deliveries(Card card, Showing at) =>
        [.. Regex.Matches(CardHtml.Of(card, at).Markup, "name=\"delivery\" value=\"([^\"]*)\"").Select(match => match.Groups[1].Value)];

    private static IEnumerable<string> TagsOf(string html) => Regex.Matches(html, "<([a-zA-Z][a-zA-Z0-9]*)").Select(match => match.Groups[1].Value).Distinct();

    private static string OutsideAttributes(string html) => Regex.Replace(html, "\"[^\"]*\"", "\"\"");
}
