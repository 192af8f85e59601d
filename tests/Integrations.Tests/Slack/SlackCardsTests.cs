using System.Text.Json.Nodes;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

public sealed class SlackCardsTests
{
    private static readonly CardAction Approve = new("approve", new RunId(128), new StepId("s2"), "plan-1");
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, Tone> KindsAndTones()
    {
        var data = new TheoryData<string, Tone>();
        foreach (var kind in Kinds(Tone.Neutral).Keys)
        {
            foreach (var tone in Enum.GetValues<Tone>()) data.Add(kind, tone);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(KindsAndTones))]
    public void Every_kind_of_block_is_taken_in_every_tone(string kind, Tone tone)
    {
        var card = new Card("Deploy api v1.2.3 to prod", tone, "waiting for approval", "Run 128 waits.") { Body = [Kinds(tone)[kind]] };
        Accepted(card);
    }

    [Fact]
    public void A_state_is_said_in_words_beside_its_mark()
    {
        foreach (var tone in Enum.GetValues<Tone>())
            Says(new Card("Title", tone, "paused", "It is paused.")).ShouldContain(SlackCards.MarkOf(tone) + " Paused");
        Enum.GetValues<Tone>().Select(SlackCards.MarkOf).Distinct().Count().ShouldBe(Enum.GetValues<Tone>().Length);
    }

    [Fact]
    public void A_run_shows_what_where_who_and_what_is_next()
    {
        var says = Says(new Card("Deploy api v1.2.3 to prod", Tone.Waiting, "waiting for approval", "Run 128 waits.")
        {
            Facts = [new Fact("Service", "api"), new Fact("By", "Ana")],
            Body =
            [
                new CardBlock.Steps([new StepLine("Checklist", Tone.Good, "done", TimeSpan.FromSeconds(75), "4 of 4"), new StepLine("Approval", Tone.Waiting, "waiting", null, null)]),
                new CardBlock.Progress("Rollout", 3, 5, "3 of 5 ready", Tone.Active),
                new CardBlock.Approvals("Approval", ["Ben"], 2, "release-managers", Noon),
            ],
            Next = "One more approval starts the rollout.", Footer = "Run 128",
            Links = [new Link("Timeline", new Uri("http://127.0.0.1:5080/runs/128"))],
        });
        foreach (var part in new[] { "Service: api", "✅ Checklist – done, 1 min 15 s", "3 of 5 ready", "████████████░░░░░░░░", "1 of 2 approvals: Ben", "1 more needed from release-managers", "Next: One more approval", "Run 128", "Timeline" })
            says.ShouldContain(part);
    }

