using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Cards;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Teams;

public sealed class TeamsFormsTests
{
    private static readonly Card Card = new("Deploy api", Tone.Neutral, null, "Deploy what?") { Body = [new CardBlock.Text("Say: deploy api VERSION ENVIRONMENT")] };
    private static readonly FormField Version = Text("version"), Reason = Text("reason");

    [Fact]
    public void A_dialog_asks_for_every_field_in_order_and_brings_the_command_back()
    {
        var dialog = Dialog(new Form("Deploy api", "deploy api", [Version, Flag("again"), Choice("environment", "staging", "prod")]));
        Inputs(dialog).ShouldBe(["in.version", "in.again", "in.environment"]);
        var sent = Sent(dialog);
        CardAction.Parse((string?)sent[TeamsCards.DataKey]).ShouldBe(new CardAction(TeamsForms.Verb, null, null, "deploy api"));
        sent.Count.ShouldBe(1, "Nothing but the command is carried: all fields are asked for.");
    }

    [Fact]
    public void A_flag_is_yes_or_no_and_a_choice_is_what_there_is()
    {
        var dialog = Dialog(new Form("T", "deploy", [Flag("again"), Choice("environment", "staging", "prod")]));
        Offered(dialog, "in.again").ShouldBe(["yes=true", "no=false"]);
        Offered(dialog, "in.environment").ShouldBe(["staging=staging", "prod=prod"]);
    }

    [Theory]
    [InlineData(100, "Input.ChoiceSet")]
    [InlineData(101, "Input.Text")]
    public void More_choices_than_a_list_takes_are_typed(int many, string type) =>
        ((string?)Input(Dialog(new Form("T", "deploy", [Choice("version", [.. Enumerable.Range(0, many).Select(at => $"v{at}")])])), "in.version")["type"]).ShouldBe(type);

    [Theory]
    [InlineData(true, "Version is needed.")]
    [InlineData(false, null)]
    public void What_must_be_given_says_so(bool required, string? message)
    {
        var input = Input(Dialog(new Form("T", "deploy", [Version with { Required = required }])), "in.version");
        ((bool?)input["isRequired"] ?? false).ShouldBe(required);
        ((string?)input["errorMessage"]).ShouldBe(message);
    }

