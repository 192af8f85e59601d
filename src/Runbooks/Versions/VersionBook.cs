using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Versions;

/// <summary>How versions did where they ran: a fold over its events.</summary>
/// <param name="Version">How many events it has.</param>
public sealed record VersionBook(long Version, ImmutableDictionary<Site, SiteVersions> Sites)
{
    public static readonly StreamId Stream = new("versions");

    public static readonly VersionBook Empty = new(0, ImmutableDictionary<Site, SiteVersions>.Empty);

    public SiteVersions Of(Site site) => Sites.GetValueOrDefault(site, SiteVersions.None);

    public VersionBook Evolve(VersionEvent what, DateTimeOffset at) => this with { Version = Version + 1, Sites = Sites.SetItem(what.Site, Of(what.Site).Evolve(what, at)) };
}

/// <summary>How versions did in one place.</summary>
/// <param name="Passed">Versions that were brought by a run and stayed well, the newest first; of a version only the last time.</param>
/// <param name="Failed">Versions that failed and were not well since, the newest first.</param>
/// <param name="Watched">What is watched behind its run; null = nothing.</param>
public sealed record SiteVersions(ImmutableArray<PassedVersion> Passed, ImmutableArray<FailedVersion> Failed, WatchedVersion? Watched)
{
    public static readonly SiteVersions None = new([], [], null);

    /// <summary>How many of each are remembered; further back nobody goes.</summary>
    private const int Most = 50;

    /// <summary>How a version failed here; null when it did not, or was well since.</summary>
    public FailedVersion? FailureOf(string version) => Failed.FirstOrDefault(one => one.Version == version);

    public PassedVersion? PassOf(string version) => Passed.FirstOrDefault(one => one.Version == version);

    /// <summary>The last version that stayed well here, besides <paramref name="other"/>; null when there is none.</summary>
    public PassedVersion? LastGood(string other) => Passed.FirstOrDefault(one => one.Version != other && FailureOf(one.Version) is null);

    public SiteVersions Evolve(VersionEvent what, DateTimeOffset at) => what switch
    {
        VersionWatched e => this with { Watched = new WatchedVersion(e.Version, e.Run, e.Until) },
        VersionPassed e => Unwatched(e.Run) with
        {
            Passed = [new PassedVersion(e.Version, e.Run, at), .. Passed.Where(one => one.Version != e.Version).Take(Most - 1)],
            Failed = Failed.RemoveAll(one => one.Version == e.Version),
        },
        VersionFailed e => Unwatched(e.Run) with { Failed = [new FailedVersion(e.Version, e.Run, e.Why, at, e.Automatic), .. Failed.Where(one => one.Version != e.Version).Take(Most - 1)] },
        VersionUnwatched e => Unwatched(e.Run),
        FailureCleared e => this with { Failed = Failed.RemoveAll(one => one.Version == e.Version) },
        _ => throw new InvalidOperationException($"The book of versions does not know {what.GetType().Name}."),
    };

    private SiteVersions Unwatched(RunId run) => Watched?.Run == run ? this with { Watched = null } : this;
}

public sealed record PassedVersion(string Version, RunId Run, DateTimeOffset At);

/// <param name="Run">The run that brought it.</param>
/// <param name="Why">What failed then: a sentence.</param>
/// <param name="Automatic">It was taken back without anybody being asked: that happens once.</param>
public sealed record FailedVersion(string Version, RunId Run, string Why, DateTimeOffset At, bool Automatic);

public sealed record WatchedVersion(string Version, RunId Run, DateTimeOffset Until);
