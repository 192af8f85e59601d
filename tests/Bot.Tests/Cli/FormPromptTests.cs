using ChatOps.Bot.Cli;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Cards;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Cli;

public sealed class FormPromptTests
{
    private static readonly Form Purge = new("Run purge", "run purge api prod --reason \"tidy\"",
    [
        new("why", "text", "What it is for", null, true, []),
        new("keep", "number", "Days to keep", "14", false, []),
        new("zone", "choice", "", null, true, ["eu", "us"]),
        new("dry", "flag", "", null, true, []),
        new("since", "text", "", null, false, []),
    ]);

    [Fact]
    public void What_must_be_known_is_asked_until_it_is_said_and_enter_takes_the_default()
    {
        var asked = new List<string>();
        var answers = new Queue<string>(["", "a big one", "", "mars", "EU", "yes", ""]);
        Ask(question =>
        {
            asked.Add(question);
            return answers.Dequeue();
        }).ShouldBe("run purge api prod --reason \"tidy\" \"why=a big one\" keep=14 zone=eu dry=true");
        asked.ShouldBe(["Why: ", "Why: ", "Keep [14]: ", "Zone (eu, us): ", "Zone (eu, us): ", "Dry (yes, no): ", "Since (optional): "]);
        shown.ToString().ReplaceLineEndings("\n").ShouldBe("Run purge\nWhat it is for\nDays to keep\nIt is one of eu, us.\n");
    }

    [Fact]
    public void Whoever_ends_the_input_is_asked_no_more() => Ask(_ => null).ShouldBeNull();

    [Fact]
    public void Of_many_likely_answers_it_says_how_many_it_does_not_show_and_any_may_be_said()
    {
        var runs = new Form("Show a run", "show", [new("run", "choice", "", null, true, [.. Enumerable.Range(1, 7).Select(at => $"{at}")]) { Suggested = [.. Enumerable.Range(1, 7).Select(at => new Suggestion($"{at}", "api v1 in prod: running"))] }]);
        FormPrompt.Ask(runs, Here, _ => "12").ShouldBe([KeyValuePair.Create("run", "12")]);
        shown.ToString().ShouldContain("  5  api v1 in prod: running");
        shown.ToString().ShouldNotContain("  6  ");
        shown.ToString().ShouldContain("  and 2 more");
    }

    private readonly StringWriter shown = new();

    private Terminal Here => new(shown, new StringWriter(), _ => null, Colours: false, Width: 80);

    private string? Ask(Func<string, string?> ask) => FormPrompt.Ask(Purge, Here, ask) is { } answers ? InputForms.Filled(Purge.Command, answers) : null;
}
