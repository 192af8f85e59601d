using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>Where a run's time went. What adds up is all the time from when it was asked for.</summary>
/// <param name="Working">Something was being done.</param>
/// <param name="Watching">A soak, or gates.</param>
/// <param name="People">A checklist, an approval, something by hand, a decision.</param>
/// <param name="Queued">Behind another run.</param>
/// <param name="Held">A window, a time, a signal, a target that does not answer.</param>
/// <param name="Paused">Somebody held it.</param>
public sealed record TimeSpent(TimeSpan Working, TimeSpan Watching, TimeSpan People, TimeSpan Queued, TimeSpan Held, TimeSpan Paused)
{
    public static TimeSpent None { get; } = new(default, default, default, default, default, default);

    /// <summary>What the same change would take again, if nobody and nothing had to be waited for.</summary>
    public TimeSpan Own => Working + Watching;

    public TimeSpan Total => Working + Watching + People + Queued + Held + Paused;

    /// <summary>With so much more, spent as the run stood.</summary>
    public TimeSpent And(RunState run, TimeSpan time)
    {
        if (time <= TimeSpan.Zero) return this;
        return run.Status switch
        {
            _ when run.IsOver => this,
            RunStatus.Queued => this with { Queued = Queued + time },
            RunStatus.Paused => this with { Paused = Paused + time },
            RunStatus.WaitingForChecklist or RunStatus.WaitingForApproval or RunStatus.WaitingForPerson or RunStatus.Deciding => this with { People = People + time },
            _ when All(run, step => step.Step is Boarding or Arrival) => this with { Queued = Queued + time },
            _ when All(run, step => step.Step is Soak) => this with { Watching = Watching + time },
            _ when All(run, step => step is { Step: Wait } or { State: Rollout.State { Begun: null, Silent: not null } }) => this with { Held = Held + time },
            _ => this with { Working = Working + time },
        };
    }

    /// <summary><c>14 min: 3 min working, 8 min waiting for people, 3 min watching</c>; the total alone where it went to one thing.</summary>
    public string Says()
    {
        (TimeSpan Time, string What)[] parts =
        [
            (Working, "working"), (Watching, "watching"), (People, "waiting for people"), (Queued, "in the queue"), (Held, "waiting for its time or its target"), (Paused, "paused"),
        ];
        var said = parts.Where(part => part.Time >= TimeSpan.FromSeconds(1)).Select(part => $"{Words.Duration(part.Time)} {part.What}").ToList();
        return said.Count < 2 ? Words.Duration(Total) : $"{Words.Duration(Total)}: {string.Join(", ", said)}";
    }

    private static bool All(RunState run, Func<StepProgress, bool> what)
    {
        var any = false;
        foreach (var step in run.Steps)
        {
            if (step.Status != StepStatus.Active) continue;
            if (!what(step)) return false;
            any = true;
        }

        return any;
    }
}

/// <summary>How long a change of this kind at this place took before, without what it waited for.</summary>
/// <param name="Most">Nine of ten took no longer.</param>
/// <param name="Runs">How many it is told from.</param>
public sealed record Usual(TimeSpan Median, TimeSpan Most, int Runs)
{
    private const int Enough = 3;

    /// <summary>Null when there are too few to tell.</summary>
    public static Usual? Of(IEnumerable<TimeSpan> took)
    {
        var sorted = took.Order().ToList();
        return sorted.Count < Enough ? null : new Usual(Rank(sorted, 0.5), Rank(sorted, 0.9), sorted.Count);
    }

    public string Says() => Median == Most || Words.Duration(Median) == Words.Duration(Most) ? Words.Duration(Median) : $"{Words.Duration(Median)}, nine of ten within {Words.Duration(Most)}";

    /// <summary>The nearest rank (Hyndman and Fan 1996, definition 1): always one that was really taken.</summary>
    private static TimeSpan Rank(List<TimeSpan> sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
}
