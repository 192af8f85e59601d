using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Bot.Worker;

/// <summary>Looks whether a checklist item that verifies itself holds.</summary>
internal sealed class VerifyHandler(RunEngine engine, IEnumerable<IVerifier> verifiers, Func<Configuration> configuration) : StepHandler(engine)
{
    private readonly ImmutableArray<IVerifier> all = [.. verifiers];

    public override ImmutableArray<string> Kinds => [RunWork.VerifyKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        var at = ((VerifyItem)errand.Wanted.Order).Item;
        if (errand.Step.Step is not Checklist list || at >= list.Items.Length || list.Items[at].Verify is not { } verify) return new Done.Finished();
        var run = errand.Run;
        if (all.FirstOrDefault(one => one.Names.Contains(verify)) is not { } verifier)
            return await ReportAsync(errand, new ItemLooked(at, ItemVerdict.Unverifiable, $"nothing here verifies {verify}", null), cancellationToken);
        var question = new Question(
            verify, list.Items[at].Options, run.Site.Service, run.Site.Environment, configuration().Service(run.Site.Service)?.Repository,
            run.Plan.Version, run.Plan.FromVersion, run.Opened.By);
        var seen = await verifier.LookAsync(question, cancellationToken);
        return await ReportAsync(errand, new ItemLooked(at, VerdictOf(seen.Verdict), seen.Says, seen.Link), cancellationToken);
    }

    private static ItemVerdict VerdictOf(EvidenceVerdict verdict) => verdict switch
    {
        EvidenceVerdict.Holds => ItemVerdict.Holds,
        EvidenceVerdict.Fails => ItemVerdict.Fails,
        EvidenceVerdict.Pending => ItemVerdict.Pending,
        _ => ItemVerdict.Unknown,
    };
}
