using System.Collections.Immutable;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>An incident that is to be declared: that it may be was settled before.</summary>
/// <param name="Place">Where it was said; null = nowhere in a chat.</param>
/// <param name="Alert">The alert that it follows from; null = none.</param>
/// <param name="Alerts">Others that belong to it from the first.</param>
internal sealed record Declaration(string Title, IncidentSeverity Severity, Person? By, ImmutableArray<string> Services, DateTimeOffset? Since, Place? Place, AlertId? Alert, ImmutableArray<IncidentLink> Alerts);

/// <summary>Loads an incident, lets it decide, and keeps what it decided with the work that follows, in one transaction.</summary>
internal sealed partial class IncidentEngine(IStore store, Func<Configuration> configuration, Chats chats, IEnumerable<IRooms> rooms, ChangeLog changes, TimeProvider time, ILogger<IncidentEngine> logger) : IDisposable
{
    private const int Tries = 20, RunsLookedAt = 10;

    /// <summary>What changed so long before it was declared is told on its timeline.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromHours(2);

    private readonly SemaphoreSlim one = new(1, 1);
    private volatile IncidentBook known = IncidentBook.Empty;

    /// <summary>To the microsecond, as every store keeps it.</summary>
    public DateTimeOffset Now => time.GetUtcNow() is var now ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) : now;

    public static Refusal Unknown(IncidentId id) => new(RefusalCodes.IncidentUnknown, $"There is no incident {id}.", "Say incidents to see them.");

    /// <summary>The chat that can make a channel; null when none can.</summary>
    public IRooms? RoomsOf(string surface) => rooms.FirstOrDefault(one => one.Surface == surface);

    /// <summary>Declares an incident. An alert that belongs to an open one already opens no other: that one comes back.</summary>
    /// <param name="delivery">Where it came from outside; null for the bot's own.</param>
    /// <param name="completes">The work that this is the answer to: gone in the same transaction.</param>
    public async Task<Incident> DeclareAsync(Declaration wanted, string? delivery, ClaimedWork? completes, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < Tries; attempt++)
            {
                var book = await LoadBookAsync(cancellationToken);
                var now = Now;
                if (wanted.Alert is { } alert && book.Alerts.TryGetValue(alert, out var has) && await LoadAsync(has, cancellationToken) is { } there) return there;
                var id = new IncidentId(book.Last + 1);
                var declared = await DeclaredAsync(id, wanted, book, now, cancellationToken);
                ImmutableArray<IncidentEvent> events = [declared, .. wanted.Alerts.Select(link => new LinkAdded(null, link)), .. await EarlierAsync(declared, now, cancellationToken) is { } earlier ? [earlier] : Array.Empty<IncidentEvent>()];
                var after = events.Skip(1).Aggregate(Incident.Open(declared, now), (state, what) => state.Evolve(what, now));
                switch (await store.CommitAsync(Kept(null, after, events, book, now) with { Delivery = delivery is null ? null : new Delivery(delivery, id.ToString()), Completes = completes }, cancellationToken))
                {
                    case CommitResult.Committed:
                        Tell(after, events);
                        return after;
                    case CommitResult.Repeated repeated when IncidentId.TryParse(repeated.Answer, out var before) && await LoadAsync(before, cancellationToken) is { } same:
                        return same;
                    case CommitResult.ClaimLost:
                        return after;
                    default:
                        break;
                }
            }
        }
        finally
        {
            one.Release();
        }

        throw new StoreUnavailableException("Too many changes to incidents at once: say it again.");
    }

    /// <summary>Tells an incident something, and keeps what it decides.</summary>
    public async Task<(Incident? Incident, Refusal? Refusal)> TellAsync(IncidentId id, IncidentCommand command, string? delivery, ClaimedWork? completes, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < Tries; attempt++)
            {
                if (await LoadAsync(id, cancellationToken) is not { } before) return (null, Unknown(id));
                var now = Now;
                var (after, decision) = IncidentDecider.Decide(before, command, new IncidentContext(now, configuration().Incidents, who => May(who, before)));
                if (decision.Refused is { } refusal) return (before, refusal);
                if (decision.Events.IsEmpty && completes is null) return (before, null);
                var book = await LoadBookAsync(cancellationToken);
                switch (await store.CommitAsync(Kept(before, after, decision.Events, book, now) with { Delivery = delivery is null ? null : new Delivery(delivery, id.ToString()), Completes = completes }, cancellationToken))
                {
                    case CommitResult.Committed:
                        Tell(after, decision.Events);
                        return (after, null);
                    case CommitResult.Conflict:
                        break;
                    default:
                        return (await LoadAsync(id, cancellationToken), null);
                }
            }
        }
        finally
        {
            one.Release();
        }

        throw new StoreUnavailableException($"Too many changes to {id} at once: say it again.");
    }

    /// <summary>An incident as it stands; null when there is none of that number.</summary>
    public Task<Incident?> FindAsync(IncidentId id, CancellationToken cancellationToken) => LoadAsync(id, cancellationToken);

    public Task<IncidentBook> BookAsync(CancellationToken cancellationToken) => LoadBookAsync(cancellationToken);

    public async Task<ImmutableArray<Incident>> OpenAsync(CancellationToken cancellationToken) => await AllAsync((await LoadBookAsync(cancellationToken)).OpenOnes, cancellationToken);

    /// <summary>Those that are open, and the latest that were.</summary>
    public async Task<ImmutableArray<Incident>> LatestAsync(CancellationToken cancellationToken)
    {
        var book = await LoadBookAsync(cancellationToken);
        return await AllAsync(book.OpenOnes.Concat(book.Newest(20)).Distinct(), cancellationToken);
    }

    /// <summary>Channels of open incidents that a service is part of: its runs are shown there too.</summary>
    public async Task<ImmutableArray<string>> RoomsAboutAsync(string service, CancellationToken cancellationToken) => [.. (await OpenAsync(cancellationToken)).Where(one => one.Concerns(service)).Select(one => one.Room?.Place).OfType<string>().Distinct()];

    /// <summary>An incident's events, oldest first, with when they were kept.</summary>
    public async Task<ImmutableArray<(IncidentEvent What, DateTimeOffset At)>> HistoryAsync(IncidentId id, CancellationToken cancellationToken) => [.. (await store.ReadAsync(id.Stream, 0, cancellationToken)).Select(stored => (IncidentJson.Read(stored), stored.At))];

    /// <summary>Keeps work that an event from outside calls for, once.</summary>
    public Task KeepAsync(WorkItem work, string delivery, CancellationToken cancellationToken) => store.CommitAsync(new Commit(Now) { Work = [work], Delivery = new Delivery(delivery, "") }, cancellationToken);

    public void Dispose() => one.Dispose();

    private Commit Kept(Incident? before, Incident after, ImmutableArray<IncidentEvent> events, IncidentBook book, DateTimeOffset now)
    {
        var (work, withdrawn) = IncidentWork.Of(before, after, events, configuration().Incidents, now);
        ImmutableArray<IncidentBookEvent> entries = [.. IncidentBook.Of(after.Id, events)];
        ImmutableArray<StreamAppend> streams = events.IsEmpty ? [] : [new StreamAppend(after.Id.Stream, before?.Version ?? 0, [.. events.Select(IncidentJson.Write)])];
        return new Commit(now) { Streams = entries.IsEmpty ? streams : streams.Add(new StreamAppend(IncidentBook.Stream, book.Version, [.. entries.Select(IncidentJson.Write)])), Work = work, Withdrawn = withdrawn };
    }

    private async Task<IncidentDeclared> DeclaredAsync(IncidentId id, Declaration wanted, IncidentBook book, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rules = configuration().Incidents;

        var name = RoomName.Of(rules.Prefix, now, wanted.Title, wanted.Services.Length == 1 ? wanted.Services[0] : null, book.Names.Contains);
        var announce = rules.Announce is { } text && Book.PlaceOf(text) is { } place && chats.For(place.Surface) is not null ? text : null;

        // Nobody said where: those who live in Teams alone find it in the channel of what is affected.
        var home = wanted.Place is null && announce is null && rooms.All(one => one.Surface == "teams") ? wanted.Services.Select(configuration().Service).Select(one => one?.Teams).FirstOrDefault(one => one is not null) : null;
        ImmutableArray<string> places = [.. new[] { wanted.Place?.ToString(), announce, home is null ? null : new Place("teams", home).ToString() }.OfType<string>().Distinct()];

        // Where it was declared in a chat that makes no channels, it is talked about there.
        var surface = wanted.Place is { } said ? RoomsOf(said.Surface)?.Surface : (announce is not null && Book.PlaceOf(announce) is { } shown ? RoomsOf(shown.Surface) ?? rooms.FirstOrDefault() : rooms.FirstOrDefault())?.Surface;
        var head = await store.ReadChainHeadAsync(cancellationToken);
        return new IncidentDeclared(id, wanted.Title, wanted.Severity, wanted.By, wanted.Services, wanted.Since, wanted.Alert, surface is null ? null : new WantedRoom(surface, name, rules.Private), places, head?.Place ?? 0);
    }

    /// <summary>What changed on the affected services shortly before.</summary>
    private async Task<Gathered?> EarlierAsync(IncidentDeclared declared, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lines = ImmutableArray.CreateBuilder<GatheredLine>();
        foreach (var service in declared.Services)
        {
            var runs = await store.ListRunsAsync(new RunQuery(service, AtMost: RunsLookedAt), cancellationToken);
            lines.AddRange(runs.Where(run => run.OpenedAt >= now - Before || run.UpdatedAt >= now - Before).Select(run => new GatheredLine(run.OpenedAt, run.By, $"asked before: {run.Says}", Tone.Neutral, $"run {run.Number}", Changes: true)));
        }

        foreach (var change in (await changes.NowAsync(cancellationToken)).Between(now - Before, now).Where(one => one.Service is null || declared.Services.Contains(one.Service, StringComparer.OrdinalIgnoreCase)))
            lines.Add(new GatheredLine(change.At, null, $"before: {change.Says}", Tone.Neutral, change.Source, Changes: true));
        return lines.Count == 0 ? null : new Gathered(declared.Heard, [.. lines.OrderBy(line => line.At)]);
    }

    /// <summary>Who may declare may act: the right, with the owners of what is affected.</summary>
    private Refusal? May(Caller who, Incident incident)
    {
        var current = configuration();
        return IncidentDecider.MayDeclare(current.Access, who, null, [.. incident.Services.Select(current.Service).OfType<Runbooks.Catalog.Service>().SelectMany(service => service.Owners).Distinct()]);
    }

    private async Task<ImmutableArray<Incident>> AllAsync(IEnumerable<IncidentId> ids, CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<Incident>();
        foreach (var id in ids)
        {
            if (await LoadAsync(id, cancellationToken) is { } incident) all.Add(incident);
        }

        return all.ToImmutable();
    }

    /// <summary>Reads on from what is remembered: another process may have gone on.</summary>
    private async Task<IncidentBook> LoadBookAsync(CancellationToken cancellationToken)
    {
        var current = known;
        foreach (var stored in await store.ReadAsync(IncidentBook.Stream, current.Version, cancellationToken)) current = current.Evolve(IncidentJson.ReadBook(stored));
        return known = current;
    }

    private async Task<Incident?> LoadAsync(IncidentId id, CancellationToken cancellationToken)
    {
        Incident? incident = null;
        foreach (var stored in await store.ReadAsync(id.Stream, 0, cancellationToken))
        {
            var what = IncidentJson.Read(stored);
            incident = incident is null ? Incident.Open((IncidentDeclared)what, stored.At) : incident.Evolve(what, stored.At);
        }

        return incident;
    }

    private void Tell(Incident incident, ImmutableArray<IncidentEvent> events)
    {
        foreach (var what in events) Log.Happened(logger, incident.Id, what.GetType().Name, incident.Status);
    }

    private static partial class Log
    {
        [LoggerMessage(140, LogLevel.Information, "Incident {IncidentId}: {Event}, now {Status}")]
        public static partial void Happened(ILogger logger, IncidentId incidentId, string @event, IncidentStatus status);
    }
}
