using ChatOps.Bot.Cli;
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
    ]);

    [Fact]
    public void What_must_be_known_is_asked_until_it_is_said_and_enter_takes_the_default()
    {
        var asked = new List<string>();
        var answers = new Queue<string>(["", "a big one", "", "eu"]);
        Ask(question =>
        {
            asked.Add(question);
            return answers.Dequeue();
        }).ShouldBe("run purge api prod --reason \"tidy\" \"why=a big one\" keep=14 zone=eu");
        asked.ShouldBe(["What it is for why: ", "What it is for why: ", "Days to keep keep [14]: ", "zone (eu, us): "]);
    }

    [Fact]
    public void Whoever_ends_the_input_is_asked_no_more() => Ask(_ => null).ShouldBeNull();

    private static string? Ask(Func<string, string?> ask) => FormPrompt.Ask(Purge, new Terminal(new StringWriter(), new StringWriter(), _ => null, Colours: false, Width: 80), ask);
}
