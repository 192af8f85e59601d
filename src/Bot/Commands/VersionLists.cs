using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>The versions of a service that somebody may mean, the newest first: as its repository has them, with age, author and checks, and as they ran here.</summary>
internal sealed class VersionLists(IEnumerable<IVersions> sources, Readings readings, Func<Configuration> configuration, TimeProvider time)
{
    /// <summary>Whoever is asked in a dialog can't wait: what is not there by then is left out, and is there the next time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), Fresh = TimeSpan.FromSeconds(30);

    private const int Most = 50;

    private readonly IVersions? source = sources.FirstOrDefault();
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, Task<ImmutableArray<KnownVersion>> Found)> kept = new(StringComparer.OrdinalIgnoreCase);

    public async Task<ImmutableArray<Suggestion>> OfAsync(ServiceWords service, CancellationToken cancellationToken)
    {
        var live = (await readings.BoardAsync(service.Name, null, cancellationToken)).Lines.Where(line => line.Live is not null).ToLookup(line => line.Live!, line => line.Environment);
        var known = await KnownAsync(service.Name, cancellationToken);
        return
        [
            .. known.Select(version => (version.Name, About: About(version)))
                .Concat(service.Versions.Where(version => known.All(one => one.Name != version)).Select(version => (Name: version, About: Enumerable.Empty<string>())))
                .Where(version => Versions.IsOne(version.Name)).Take(Most)
                .Select(version => new Suggestion(version.Name, string.Join(", ", live[version.Name].Select(environment => $"live in {environment}").Take(3).Concat(version.About)))),
        ];
    }

    private IEnumerable<string> About(KnownVersion version)
    {
        if (version.Checks != ChecksState.Unknown) yield return version.Checks switch { ChecksState.Green => "checks green", ChecksState.Red => "checks failed", _ => "checks running" };
        if (version.At is { } at) yield return time.GetUtcNow() - at is var age && age < TimeSpan.FromMinutes(1) ? "just now" : string.Create(CultureInfo.InvariantCulture, $"{Age(age)} ago");
        if (version.By is { } by) yield return by;
    }

    private static string Age(TimeSpan age) => age switch
    {
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min",
        { TotalDays: < 1 } => $"{(int)age.TotalHours} h",
        _ => Words.Count((int)age.TotalDays, "day", "days"),
    };

    private async Task<ImmutableArray<KnownVersion>> KnownAsync(string service, CancellationToken cancellationToken)
    {
        if (source is null || configuration().Services.FirstOrDefault(one => Vocabulary.Same(one.Name, service))?.Repository is not { Length: > 0 } repository) return [];
        var now = time.GetUtcNow();
        var (_, found) = kept.AddOrUpdate(repository, _ => (now, LookAsync(repository)), (_, old) => old.Found.IsCompleted && now - old.At >= Fresh ? (now, LookAsync(repository)) : old);
        try
        {
            return await found.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return [];
        }
    }

    /// <summary>Not ended by whoever asked first: others wait for it too, and the calls have limits of their own.</summary>
    private async Task<ImmutableArray<KnownVersion>> LookAsync(string repository) =>
        await source!.NewestAsync(repository, CancellationToken.None) is Outcome<ImmutableArray<KnownVersion>>.Done { Value: var versions } ? versions : [];
}
