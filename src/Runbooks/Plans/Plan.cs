using System.Buffers;
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
}

/// <summary>What a run would do, as it is shown to those who approve it.</summary>
/// <param name="FromVersion">What is live before; null when it could not be told.</param>
/// <param name="Where">The target, in words.</param>
/// <param name="OnFailure">What happens when a step fails, in words.</param>
public sealed record Plan(
    RunKind Kind, Site Site, string Version, string? FromVersion, string Where,
    ImmutableArray<PlannedStep> Steps, string OnFailure)
{
    /// <summary>SHA-256 over every field, each with its length in front so that no two plans read alike.</summary>
    [JsonIgnore]
    public PlanHash Hash
    {
        get
        {
            var all = new ArrayBufferWriter<byte>(2048);
            foreach (var part in Parts())
            {
                BinaryPrimitives.WriteInt32BigEndian(all.GetSpan(sizeof(int)), Encoding.UTF8.GetByteCount(part));
                all.Advance(sizeof(int));
                Encoding.UTF8.GetBytes(part, all);
            }

            return new PlanHash(Convert.ToHexStringLower(SHA256.HashData(all.WrittenSpan)));
        }
    }

    private IEnumerable<string> Parts()
    {
        yield return Kind.ToString();
        yield return Site.Service;
        yield return Site.Environment;
        yield return Version;
        yield return FromVersion ?? "";
        yield return Where;
        yield return OnFailure;
        foreach (var step in Steps)
        {
            yield return step.Id.Name;
            yield return step.Kind;
            yield return step.Title;
            yield return step.Says;
        }
    }
}

/// <summary>One step of a plan.</summary>
/// <param name="Says">Everything it would do, in words that change when it changes.</param>
public sealed record PlannedStep(StepId Id, string Kind, string Title, string Says);
