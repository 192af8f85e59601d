namespace ChatOps.Bot.Commands;

/// <summary>Writes commands as people would type them.</summary>
internal static class CommandText
{
    public static string Of(Command command) => command switch
    {
        Command.Deploy c => Join(["deploy", c.Service, c.Version, c.Environment], Options(c.PlanOnly, c.Reason, c.NoQueue)),
        Command.Rollback c => Join(["rollback", c.Service, c.Environment], [.. c.To is null ? Array.Empty<Option>() : [new Option("to", c.To)], .. Options(c.PlanOnly, c.Reason, c.NoQueue)]),
        Command.Status c => Join(["status", c.Service, c.Environment], []),
        Command.History c => Join(["history", c.Service, c.Environment], []),
        Command.Runs => "runs",
        Command.Help c => Join(["help", c.Topic], []),
        Command.OnRun c => Join(
            [c.Verb == RunVerb.RollBack ? "rollback" : c.Verb.ToString().ToLowerInvariant(), c.Run?.ToString(), c.Item?.ToString()],
            [.. Some("step", c.Step), .. Some("reason", c.Reason), .. Some("plan-hash", c.Plan?.Hex)]),
        _ => throw new InvalidOperationException($"Nobody writes {command.GetType().Name}."),
    };

    public static string Join(IEnumerable<string?> words, IEnumerable<Option> options) => string.Join(' ', words
        .Where(word => !string.IsNullOrEmpty(word)).Select(word => Quoted(word!))
        .Concat(options.Select(option => option.Value is null ? $"--{option.Name}" : $"--{option.Name} {Quoted(option.Value, always: option.Name == "reason")}")));

    private static List<Option> Options(bool plan, string? reason, bool noQueue)
    {
        var options = new List<Option>();
        if (plan) options.Add(new Option("plan", null));
        options.AddRange(Some("reason", reason));
        if (noQueue) options.Add(new Option("no-queue", null));
        return options;
    }

    private static IEnumerable<Option> Some(string name, string? value) => value is null ? [] : [new Option(name, value)];

    private static string Quoted(string word, bool always = false) =>
        always || word.Contains(' ', StringComparison.Ordinal) || word.StartsWith('-') ? $"\"{word.Replace("\"", "", StringComparison.Ordinal)}\"" : word;
}
