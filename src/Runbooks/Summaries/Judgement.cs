using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Summaries;

/// <summary>What became of a change after its run.</summary>
public enum Verdict
{
    /// <summary>Nothing could be asked that would tell.</summary>
    Unknown,
    Healthy,

    /// <summary>An alert about the place is firing that was not before the run.</summary>
    Alerting,

    /// <summary>A health address or a gate says no, or something else runs there.</summary>
    Unhealthy,

    /// <summary>A later run took it back. It stays so.</summary>
    RolledBack,

    /// <summary>A later run brought another version. It stays so.</summary>
    Superseded,
}

/// <summary>What a look at a place, some time after a run, came to.</summary>
/// <param name="Says">One sentence.</param>
/// <param name="Alerts">Alerts since the run began, the firing first.</param>
/// <param name="Lines">Health addresses and gates as they were then.</param>
/// <param name="By">The later run that ended it.</param>
public sealed record Judgement(Verdict Verdict, string Says, ImmutableArray<AlertSeen> Alerts, ImmutableArray<Seen> Lines, RunId? By = null)
{
    /// <summary>Whether there is nothing more to look at.</summary>
    [JsonIgnore]
    public bool IsFinal => Verdict is Verdict.RolledBack or Verdict.Superseded;
}

/// <param name="Well">Null when it can't be told.</param>
/// <param name="Says">As people read it: <c>error-rate 0.4% (limit: above 5%)</c>.</param>
public sealed record Seen(string Says, bool? Well);

public sealed record AlertSeen(AlertId Id, string Title, bool Firing, Uri? Link);

/// <summary>A run on the same place that was asked for after this one, and has ended.</summary>
/// <param name="Landed">The version that it left there; null when it left what was there.</param>
/// <param name="Left">The version that ran before it.</param>
public sealed record LaterRun(RunId Run, RunKind Kind, string? Landed, string? Left, RunId? Reverts, string By);

/// <summary>All that was looked at.</summary>
/// <param name="Live">What runs there; null when it can't be told.</param>
/// <param name="Lines">Health addresses and gates.</param>
/// <param name="Later">Later runs there, in any order.</param>
public sealed record Look(string? Live, ImmutableArray<Seen> Lines, ImmutableArray<AlertSeen> Alerts, ImmutableArray<LaterRun> Later);

/// <summary>Judges a change some time after its run.</summary>
public static class Judge
{
    /// <summary>The first that holds: taken back or superseded, alerting, unhealthy, unknown, healthy. What can't be told never counts as well.</summary>
    public static Judgement Of(RunState run, Look look)
    {
        var expected = ExpectedAt(run);
        ImmutableArray<AlertSeen> alerts = [.. look.Alerts.OrderByDescending(alert => alert.Firing).ThenBy(alert => alert.Id.Number)];
        if (Ender(run, expected, look.Later) is var (verdict, later))
        {
            var what = verdict == Verdict.RolledBack ? $"Rolled back to {later.Landed} by {later.By}" : $"Superseded by {later.Landed}, brought by {later.By}";
            return new Judgement(verdict, $"{what}, run {later.Run}.", alerts, look.Lines, later.Run);
        }

        var firing = alerts.Where(alert => alert.Firing).ToList();
        if (firing.Count > 0) return new Judgement(Verdict.Alerting, $"{Words.Count(firing.Count, "alert fires", "alerts fire")}: {Words.List(firing.Take(3).Select(alert => $"{alert.Id} {alert.Title}"))}.", alerts, look.Lines);
        if (expected is not null && look.Live is { } live && live != expected)
            return new Judgement(Verdict.Unhealthy, $"{live} runs there, though this run left {expected}: it was changed by something other than a run.", alerts, look.Lines);
        if (look.Lines.Where(line => line.Well == false).ToList() is { Count: > 0 } bad)
            return new Judgement(Verdict.Unhealthy, $"Not well: {Words.List(bad.Take(3).Select(line => line.Says))}.", alerts, look.Lines);
        if (look.Live is null && look.Lines.All(line => line.Well is null)) return new Judgement(Verdict.Unknown, "Nothing there could be asked.", alerts, look.Lines);
        var unknown = look.Lines.Count(line => line.Well is null);
        var known = look.Lines.Count(line => line.Well == true);
        var since = alerts.IsEmpty ? "no alert since" : $"{Words.Count(alerts.Length, "alert", "alerts")} since, over again";
        return new Judgement(
            Verdict.Healthy,
            $"Still healthy: {(known == 0 ? $"{look.Live} runs there" : $"{known} of {look.Lines.Length} {(look.Lines.Length == 1 ? "question" : "questions")} answered well")}{(unknown == 0 ? "" : $", {unknown} could not be asked")}, {since}.",
            alerts, look.Lines);
    }

    /// <summary>The version that a run left at its place; null where it is not known, or where it changed none.</summary>
    public static string? ExpectedAt(RunState run) => run.Plan.Kind == RunKind.Procedure || run.Origin is null ? null
        : run.Status == RunStatus.Failed ? null
        : run.Rollback is { ToVersion.Length: > 0 } back ? back.ToVersion : run.Plan.Version;

    /// <summary>The later run that took it back, or the last that brought something else.</summary>
    private static (Verdict, LaterRun)? Ender(RunState run, string? expected, ImmutableArray<LaterRun> later)
    {
        var landed = later.Where(one => one.Run.Number > run.Id.Number && one.Landed is not null).OrderBy(one => one.Run.Number).ToList();
        if (landed.Count == 0) return null;

        // Whoever took it back is named, whatever was deployed after.
        var back = landed.FirstOrDefault(one => one.Reverts == run.Id) ?? (landed[0] is { Kind: RunKind.Rollback, Left: { } left } first && left == expected ? first : null);
        return back is not null ? (Verdict.RolledBack, back) : (Verdict.Superseded, landed[^1]);
    }
}
