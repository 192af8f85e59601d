using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Bot.Worker;

/// <summary>Asks a gate's source for one sample; with the first, also for the time before the change.</summary>
internal sealed class GateHandler(RunEngine engine, GateQuestions questions) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.GateKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        var (ask, run) = ((AskGate)errand.Wanted.Order, errand.Run);
        if (run.Status == RunStatus.Paused || errand.Step is not { Step: Soak soak, State: Soak.State state } || ask.Gate >= soak.Gates.Length) return new Done.Finished();
        var gate = soak.Gates[ask.Gate];
        var (sample, link) = await questions.AskAsync(run, gate, cancellationToken);
        var past = ask.Round == 0 && state.Tracks[ask.Gate].Past.IsEmpty ? await questions.PastAsync(run, soak, gate, cancellationToken) : null;
        return await ReportAsync(errand, new GateAnswered(ask.Gate, ask.Round, sample, link, past), cancellationToken);
    }
}
