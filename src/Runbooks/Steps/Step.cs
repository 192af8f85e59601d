using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Conditions;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>One step of a runbook. Each kind is one file: its data, its state, how it decides and how it evolves.</summary>
/// <param name="Title">What people read; may hold <c>{service}</c>, <c>{version}</c>, <c>{environment}</c> and <c>{by}</c> until it is planned.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step")]
[JsonDerivedType(typeof(Checklist), "checklist")]
[JsonDerivedType(typeof(Approval), "approval")]
[JsonDerivedType(typeof(Rollout), "rollout")]
[JsonDerivedType(typeof(HealthCheck), "health")]
[JsonDerivedType(typeof(Soak), "soak")]
[JsonDerivedType(typeof(Notify), "notify")]
[JsonDerivedType(typeof(Summary), "summary")]
[JsonDerivedType(typeof(Wait), "wait")]
[JsonDerivedType(typeof(Manual), "manual")]
[JsonDerivedType(typeof(HttpCall), "http")]
[JsonDerivedType(typeof(SetValues), "set")]
[JsonDerivedType(typeof(JobRun), "job")]
[JsonDerivedType(typeof(Train), "waves")]
[JsonDerivedType(typeof(TrainBack), "waves-back")]
[JsonDerivedType(typeof(Boarding), "wave")]
[JsonDerivedType(typeof(Arrival), "train")]
[JsonDerivedType(typeof(Operate), "operate")]
public abstract record Step(StepId Id, string Title)
{
    /// <summary>What its file says besides what it does: when it belongs, how long it may take, what happens when it fails. Null = nothing.</summary>
    public StepRules? Rules { get; init; }

    /// <summary>Steps that must be behind the run before this one begins; null = the one before it in the list.</summary>
    public ImmutableArray<StepId>? Needs { get; init; }

    /// <summary>The heading it is shown under: the runbook that was run inside this one, or the branch of a parallel step.</summary>
    public string? Part { get; init; }

    /// <summary>The stable name of its kind, as in YAML: <c>checklist</c>, <c>deploy</c>.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>Whether it changes the target, so that there is something to roll back once it began.</summary>
    [JsonIgnore]
    public virtual bool Changes => false;

    /// <summary>Whether a person may skip it, giving a reason. Never an approval: that would be a change without the right to it.</summary>
    [JsonIgnore]
    public virtual bool Skippable => true;

    /// <summary>Whom it waits for while it is active; nobody = it works or time passes.</summary>
    [JsonIgnore]
    public virtual Waits Waits => Waits.ForNobody;

    /// <summary>Everything it would do, in words that change when it changes.</summary>
    public abstract string Says();

    /// <summary>What an approval is bound to beyond the words; null = the words say it all.</summary>
    public virtual string? Bound() => null;

    /// <summary>This step for one run: placeholders filled in, what it needs of the service copied.</summary>
    public virtual Step For(PlanContext plan) => this with { Title = plan.Fill(Title) };

    public abstract StepDecision Begin(StepContext context);

    /// <summary>The state it has when it has just begun.</summary>
    public abstract StepState Begun(StepContext context);

    public abstract StepDecision Decide(StepState state, StepCommand command, StepContext context);

    public virtual StepState Evolve(StepState state, StepEvent what, DateTimeOffset at) => state;

    /// <summary>What has to be asked of the world again after a pause.</summary>
    public virtual StepDecision Resume(StepState state, StepContext context) => StepDecision.Nothing;

    /// <summary>What has to be asked of the world when the run pauses here.</summary>
    public virtual StepDecision Pause(StepState state, StepContext context) => StepDecision.Nothing;

    /// <summary>What has to be ended outside when the step is given up half way: it failed, was skipped, or the run goes back.</summary>
    public virtual StepDecision GiveUp(StepState state, StepContext context) => StepDecision.Nothing;

    /// <summary>What another try keeps of the one before; null = it begins afresh.</summary>
    public virtual StepState? Again(StepState state) => null;

    /// <summary>The state after a pause: what counted time counts it on from there.</summary>
    public virtual StepState Shift(StepState state, TimeSpan pause) => state;

