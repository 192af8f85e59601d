using System.Text.Json;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Sets and releases locks, and says what stands in the way of a change.</summary>
internal sealed class Locks(IStore store, Func<Configuration> configuration, TimeProvider time) : IDisposable
{
    public const string AfterKind = "lock-after", RemindKind = "lock-remind", TellKind = "tell", Lane = "locks";

    /// <summary>How often whoever holds a lock is asked whether it is still needed.</summary>
    public static readonly TimeSpan RemindEvery = TimeSpan.FromHours(4);

    private readonly Ledger<LockBook> ledger = new(store, LockBook.Stream, LockBook.Empty, (book, stored) => book.Evolve(RunJson.ReadLock(stored)), book => book.Version);

    private DateTimeOffset Now => time.GetUtcNow();

    public ValueTask<LockBook> NowAsync(CancellationToken cancellationToken) => ledger.NowAsync(cancellationToken);

    /// <summary>What stands in the way of changing a place now; null when nothing does.</summary>
    public async ValueTask<InTheWay?> RefuseAsync(Site site, Pass pass, CancellationToken cancellationToken)
    {
        var current = configuration();
        return current.Service(site.Service)?.Environment(site.Environment) is { } environment
            ? ChangeRules.Refuse(site, environment, current.Calendar, await NowAsync(cancellationToken), pass, Now)
            : null;
    }

    /// <summary>Tells the locks something. A delivery that comes again changes nothing.</summary>
    /// <param name="completes">The work that this is the answer to.</param>
    public async Task<(LockBook Book, LockDecision Decision)> TellAsync(LockCommand command, Caller? who, string? delivery, ClaimedWork? completes, CancellationToken cancellationToken)
    {
        LockDecision decision = new([], [], null);
        var (book, _) = await ledger.KeepAsync(state =>
        {
            var now = Now;
            decision = LockDecider.Decide(state, command, scope => who is null ? null : May(who, scope), now);
            if (decision.Refused is not null || (decision.Events.IsEmpty && completes is null)) return null;
            return new Commit(now)
            {
                Streams = decision.Events.IsEmpty ? [] : [ledger.Append(state, decision.Events.Select(RunJson.Write))],
                Work = [.. decision.Events.OfType<LockSet>().Select(set => Remind(set.Lock, now)).OfType<WorkItem>(), .. decision.Lost.Select(lost => Told(lost, command, now)).OfType<WorkItem>()],
                Withdrawn = [.. decision.Events.OfType<LockReleased>().Select(gone => $"{RemindKind}:{gone.Id}")],
                Delivery = delivery is null ? null : new Delivery(delivery, "lock"),
                Completes = completes,
            };
        }, cancellationToken);
        return (book, decision);
    }

    public void Dispose() => ledger.Dispose();

    /// <summary>Whether somebody may lock a scope: where it takes in several environments, all of them.</summary>
    private Refusal? May(Caller who, LockScope scope)
    {
        var current = configuration();
        if (AccessRules.ReadOnly(who) is { } unknown) return unknown;
        var places = current.Services.Where(service => scope.Service is null || service.Name.Equals(scope.Service, StringComparison.OrdinalIgnoreCase))
            .SelectMany(service => service.Environments, (service, environment) => (Service: service, Environment: environment))
            .Where(place => scope.Environment is null || place.Environment.Name.Equals(scope.Environment, StringComparison.OrdinalIgnoreCase));
        return places.Select(place => current.Access.Refuse(who, Right.Lock, place.Environment.Name, place.Service.Owners)).FirstOrDefault(refusal => refusal is not null);
    }

    private static WorkItem? Remind(Runbooks.Locks.Lock one, DateTimeOffset now) => one.Place is null || one.Kind == LockKind.Freeze ? null
        : new WorkItem(RemindKind, $"{RemindKind}:{one.Id}", Lane, now + RemindEvery, JsonSerializer.Serialize(new AboutLock(one.Id), LedgerJson.Default.AboutLock));

    private static WorkItem? Told(Runbooks.Locks.Lock lost, LockCommand command, DateTimeOffset now)
    {
        if (lost.Place is not { } place) return null;
        var (who, did, why) = command switch
        {
            LockCommand.Set c => (c.Who.Name, "took over", c.Reason),
            LockCommand.Release c => (c.Who.Name, "released", c.Reason),
            _ => ("chatops", "released", null),
        };
        return Tell(place, $"told:{lost.Id}", $"{lost.By.ShortName}: {who} {did} your lock on {lost.Scope} ({lost.Reason}){(why is null ? "" : $": {why}")}", now);
    }

    /// <summary>A few words to be posted in a place.</summary>
    public static WorkItem Tell(string place, string key, string text, DateTimeOffset now) =>
        new(TellKind, $"{TellKind}:{key}", place, now, JsonSerializer.Serialize(new Telling(place, text), LedgerJson.Default.Telling));

    internal sealed record Telling(string Place, string Text);
}

/// <summary>The payload of work that is about a lock.</summary>
internal sealed record AboutLock(long Id);

/// <summary>The payload of work that is about something to be done later.</summary>
internal sealed record AboutLater(long Id, string? Schedule);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(AboutLock))]
[System.Text.Json.Serialization.JsonSerializable(typeof(AboutLater))]
[System.Text.Json.Serialization.JsonSerializable(typeof(Locks.Telling))]
internal sealed partial class LedgerJson : System.Text.Json.Serialization.JsonSerializerContext;
