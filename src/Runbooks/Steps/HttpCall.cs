using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that sends one HTTP request, expects an answer, and may keep values from it.</summary>
/// <remarks>Only hosts that the settings allow are spoken to. Secrets are named in headers as <c>{secret:NAME}</c> and filled in when the request is sent: plans, cards and events never hold them.</remarks>
/// <param name="Expect">The status code expected.</param>
/// <param name="Json">Fields expected in a JSON answer, by dotted path.</param>
/// <param name="Capture">Names of values to keep, and the dotted path in the answer of each.</param>
/// <param name="Timeout">For the one request.</param>
public sealed record HttpCall(
    StepId Id, string Title, string Method, string Url, ImmutableSortedDictionary<string, string> Headers, string? Body,
    int Expect, ImmutableSortedDictionary<string, string> Json, ImmutableSortedDictionary<string, string> Capture, TimeSpan Timeout) : Step(Id, Title)
{
    /// <param name="Silent">Why nothing answers, while nothing does.</param>
    public sealed record State(string? Last, string? Silent) : StepState;

    public override string Kind => "http";

    public override bool Changes => Method is not ("GET" or "HEAD" or "OPTIONS");

    public override string Says() => $"{Method} {Url}{(Headers.IsEmpty ? "" : $" with {string.Join(", ", Headers.Select(header => $"{header.Key}: {header.Value}"))}")}{(Body is null ? "" : $", sending {Body}")}, expecting {Expect}"
        + string.Concat(Json.Select(field => $" with {field.Key} = {field.Value}")) + (Capture.IsEmpty ? "" : $", keeping {string.Join(", ", Capture.Select(value => $"{value.Key} from {value.Value}"))}");

    public override Step For(PlanContext plan) => this with
    {
        Title = plan.Fill(Title),
        Url = plan.Fill(Url),
        Body = Body is null ? null : plan.Fill(Body),
        Headers = Headers.ToImmutableSortedDictionary(header => header.Key, header => plan.Fill(header.Value)),
    };

    public override StepDecision Begin(StepContext context) => StepDecision.Nothing.And(new SendRequest(), context.Now);

    public override StepState Begun(StepContext context) => new State(null, null);

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => command switch
    {
        RequestAnswered { Good: true } c => StepDecision.Accept(Again(state, new Answered(c.Says, c.Values), new StepPassed())),
        RequestAnswered c => StepDecision.Accept(Again(state, new Answered(c.Says, c.Values), new StepFailed(new Fault("unexpected-answer", $"{Method} {Url}: {c.Says}.", "Look at what answered, then retry.")))),
        WorldSilent c when c.Why != ((State)state).Silent => StepDecision.Accept(new Delayed(c.Why)),
        WorldRefused c => StepDecision.Accept(Again(state, new StepFailed(c.Fault))),
        _ => StepDecision.Nothing,
    };

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at) => (what, (State)state) switch
    {
        (Answered e, var s) => s with { Last = e.Says },
        (Delayed e, var s) => s with { Silent = e.Why },
        (_, var s) => s,
    };

    public override StepDecision Resume(StepState state, StepContext context) => Begin(context);

    private static ImmutableArray<StepEvent> Again(StepState state, params ReadOnlySpan<StepEvent> events) =>
        ((State)state).Silent is null ? [.. events] : [new Delayed(null), .. events];
}