    /// <summary>The step as approvers are shown it: whatever it would do differently reads differently.</summary>
    public PlannedStep Planned() => new(Id, Kind, Title, string.Join(". ", new[] { Says(), Rules?.Says(), After() }.Where(text => !string.IsNullOrEmpty(text)))) { Bound = Bound() };

    private string? After() => Needs is { } needs ? needs.IsEmpty ? "begins at once" : $"after {Words.List(needs.Select(id => id.Name))}" : null;
}

/// <summary>Whom a step waits for.</summary>
public enum Waits
{
    ForNobody,
    ForChecklist,
    ForApproval,
    ForPerson,
}

/// <summary>What a step may copy from when a run is planned.</summary>
/// <param name="By">Who asked.</param>
public sealed record PlanContext(Service Service, ServiceEnvironment Environment, string Version, Person By)
{
    public ImmutableSortedDictionary<string, string> Inputs { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why windows and freezes are passed; null = they are not.</summary>
    public string? Emergency { get; init; }

    /// <summary>Paths that the change touches; null = not known.</summary>
    public ImmutableArray<string>? Changed { get; init; }

    /// <summary>When it is planned; null = it plays no role.</summary>
    public DateTimeOffset? At { get; init; }

    public ChangeCalendar Calendar { get; init; } = ChangeCalendar.Empty;

    /// <summary>Every service there is, for steps that are about more than the run's own; null = not known.</summary>
    public Fleet? Fleet { get; init; }

    /// <summary>What a condition is asked about.</summary>
    public Facts Facts()
    {
        var wall = At is { } at ? Calendar.Zone.Wall(at) : ((DayOfWeek Day, TimeOnly Time)?)null;
        return new Facts(Service.Name, Environment.Name, Environment.Protected, Version.Length == 0 ? null : Version, null, By.Email, Emergency is not null, wall?.Day, wall?.Time, Changed) { Inputs = Inputs };
    }

    public string Fill(string text) => Inputs.Aggregate(text, (filled, input) => filled.Replace($"{{inputs.{input.Key}}}", input.Value, StringComparison.Ordinal))
        .Replace("{service}", Service.Name, StringComparison.Ordinal)
        .Replace("{version}", Version, StringComparison.Ordinal)
        .Replace("{environment}", Environment.Name, StringComparison.Ordinal)
        .Replace("{by}", By.ShortName, StringComparison.Ordinal);
}

/// <summary>What a step is told of its run when it decides.</summary>
/// <param name="Attempt">1 for the first time it is walked; reports of earlier attempts are no news.</param>
/// <param name="Now">The time; for a try that begins after a delay, when it begins.</param>
public sealed record StepContext(RunId Run, PlanHash Plan, Person Requester, int Attempt, DateTimeOffset Now)
{
    /// <summary>Who approved without the soak, where the runbook lets them.</summary>
    public Person? SoakWaivedBy { get; init; }

    /// <summary>Approvals of exactly this plan that were given shortly before, in another run.</summary>
    public ImmutableArray<CarriedApproval> Carried { get; init; } = [];

    /// <summary>What steps before this one kept, by name.</summary>
    public ImmutableSortedDictionary<string, string> Values { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>When a question asked now would close, where working hours were counted; null = they weren't.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Of a run in a release train: the train is over.</summary>
    public bool TrainIsOver { get; init; }

    /// <summary>A text with what was kept: <c>{values.NAME}</c>.</summary>
    public string Fill(string text) => Values.Aggregate(text, (filled, value) => filled.Replace($"{{values.{value.Key}}}", value.Value, StringComparison.Ordinal));
}

/// <summary>How far a step has come; each kind has its own.</summary>
public abstract record StepState;

/// <summary>What a step answers: facts, things to be done outside, or why not.</summary>
public sealed record StepDecision(ImmutableArray<StepEvent> Events, ImmutableArray<Ordered> Orders, Refusal? Refused)
{
    public static readonly StepDecision Nothing = new([], [], null);

    public static StepDecision Accept(params ImmutableArray<StepEvent> events) => new(events, [], null);

    public static StepDecision Refuse(string code, string why, string? next) => new([], [], new Refusal(code, why, next));

    public StepDecision And(Order order, DateTimeOffset due) => this with { Orders = Orders.Add(new Ordered(order, due)) };
}

/// <param name="Due">Not before this.</param>
public sealed record Ordered(Order Order, DateTimeOffset Due);
