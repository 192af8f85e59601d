using System.Text.Json.Nodes;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Teams;

public sealed class TeamsCardsTests
{
    private static readonly CardAction Approve = new("approve", new RunId(128), new StepId("s2"), "plan-1");

    [Fact]
    public void A_run_is_read_from_what_it_is_to_what_can_be_done()
    {
        var says = AdaptiveCards.TextOf(Accepted(new Card("Deploy api v1.2.3 to prod", Tone.Waiting, "waiting for approval", "Run 128 waits.")
        {
            Facts = [new Fact("Service", "api")],
            Body =
            [
                new CardBlock.Steps([new StepLine("Checklist", Tone.Good, "done", TimeSpan.FromSeconds(75), "4 of 4")]),
                new CardBlock.Progress("Rollout", 3, 5, "3 of 5 ready", Tone.Active),
                new CardBlock.Table(["Service", "Version"], [["api", "v1.2.3"]]),
            ],
            Buttons = [new Button("Approve", ButtonStyle.Primary, Approve)], Next = "One more approval starts the rollout.", Footer = "Run 128",
            Links = [new Link("History", new Uri("https://bot.example.com/runs/128"))],
        }).Card);
        string[] order =
        [
            "Deploy api v1.2.3 to prod", "⏳ Waiting for approval", "Service: api", "✅ Checklist – done, 1 min 15 s", "4 of 4", "████████████░░░░░░░░ 🔵 3 of 5 ready", "Service\nVersion\napi\nv1.2.3",
            "Next: One more approval starts the rollout.", "[Approve]", "[History]", "Run 128",
        ];
        order.Select(part => says.IndexOf(part, StringComparison.Ordinal)).ShouldBeInOrder();
        says.ShouldContain(order[0]);
    }

    [Fact]
    public void A_state_is_said_in_words_beside_its_mark_and_its_colour()
    {
        foreach (var tone in Enum.GetValues<Tone>())
            AdaptiveCards.TextOf(Accepted(new Card("Title", tone, "paused", "It is paused.")).Card).ShouldContain(TeamsElements.MarkOf(tone) + " Paused");
        Enum.GetValues<Tone>().Select(TeamsElements.MarkOf).Distinct().Count().ShouldBe(Enum.GetValues<Tone>().Length);
    }

    [Fact]
    public void What_acts_at_once_carries_its_action_and_what_is_destructive_or_wants_a_reason_opens_a_dialog()
    {
        var actions = AdaptiveCards.ActionsOf(Accepted(new Card("T", Tone.Neutral, null, "F")
        {
            Buttons =
            [
                new Button("Approve", ButtonStyle.Primary, Approve),
                new Button("Roll back", ButtonStyle.Danger, Approve with { Verb = "rollback" }, new Confirm("Roll back?", "To v1.2.2.", "Roll back", "Keep")),
                new Button("Skip", ButtonStyle.Plain, Approve with { Verb = "skip" }, AsksReason: true),
            ],
        }).Card);
        var execute = actions[0].Action;
        ((string?)execute["type"], (string?)execute["verb"], (string?)execute["style"]).ShouldBe(("Action.Execute", "approve", "positive"));
        CardAction.Parse((string?)execute["data"]!["chatops"]).ShouldBe(Approve);
        foreach (var (action, verb, reason) in new[] { (actions[1].Action, "rollback", false), (actions[2].Action, "skip", true) })
        {
            ((string?)action["data"]!["msteams"]!["type"]).ShouldBe("task/fetch");
            var value = (string)action["data"]!["chatops"]!;
            CardAction.Parse(value).ShouldBe(Approve with { Verb = verb });
            using var asked = System.Text.Json.JsonDocument.Parse(action["data"]!["ask"]!.ToJsonString());
            var dialog = TeamsCards.Dialog(TeamsQuestion.Read(asked.RootElement), value, "That was nothing.");
            AdaptiveCards.FaultsOf(dialog).ShouldBeEmpty();
            dialog.ToJsonString().Contains("Input.Text", StringComparison.Ordinal).ShouldBe(reason);
            AdaptiveCards.TextOf(dialog).ShouldContain("That was nothing.");
        }
    }

