namespace ChatOps.Runbooks.Catalog;

/// <summary>Which part of bringing a version to a target a change is, where replicas are not simply replaced in place.</summary>
/// <param name="Percent">With <see cref="StageKind.Canary"/>: the share of traffic, 1 to 99; else 0.</param>
public sealed record Stage(StageKind Kind, int Percent = 0);

/// <summary>Parts of a blue-green deployment and of a canary. Stored: a name keeps its meaning for ever.</summary>
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
}
