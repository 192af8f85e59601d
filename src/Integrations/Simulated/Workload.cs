using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Simulated;

/// <summary>A version that once ran under a name.</summary>
internal sealed record Entry(long Revision, string Version);

/// <summary>What runs beside what is live: the other colour, or a canary.</summary>
/// <param name="Key">The change that brought it there; null = it was live before a switch.</param>
internal sealed record Aside(string Version, int Replicas, string? Key, long? Run, DateTimeOffset StartedAt, DateTimeOffset? HeldAt)
{
    /// <summary>When its last replica is up, unless it is held.</summary>
    [JsonIgnore]
    public DateTimeOffset UpAt => StartedAt + (Pods.Each(Version) * Replicas);

    public RolloutSighting Stand(DateTimeOffset now) => Pods.Stand(Version, Replicas, StartedAt, HeldAt, now);
}

/// <summary>What runs under one name, and since when it has been rolling out.</summary>
internal sealed record Workload(
    string Version, int Replicas, long Revision, string? FromVersion, long? FromRevision, string? Key, long? Run,
    DateTimeOffset StartedAt, DateTimeOffset? HeldAt, Entry[] History)
{
    public Aside? Other { get; init; }

    /// <summary>Jobs by name, and since when each runs.</summary>
    public Dictionary<string, DateTimeOffset>? Jobs { get; init; }

    /// <summary>The change that ended what ran beside, last.</summary>
    public string? Ended { get; init; }

    /// <summary>At how many replicas the rollout is held; null = it is not.</summary>
    public int? Part { get; init; }

    /// <summary>When its last replica is up, unless it is held.</summary>
    [JsonIgnore]
    public DateTimeOffset UpAt => StartedAt + (Pods.Each(Version) * (Part ?? Replicas));

    /// <summary>How a change stands for whoever began it with <paramref name="key"/>.</summary>
    public RolloutSighting See(string key, DateTimeOffset now) =>
        Other is { } other && other.Key == key ? other.Stand(now)
        : Ended == key ? new RolloutSighting(RolloutPhase.Complete, 0, 0, 0, "It is scaled to zero.", null)
        : Key == key || Key is null ? Stand(now)
        : new RolloutSighting(RolloutPhase.Superseded, 0, Replicas, Replicas, $"{Version} was rolled out meanwhile.",
            new Fault(FaultCodes.ChangedByHand, $"Somebody rolled out {Version} meanwhile."));

    public RolloutSighting Stand(DateTimeOffset now)
    {
        if (Part is not { } part) return Pods.Stand(Version, Replicas, StartedAt, HeldAt, now);
        var seen = Pods.Stand(Version, part, StartedAt, HeldAt, now) with { Wanted = Replicas };
        return seen.Phase == RolloutPhase.Complete ? seen with { Says = $"Held at {part} of {Replicas} replicas." } : seen;
    }
}

/// <summary>How replicas come up, by what their version says.</summary>
internal static class Pods
{
    private static readonly TimeSpan PerReplica = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan UntilBlamed = TimeSpan.FromSeconds(2);

    public static TimeSpan Each(string version) => version.Contains("slow", StringComparison.OrdinalIgnoreCase) ? PerReplica * 8 : PerReplica;

    public static RolloutSighting Stand(string version, int replicas, DateTimeOffset startedAt, DateTimeOffset? heldAt, DateTimeOffset now)
    {
        var elapsed = (heldAt ?? now) - startedAt;
        var updated = (int)Math.Clamp(elapsed / Each(version), 0, replicas);
        if (version.Contains("bad", StringComparison.OrdinalIgnoreCase)) return Broken(version, replicas, elapsed);
        if (updated == replicas) return new(RolloutPhase.Complete, replicas, replicas, replicas, $"All {replicas} replicas run {version}.", null);
        return heldAt is not null
            ? new(RolloutPhase.Held, updated, updated, replicas, $"Held at {updated} of {replicas}.", null)
            : new(RolloutPhase.Progressing, Math.Min(updated + 1, replicas), updated, replicas, $"Replica {updated + 1} is being replaced.", null);
    }

    private static RolloutSighting Broken(string version, int replicas, TimeSpan elapsed)
    {
        var fault = new Fault("image-pull", $"The image for {version} can't be pulled: not found (simulated).", "Check that the version was built and pushed.");
        return elapsed < UntilBlamed
            ? new(RolloutPhase.Progressing, 1, 0, replicas, "Replica 1 is being replaced.", null)
            : new(RolloutPhase.Failed, 1, 0, replicas, "The first new replica does not come up.", fault);
    }
}
