using System.Collections.Immutable;
using System.Text.Json;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

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

/// <summary>Sends a step's HTTP request.</summary>
/// <remarks>A request that changes something is sent once per try: when its answer is lost, the step fails and says so, rather than sending it again blindly.</remarks>
internal sealed class RequestHandler(RunEngine engine, IOutgoing outgoing) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.HttpKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        var (run, call) = (errand.Run, (HttpCall)errand.Step.Step);
        if (errand.Work.Attempt > 1 && call.Changes)
            return await ReportAsync(errand, new WorldRefused(new Fault("answer-lost", $"{call.Method} {call.Url} was sent, and its answer was lost.", "Look whether it was done, then retry or skip.")), cancellationToken);
        if (!Uri.TryCreate(run.Fill(call.Url), UriKind.Absolute, out var url))
            return await ReportAsync(errand, new WorldRefused(new Fault("bad-address", $"{call.Url} is no address once it is filled in.", null)), cancellationToken);
        var request = new OutgoingRequest(call.Method, url, call.Headers.ToImmutableSortedDictionary(header => header.Key, header => run.Fill(header.Value)), call.Body is null ? null : run.Fill(call.Body), call.Timeout);

        // Once it is on its way it is waited for, also while the process stops: given up, nobody would know whether it was done.
        return await outgoing.SendAsync(request, call.Changes ? CancellationToken.None : cancellationToken) switch
        {
            Outcome<OutgoingAnswer>.Done done => await ReportAsync(errand, Judge(call, done.Value), cancellationToken),
            Outcome<OutgoingAnswer>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            Outcome<OutgoingAnswer>.Later later when call.Changes => await ReportAsync(errand, new WorldRefused(new Fault("no-answer", $"{later.Why} Whether it was done can't be told.", "Look, then retry or skip.")), cancellationToken),
            Outcome<OutgoingAnswer>.Later later => await SilentAsync(errand, later.Why, later.After, cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }

    private static RequestAnswered Judge(HttpCall call, OutgoingAnswer answer)
    {
        var none = ImmutableSortedDictionary<string, string>.Empty;
        if (answer.Status != call.Expect) return new RequestAnswered(false, $"{answer.Status}, expected {call.Expect}", none);
        if (call.Json.IsEmpty && call.Capture.IsEmpty) return new RequestAnswered(true, $"{answer.Status}", none);
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            if (JsonFields.Wrong(json.RootElement, call.Json) is { } wrong) return new RequestAnswered(false, wrong, none);
            var kept = call.Capture.ToImmutableSortedDictionary(value => value.Key, value => JsonFields.Find(json.RootElement, value.Value) ?? "");
            return kept.FirstOrDefault(value => value.Value.Length == 0) is { Key: { } missing }
                ? new RequestAnswered(false, $"{call.Capture[missing]} is missing from the answer", none)
                : new RequestAnswered(true, $"{answer.Status}", kept.ToImmutableSortedDictionary(value => value.Key, value => value.Value.Length > 500 ? value.Value[..500] : value.Value));
        }
        catch (JsonException)
        {
            return new RequestAnswered(false, "an answer that is not JSON", none);
        }
    }
}
