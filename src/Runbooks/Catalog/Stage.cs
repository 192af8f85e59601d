namespace ChatOps.Runbooks.Catalog;

/// <summary>Which part of bringing a version to a target a change is, where replicas are not simply replaced in place.</summary>
/// <param name="Percent">With <see cref="StageKind.Canary"/>: the share of traffic; with <see cref="StageKind.Part"/>: of the replicas. 1 to 99; else 0.</param>
public sealed record Stage(StageKind Kind, int Percent = 0)
{
    /// <summary>With <see cref="StageKind.Part"/> and <see cref="StageKind.All"/>: how many are replaced at a time; null = as the target's own strategy says.</summary>
    public Pace? Pace { get; init; }
}

/// <summary>How many replicas are replaced at a time, as the runbook writes it: a number, or a share such as <c>25%</c>.</summary>
/// <param name="Surge">How many there may be more than wanted; null = as the target says.</param>
/// <param name="Unavailable">How many there may be fewer; null = as the target says.</param>
public sealed record Pace(string? Surge, string? Unavailable);

/// <summary>Parts of a strategy. Stored: a name keeps its meaning for ever.</summary>
public enum StageKind
{
    /// <summary>The version is brought up beside what is live, as many replicas, without traffic.</summary>
    Beside,

    /// <summary>Traffic goes to what runs the version beside; going back, to what ran before.</summary>
    Switch,

    /// <summary>What was brought up beside, and carries no traffic, is scaled to zero.</summary>
    Dismiss,

    /// <summary>The version runs on a few replicas more, which share the traffic.</summary>
    Canary,

    /// <summary>Those few replicas end.</summary>
    EndCanary,

    /// <summary>A part of the replicas is replaced in place, and the rollout is held there.</summary>
    Part,

    /// <summary>All replicas are replaced in place; what was held goes on.</summary>
    All,

    /// <summary>How many are replaced at a time is put back as it was before.</summary>
    Tidy,
}
