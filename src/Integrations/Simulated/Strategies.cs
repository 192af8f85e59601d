using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Simulated;

/// <summary>Parts of blue-green deployments and canaries, at a stand-in: what the workload is after each, and what to answer.</summary>
internal static class Strategies
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    public static (Workload After, Outcome<RolloutBegun> Answer) Begin(Workload now, Change change, bool back, DateTimeOffset at) => change.Stage!.Kind switch
    {
        StageKind.Beside => Start(now, change, now.Replicas, at),
        StageKind.Canary => Start(now, change, Shares.Replicas(now.Replicas, change.Stage.Percent), at),
        StageKind.Part => Place(now, change, Shares.Part(now.Replicas, change.Stage.Percent), at),
        StageKind.All => Place(now, change, null, at),
        StageKind.Tidy => (now, Done(new RolloutBegun(null, null, null, true))),
        StageKind.Switch => back ? SwitchBack(now, change, at) : Switch(now, change, at),
        _ => End(now, change),
    };

    /// <summary>After a switch was kept: what stands by ends, unless traffic has moved since.</summary>
    public static (Workload After, string? Says) Retire(Workload now, Change change) => now.Key == change.Key && now.Other is { } other
        ? (now with { Other = null }, $"{other.Version} was scaled to zero: it has carried no traffic since the switch to {now.Version} (simulated).")
        : (now, null);

    private static (Workload, Outcome<RolloutBegun>) Start(Workload now, Change change, int replicas, DateTimeOffset at)
    {
        var begun = new RolloutBegun(now.Version, now.Revision, null, false);
        if (now.Other?.Key == change.Key) return (now, Done(begun));

        // A canary that grows keeps what is up already.
        var since = now.Other is { } grown && grown.Version == change.Version && grown.Stand(at).Phase == RolloutPhase.Complete && grown.Replicas <= replicas ? at - ((at - grown.StartedAt) * ((double)grown.Replicas / replicas)) : at;
        return (now with { Other = new Aside(change.Version, replicas, change.Key, change.Run.Number, since, null) }, Done(begun));
    }

    /// <summary>Replicas are replaced in place, as far as the part goes; those that are up already stay.</summary>
    private static (Workload, Outcome<RolloutBegun>) Place(Workload now, Change change, int? part, DateTimeOffset at)
    {
        if (now.Key == change.Key) return (now, Done(new RolloutBegun(now.FromVersion, now.FromRevision, now.Revision, now.FromVersion == now.Version)));
        var grows = now.Version == change.Version && now.Part is not null;
        if (now.Version == change.Version && !grows) return (now with { Key = change.Key, FromVersion = now.Version, FromRevision = now.Revision }, Done(new RolloutBegun(now.Version, now.Revision, now.Revision, true)));
        if (grows)
        {
            var up = now.Stand(at).Updated;
            return (now with { Part = part, Key = change.Key, HeldAt = null, StartedAt = at - (Pods.Each(now.Version) * up) }, Done(new RolloutBegun(now.FromVersion, now.FromRevision, now.Revision, false)));
        }

        var revision = now.History.Max(entry => entry.Revision) + 1;
        return (now with
        {
            Version = change.Version, FromVersion = now.Version, FromRevision = now.Revision, Revision = revision, Key = change.Key, Run = change.Run.Number, StartedAt = at, HeldAt = null, Part = part,
            History = [.. now.History.Where(entry => entry.Version != change.Version).TakeLast(9), new Entry(revision, change.Version)],
        }, Done(new RolloutBegun(now.Version, now.Revision, revision, false)));
    }

    private static (Workload, Outcome<RolloutBegun>) Switch(Workload now, Change change, DateTimeOffset at)
    {
        if (now.Key == change.Key) return (now, Done(new RolloutBegun(now.FromVersion, null, null, false)));
        if (now.Other is not { } other || other.Version != change.Version)
            return (now, Never(FaultCodes.ChangedByHand, $"What was to get the traffic runs {now.Other?.Version ?? "nothing"} now, not {change.Version}."));
        return other.Stand(at).Phase == RolloutPhase.Complete ? (Swap(now, other, change, at), Done(new RolloutBegun(now.Version, null, null, false))) : (now, new Outcome<RolloutBegun>.Later($"Traffic is not switched while {change.Version} is not complete."));
    }

    private static (Workload, Outcome<RolloutBegun>) SwitchBack(Workload now, Change change, DateTimeOffset at)
    {
        if (now.Key == change.Key) return (now, Done(new RolloutBegun(now.FromVersion, null, null, false)));
        if (now.Version == change.Version) return (now with { Key = change.Key, Run = change.Run.Number }, Done(new RolloutBegun(now.Other?.Version, null, null, true)));
        if (now.Other is { } other && other.Version == change.Version)
        {
            return other.Stand(at).Phase == RolloutPhase.Complete
                ? (Swap(now, other, change, at), Done(new RolloutBegun(now.Version, null, null, false)))
                : (now, new Outcome<RolloutBegun>.Later($"{change.Version} is brought up again before traffic goes back.", LookAgain));
        }

        return (now with { Other = new Aside(change.Version, now.Replicas, change.Key, change.Run.Number, at, null) }, new Outcome<RolloutBegun>.Later($"{change.Version} is brought up again before traffic goes back.", LookAgain));
    }

    private static (Workload, Outcome<RolloutBegun>) End(Workload now, Change change) => (
        now with { Other = null, Ended = change.Key }, Done(new RolloutBegun(now.Other?.Version, null, null, now.Other is null)));

    private static Workload Swap(Workload now, Aside other, Change change, DateTimeOffset at)
    {
        var revision = now.History.Max(entry => entry.Revision) + 1;
        return now with
        {
            Version = other.Version, StartedAt = other.StartedAt, HeldAt = null, Key = change.Key, Run = change.Run.Number, FromVersion = now.Version, FromRevision = now.Revision,
            Revision = revision, History = [.. now.History.Where(entry => entry.Version != other.Version).TakeLast(9), new Entry(revision, other.Version)],
            Other = new Aside(now.Version, now.Replicas, null, null, at - TimeSpan.FromDays(1), null),
        };
    }

    private static Outcome<RolloutBegun> Done(RolloutBegun begun) => new Outcome<RolloutBegun>.Done(begun);

    private static Outcome<RolloutBegun> Never(string code, string why) => new Outcome<RolloutBegun>.Never(new Fault(code, why, "Start again."));
}
