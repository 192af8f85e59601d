using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Commands;

public sealed class HelpCardsTests
{
    private static readonly Caller Ana = new(new Person("ana@example.com"), "Ana", []);

    [Fact]
    public void Help_names_every_command_with_real_names()
    {
        var lines = Lines(HelpCards.For(null, Ana, Example.Vocabulary, (_, _) => true));
        foreach (var command in CommandWords.All) lines.ShouldContain(line => line.StartsWith(command.Name, StringComparison.Ordinal));
        lines.ShouldContain("deploy api v1.2.3 staging: brings a version of a service to an environment");
    }

    [Fact]
    public void Help_says_where_the_caller_may_and_what_right_they_lack()
    {
        var lines = Lines(HelpCards.For(null, Ana, Example.Vocabulary, (right, environment) => right == Right.Deploy && environment == "staging"));
        lines.ShouldContain(line => line.StartsWith("deploy", StringComparison.Ordinal) && line.EndsWith("(you may in staging)", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith("rollback", StringComparison.Ordinal) && line.EndsWith("(needs the right to rollback, which you lack)", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_example_that_help_gives_is_understood()
    {
        foreach (var command in CommandWords.All)
        {
            var card = HelpCards.For(command.Name, Ana, Example.Vocabulary, (_, _) => true);
            var examples = card.Body.OfType<CardBlock.List>().Single(list => list.Heading == "For example").Lines;
            examples.ShouldNotBeEmpty();
            foreach (var example in examples) CommandText.Of(Example.Understood(example.Text)).ShouldStartWith(command.Name);
            command.Refusals.ShouldBeSubsetOf(RefusalCodes.All);
        }
    }

    [Fact]
    public void Without_any_service_the_capitals_say_what_to_fill_in() =>
        Lines(HelpCards.For(null, Ana, new Vocabulary([], []), (_, _) => true)).ShouldContain(line => line.StartsWith("deploy SERVICE VERSION ENVIRONMENT", StringComparison.Ordinal));

    private static List<string> Lines(Card card) => [.. card.Body.OfType<CardBlock.List>().SelectMany(list => list.Lines).Select(line => line.Text)];
}
