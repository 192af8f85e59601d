using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Plans;

/// <summary>Names a plan by everything in it: two plans have the same hash exactly when they would be shown and done the same.</summary>
[JsonConverter(typeof(PlanHashConverter))]
public readonly record struct PlanHash(string Hex)
{
    /// <summary>Enough of it for a person to compare.</summary>
    public string Short => Hex is { Length: > 8 } ? Hex[..8] : Hex ?? "";

    public override string ToString() => Hex ?? "";
}

public sealed class PlanHashConverter() : WordConverter<PlanHash>(text => new PlanHash(text), hash => hash.Hex);

/// <summary>What a run does.</summary>
public enum RunKind
{
    Deploy,
    Rollback,

    /// <summary>A runbook that was started by its name: a backup, a restore, maintenance.</summary>
    Procedure,
}

/// <summary>What a run would do, as it is shown to those who approve it.</summary>
/// <param name="FromVersion">What is live before; null when it could not be told.</param>
/// <param name="Where">The target, in words.</param>
/// <param name="OnFailure">What happens when a step fails, in words.</param>
public sealed record Plan(
    RunKind Kind, Site Site, string Version, string? FromVersion, string Where,
    ImmutableArray<PlannedStep> Steps, string OnFailure)
{
    /// <summary>The runbook that was started by its name; null for deployments and rollbacks.</summary>
    public string? Runbook { get; init; }

    private readonly Known known = new();

    /// <summary>SHA-256 over every field, each with its length in front so that no two plans read alike.</summary>
    [JsonIgnore]
    public PlanHash Hash
    {
        get
        {
            // A copy made by "with" shares what is known with the plan that it was made of.
            if (known.Of is not { } found || !ReferenceEquals(found.Plan, this)) known.Of = found = new Worked(this, Work());
            return found.Hash;
        }
    }

    private PlanHash Work()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in Parts())
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            sha.AppendData(length);
            sha.AppendData(bytes);
        }

        return new PlanHash(Convert.ToHexStringLower(sha.GetHashAndReset()));
    }

    /// <summary>A hash that was worked out, and of which plan. It is no part of what a plan says.</summary>
    private sealed class Known
    {
        public Worked? Of { get; set; }

        public override bool Equals(object? obj) => obj is Known;

        public override int GetHashCode() => 0;
    }

    private sealed record Worked(Plan Plan, PlanHash Hash);

    private IEnumerable<string> Parts()
    {
        yield return Kind.ToString();
        yield return Site.Service;
        yield return Site.Environment;
        yield return Version;
        yield return FromVersion ?? "";
        yield return Where;
        yield return OnFailure;
        yield return Runbook ?? "";
        foreach (var step in Steps)
        {
            yield return step.Id.Name;
            yield return step.Kind;
            yield return step.Title;
            yield return step.Says;
            if (step.Bound is { } bound) yield return bound;
        }
    }
}

/// <summary>One step of a plan.</summary>
/// <param name="Says">Everything it would do, in words that change when it changes.</param>
public sealed record PlannedStep(StepId Id, string Kind, string Title, string Says)
{
    /// <summary>What approvals are bound to beyond the words: the plans of other runs, by their hashes. Null = nothing.</summary>
    public string? Bound { get; init; }
}
