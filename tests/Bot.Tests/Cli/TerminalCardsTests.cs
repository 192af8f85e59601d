using ChatOps.Bot.Cli;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Cli;

/// <summary>A card reads well in 80 columns, and nothing in it steers the terminal or the shell.</summary>
public sealed class TerminalCardsTests
{
    private static readonly Card Full = new("Deploy api v1.2.3 to prod", Tone.Waiting, "waiting for approval", "…")
    {
        Facts = [new Fact("Service", "api"), new Fact("Reason", string.Join(' ', Enumerable.Repeat("because", 30)))],
        Body =
        [
            new CardBlock.Notice(Tone.Warning, "Somebody changed it by hand."),
            new CardBlock.Checklist("Before you deploy", [new ChecklistLine("Backup taken", true, "ana, 12:03", false, null), new ChecklistLine("Told everybody", false, null, false, new CardAction("tick", new RunId(12), new StepId("s1"), "1"))]),
            new CardBlock.Approvals("Production change", ["ben, 12:04"], 2, "release-managers", DateTimeOffset.UnixEpoch),
            new CardBlock.Progress("Roll out", 3, 5, "3 of 5 ready", Tone.Active),
            new CardBlock.Steps([new StepLine("Before you deploy", Tone.Good, "done", TimeSpan.FromMinutes(2), null), new StepLine("Roll out v1.2.3", Tone.Active, "running", TimeSpan.FromSeconds(10), "pod api-1 pulls its image")]),
            new CardBlock.Table(["Service", "Says"], [["api", string.Join(' ', Enumerable.Repeat("word", 60))]]),
            new CardBlock.List("Runs", [new ListLine("Run 12", Tone.Good)]),
            new CardBlock.Text("The end.", "Last"),
        ],
        Buttons = [new Button("Approve", ButtonStyle.Primary, new CardAction("approve", new RunId(12), new StepId("s2"), new string('a', 64)))],
        Next = "Another release manager approves.",
        Footer = "Run 12",
    };

    [Fact]
    public void Everything_is_shown_and_prose_stays_in_80_columns()
    {
        var text = TerminalCards.Render(Full, 80, colours: false);
        foreach (var says in (string[])["waiting for approval", "[x] 1. Backup taken (ana, 12:03)", "[ ] 2. Told everybody", "1 of 2 approved", "until 00:00 UTC", "3 of 5 ready", "10 s", "pod api-1 pulls its image", "The end.", "Next: Another", "chatops tick 12 2", "chatops approve 12 --plan-hash aaaaaaaa", "Run 12"])
            text.ShouldContain(says);
        text.Split('\n').ShouldAllBe(line => TerminalText.Columns(line) <= 80);
        text.ShouldNotContain("\u001b");
    }

    [Fact]
    public void Colours_change_nothing_but_colours()
    {
        var plain = TerminalCards.Render(Full, 80, colours: false);
        var coloured = TerminalCards.Render(Full, 80, colours: true);
        coloured.ShouldContain("\u001b[1m");
        System.Text.RegularExpressions.Regex.Replace(coloured, "\u001b\\[[0-9]+m", "").ShouldBe(plain);
    }

    [Theory]
    [InlineData("\u001b[2J", "\uFFFD[2J")]
    [InlineData("a\u202Eb", "a\uFFFDb")]
    [InlineData("a\u0007\u009bb", "a\uFFFD\uFFFDb")]
    [InlineData("a\tb\r\nc", "a b c")]
    [InlineData("👩\u200d🚀 é", "👩\u200d🚀 é")]
    public void What_a_terminal_would_act_on_is_masked(string text, string shown)
    {
        TerminalText.Line(text).ShouldBe(shown);
        TerminalCards.Render(Full with { Title = text, Footer = text, Next = text, State = text }, 80, colours: false).ShouldNotContain("\u001b");
    }

    [Theory]
    [InlineData("deploy api v1 prod --reason \"two words\"", "chatops deploy api v1 prod --reason 'two words'")]
    [InlineData("deploy api v1 prod --reason \"$(reboot) `x` it's\"", "chatops deploy api v1 prod --reason '$(reboot) `x` it'\\''s'")]
    [InlineData("status; reboot", "chatops 'status;' reboot")]
    public void A_command_to_copy_does_in_a_shell_what_it_says(string said, string command) =>
        TerminalCards.CommandOf(CardAction.Say(said), asksReason: false).ShouldBe(command);

    [Theory]
    [InlineData("tick|12|s1|0", "chatops tick 12 1")]
    [InlineData("skip|12|s1|", "chatops skip 12 --reason '…'")]
    [InlineData("rollback|12||", "chatops rollback 12 --reason '…'")]
    public void A_button_is_shown_as_the_command_that_does_the_same(string action, string command) =>
        TerminalCards.CommandOf(CardAction.Parse(action)!, asksReason: true).ShouldBe(command);

    [Theory]
    [InlineData("", 10, "")]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("abcdefghij", 4, "abcd|efgh|ij")]
    [InlineData("漢字漢字", 4, "漢字|漢字")]
    public void Lines_are_broken_at_their_width(string text, int width, string lines) => string.Join('|', TerminalText.Wrap(text, width)).ShouldBe(lines);
}
