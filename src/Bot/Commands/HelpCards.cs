using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Commands;

/// <summary>Tells what can be said: with the names that are configured, and what the one who asks may do.</summary>
internal static class HelpCards
{
    /// <param name="may">Whether the caller has a right in an environment, for any service.</param>
    public static Card For(string? topic, Caller caller, Vocabulary vocabulary, Func<Right, string, bool> may) =>
        topic is not null && CommandWords.Find(topic) is { } one ? Of(one, vocabulary) : Overview(caller, vocabulary, may);

    private static Card Overview(Caller caller, Vocabulary vocabulary, Func<Right, string, bool> may) => new(
        "What you can say", Tone.Neutral, null, "Say deploy SERVICE VERSION ENVIRONMENT to deploy, status to see what is live, help COMMAND for more.")
    {
        Body =
        [
            new CardBlock.Table(["Command", "What it does"], [.. CommandWords.All.Select(command => (ImmutableArray<string>)[command.Usage, command.What + Lacks(command, vocabulary, may)])]),
            new CardBlock.List("For example", [.. Examples(vocabulary).Select(example => new ListLine(example))]),
        ],
        Footer = AccessRules.ReadOnly(caller) is null ? "The words come in any order. help COMMAND tells more." : $"{caller.Name} may only read here.",
    };

    private static Card Of(CommandWords command, Vocabulary vocabulary) => new($"How to say {command.Name}", Tone.Neutral, null, $"{command.Usage}: {command.What}.")
    {
        Body =
        [
            new CardBlock.Text(command.Usage), new CardBlock.Text($"It {command.What}."),
            .. command.Options.IsEmpty ? Array.Empty<CardBlock>() : [new CardBlock.List("Options", [.. command.Options.Select(option => new ListLine($"--{option}: {Meaning(option)}"))])],
            .. Examples(vocabulary).Where(example => example.StartsWith(command.Name, StringComparison.Ordinal)).Select(example => (CardBlock)new CardBlock.Text(example, "For example")),
        ],
        Footer = command.Synonyms.IsEmpty ? null : $"Also: {string.Join(", ", command.Synonyms)}.",
    };

    private static string Lacks(CommandWords command, Vocabulary vocabulary, Func<Right, string, bool> may)
    {
        if (command.Needs is not { } right) return "";
        var all = vocabulary.Environments.ToList();
        var allowed = all.Where(environment => may(right, environment)).ToList();
        if (allowed.Count == all.Count) return "";
        return allowed.Count == 0 ? $" (you lack the right to {AccessRules.Word(right)})" : $" (you may in {string.Join(", ", allowed)})";
    }

    private static IEnumerable<string> Examples(Vocabulary vocabulary)
    {
        if (vocabulary.Services.FirstOrDefault() is not { } service || service.Environments.IsEmpty) yield break;
        var version = service.Versions.FirstOrDefault() ?? "v1.2.3";
        yield return $"deploy {service.Name} {version} {service.Environments[0].Name}";
        yield return $"deploy {service.Name} {version} {service.Environments[^1].Name} --plan";
        yield return $"status {service.Name}";
        yield return $"rollback {service.Name} {service.Environments[^1].Name}";
    }

    private static string Meaning(string option) => option switch
    {
        "plan" => "shows what would happen and starts nothing",
        "reason" => "why, for those who approve and those who read it later",
        "no-queue" => "refuses instead of waiting behind another run",
        "to" => "the version to go back to",
        "plan-hash" => "the plan you read, as its card's small print says",
        "item" => "the item's number",
        "step" => "the step's name or words of its title",
        _ => option,
    };
}
