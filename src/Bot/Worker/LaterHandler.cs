using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Starts what was to be started later, as if it were said now.</summary>
internal sealed class LaterHandler(Laters laters, Desk desk, Openings openings, Callers callers, IStore store, RunEngine engine) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [Laters.LaterKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = JsonSerializer.Deserialize(work.Item.Payload, LedgerJson.Default.AboutLater)!;
        if (about.Schedule is { } name)
        {
            if (laters.Find(name) is not { } scheduled) return new Done.Finished();
            var delivery = string.Create(CultureInfo.InvariantCulture, $"cron:{name}:{work.Item.Due.ToUnixTimeSeconds()}");
            var began = await openings.RunScheduledAsync(scheduled.Runbook, scheduled.Schedule, delivery, cancellationToken);
            await laters.EndAsync(about, Says(began), work, cancellationToken);
            return new Done.Kept();
        }

        if ((await laters.NowAsync(cancellationToken)).All.FirstOrDefault(one => one.Id == about.Id) is not { } later) return new Done.Finished();
        var speaker = new Speaker(await callers.KnownAsync(later.By, later.By.ShortName, cancellationToken), later.Place is { } place ? Book.PlaceOf(place) : null);
        var reply = await desk.HearAsync(speaker, later.Command, $"later:{later.Id}", cancellationToken);
        if (reply.Refusal is { Code: RefusalCodes.StoreUnavailable }) return new Done.Again(null);
        if (reply.Refusal is { } no && later.Place is { } where)
            await store.CommitAsync(new Commit(engine.Now) { Work = [Locks.Tell(where, $"later:{later.Id}", $"{later.By.ShortName}: {later.Command} was to start now, and did not. {no.Why}{(no.Next is null ? "" : $" {no.Next}")}", engine.Now)] }, cancellationToken);
        await laters.EndAsync(about, Says(reply), work, cancellationToken);
        return new Done.Kept();
    }

    private static string Says(Reply reply) => reply.Refusal is { } no ? no.Why : reply.Run is { } run ? $"run {run}" : "done";
}
