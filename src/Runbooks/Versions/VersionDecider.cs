using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Versions;

/// <summary>Decides what is kept of how versions did: pure.</summary>
public static class VersionDecider
{
    /// <summary>What of this is news: what a run says twice is kept once.</summary>
    public static ImmutableArray<VersionEvent> Decide(VersionBook book, IEnumerable<VersionEvent> told)
    {
        var news = ImmutableArray.CreateBuilder<VersionEvent>();
        foreach (var what in told.Where(what => IsNews(book.Of(what.Site), what))) news.Add(what);
        return news.ToImmutable();
    }

    /// <summary>Somebody says that the cause of a failure is fixed.</summary>
    /// <param name="may">Why they may not; null when they may.</param>
    public static (VersionEvent? Event, Refusal? Refused) Clear(VersionBook book, Site site, string version, Caller who, string? reason, Refusal? may)
    {
        if (may is not null) return (null, may);
        if (book.Of(site).FailureOf(version) is null)
        {
            var failed = book.Of(site).Failed;
            return (null, new Refusal(RefusalCodes.NotMarked, $"{version} is not marked as failed in {site}.", failed.IsEmpty ? "No version is." : $"Marked are {Words.List(failed.Take(5).Select(one => one.Version))}."));
        }

        return string.IsNullOrWhiteSpace(reason)
            ? (null, new Refusal(RefusalCodes.ReasonMissing, "Say what the cause was, and that it is fixed.", $"Say: fixed {site.Service} {version} {site.Environment} \"what it was\"."))
            : (new FailureCleared(site, version, who.Person!.Value, reason), null);
    }

    private static bool IsNews(SiteVersions known, VersionEvent what) => what switch
    {
        VersionWatched e => known.Watched?.Run != e.Run,
        VersionUnwatched e => known.Watched?.Run == e.Run,
        VersionPassed e => known.PassOf(e.Version)?.Run != e.Run,
        VersionFailed e => known.FailureOf(e.Version)?.Run != e.Run,
        _ => true,
    };
}