    [Theory]
    [InlineData("text", "v1", "v1")]
    [InlineData("text", "", null)]
    [InlineData("text", null, null)]
    [InlineData("choice", "prod", "prod")]
    [InlineData("choice", "moon", null)]
    [InlineData("flag", "true", "true")]
    [InlineData("flag", "perhaps", null)]
    public void What_is_known_is_filled_in_where_it_is_an_answer(string type, string? value, string? shown)
    {
        var field = new FormField("it", type, "", value, false, type == "choice" ? ["staging", "prod"] : []);
        ((string?)Input(Dialog(new Form("T", "deploy", [field])), "in.it")["value"]).ShouldBe(shown);
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(501, false)]
    public void What_is_longer_than_an_input_takes_is_not_filled_in(int length, bool filled) =>
        (Input(Dialog(new Form("T", "deploy", [Reason with { Value = new string('x', length) }])), "in.reason")["value"] is not null).ShouldBe(filled);

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("v2", "v2", null)]
    [InlineData("v9", null, "v9")]
    public void Likely_answers_are_a_list_with_room_beside_it_for_any_other(string? value, string? chosen, string? typed)
    {
        var dialog = Dialog(new Form("T", "deploy", [Version with { Value = value, Suggested = [new("v2", "2 h ago, ana"), new("v1", "")] }]));
        Inputs(dialog).ShouldBe(["in.version", "or.version"]);
        Offered(dialog, "in.version").ShouldBe(["v2 · 2 h ago, ana=v2", "v1=v1"]);
        ((string?)Input(dialog, "in.version")["value"], (string?)Input(dialog, "or.version")["value"]).ShouldBe((chosen, typed));
    }

    [Fact]
    public void Answers_that_no_list_takes_are_typed_without_one()
    {
        var dialog = Dialog(new Form("T", "deploy", [Version with { Suggested = [new(new string('x', 201), "")] }]));
        Inputs(dialog).ShouldBe(["in.version"]);
        ((string?)Input(dialog, "in.version")["type"]).ShouldBe("Input.Text");
    }

    [Fact]
    public void A_field_that_others_follow_from_is_asked_alone_first_and_what_is_known_of_the_others_goes_along()
    {
        var lead = Choice("service", "api", "web") with { Leads = true };
        var dialog = Dialog(new Form("Deploy", "deploy", [lead, Version with { Value = "v1" }, Reason]));
        Inputs(dialog).ShouldBe(["in.service"]);
        Press(dialog).ShouldBe("Next");
        var sent = Sent(dialog);
        ((string?)sent["in.version"], sent.ContainsKey("in.reason"), sent.ContainsKey("in.service")).ShouldBe(("v1", false, false));
        ((string?)sent[TeamsForms.LeadKey], (string?)sent[TeamsForms.DrawnForKey]).ShouldBe(("service", ""));
    }

    [Theory]
    [InlineData("api", 2)]
    [InlineData(null, 1)]
    public void With_its_answer_or_without_a_choice_all_is_asked_at_once(string? answer, int choices)
    {
        var lead = Choice("service", [.. new[] { "api", "web" }.Take(choices)]) with { Leads = true, Value = answer };
        var dialog = Dialog(new Form("Deploy", "deploy", [lead, Version]));
        Inputs(dialog).ShouldBe(["in.service", "in.version"]);
        Press(dialog).ShouldBe("Go ahead");
        ((string?)Sent(dialog)[TeamsForms.DrawnForKey]).ShouldBe(answer ?? "");
    }

    [Fact]
    public void What_is_wrong_is_said_above_all_or_under_its_field()
    {
        var dialog = TeamsForms.Dialog(new Form("T", "deploy", [Version with { Fault = "There is no v9.", Help = "A tag." }, Reason]), "Nothing goes out on Fridays.").ShouldNotBeNull();
        AdaptiveCards.FaultsOf(dialog).ShouldBeEmpty();
        var body = dialog["body"]!.AsArray();
        AdaptiveCards.TextOf(body[0]).ShouldContain("Nothing goes out on Fridays.");
        ((string?)body[1]!["id"]).ShouldBe("in.version");
        AdaptiveCards.TextOf(body[2]).ShouldContain("There is no v9.");
        AdaptiveCards.TextOf(body[3]).ShouldContain("A tag.");
    }

    public static TheoryData<string> TooMuch() => ["no field", "31 fields", "a command of 1,000 characters"];

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void What_is_more_than_a_dialog_takes_is_said_in_words(string which)
    {
        var form = which switch
        {
            "no field" => new Form("T", "deploy", []),
            "31 fields" => new Form("T", "deploy", [.. Enumerable.Range(0, 31).Select(at => Text($"f{at}"))]),
            _ => new Form("T", new string('x', 1000), [Version]),
        };
        TeamsForms.Dialog(form, null).ShouldBeNull();
        foreach (var message in new[] { TeamsForms.Render(Card, form), TeamsForms.Offer(Card, form) })
        {
            AdaptiveCards.TextOf(message.Card).ShouldContain("Say: deploy api VERSION ENVIRONMENT");
            AdaptiveCards.ActionsOf(message.Card).ShouldBeEmpty();
            Inputs(message.Card).ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_card_that_has_no_room_for_the_form_is_shown_without_it()
    {
        var full = new Form("T", "deploy", [.. Enumerable.Range(0, 30).Select(at => Text($"f{at}") with { Help = new string('漢', 300) })]);
        TeamsForms.Dialog(full, null).ShouldBeNull();
        var message = TeamsForms.Render(Card, full);
        Inputs(message.Card).ShouldBeEmpty();
        AdaptiveCards.TextOf(message.Card).ShouldContain("Say: deploy api VERSION ENVIRONMENT");
    }

    [Fact]
    public void Below_a_card_stand_the_inputs_or_a_button_that_opens_their_dialog()
    {
        var form = new Form("T", "deploy api", [Version with { Value = "v1", Suggested = [.. Enumerable.Range(0, 9).Select(at => new Suggestion($"v{at}", "green"))] }]);
        var asked = TeamsForms.Render(Card, form).Card;
        Inputs(asked).ShouldBe(["in.version"]);
        AdaptiveCards.TextOf(asked).Split("green").Length.ShouldBe(6, "Five likely answers are named.");
        CardAction.Parse((string?)AdaptiveCards.ActionsOf(asked).Single().Action["data"]![TeamsCards.DataKey])!.Argument.ShouldBe("deploy api");

        var offered = TeamsForms.Offer(Card, form).Card;
        Inputs(offered).ShouldBeEmpty();
        var data = AdaptiveCards.ActionsOf(offered).Single().Action["data"]!;
        ((string?)data["msteams"]!["type"], (string?)data["in.version"]).ShouldBe(("task/fetch", "v1"));
    }

    [Fact]
    public void Any_form_whatsoever_is_shown_whole_or_not_at_all()
    {
        var (shown, not) = (0, 0);
        for (var seed = 0; seed < 1500; seed++)
        {
            var any = new AnyCard(seed);
            var (card, form) = (any.Next(), any.Form());
            foreach (var message in new[] { TeamsForms.Render(card, form), TeamsForms.Offer(card, form) })
            {
                AdaptiveCards.FaultsOf(message.Card).ShouldBeEmpty($"seed {seed}");
                AdaptiveCards.SizeOf(message.Card).ShouldBeLessThanOrEqualTo(TeamsCards.MostBytes, $"seed {seed}");
            }

            if (TeamsForms.Dialog(form, null) is not { } dialog)
            {
                not++;
                continue;
            }

            shown++;
            AdaptiveCards.FaultsOf(dialog).ShouldBeEmpty($"seed {seed}");
            AdaptiveCards.SizeOf(dialog).ShouldBeLessThanOrEqualTo(TeamsCards.MostBytes, $"seed {seed}");
            if (Press(dialog) == "Go ahead") form.Fields.Select(field => $"in.{field.Name}").Except(Inputs(dialog)).ShouldBeEmpty($"seed {seed}");
            else Inputs(dialog).Where(id => id.StartsWith("in.", StringComparison.Ordinal)).ShouldHaveSingleItem($"seed {seed}");
        }

        Math.Min(shown, not).ShouldBeGreaterThan(100);
    }

    private static FormField Text(string name) => new(name, "text", "", null, false, []);

    private static FormField Flag(string name) => new(name, "flag", "", null, false, []);

    private static FormField Choice(string name, params ImmutableArray<string> choices) => new(name, "choice", "", null, true, choices);

    private static JsonObject Dialog(Form form)
    {
        var dialog = TeamsForms.Dialog(form, null).ShouldNotBeNull();
        AdaptiveCards.FaultsOf(dialog).ShouldBeEmpty();
        return dialog;
    }

    private static List<string> Inputs(JsonObject card) => [.. card["body"]!.AsArray().Where(one => one!["id"] is not null).Select(one => (string)one!["id"]!)];

    private static JsonObject Input(JsonObject card, string id) => card["body"]!.AsArray().OfType<JsonObject>().Single(one => (string?)one["id"] == id);

    private static List<string> Offered(JsonObject card, string id) => [.. Input(card, id)["choices"]!.AsArray().Select(one => $"{one!["title"]}={one["value"]}")];

    private static JsonObject Sent(JsonObject dialog) => (JsonObject)AdaptiveCards.ActionsOf(dialog).Single().Action["data"]!;

    private static string? Press(JsonObject dialog) => (string?)AdaptiveCards.ActionsOf(dialog).Single().Action["title"];
}
