using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Simulated;

/// <summary>
/// A stand-in for a cluster inside the process: rollouts take time, a version that contains <c>bad</c> never becomes ready, <c>slow</c> takes
/// long, <c>leaky</c> passes its checks and then breaches its gates (<see cref="SimulatedGates"/>), <c>crashy</c> restarts again and again, <c>hungry</c> for want of memory. What runs is kept in a small file, so that it survives the process as a cluster would.
/// </summary>
/// <param name="file">Where it is kept; null = only in memory.</param>
public sealed class SimulatedTargets(string? file, TimeProvider time) : ITargets, IDisposable
{
    private const int JobsKept = 20;
    private static readonly TimeSpan JobTakes = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CrashesAfter = TimeSpan.FromSeconds(3), CrashesEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Workload> workloads = Load(file);

    public bool Serves(Target target) => target is Target.Simulated;

    public Task<Outcome<Sighting>> LookAsync(Target target, CancellationToken cancellationToken)
    {
        var now = Read(target);
        var stand = now.Stand(time.GetUtcNow());
        return Answer(new Sighting(now.Version, now.Revision, stand.Ready, stand.Wanted, now.Run is { } run ? new RunId(run) : null, null));
    }

    public Task<Outcome<RolloutBegun>> RollOutAsync(Target target, Change change, CancellationToken cancellationToken) =>
        change.Stage is null ? Answer(Begin(target, change, change.Version)) : Task.FromResult(BeginPart(target, change, back: false));

    public Task<Outcome<RolloutBegun>> RollBackAsync(Target target, Change change, long? toRevision, CancellationToken cancellationToken)
    {
        if (change.Stage is not null) return Task.FromResult(BeginPart(target, change, back: true));
        if (toRevision is not { } revision) return RollOutAsync(target, change, cancellationToken);
        var found = Read(target).History.FirstOrDefault(entry => entry.Revision == revision);
        return found is null && change.Version.Length == 0
            ? Task.FromResult<Outcome<RolloutBegun>>(new Outcome<RolloutBegun>.Never(new Fault("revision-gone", $"Revision {revision} is no longer in the history.")))
            : Answer(Begin(target, change, found?.Version ?? change.Version));
    }

    public Task<Outcome<Nothing>> HoldAsync(Target target, Change change, bool hold, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var workload = Of(target);
            var now = time.GetUtcNow();
            if (workload.Other is { } other && other.Key == change.Key)
            {
                if (hold != other.HeldAt is not null) Keep(target, workload with { Other = hold ? other with { HeldAt = now } : other with { HeldAt = null, StartedAt = other.StartedAt + (now - other.HeldAt!.Value) } });
                return Answer(Nothing.Value);
            }

            if (change.Stage is not (null or { Kind: StageKind.Part or StageKind.All }) || hold == (workload.HeldAt is not null)) return Answer(Nothing.Value);
            Keep(target, hold ? workload with { HeldAt = now } : workload with { HeldAt = null, StartedAt = workload.StartedAt + (now - workload.HeldAt!.Value) });
        }

