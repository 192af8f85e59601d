using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Commands;

/// <summary>Tells what can be said: with the names that are configured, and what the one who asks may do.</summary>
internal static class HelpCards
{
    /// <param name="may">Whether the caller has a right in an environment, for any service.</param>
    public static Card For(string? topic, Caller caller, Vocabulary vocabulary, Func<Right, string, bool> may) =>
        topic is not null && CommandWords.Find(topic) is { } one ? Of(one, caller, vocabulary, may) : Overview(caller, vocabulary, may);

    private static Card Overview(Caller caller, Vocabulary vocabulary, Func<Right, string, bool> may) => new(
        "What you can say", Tone.Neutral, null, "Say deploy SERVICE VERSION ENVIRONMENT to deploy, status to see what is live, help COMMAND for more.")
    {
        Body =
        [
            .. CommandWords.All.GroupBy(command => command.Purpose).Select(group => new CardBlock.List(
                Heading(group.Key), [.. group.Select(command => new ListLine($"{Examples(command, vocabulary)[0]}: {command.What}{Brackets(Lacks(command, caller, vocabulary, may))}"))])),
        ],
        Footer = AccessRules.ReadOnly(caller) is null ? "The words come in any order. help COMMAND tells more." : $"{caller.Name} may only read here.",
    };

    private static Card Of(CommandWords command, Caller caller, Vocabulary vocabulary, Func<Right, string, bool> may) =>
        new($"How to say {command.Name}", Tone.Neutral, null, $"{command.Usage}: {command.What}.")
        {
            Body =
            [
                new CardBlock.Text(command.Usage), new CardBlock.Text($"It {command.What}."),
                .. command.Options.IsEmpty ? Array.Empty<CardBlock>() : [new CardBlock.List("Options", [.. command.Options.Select(option => new ListLine($"--{option}: {Meaning(option)}"))])],
                new CardBlock.List("For example", [.. Examples(command, vocabulary).Select(example => new ListLine(example))]),
                .. Lacks(command, caller, vocabulary, may) is { } lacks ? [new CardBlock.Notice(Tone.Muted, $"{char.ToUpperInvariant(lacks[0])}{lacks[1..]}.")] : Array.Empty<CardBlock>(),
                .. command.Refusals.IsEmpty ? Array.Empty<CardBlock>() : [new CardBlock.Text(string.Join(", ", command.Refusals), "It can be refused with")],
            ],
            Footer = command.Synonyms.IsEmpty ? null : $"Also: {string.Join(", ", command.Synonyms)}.",
        };

    /// <summary>What the caller lacks for it, in words; null when nothing.</summary>
    private static string? Lacks(CommandWords command, Caller caller, Vocabulary vocabulary, Func<Right, string, bool> may)
    {
        if (command.Needs is not { } right) return command.Purpose == Purpose.Check && AccessRules.ReadOnly(caller) is not null ? "you may only read" : null;
        var all = vocabulary.Environments.ToList();
        var allowed = all.Where(environment => may(right, environment)).ToList();
        if (allowed.Count == all.Count) return null;
        return allowed.Count == 0 ? $"needs the right to {AccessRules.Word(right)}, which you lack" : $"you may in {string.Join(", ", allowed)}";
    }

    private static string Brackets(string? text) => text is null ? "" : $" ({text})";

    private static List<string> Examples(CommandWords command, Vocabulary vocabulary)
    {
        // The first service that can go anywhere; without one the capitals say what is to be filled in.
        var service = vocabulary.Services.FirstOrDefault(one => !one.Environments.IsEmpty);
        string Filled(string example) => service is null ? example : example
            .Replace("RUNBOOK", vocabulary.Procedures.FirstOrDefault()?.Name ?? "nightly-backup", StringComparison.Ordinal)
            .Replace("SERVICE", service.Name, StringComparison.Ordinal)
            .Replace("VERSION", service.Versions.FirstOrDefault() ?? "v1.2.3", StringComparison.Ordinal)
            .Replace("ENVIRONMENT ENVIRONMENT", service.Environments.Length > 1 ? $"{service.Environments[0].Name} {service.Environments[1].Name}" : $"{service.Environments[0].Name} OTHER", StringComparison.Ordinal)
            .Replace("ENVIRONMENT", service.Environments[0].Name, StringComparison.Ordinal);
        var run = vocabulary.OpenRuns is [var open, ..] ? $"{open}" : "128";
        return [.. command.Examples.Select(example => Filled(example).Replace("RUN", run, StringComparison.Ordinal))];
    }

    private static string Heading(Purpose purpose) => purpose switch
    {
        Purpose.Change => "Change what runs",
        Purpose.Hold => "Keep changes away",
        Purpose.Look => "See what is going on",
        Purpose.Check => "Check and approve",
        Purpose.Steer => "Steer a run",
        _ => "Learn more",
    };

    private static string Meaning(string option) => option switch
    {
        "plan" => "shows what would happen and starts nothing",
        "reason" => "why, for those who approve and those who read it later",
        "no-queue" => "refuses instead of waiting behind another run",
        "to" => "the version to go back to",
        "plan-hash" => "the plan you read, as its card's small print says",
        "item" => "the item's number",
        "at" => "when to start it: tomorrow 10:00, Monday, in 2h",
        "until" => "until when: tomorrow 10:00, Monday, in 2h",
        "from" => "from when on",
        "since" => "since when: 20m, 30d, or a date such as 2026-11-01",
        "warn" => "shows it to whoever changes something there, and stops nobody",
        "exception" => "why this one change should pass a freeze; others have to agree",
        "emergency" => "why it can't wait for windows, freezes and locks; the on-call has to agree, and it is reviewed afterwards",
        "stage" => "how far it is: investigating, identified or mitigated",
        "cause" => "what was behind it",
        "follow-ups" => "what is to be done so that it does not happen again, with semicolons between",
        "owner" => "who does the task: an address, a mention, or me",
        "note" => "a few words that are kept with it",
        "skip-soak" => "the soak may be left out, where the runbook lets approvers say so",
        "step" => "the step's name or words of its title",
        _ => option,
    };
}
