using System.Text.RegularExpressions;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Locks;

namespace ChatOps.Bot.Commands;

/// <summary>Writes commands as people would type them; read again, they are the same.</summary>
internal static partial class CommandText
{
    public static string Of(Command command) => command switch
    {
        Command.Deploy c => Join(["deploy", c.Service, c.Version, c.Environment], [.. Options(c.PlanOnly, c.Reason, c.NoQueue), .. Some("at", c.At), .. Some("exception", c.Exception), .. Some("emergency", c.Emergency), .. c.Again ? [new Option("again", null)] : Array.Empty<Option>()]),
        Command.Fixed c => Join(["fixed", c.Service, c.Version, c.Environment], Some("reason", c.Reason)),
        Command.Lock c => Join(
            [c.Kind == LockKind.Freeze ? "freeze" : "lock", c.Service, c.Environment, c.Service is null && c.Environment is null ? "everything" : null],
            [.. Some("reason", c.Reason), .. Some("from", c.From), .. Some("until", c.Until), .. c.Kind == LockKind.Warning ? [new Option("warn", null)] : Array.Empty<Option>()]),
        Command.Unlock c => Join(["unlock", c.Id?.ToString(), c.Service, c.Environment, c.Id is null && c.Service is null && c.Environment is null ? "everything" : null], Some("reason", c.Reason)),
        Command.Locks => "locks",
        Command.Queue c => Join(["queue", c.Service, c.Environment], []),
        Command.WhoCan c => Join(["whocan", AccessRules.Word(c.Right), c.Service, c.Environment], []),
        Command.Schedules => "schedules",
        Command.Unschedule c => Join(["unschedule", c.Id.ToString()], []),
        Command.Rollback c => Join(["rollback", c.Service, c.Environment], [.. Some("to", c.To), .. Options(c.PlanOnly, c.Reason, c.NoQueue)]),
        Command.Procedure c => Join(["run", c.Runbook, c.Service, c.Environment, .. c.Inputs.Select(input => Quotable($"{input.Key}={input.Value}"))], Options(c.PlanOnly, c.Reason, c.NoQueue)),
        Command.Status c => Join(["status", c.Service, c.Environment], []),
        Command.History c => Join(["history", c.Service, c.Environment], []),
        Command.Runs => "runs",
        Command.Stats c => Join(["stats", c.Service ?? c.Group], Some("since", c.Since)),
        Command.Follow c => c.On ? "follow" : "unfollow",
        Command.Changelog c => Join(["changelog", c.Service, c.One, c.Other], []),
        Command.Help c => Join(["help", c.Topic], []),
        Command.Alerts => "alerts",
        Command.Why c => Join(["why", c.Alert.ToString()], []),
        Command.Acknowledge c => Join(["ack", c.Alert.ToString()], []),
        Command.Silence c => Join(["silence", c.Alert.ToString(), c.For], Some("reason", c.Reason)),
        Command.OnCall c => Join(["oncall", c.Schedule], []),
        Command.SwapTurn c => Join(["oncall", "swap", c.Person, Quotes.Write(c.From), Quotes.Write(c.Until)], Some("schedule", c.Schedule)),
        Command.Incidents => "incidents",
        Command.Declare c => Join(["incident", "declare", c.Severity, c.Alert?.ToString(), c.Title is null ? null : Quotes.Write(c.Title), .. c.Services], Some("since", c.Since)),
        Command.OnIncident c => OnIncident(c),
        Command.OnRun c => OnRun(c),
        _ => throw new InvalidOperationException($"Nobody writes {command.GetType().Name}."),
    };

    public static string Join(IEnumerable<string?> words, IEnumerable<Option> options) =>
        string.Join(' ', words.Where(word => !string.IsNullOrEmpty(word)).Concat(options.Select(Written)));

    private static string OnIncident(Command.OnIncident c) => Join(
        ["incident", c.Verb.ToString().ToLowerInvariant(), c.Incident?.ToString(), c.Role is { } role ? IncidentWords.Of(role) : null, c.Severity, c.What, c.Verb == IncidentVerb.Task ? null : c.Person, c.Verb == IncidentVerb.Done ? c.Number.ToString() : null,
         c.Text is null || c.Verb is IncidentVerb.Sev or IncidentVerb.Reopen ? null : Quotes.Write(c.Text)],
        [
            .. Some("stage", c.Stage is { } stage ? IncidentWords.Of(stage) : null), .. Some("owner", c.Verb == IncidentVerb.Task ? c.Person : null), .. Some("reason", c.Verb is IncidentVerb.Sev or IncidentVerb.Reopen ? c.Text : null),
            .. Some("cause", c.Cause), .. Some("follow-ups", c.FollowUps),
        ]);

    private static string OnRun(Command.OnRun c) => Join(
        [c.Verb.ToString().ToLowerInvariant(), c.Run?.ToString(), c.Run is null ? null : c.Item?.ToString(), c.Person],
        [
            .. Some("item", c.Run is null ? c.Item?.ToString() : null), .. Some("step", c.Step),
            .. Some(c.Verb is RunVerb.Done or RunVerb.Note or RunVerb.Approve ? "note" : "reason", c.Reason), .. Some("plan-hash", c.Plan?.Hex),
            .. c.SkipSoak ? [new Option("skip-soak", null)] : Array.Empty<Option>(),
        ]);

    private static string Quotable(string word) => word.Contains(' ', StringComparison.Ordinal) ? Quotes.Write(word) : word;

    private static string Written(Option option) => option.Value is null
        ? $"--{option.Name}"
        : $"--{option.Name} {(option.Name is not ("reason" or "note" or "exception" or "emergency" or "cause" or "follow-ups") && Plain().IsMatch(option.Value) ? option.Value : Quotes.Write(option.Value))}";

    private static IEnumerable<Option> Options(bool plan, string? reason, bool noQueue)
    {
        if (plan) yield return new Option("plan", null);
        if (reason is not null) yield return new Option("reason", reason);
        if (noQueue) yield return new Option("no-queue", null);
    }

    private static IEnumerable<Option> Some(string name, string? value) => value is null ? [] : [new Option(name, value)];

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.:@-]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Plain();
}