    [Fact]
    public void Buttons_carry_their_action_and_destructive_ones_ask_first()
    {
        var drawn = SlackCards.Render(new Card("T", Tone.Neutral, null, "F")
        {
            Buttons =
            [
                new Button("Approve", ButtonStyle.Primary, Approve),
                new Button("Roll back", ButtonStyle.Danger, Approve with { Verb = "rollback" }, new Confirm("Roll back?", "To v1.2.2.", "Roll back", "Keep")),
                new Button("Skip", ButtonStyle.Plain, Approve with { Verb = "skip" }, AsksReason: true),
            ],
        });
        var buttons = drawn.Blocks[^1]!["elements"]!.AsArray();
        CardAction.Parse((string?)buttons[0]!["value"]).ShouldBe(Approve);
        ((string?)buttons[1]!["confirm"]!["confirm"]!["text"]).ShouldBe("Roll back");
        ((string?)buttons[2]!["action_id"])!.ShouldStartWith(SlackCards.AskPrefix);
        buttons.Select(b => (string?)b!["action_id"]).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void An_item_that_can_be_ticked_has_a_button_and_the_others_have_none()
    {
        var drawn = SlackCards.Render(new Card("T", Tone.Neutral, null, "F") { Body = [Kinds(Tone.Neutral)["checklist"]] });
        var sections = drawn.Blocks.Where(b => (string?)b!["type"] == "section").ToList();
        sections.Count.ShouldBe(2);
        sections.ShouldAllBe(s => CardAction.Parse((string?)s!["accessory"]!["value"]) != null);
        Says(drawn.Blocks).ShouldContain("(checks itself)");
    }

    [Theory]
    [InlineData("<!channel> *now* `x` _y_ ~z~ &amp; <https://example.com|click>")]
    [InlineData("שלום \u200Fעולם")]
    [InlineData("👩‍👩‍👧‍👦 :tada:")]
    public void Hostile_text_is_shown_as_it_is(string text)
    {
        var drawn = Accepted(new Card(text, Tone.Neutral, text, text) { Facts = [new Fact("Reason", text)], Body = [new CardBlock.Text(text)], Footer = text });
        Says(drawn.Blocks).Split(text).Length.ShouldBe(6);
        drawn.Blocks.ToJsonString().ShouldNotContain("mrkdwn");
        drawn.Text.ShouldNotContain("<");
    }

    [Fact]
    public void What_is_too_long_is_cut_and_the_rest_is_one_click_away()
    {
        var says = Says(new Card("T", Tone.Neutral, null, "F")
        {
            Body = [new CardBlock.Text(new string('x', 40_000))], Links = [new Link("Run 128", new Uri("http://127.0.0.1:5080/runs/128"))],
        });
        says.Length.ShouldBeLessThan(3000);
        says.ShouldContain("…");
        says.ShouldContain("in full: Run 128");
    }

    [Fact]
    public void Any_card_whatsoever_is_taken_and_has_a_fallback()
    {
        for (var seed = 0; seed < 1500; seed++) Accepted(new AnyCard(seed).Next(), $"seed {seed}");
    }

    private static SlackMessage Accepted(Card card, string? hint = null)
    {
        var drawn = SlackCards.Render(card);
        BlockKit.FaultsOf(drawn.Blocks).ShouldBeEmpty(hint);
        drawn.Blocks.Count.ShouldBeLessThanOrEqualTo(45, hint);
        drawn.Text.ShouldNotBeNullOrWhiteSpace(hint);
        drawn.Text.Length.ShouldBeLessThanOrEqualTo(4000, hint);
        drawn.Blocks.ToJsonString().Length.ShouldBeLessThan(120_000, hint);
        return drawn;
    }

    private static string Says(Card card) => Says(Accepted(card).Blocks);

    private static string Says(JsonArray blocks) => BlockKit.TextOf(blocks);

    private static Dictionary<string, CardBlock> Kinds(Tone tone) => new()
    {
        ["text"] = new CardBlock.Text("Two\nlines", "Heading"),
        ["notice"] = new CardBlock.Notice(tone, "The plan changed."),
        ["steps"] = new CardBlock.Steps([new StepLine("Rollout", tone, "running", TimeSpan.FromMinutes(3), "3 of 5 ready")]),
        ["checklist"] = new CardBlock.Checklist("Before you deploy",
        [
            new ChecklistLine("Checks are green", true, "itself, 12:01", true, null),
            new ChecklistLine("Backup taken", false, null, false, Approve with { Verb = "tick" }),
            new ChecklistLine("Reviewed", false, null, true, null),
            new ChecklistLine("Stakeholders know", true, "Ana, 12:02", false, Approve with { Verb = "untick" }),
        ]),
        ["approvals"] = new CardBlock.Approvals("Production change", ["Ben"], 2, "release-managers", Noon),
        ["progress"] = new CardBlock.Progress("Rollout", 3, 5, "3 of 5 ready", tone),
        ["table"] = new CardBlock.Table(["Service", "Version"], [["api", "v1.2.3"], ["auth", "v9"]]),
        ["list"] = new CardBlock.List("Did you mean", [new ListLine("api", tone, new Button("deploy api", ButtonStyle.Plain, CardAction.Say("deploy api v1 prod"))), new ListLine("auth", tone)]),
    };
}
