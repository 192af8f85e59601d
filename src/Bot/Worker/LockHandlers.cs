using System.Collections.Immutable;
using System.Text.Json;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>After a rollback, locks the place until somebody says that the cause is fixed.</summary>
internal sealed class LockAfterHandler(RunEngine engine, Locks locks) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [Locks.AfterKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(Book.Read(work.Item).Run, cancellationToken) is not { } run) return new Done.Finished();
        var version = run.Rollback is null ? run.Plan.FromVersion ?? "the version before" : run.Plan.Version;
        var command = new LockCommand.AfterRollback(run.Id, new LockScope(run.Site.Service, run.Site.Environment), version, run.Opened.Places.FirstOrDefault());
        await locks.TellAsync(command, null, null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Asks whoever holds a lock whether it is still needed.</summary>
internal sealed class LockRemindHandler(IStore store, Locks locks, TimeProvider time) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [Locks.RemindKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = JsonSerializer.Deserialize(work.Item.Payload, LedgerJson.Default.AboutLock)!;
        var now = time.GetUtcNow();
        if ((await locks.NowAsync(cancellationToken)).All.FirstOrDefault(one => one.Id == about.Id) is not { Place: { } place } held || (held.Until is { } until && until <= now)) return new Done.Finished();
        var who = held.After is null ? $"{held.By.ShortName}: your lock" : "The lock";
        var text = $"{who} on {held.Scope} has been there for {Words.Duration(now - held.From)} ({held.Reason}). Still needed? If not: unlock {held.Id}";
        await store.CommitAsync(new Commit(now)
        {
            Work = [Locks.Tell(place, $"{work.Item.Key}:{work.Item.Due.ToUnixTimeSeconds()}", text, now), work.Item with { Due = now + Locks.RemindEvery }],
            Completes = work,
        }, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Posts a few words in a place.</summary>
internal sealed class TellHandler(Chats chats) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [Locks.TellKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var telling = JsonSerializer.Deserialize(work.Item.Payload, LedgerJson.Default.Telling)!;
        if (Book.PlaceOf(telling.Place) is not { } place || chats.For(place.Surface) is not { } chat) return new Done.Finished();
        return await chat.SayAsync(work, place, new Card(telling.Text, Tone.Neutral, null, telling.Text), work.Item.Key, null, cancellationToken) is Outcome<Posted>.Later later
            ? work.Again(later)
            : new Done.Finished();
    }
}
