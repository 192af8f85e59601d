using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Opens the runs of a release train.</summary>
internal sealed partial class RunEngine
{
    /// <summary>Opens a run for each of a train's services that has none, and tells the train: in one transaction, all of them or none.</summary>
    /// <remarks>
    /// All of a train's places are queued for at one moment, so that of two trains one is behind the other everywhere, and neither can hold what the other waits for.
    /// The train's own event is kept with them: a crash leaves all of it, or nothing.
    /// </remarks>
    /// <param name="completes">The work that asked for it: gone in the same transaction.</param>
    /// <returns>False when the train no longer waits for it; then nothing was done, and the work is left.</returns>
    public async Task<bool> OpenCarsAsync(RunId train, StepId id, ClaimedWork completes, CancellationToken cancellationToken)
    {
        using var held = await locks.TakeAsync(train.Stream.Name, cancellationToken);
        var numbers = new Dictionary<string, RunId>();
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await FindAsync(train, cancellationToken) is not { } run || run.Find(id) is not { Status: StepStatus.Active, Step: Train step, State: Train.State stands } progress) return false;
            var now = Now;
            var (parts, opened, queues, taken) = (new List<Commit>(), new List<RunState>(), new List<SiteQueue>(), new List<CarTaken>());
            foreach (var car in step.Cars)
            {
                if (stands.Find(car.Service)?.Run is { } there && await FindAsync(there, cancellationToken) is { } child && (!child.IsOver || child.Status == RunStatus.Succeeded))
                {
                    taken.Add(new CarTaken(car.Service, there, Cars.Seen(child)));
                    continue;
                }

                if (!numbers.TryGetValue(car.Service, out var number)) numbers[car.Service] = number = new RunId(await store.NextRunNumberAsync(cancellationToken));

                // The place of the train itself is held by the train: its service goes under that turn.
                var queue = car.Plan.Site == run.Site ? null : await LoadQueueAsync(car.Plan.Site, null, cancellationToken);
                var (state, decision) = Decider.Open(Cars.Opened(run, id, car, number, queue?.Line ?? []), now, configuration().Calendar.WorkingHours);
                var part = Book.Of(null, state, decision, now);
                if (queue is not null)
                {
                    var joined = new RunJoined(number, First: false);
                    part = part with { Streams = part.Streams.Add(new StreamAppend(SiteQueue.StreamOf(queue.Site), queue.Version, [RunJson.Write(joined)])) };
                    queues.Add(queue.Evolve(joined));
                }

                parts.Add(part);
                opened.Add(state);
                taken.Add(new CarTaken(car.Service, number, Cars.Seen(state)));
            }

            var (next, told) = Decider.Decide(run, new RunCommand.Report(id, progress.Attempt, new CarsAreTaken([.. taken])), ContextFor(run, now));
            if (told.Events.IsEmpty) return false;
            var commit = Book.Of(run, next, told, now);
            commit = commit with
            {
                Streams = [.. commit.Streams, .. parts.SelectMany(part => part.Streams)],
                Work = [.. commit.Work, .. parts.SelectMany(part => part.Work)],
                Runs = [.. commit.Runs, .. parts.SelectMany(part => part.Runs)],
                Completes = completes,
            };
            switch (await store.CommitAsync(commit, cancellationToken))
            {
                case CommitResult.Committed:
                    foreach (var state in opened)
                    {
                        cache.Keep(state);
                        Log.Opened(logger, state.Id, state.Site, state.Plan.Version, state.Opened.By.Email);
                    }

                    foreach (var queue in queues) cache.Keep(SiteQueue.StreamOf(queue.Site), queue);
                    cache.Keep(next);
                    return true;
                case CommitResult.Conflict conflict:
                    cache.Drop(conflict.Stream);
                    break;
                default:
                    // Somebody else does this work by now.
                    return true;
            }
        }

        throw new StoreUnavailableException($"Too many changes to the places of run {train} at once: it is tried again.");
    }
}
