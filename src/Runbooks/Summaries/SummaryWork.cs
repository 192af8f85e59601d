using System.Text.Json;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Summaries;

/// <summary>The work that summaries call for.</summary>
public static class SummaryWork
{
    /// <summary>Stored names.</summary>
    public const string EndKind = "summary-end", ShowKind = "summary-show", ChangesKind = "summary-changes", JudgeKind = "summary-judge", MarksKind = "marks", MarkKind = "mark";

    /// <summary>A run is over: it is counted, summed up, and the changes before it on its place are judged once more.</summary>
    public static WorkItem End(RunId run, DateTimeOffset now) => Item(EndKind, $"{EndKind}:{run}", $"summary:{run}", now, new AboutSummary(run));

    public static WorkItem Show(RunId run, string place, DateTimeOffset now) => Item(ShowKind, $"{ShowKind}:{run}:{place}", place, now, new AboutSummary(run, Place: place));

    public static WorkItem Changes(RunId run, DateTimeOffset due) => Item(ChangesKind, $"{ChangesKind}:{run}", $"summary:{run}", due, new AboutSummary(run));

    /// <param name="round">Null = because something happened, not because its time came.</param>
    public static WorkItem Judge(RunId run, int? round, DateTimeOffset due) => Item(JudgeKind, JudgeKey(run, round), $"summary:{run}", due, new AboutSummary(run, Round: round));

    public static string JudgeKey(RunId run, int? round) => $"{JudgeKind}:{run}:{(round is { } number ? $"{number}" : "now")}";

    /// <summary>Other systems are to be told of a run.</summary>
    public static WorkItem Marks(RunId run, MarkPhase phase, DateTimeOffset now) => Item(MarksKind, $"{MarksKind}:{run}:{phase}", $"marks:{run}", now, new AboutSummary(run, Phase: phase));

    /// <summary>One system is to be told; what it is told of one run, it is told in order.</summary>
    public static WorkItem Mark(RunId run, string system, MarkPhase phase, DateTimeOffset now) =>
        Item(MarkKind, $"{MarkKind}:{run}:{system}:{phase}", $"mark:{system}:{run}", now, new AboutSummary(run, System: system, Phase: phase));

    private static WorkItem Item(string kind, string key, string lane, DateTimeOffset due, AboutSummary about) => new(kind, key, lane, due, about.Write());
}

/// <summary>The payload of work that is about the summary of a run.</summary>
/// <param name="Place">Where it is shown.</param>
/// <param name="Round">Which look it is.</param>
/// <param name="System">Who is told.</param>
public sealed record AboutSummary(RunId Run, string? Place = null, int? Round = null, string? System = null, MarkPhase? Phase = null)
{
    public static AboutSummary Read(WorkItem item) => JsonSerializer.Deserialize(item.Payload, SummaryJson.Default.AboutSummary) ?? throw new JsonException("Work without a payload.");

    public string Write() => JsonSerializer.Serialize(this, SummaryJson.Default.AboutSummary);
}
