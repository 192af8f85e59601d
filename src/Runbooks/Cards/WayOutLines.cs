using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>Says what going back would mean: before somebody approves, and whenever something is wrong.</summary>
public static class WayOutLines
{
    /// <summary>Null where nobody has to know now.</summary>
    public static CardBlock.List? Of(RunState run) => run.WayOut is { } way && Matters(run) ? new CardBlock.List("If it has to go back", [.. Lines(run, way)]) : null;

    /// <summary>In a few words, for an alert's card.</summary>
    public static string Short(WayOut way) => way.Impossible is { } never ? $"there is no way back: {never}"
        : way.StepsOnly ? way.Between.Any(one => one.How == Undoing.Script) ? "something has to be undone by hand" : "what it changed can be undone"
        : $"it can go back to {way.ToVersion}{(way.Takes is { } takes ? $" in about {Words.Duration(takes)}" : "")}{(way.Between.Any(one => one.How == Undoing.Script) ? ", and something has to be undone by hand" : "")}{(way.ByHand is null ? "" : "; it was changed by hand since")}";

    private static bool Matters(RunState run) => run.Rollback is null && (run.Status is RunStatus.Queued or RunStatus.WaitingForChecklist or RunStatus.WaitingForApproval or RunStatus.Deciding || run.Watch is { Asks: true });

    private static IEnumerable<ListLine> Lines(RunState run, WayOut way)
    {
        if (way.Impossible is { } never) yield return new ListLine($"There is no way back: {never}.", Tone.Bad);
        if (way.ToVersion is { } to)
            yield return new ListLine($"To {to}{(way.Good is { } good ? $", which stayed well in run {good}" : ", which was never watched here")}{(way.Target is null ? "" : $": {way.Target}")}", way.Good is null ? Tone.Warning : Tone.Neutral);
        if (way is { StepsOnly: true, Between.IsEmpty: true }) yield return new ListLine("Nothing was changed that would have to be undone");
        foreach (var one in way.Between)
        {
            yield return new ListLine($"{one.Title}{(one.Run == run.Id ? "" : $" (run {one.Run})")}: {one.How switch { Undoing.Reversible => "is undone with it", Undoing.Script => "has to be undone by hand", _ => "can't be undone" }}", one.How switch { Undoing.Reversible => Tone.Neutral, Undoing.Script => Tone.Warning, _ => Tone.Bad });
        }

        if (way.ByHand is { } hand) yield return new ListLine(hand, Tone.Warning);
        if (way.Takes is { } takes) yield return new ListLine($"It should take about {Words.Duration(takes)}");
    }
}
