using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Finds the changes most likely behind an alert: by runs and past them, on the service itself and on what it depends on, weighed by time, distance and kind.</summary>
/// <remarks>
/// A score is the product of three weights between 0 and 1. Time: halves with every quarter of the window that lies between. Distance: 1 for the service itself,
/// 0.6 for what it depends on, 0.36 one further, and for what names no service. Kind: 1 for a deployment, 0.9 for what was changed by hand, 0.8 for a feature flag,
/// 0.7 for a rollback, 0.5 for another runbook and any other change.
/// </remarks>
public static class WhatChanged
{
    /// <summary>How long before an alert a change may lie.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(2);

    /// <summary>Two clocks may differ, and an alert has to hold for a while before it is sent: a change may seem to end after it.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    private const double PerStep = 0.6, Least = 0.05;

    /// <summary>What names no service may concern any: it counts as what is two steps away.</summary>
    private const int Nowhere = 2;

    public const int Most = 3;

    /// <summary>A service and everything it depends on, with how far away each is.</summary>
    public static ImmutableDictionary<string, int> Around(string service, Func<string, IEnumerable<string>> dependsOn, int furthest = 3)
    {
        var found = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.OrdinalIgnoreCase);
        found[service] = 0;
        var edge = new List<string> { service };
        for (var distance = 1; distance <= furthest && edge.Count > 0; distance++)
        {
            edge = [.. edge.SelectMany(dependsOn).Where(next => found.TryAdd(next, distance))];
        }

        return found.ToImmutable();
    }

    /// <param name="since">Since when it fires.</param>
    /// <param name="runs">Runs of these services.</param>
    /// <param name="changes">What no run made.</param>
    /// <param name="around">The services that count, and how far away each is.</param>
    public static ImmutableArray<Suspect> Find(DateTimeOffset since, string service, string? environment, IEnumerable<RunRow> runs, IEnumerable<SeenChange> changes, IReadOnlyDictionary<string, int> around) =>
    [
        .. runs.Where(run => (environment is null || run.Environment.Equals(environment, StringComparison.OrdinalIgnoreCase)) && run.Status is not ("Cancelled" or "Queued"))
            .Select(run => around.TryGetValue(run.Service, out var distance) ? Weigh(since, service, run, distance) : null)
            .Concat(changes.Where(change => change.IsIn(environment)).Select(change => change.Service is null ? Weigh(since, service, change, Nowhere) : around.TryGetValue(change.Service, out var distance) ? Weigh(since, service, change, distance) : null))
            .OfType<Suspect>().Where(suspect => suspect.Score >= Least)
            .OrderByDescending(suspect => suspect.Score).ThenByDescending(suspect => suspect.Run?.Number).Take(Most),
    ];

    private static Suspect? Weigh(DateTimeOffset since, string service, RunRow run, int distance)
    {
        var done = run.ClosedAt ?? run.UpdatedAt;
        if (run.OpenedAt > since + Skew || since - done > Window) return null;

        // While it is under way, or when it seems to have ended after, nothing lies between.
        var between = run.Open || done > since ? TimeSpan.Zero : since - done;
        var score = ScoreOf(between, distance, run.Kind switch { "deploy" => 1.0, "rollback" => 0.7, _ => 0.5 });
        var what = run.Kind switch
        {
            "deploy" => $"{run.Service} {run.Version} went to {run.Environment}",
            "rollback" => $"{run.Service} went back to {run.Version} in {run.Environment}",
            _ => $"{run.Version} was run on {run.Service} in {run.Environment}",
        };
        var by = new Person(run.By).ShortName;
        var says = run.Open ? $"{(run.Kind == "run" ? $"{run.Version} is being run on {run.Service} in {run.Environment}" : $"{run.Service} {run.Version} is on its way to {run.Environment}")}, by {by}"
            : $"{what} {(between == TimeSpan.Zero ? "just" : Words.Duration(between))} before, by {by}";
        return new Suspect(new RunId(run.Number), says, Reasons(between, Near(service, run.Service, distance), run.Kind switch { "deploy" => "a deployment", "rollback" => "a rollback", _ => "a runbook" }), Math.Round(score, 2), run is { Kind: "deploy", Open: false, Status: "Succeeded", FromVersion: { } back } && back != run.Version ? back : null);
    }

    private static Suspect? Weigh(DateTimeOffset since, string service, SeenChange change, int distance)
    {
        if (change.At > since + Skew || since - change.At > Window) return null;
        var between = change.At > since ? TimeSpan.Zero : since - change.At;
        var score = ScoreOf(between, distance, change.Kind switch { ChangeKind.Hand => 0.9, ChangeKind.Flag => 0.8, _ => 0.5 });
        var kind = change.Kind switch { ChangeKind.Hand => "changed by hand", ChangeKind.Flag => "a feature flag", _ => "a change" };
        return new Suspect(null, $"{change.Says}, {(between == TimeSpan.Zero ? "just" : Words.Duration(between))} before", Reasons(between, change.Service is { } named ? Near(service, named, distance) : "it names no service", kind), Math.Round(score, 2), null) { Link = change.Link };
    }

    private static double ScoreOf(TimeSpan between, int distance, double kind) => Math.Pow(0.5, between / (Window / 4)) * Math.Pow(PerStep, distance) * kind;

    private static ImmutableArray<string> Reasons(TimeSpan between, string near, string kind) => [between == TimeSpan.Zero ? "at that very time" : $"{Words.Duration(between)} before", near, kind];

    private static string Near(string service, string changed, int distance) => distance switch
    {
        0 => "the service itself",
        1 => $"{service} depends on {changed}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{service} depends on {changed}, {distance} steps away"),
    };
}