    [Fact]
    public void Those_who_are_not_asked_see_no_buttons_and_the_others_ask_for_theirs()
    {
        var card = new Card("T", Tone.Waiting, "waiting", "F")
        {
            Buttons = [new Button("Approve", ButtonStyle.Primary, Approve) { For = [new GroupName("release-managers")] }, new Button("Abort", ButtonStyle.Plain, Approve with { Verb = "abort" })],
        };
        var drawn = TeamsCards.Render(card, new TeamsView(button => button.For.IsEmpty) { Refreshes = [.. Enumerable.Range(0, 90).Select(at => $"29:{at}")], Run = new RunId(128) }).Card;
        AdaptiveCards.FaultsOf(drawn).ShouldBeEmpty();
        AdaptiveCards.ActionsOf(drawn).Select(one => (string?)one.Action["title"]).ShouldBe(["Abort"]);
        CardAction.Parse((string?)drawn["refresh"]!["action"]!["data"]!["chatops"]).ShouldBe(new CardAction("view", new RunId(128), null, null));
    }

    [Theory]
    [InlineData("[click](https://evil.example.com) *now* `x` _y_ # 1. {{DATE(2026-01-01)}} <at>Ben</at>")]
    [InlineData("\\*still\\* | - + ! ~no~ > quoted")]
    [InlineData("שלום \u200Fעולם")]
    public void Hostile_text_is_shown_as_it_is(string text)
    {
        var drawn = Accepted(new Card(text, Tone.Neutral, text, text) { Facts = [new Fact("Reason", text)], Body = [new CardBlock.Text(text)], Footer = text }).Card;
        AdaptiveCards.TextOf(drawn).Split(text).Length.ShouldBe(6);

        // Where Markdown is read at all, nothing of it is left unescaped.
        foreach (var block in drawn["body"]!.AsArray().Where(one => (string?)one!["type"] == "TextBlock"))
            System.Text.RegularExpressions.Regex.Replace((string)block!["text"]!, @"\\.", "").ShouldNotContain("*");
    }

    [Theory]
    [InlineData("Deploy my_api v1.2.3-rc.1+build (prod) #128!", "Deploy my_api v1.2.3-rc.1+build (prod) #128!")]
    [InlineData("10.0.0.1 | a > b & c ~ d {e}", "10.0.0.1 | a > b & c ~ d {e}")]
    [InlineData("C:\\api \\* _x_ *y* `z`", "C:\\api \\\\\\* \\_x\\_ \\*y\\* \\`z\\`")]
    [InlineData("# 1 of 2", "\\# 1 of 2")]
    [InlineData("1. first", "1\\. first")]
    [InlineData("- item", "\\- item")]
    [InlineData("see [x](https://evil.example.com) <b> &amp; ~~no~~ {{DATE}}", "see [x]\\(https://evil.example.com) \\<b> \\&amp; \\~\\~no\\~\\~ \\{\\{DATE}}")]
    public void In_a_title_only_what_Markdown_would_act_on_is_escaped_since_phones_show_the_backslash(string title, string written) =>
        ((string?)Accepted(new Card(title, Tone.Neutral, null, "A card.")).Card["body"]!.AsArray().First(one => (string?)one!["type"] == "TextBlock")!["text"]).ShouldBe(written);

    [Fact]
    public void What_is_too_large_loses_details_before_it_loses_what_matters()
    {
        var card = new Card("Deploy api", Tone.Waiting, "waiting for approval", "Run 128 waits.")
        {
            Facts = [.. Enumerable.Range(0, 12).Select(at => new Fact($"Fact {at}", new string('ש', 300)))],
            Body = [new CardBlock.Steps([.. Enumerable.Range(0, 200).Select(at => new StepLine($"Step {at} " + new string('漢', 100), Tone.Active, "running", null, new string('漢', 300)))])],
            Buttons = [new Button("Approve", ButtonStyle.Primary, Approve)], Next = "One more approval.", Links = [new Link("History", new Uri("https://bot.example.com/runs/128"))],
        };
        var says = AdaptiveCards.TextOf(Accepted(card).Card);
        foreach (var part in new[] { "Deploy api", "Waiting for approval", "Fact 0", "Step 0", "Next: One more approval.", "[Approve]", "[History]", "behind the link below" }) says.ShouldContain(part);
    }

    [Fact]
    public void Any_card_whatsoever_is_taken_and_has_a_fallback()
    {
        for (var seed = 0; seed < 1500; seed++) Accepted(new AnyCard(seed).Next(), $"seed {seed}");
    }

    private static TeamsMessage Accepted(Card card, string? hint = null)
    {
        var drawn = TeamsCards.Render(card, TeamsView.All);
        AdaptiveCards.FaultsOf(drawn.Card).ShouldBeEmpty(hint);
        AdaptiveCards.SizeOf(drawn.Card).ShouldBeLessThanOrEqualTo(TeamsCards.MostBytes, hint);
        drawn.Summary.ShouldNotBeNullOrWhiteSpace(hint);
        ((string?)((JsonObject)drawn.Card["body"]![0]!)["style"]).ShouldBe("heading", hint);
        return drawn;
    }
}
