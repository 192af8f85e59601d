using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Sign-ins that were ended before their time: whoever kept a copy of such a cookie can't come back with it, to any replica and after a restart.</summary>
/// <remarks>
/// One list of events for each day (UTC) on which sign-ins would have ended by themselves. It is followed, not read with each request, and nobody reads it again once its day is over.
/// </remarks>
internal sealed class EndedSessions(IStore store, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<DateOnly, Ledger<EndedDay>> days = new();

    /// <exception cref="StoreUnavailableException">It could not be kept: the sign-in still holds.</exception>
    public async Task EndAsync(Session session, CancellationToken cancellationToken)
    {
        var (ledger, name) = (LedgerOf(session), NameOf(session));
        await ledger.KeepAsync(day => day.Names.Contains(name) ? null : new Commit(time.GetUtcNow())
        {
            Streams = [ledger.Append(day, [EndedDay.Write(new SessionEnded(name))])],
            Delivery = new Delivery($"web:signout:{name}", name),
        }, cancellationToken);
    }

    /// <exception cref="StoreUnavailableException">It was not read before and can't be now: nobody may come in by it.</exception>
    public async ValueTask<bool> HasAsync(Session session, CancellationToken cancellationToken) =>
        (await LedgerOf(session).NowAsync(cancellationToken)).Names.Contains(NameOf(session));

    public void Dispose()
    {
        foreach (var ledger in days.Values) ledger.Dispose();
    }

    /// <summary>Cookies whose time is over don't come this far, so the days before yesterday are nobody's.</summary>
    private Ledger<EndedDay> LedgerOf(Session session)
    {
        var day = DayOf(session.Until);
        if (days.TryGetValue(day, out var known)) return known;
        foreach (var past in days.Keys.Where(one => one < DayOf(time.GetUtcNow()).AddDays(-1)))
        {
            if (days.TryRemove(past, out var over)) over.Dispose();
        }

        return days.GetOrAdd(day, one => new Ledger<EndedDay>(store, EndedDay.StreamOf(one), EndedDay.Empty, (state, stored) => state.Evolve(EndedDay.Read(stored)), state => state.Version));
    }

    private static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    /// <summary>Not its own name, of which its forms' tokens are made.</summary>
    private static string NameOf(Session session) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(session.Visit)))[..32];
}

/// <summary>The sign-ins of one day that were ended, by the first half of the hash (SHA-256) of their names.</summary>
internal sealed record EndedDay(long Version, ImmutableHashSet<string> Names)
{
    private const string Kind = "session-ended";

    public static readonly EndedDay Empty = new(0, []);

    public static StreamId StreamOf(DateOnly day) => new(string.Create(CultureInfo.InvariantCulture, $"sessions-ended-{day:yyyy-MM-dd}"));

    public EndedDay Evolve(SessionEnded what) => new(Version + 1, Names.Add(what.Name));

    public static NewEvent Write(SessionEnded what) => new(Kind, JsonSerializer.Serialize(what, EndedSessionJson.Default.SessionEnded));

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static SessionEnded Read(StoredEvent stored) => stored.Type == Kind && JsonSerializer.Deserialize(stored.Body, EndedSessionJson.Default.SessionEnded) is { } read
        ? read : throw new JsonException($"Event {stored.Version} of {stored.Stream} is not known.");
}

/// <summary>Somebody signed out. Stored: a name keeps its meaning for ever.</summary>
internal sealed record SessionEnded(string Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SessionEnded))]
internal sealed partial class EndedSessionJson : JsonSerializerContext;
