using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Summaries;

/// <summary>Something that happened to the summary of a run. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(SummaryPlaced), "summary-placed")]
[JsonDerivedType(typeof(SummaryPosted), "summary-posted")]
[JsonDerivedType(typeof(SummaryNotPosted), "summary-not-posted")]
[JsonDerivedType(typeof(RunEnded), "summary-run-ended")]
[JsonDerivedType(typeof(ChangesSeen), "summary-changes-seen")]
[JsonDerivedType(typeof(ChangesUnknown), "summary-changes-unknown")]
[JsonDerivedType(typeof(Judged), "summary-judged")]
[JsonDerivedType(typeof(Marked), "summary-marked")]
[JsonDerivedType(typeof(NotMarked), "summary-not-marked")]
public abstract record SummaryEvent;

/// <summary>It is to be shown in these places too.</summary>
/// <param name="Places">As <c>surface:channel</c>.</param>
public sealed record SummaryPlaced(ImmutableArray<string> Places) : SummaryEvent;

public sealed record SummaryPosted(string Place, string Channel, string Message, Uri? Permalink) : SummaryEvent;

/// <summary>It can't be shown in a place, for good.</summary>
public sealed record SummaryNotPosted(string Place, string Why) : SummaryEvent;

/// <summary>The run is over.</summary>
/// <param name="Looks">When its place is looked at again, in order.</param>
public sealed record RunEnded(ImmutableArray<DateTimeOffset> Looks) : SummaryEvent;

/// <summary>It is known what the version brought.</summary>
/// <param name="Changes">Cut to what can be shown; <see cref="ChangeSet.Truncated"/> says so.</param>
/// <param name="Commits">How many there were.</param>
/// <param name="Files">How many files differ.</param>
public sealed record ChangesSeen(ChangeSet Changes, int Commits, int Files) : SummaryEvent;

public sealed record ChangesUnknown(string Why) : SummaryEvent;

/// <summary>The place was looked at again.</summary>
/// <param name="Round">Which of <see cref="RunEnded.Looks"/>, from 0; null = something else called for it.</param>
public sealed record Judged(int? Round, Judgement Judgement) : SummaryEvent;

/// <summary>Another system was told of the run.</summary>
/// <param name="Handle">What it calls its record; null where it has no name.</param>
public sealed record Marked(string System, MarkPhase Phase, string? Handle, Uri? Link) : SummaryEvent;

/// <summary>Another system can't be told.</summary>
public sealed record NotMarked(string System, MarkPhase Phase, string Why) : SummaryEvent;

/// <summary>How events about summaries, and the work they call for, are written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SummaryEvent))]
[JsonSerializable(typeof(AboutSummary))]
public sealed partial class SummaryJson : JsonSerializerContext
{
    private static readonly Dictionary<Type, string> Names = typeof(SummaryEvent).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false)
        .Cast<JsonDerivedTypeAttribute>().ToDictionary(derived => derived.DerivedType, derived => (string)derived.TypeDiscriminator!);

    public static NewEvent Write(SummaryEvent what) => new(Names[what.GetType()], JsonSerializer.Serialize(what, Default.SummaryEvent));

    /// <exception cref="JsonException">An event this version does not know: the load stops, since a state without it would be a lie.</exception>
    public static SummaryEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.SummaryEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}
