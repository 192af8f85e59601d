using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Catalog;

/// <summary>The world that is deployed to: Kubernetes, or a stand-in.</summary>
/// <remarks>
/// Every change is safe to repeat with the same <see cref="Change.Key"/>: what was done before is found by looking, not done again.
/// Nothing loops or sleeps, save <see cref="ObserveAsync"/>, which waits for news up to a limit.
/// </remarks>
public interface ITargets
{
    /// <summary>Whether this one speaks for such a target.</summary>
    bool Serves(Target target);

    /// <summary>What runs there now.</summary>
    Task<Outcome<Sighting>> LookAsync(Target target, CancellationToken cancellationToken);

    /// <summary>Begins a rollout of <see cref="Change.Version"/> and returns as soon as the target accepted it.</summary>
    Task<Outcome<RolloutBegun>> RollOutAsync(Target target, Change change, CancellationToken cancellationToken);

    /// <summary>Begins going back: to <paramref name="toRevision"/>, or where that is null to the newest revision that ran
    /// <see cref="Change.Version"/>; continues a held rollout first where one is held.</summary>
    Task<Outcome<RolloutBegun>> RollBackAsync(Target target, Change change, long? toRevision, CancellationToken cancellationToken);

    /// <summary>Holds the rollout where it is (<paramref name="hold"/>), or lets it go on.</summary>
    Task<Outcome<Nothing>> HoldAsync(Target target, Change change, bool hold, CancellationToken cancellationToken);

    /// <summary>How the rollout of <paramref name="change"/> stands. Returns at once when it differs from <paramref name="last"/>
    /// (null = never seen), else when it changes, at the latest after <paramref name="atMost"/>.</summary>
    Task<Outcome<RolloutSighting>> ObserveAsync(Target target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken);

    /// <summary>Gives what <paramref name="change"/> brought up its share of the traffic, once it is <see cref="RolloutPhase.Up"/>.</summary>
    Task<Outcome<Nothing>> SendTrafficAsync(Target target, Change change, CancellationToken cancellationToken);

    /// <summary>How the pods that run a version are called, and those that run another beside it.</summary>
    Task<Outcome<PodNames>> PodNamesAsync(Target target, string version, CancellationToken cancellationToken);

    /// <summary>Scales down what carried traffic before the switch that <paramref name="change"/> was, unless traffic or what stood by has been changed since.</summary>
    /// <returns>What was scaled down, in a sentence; null when there was nothing to do.</returns>
    Task<Outcome<Retired>> RetireAsync(Target target, Change change, CancellationToken cancellationToken);

    /// <summary>Begins a job where the target runs, or finds that it was begun before.</summary>
    Task<Outcome<Nothing>> StartJobAsync(Target target, Change change, JobToRun job, CancellationToken cancellationToken);

    /// <summary>How a job stands. Returns at once when it differs from <paramref name="last"/> (null = never seen), else when it changes, at the latest after <paramref name="atMost"/>.</summary>
    Task<Outcome<JobSighting>> ObserveJobAsync(Target target, string name, JobSighting? last, TimeSpan atMost, CancellationToken cancellationToken);

    /// <summary>Ends a job and its pods; one that is not there is ended already.</summary>
    Task<Outcome<Nothing>> StopJobAsync(Target target, string name, CancellationToken cancellationToken);

