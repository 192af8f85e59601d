using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Reports;

/// <summary>Something that is counted. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(RunCounted), "run-counted")]
[JsonDerivedType(typeof(CommitsCounted), "commits-counted")]
[JsonDerivedType(typeof(ReportPlanned), "report-planned")]
[JsonDerivedType(typeof(ReportSent), "report-sent")]
public abstract record RecordEvent;

/// <summary>A run is over.</summary>
public sealed record RunCounted(RunRecord Record) : RecordEvent;

/// <summary>It is known when the commits that a run brought were written.</summary>
public sealed record CommitsCounted(RunId Run, ImmutableArray<DateTimeOffset> Commits) : RecordEvent;

/// <summary>A group's report is wanted; it counts from then on.</summary>
public sealed record ReportPlanned(string Group, DateTimeOffset From) : RecordEvent;

/// <summary>A group's report of the time up to <paramref name="Until"/> was handed over.</summary>
public sealed record ReportSent(string Group, DateTimeOffset Until) : RecordEvent;

/// <summary>Every run that is over, as reports count them: one list of events, the latest of which are at hand.</summary>
/// <param name="Version">How many events it has.</param>
public sealed record RecordBook(long Version, ImmutableSortedDictionary<long, RunRecord> Runs, ImmutableSortedDictionary<string, DateTimeOffset> Reports)
{
    /// <summary>How many runs are at hand; what is older is in the database, and in no report.</summary>
    public const int Most = 20_000;

    /// <summary>How many runs tell what is usual.</summary>
    private const int Latest = 50;

    public static readonly StreamId Stream = new("records");

    public static readonly RecordBook Empty = new(0, ImmutableSortedDictionary<long, RunRecord>.Empty, ImmutableSortedDictionary<string, DateTimeOffset>.Empty);

    public RecordBook Evolve(RecordEvent what) => (what switch
    {
        RunCounted e => Counted(e.Record),
        CommitsCounted e when Runs.TryGetValue(e.Run.Number, out var run) => this with { Runs = Runs.SetItem(e.Run.Number, run with { Commits = e.Commits }) },
        CommitsCounted => this,
        ReportPlanned e => this with { Reports = Reports.SetItem(e.Group, e.From) },
        ReportSent e => this with { Reports = Reports.SetItem(e.Group, e.Until) },
        _ => throw new InvalidOperationException($"Records do not know {what.GetType().Name}."),
    }) with { Version = Version + 1 };

    /// <summary>How long the steps of a place's deployments usually take, by title; only those of which enough is known.</summary>
    public ImmutableDictionary<string, Usual> UsualSteps(Site site, RunId except) => Runs.Values.Reverse()
        .Where(run => run.Site == site && run.Kind == RunKind.Deploy && run.Status == RunStatus.Succeeded && run.Run != except).Take(Latest)
        .SelectMany(run => run.Steps.Where(step => step.Passed)).GroupBy(step => step.Title)
        .Select(group => (group.Key, Usual: Usual.Of(group.Select(step => step.Took)))).Where(one => one.Usual is not null)
        .ToImmutableDictionary(one => one.Key, one => one.Usual!);

    private RecordBook Counted(RunRecord record)
    {
        var runs = Runs.SetItem(record.Run.Number, record);
        return this with { Runs = runs.Count > Most ? runs.Remove(runs.Keys.First()) : runs };
    }
}

/// <summary>How what is counted is written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RecordEvent))]
public sealed partial class RecordJson : JsonSerializerContext
{
    private static readonly Dictionary<Type, string> Names = typeof(RecordEvent).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false)
        .Cast<JsonDerivedTypeAttribute>().ToDictionary(derived => derived.DerivedType, derived => (string)derived.TypeDiscriminator!);

    public static NewEvent Write(RecordEvent what) => new(Names[what.GetType()], JsonSerializer.Serialize(what, Default.RecordEvent));

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static RecordEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.RecordEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}
