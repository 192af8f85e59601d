using System.Collections.Immutable;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Cards;

/// <summary>Shows how the gates of a soak stand: the last values as a small line, the limit, the verdict.</summary>
public static class GateLines
{
    /// <summary>What is watched behind the run, else the last soak that has begun and watches gates; null when there is none.</summary>
    public static (Soak Soak, Soak.State State, StepProgress Step)? Of(RunState run) => run.Watch is { } watch && run.Find(watch.Step) is { Step: Soak soak } watched
        ? (soak, new Soak.State(watch.Until) { Tracks = watch.Tracks, Over = watch.Over }, watched)
        : run.Steps.LastOrDefault(step => step is { Step: Soak { Gates.IsEmpty: false }, State: Soak.State }) is { } step
        ? ((Soak)step.Step, (Soak.State)step.State!, step)
        : null;

    /// <summary>A line for each gate; null when the run has none that were watched.</summary>
    public static CardBlock.List? Block(RunState run) => Of(run) is { } watched
        ? new CardBlock.List("Gates", [.. watched.Soak.Gates.Select((gate, at) => Line(gate, watched.State.Tracks[at]))])
        : null;

    /// <summary>Whatever is not good, else the last numbers: for the step's own line and for summaries.</summary>
    public static string? Short(StepProgress step)
    {
        if (step is not { Step: Soak { Gates.IsEmpty: false } soak, State: Soak.State { Tracks.IsEmpty: false } state }) return null;
        var notGood = soak.Gates.Zip(state.Tracks).Where(pair => pair.Second.Verdict is not GateVerdict.Ok).Select(pair => $"{pair.First.Name} {GateJudge.Says(pair.First, pair.Second)}").ToList();
        return notGood.Count > 0
            ? string.Join("; ", notGood)
            : string.Join(", ", soak.Gates.Zip(state.Tracks).Select(pair => $"{pair.First.Name} {GateJudge.ValueInWords(pair.First, pair.Second)}"));
    }

    public static Tone ToneOf(GateVerdict verdict) => verdict switch
    {
        GateVerdict.Ok => Tone.Good,
        GateVerdict.Warn or GateVerdict.Breaching => Tone.Warning,
        GateVerdict.Tripped => Tone.Bad,
        _ => Tone.Waiting,
    };

    /// <summary>Where to look closer at what tripped, or at what nobody knows.</summary>
    public static ImmutableArray<Link> Links(RunState run) =>
        [.. new[] { run.Opened.Tripped?.Link, run.Watch?.Fault?.Link }.Concat(run.Steps.Where(step => step is { Fault.Link: not null }).TakeLast(1).Select(step => step.Fault!.Link))
            .OfType<Uri>().Take(1).Select(link => new Link("What tripped", link))];

    private static ListLine Line(Gate gate, GateTrack track)
    {
        var drawn = Sparkline.Of(track.Samples.Select(sample => sample.Value), gate.Worse == Worse.Higher ? gate.Limit?.Number : null);
        return new ListLine($"{gate.Name} {drawn}{(drawn.Length > 0 ? " " : "")}{GateJudge.ValueInWords(gate, track)} (limit: {gate.LimitInWords}) – {GateJudge.Says(gate, track)}", ToneOf(track.Verdict));
    }
}
