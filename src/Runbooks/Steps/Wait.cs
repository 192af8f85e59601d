using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that waits: until a moment, for a signal from outside, or until somebody says go.</summary>
/// <param name="Until">The moment, as people write it: <c>22:00</c>, <c>tomorrow 10:00</c>; counted from when the step begins. Null = it waits for go or for the signal alone.</param>
/// <param name="Signal">The name by which <c>POST /api/v1/runs/{id}/signals/{name}</c> lets it go on; null = somebody says go.</param>
public sealed record Wait(StepId Id, string Title, string? Until, string? Signal) : Step(Id, Title)
{
    /// <summary>Where <see cref="Until"/> is meant; filled in when the run is planned.</summary>
    public string Zone { get; init; } = "UTC";

    public sealed record State(DateTimeOffset? Until) : StepState;

    public override string Kind => "wait";

    public override Waits Waits => Until is null && Signal is null ? Waits.ForPerson : Waits.ForNobody;

    public override string Says() => (Until, Signal) switch
    {
        ({ } until, _) => $"wait until {until} ({Zone})",
        (_, { } signal) => $"wait for the signal {signal}",
        _ => "wait until somebody says go",
    };

    public override Step For(PlanContext plan) => this with { Title = plan.Fill(Title), Until = Until is null ? null : plan.Fill(Until), Zone = plan.Calendar.Zone.Id };

    public override StepDecision Begin(StepContext context) => Moment(context) is { } until
        ? until <= context.Now ? StepDecision.Accept(new StepPassed()) : StepDecision.Nothing.And(new Wake(), until)
        : StepDecision.Nothing;

    public override StepState Begun(StepContext context) => new State(Moment(context));

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => (command, ((State)state).Until) switch
    {
        (TimePassed, { } until) when context.Now >= until => StepDecision.Accept(new StepPassed()),
        (TimePassed, { } until) => StepDecision.Nothing.And(new Wake(), until),
        (Signalled c, _) when Signal is not null && c.Name == Signal => StepDecision.Accept(new SignalCame(c.Name, c.Text), new StepPassed()),
        (Signalled c, _) => StepDecision.Refuse(RefusalCodes.StepNotWaiting, $"This step does not wait for the signal {c.Name}.", Signal is null ? null : $"It waits for {Signal}."),
        (MarkDone c, _) when Until is null && Signal is null => StepDecision.Accept(new MarkedDone(c.By, c.Note), new StepPassed()),
        (MarkDone, _) => StepDecision.Refuse(RefusalCodes.StepNotWaiting, $"This step waits for {(Until is null ? $"the signal {Signal}" : "a moment")}, not for a person.", "Skip it with a reason where it must not wait."),
        _ => StepDecision.Nothing,
    };

    public override StepDecision Resume(StepState state, StepContext context) =>
        ((State)state).Until is { } until ? StepDecision.Nothing.And(new Wake(), until) : StepDecision.Nothing;

    /// <summary>What can't be read was refused by lint; a moment that passed meanwhile is now.</summary>
    private DateTimeOffset? Moment(StepContext context) => Until is null ? null
        : Calendar.Moment.Read(Until, context.Now, Calendar.Zone.Find(Zone) ?? Calendar.Zone.Utc) is Reading<DateTimeOffset>.Understood { Value: var moment } ? moment : context.Now;
}