    /// <summary>How the pods of a version do.</summary>
    /// <param name="since">When the change began: what restarted before says nothing about it.</param>
    Task<Outcome<PodsSeen>> PodsAsync(Target target, string version, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Whether what a version takes to come back is still there.</summary>
    /// <param name="revision">Its revision, where that is known.</param>
    Task<Outcome<BackSeen>> LookBackAsync(Target target, string version, long? revision, CancellationToken cancellationToken);

    /// <summary>Asks a health question, once.</summary>
    Task<HealthAnswer> ProbeAsync(Target target, HealthProbe probe, CancellationToken cancellationToken);
}

/// <summary>A change to a target, as one run wants it.</summary>
/// <param name="Key">What makes a repeat of it a repeat: run, step and attempt.</param>
/// <param name="Stage">Which part of a strategy it is; null = replicas are replaced in place.</param>
public sealed record Change(RunId Run, string Key, string Version, Person By, string? Reason, Stage? Stage = null);

/// <summary>Regular expressions (RE2) that match the whole names of pods; null = there is none.</summary>
/// <param name="New">Those that run the version asked for.</param>
/// <param name="Stable">Those that run another.</param>
public sealed record PodNames(string? New, string? Stable);

/// <summary>What is left of a version at a target.</summary>
/// <param name="Says">Whether its revision is there, as far as the target can tell.</param>
/// <param name="ByHand">A sentence when the target was changed by something other than a run since; else null.</param>
public sealed record BackSeen(string Says, string? ByHand)
{
    /// <summary>The image that nodes pull for it; null where its replicas are up.</summary>
    public string? Image { get; init; }
}

/// <summary>How the pods of a version do.</summary>
/// <param name="Pods">How many there are; 0 = the version does not run, and the rest says nothing.</param>
/// <param name="Wanted">How many there should be.</param>
/// <param name="Restarts">Of containers, since the change.</param>
/// <param name="OutOfMemory">Containers whose last end since the change was for want of memory.</param>
public sealed record PodsSeen(int Pods, int Ready, int Wanted, int Restarts, int OutOfMemory)
{
    /// <summary>Which of them, in a few words; null = none.</summary>
    public string? Says { get; init; }
}

/// <param name="Says">A sentence; null when nothing was left to scale down.</param>
public sealed record Retired(string? Says);

/// <summary>What was seen at a target.</summary>
/// <param name="Version">The version running, or wanted, by its image's tag (or digest).</param>
/// <param name="Run">The run that made it so, by what it wrote beside it; null when nobody's run did.</param>
/// <param name="ByHand">A sentence when it was changed by something other than a run since the last one; else null.</param>
public sealed record Sighting(string Version, long? Revision, int Ready, int Replicas, RunId? Run, string? ByHand);

/// <summary>A rollout that the target accepted.</summary>
/// <param name="FromVersion">What ran before; null when it can't be told (or the change was found done already and nothing tells).</param>
/// <param name="FromRevision">Its revision, to go back to.</param>
/// <param name="Unchanged">True when the target already ran exactly this and nothing had to be done.</param>
public sealed record RolloutBegun(string? FromVersion, long? FromRevision, long? Revision, bool Unchanged);

/// <summary>How a rollout stands.</summary>
/// <param name="Says">A sentence: what it waits for.</param>
/// <param name="Trouble">Why pods do not come up, as soon as it is known; null while all is well.</param>
public sealed record RolloutSighting(RolloutPhase Phase, int Updated, int Ready, int Wanted, string Says, Fault? Trouble);

public enum RolloutPhase
{
    /// <summary>Under way (perhaps with <see cref="RolloutSighting.Trouble"/> that may pass).</summary>
    Progressing,

    /// <summary>Held by somebody.</summary>
    Held,

    /// <summary>What was to be brought up is there, and its share of the traffic is still to be sent.</summary>
    Up,

    /// <summary>Every replica runs the new version and is available.</summary>
    Complete,

    /// <summary>It will not complete as it is; <see cref="RolloutSighting.Trouble"/> says why.</summary>
    Failed,

    /// <summary>Somebody else changed the target meanwhile; <see cref="RolloutSighting.Trouble"/> says what and, where known, who.</summary>
    Superseded,
}

/// <summary>An answer to a health question.</summary>
/// <param name="Says">What came back and what was expected: <c>503, expected 200</c>. No bodies beyond a short start.</param>
public sealed record HealthAnswer(bool Healthy, string Says, TimeSpan Took);