        return Answer(Nothing.Value);
    }

    public async Task<Outcome<RolloutSighting>> ObserveAsync(Target target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + atMost;
        while (true)
        {
            var seen = change.Stage?.Kind == StageKind.Tidy
                ? new RolloutSighting(RolloutPhase.Complete, 0, 0, 0, "Nothing had to be put back (simulated).", null)
                : Read(target).See(change.Key, time.GetUtcNow());
            if (seen != last || time.GetUtcNow() >= until) return new Outcome<RolloutSighting>.Done(seen);
            await Task.Delay(Tick, time, cancellationToken);
        }
    }

    /// <summary>What runs beside shares the traffic as it comes up.</summary>
    public Task<Outcome<Nothing>> SendTrafficAsync(Target target, Change change, CancellationToken cancellationToken) => Answer(Nothing.Value);

    public Task<Outcome<PodNames>> PodNamesAsync(Target target, string version, CancellationToken cancellationToken)
    {
        var now = Read(target);
        string? Named(bool wanted) => now.Version == version == wanted || (now.Other is { } other && other.Version == version == wanted) ? wanted ? "new-.+" : "stable-.+" : null;
        return Answer(new PodNames(Named(true), Named(false)));
    }

    public Task<Outcome<Retired>> RetireAsync(Target target, Change change, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var (after, says) = Strategies.Retire(Of(target), change);
            if (says is not null) Keep(target, after);
            return Answer(new Retired(says));
        }
    }

    public Task<Outcome<Nothing>> StartJobAsync(Target target, Change change, JobToRun job, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var workload = Of(target);
            if (workload.Jobs?.ContainsKey(job.Name) == true) return Answer(Nothing.Value);
            Keep(target, workload with { Jobs = new((workload.Jobs ?? []).OrderBy(one => one.Value).TakeLast(JobsKept)) { [job.Name] = time.GetUtcNow() } });
        }

        return Answer(Nothing.Value);
    }

    public async Task<Outcome<JobSighting>> ObserveJobAsync(Target target, string name, JobSighting? last, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + atMost;
        while (true)
        {
            var seen = See(Read(target), name);
            if (seen != last || time.GetUtcNow() >= until) return new Outcome<JobSighting>.Done(seen);
            await Task.Delay(Tick, time, cancellationToken);
        }
    }

    public Task<Outcome<Nothing>> StopJobAsync(Target target, string name, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var workload = Of(target);
            if (workload.Jobs?.ContainsKey(name) == true) Keep(target, workload with { Jobs = new(workload.Jobs.Where(one => one.Key != name)) });
        }

        return Answer(Nothing.Value);
    }

    public Task<Outcome<PodsSeen>> PodsAsync(Target target, string version, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var (at, now) = (time.GetUtcNow(), Read(target));
        if (now.Version != version) return Answer(new PodsSeen(0, 0, 0, 0, 0));
        var stand = now.Stand(at);

        // One restart every two seconds, from a few seconds after it came up.
        var restarts = version.Contains("crashy", StringComparison.OrdinalIgnoreCase) || version.Contains("hungry", StringComparison.OrdinalIgnoreCase) ? (int)Math.Clamp((at - now.UpAt - CrashesAfter) / CrashesEvery, 0, 100) : 0;
        var killed = version.Contains("hungry", StringComparison.OrdinalIgnoreCase) ? Math.Min(restarts, stand.Wanted) : 0;
        return Answer(new PodsSeen(stand.Ready, stand.Ready, stand.Wanted, restarts, killed) { Says = restarts > 0 ? "restarted: replica 1 (simulated)" : null });
    }

    public Task<Outcome<BackSeen>> LookBackAsync(Target target, string version, long? revision, CancellationToken cancellationToken)
    {
        var now = Read(target);
        var kept = now.History.LastOrDefault(entry => entry.Version == version);
        return Answer(new BackSeen(now.Version == version ? "it runs now (simulated)" : kept is null ? "its revision is gone; it is rolled out by its version (simulated)" : $"revision {kept.Revision} is there, and so is its image (simulated)", null));
    }

    public Task<HealthAnswer> ProbeAsync(Target target, HealthProbe probe, CancellationToken cancellationToken)
    {
        var now = Read(target);
        var (version, stand) = probe.Preview && now.Other is { } other ? (other.Version, other.Stand(time.GetUtcNow())) : (now.Version, now.Stand(time.GetUtcNow()));
        var well = !version.Contains("sick", StringComparison.OrdinalIgnoreCase) && stand.Ready > 0;
        return Task.FromResult(new HealthAnswer(well, well ? $"{probe.Status}, as expected (simulated)" : $"503, expected {probe.Status} (simulated)", TimeSpan.FromMilliseconds(12)));
    }

    /// <summary>Which version runs, and since when all of its replicas may have been up.</summary>
    internal Task<(string Version, DateTimeOffset Since)> RunningAsync(Target target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = Read(target);

        // A canary takes its share of the traffic, so its faults show too.
        return Task.FromResult(now.Other is { Key: not null } canary ? (canary.Version, canary.UpAt) : (now.Version, now.UpAt));
    }

    public void Dispose() => workloads.Clear();

    private RolloutBegun Begin(Target target, Change change, string version)
    {
        lock (gate)
        {
            var old = Of(target);

            // The same change again: it was begun before, whatever became of the answer.
            if (old.Key == change.Key) return new RolloutBegun(old.FromVersion, old.FromRevision, old.Revision, old.FromVersion == old.Version);
            var now = time.GetUtcNow();
            if (old.Version == version && old.Part is null && old.Stand(now).Phase == RolloutPhase.Complete)
            {
                Keep(target, old with { Key = change.Key, FromVersion = old.Version, FromRevision = old.Revision });
                return new RolloutBegun(old.Version, old.Revision, old.Revision, true);
            }

            var revision = old.History.Max(entry => entry.Revision) + 1;
            Keep(target, old with
            {
                Version = version, FromVersion = old.Version, FromRevision = old.Revision, Revision = revision, Key = change.Key, Run = change.Run.Number,
                StartedAt = now, HeldAt = null, Part = null, History = [.. old.History.Where(entry => entry.Version != version).TakeLast(9), new Entry(revision, version)],
            });
            return new RolloutBegun(old.Version, old.Revision, revision, false);
        }
    }

    /// <summary>A job takes two seconds; one whose name says <c>fail</c> fails.</summary>
    private JobSighting See(Workload workload, string name)
    {
        if (workload.Jobs is not { } jobs || !jobs.TryGetValue(name, out var since)) return new(JobPhase.Gone, $"Somebody deleted the job {name} (simulated).", null, "", null);
        if (time.GetUtcNow() - since < JobTakes) return new(JobPhase.Running, $"The job {name} runs (simulated).", null, "", null);
        if (!name.Contains("fail", StringComparison.OrdinalIgnoreCase)) return new(JobPhase.Complete, $"The job {name} completed (simulated).", 0, "done (simulated)", null);
        var why = $"The job {name} failed with exit code 1 (simulated).";
        return new(JobPhase.Failed, why, 1, "it did not work (simulated)", new Fault("job-failed", why, "Its last lines say more; mend it, then retry."));
    }

    private Outcome<RolloutBegun> BeginPart(Target target, Change change, bool back)
    {
        lock (gate)
        {
            var now = Of(target);
            var (after, answer) = Strategies.Begin(now, change, back, time.GetUtcNow());
            if (after != now) Keep(target, after);
            return answer;
        }
    }

    private Workload Read(Target target)
    {
        lock (gate) return Of(target);
    }

    private Workload Of(Target target)
    {
        var simulated = (Target.Simulated)target;
        return workloads.TryGetValue(simulated.Name, out var known)
            ? known with { Replicas = simulated.Replicas }
            : new Workload(simulated.InitialVersion, simulated.Replicas, 1, null, null, null, null, DateTimeOffset.UnixEpoch, null, [new Entry(1, simulated.InitialVersion)]);
    }

    private void Keep(Target target, Workload workload)
    {
        workloads[((Target.Simulated)target).Name] = workload;
        if (file is null) return;
        var fresh = file + ".new";
        File.WriteAllText(fresh, JsonSerializer.Serialize(workloads, SimulatedJson.Default.DictionaryStringWorkload));
        File.Move(fresh, file, overwrite: true);
    }

    private static Dictionary<string, Workload> Load(string? file) => file is null || !File.Exists(file)
        ? []
        : JsonSerializer.Deserialize(File.ReadAllText(file), SimulatedJson.Default.DictionaryStringWorkload) ?? [];

    private static Task<Outcome<T>> Answer<T>(T value) => Task.FromResult<Outcome<T>>(new Outcome<T>.Done(value));
}

[JsonSerializable(typeof(Dictionary<string, Workload>))]
internal sealed partial class SimulatedJson : JsonSerializerContext;
