using System.Text.RegularExpressions;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Commands;

/// <summary>The pages about commands and refusals say what the code does.</summary>
public sealed partial class DocsTests
{
    private static readonly string Commands = File.ReadAllText(Path.Combine(Repository.Root, "docs", "commands.md"));
    private static readonly string Refusals = File.ReadAllText(Path.Combine(Repository.Root, "docs", "refusals.md"));

    [Fact]
    public void Every_refusal_is_documented_and_no_other() =>
        Row().Matches(Refusals).Select(match => match.Groups["code"].Value).ShouldBe(RefusalCodes.All);

    [Fact]
    public void Every_command_is_documented_as_it_is_written()
    {
        foreach (var command in CommandWords.All)
        {
            Commands.ShouldContain($"`{command.Usage}`");
            foreach (var option in command.Options) Commands.ShouldContain($"`--{option}");
            foreach (var synonym in command.Synonyms) Commands.ShouldContain($"`{synonym}`");
        }
    }

    [Fact]
    public void Every_example_is_understood()
    {
        var examples = Block().Matches(Commands).SelectMany(match => match.Groups["text"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();
        examples.Count.ShouldBeGreaterThan(25);
        foreach (var example in examples) Example.Understood(example);
    }

    [GeneratedRegex("^\\| `(?<code>[a-z-]+)` \\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex("^```[a-z]*\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
