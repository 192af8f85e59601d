using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>One service of a release train, with all that its own run needs: what was approved is what is done.</summary>
/// <param name="Wave">From 0.</param>
/// <param name="Needs">Services of the train that it needs.</param>
/// <param name="Runbook">What its run walks.</param>
/// <param name="ApprovedBy">The train's approvals that stand in for its own; empty = its run asks for its own, or needs none.</param>
public sealed record Car(
    string Service, int Wave, ImmutableArray<string> Needs, string Runbook, Plan Plan, ImmutableArray<Step> Steps, Target Target, bool Protected,
    RollbackMode OnFailure, GroupName? Page, ImmutableArray<GroupName> Owners, ImmutableArray<StepId> ApprovedBy)
{
    /// <summary>Who is told when a step of its run fails; null = nobody beyond the card.</summary>
    public Recipients? Tell { get; init; }

    /// <summary>What happens when somebody aborts its run; null = as <see cref="OnFailure"/> says.</summary>
    public OnFailure? OnAbort { get; init; }

    /// <summary>Whether its own run asks for approval before it changes anything.</summary>
    [JsonIgnore]
    public bool AsksItself => Steps.TakeWhile(step => !step.Changes).Any(step => step is Approval);

    public string Says() => $"{Service}{(Plan.FromVersion is { } from ? $" {from}" : "")} → {Plan.Version} ({Runbook}, plan {Plan.Hash.Short}{(AsksItself ? ", asks for its own approval" : "")})";
}

/// <summary>How the run of one of a train's services stands.</summary>
public enum CarPhase
{
    /// <summary>Behind another run.</summary>
    Queued,

    /// <summary>It holds its place and waits for its wave.</summary>
    Ready,
    Running,

    /// <summary>It waits for somebody.</summary>
    Waiting,
    Paused,

    /// <summary>It walked all of its runbook, and is well.</summary>
    Healthy,

    /// <summary>A step of it failed, and a person is to decide.</summary>
    Deciding,
    Returning,
    RolledBack,

    /// <summary>It failed, and somebody left it as it is.</summary>
    Left,
    Cancelled,
}

/// <summary>How one of a train's services was last seen.</summary>
/// <param name="Begun">Its wave came: it may have changed something.</param>
/// <param name="Back">It goes back, or went.</param>
/// <param name="Says">In a few words: the step it is at, or why it ended.</param>
/// <param name="Marks">One sign for each of its steps.</param>
public sealed record CarSighting(CarPhase Phase, bool Begun, bool Back, string Says, string Marks)
{
    /// <summary>It will not become healthy, unless somebody does something about it.</summary>
    [JsonIgnore]
    public bool HasFailed => Phase is CarPhase.Deciding or CarPhase.Returning or CarPhase.RolledBack or CarPhase.Left or CarPhase.Cancelled;

    /// <summary>Nothing more will come of taking it back.</summary>
    [JsonIgnore]
    public bool IsBack => Phase is CarPhase.RolledBack or CarPhase.Left or CarPhase.Cancelled;
}

/// <summary>The run of one of a train's services.</summary>
public sealed record CarTaken(string Service, RunId Run, CarSighting Seen);

/// <summary>The first step of a service's run in a train: it holds its place there until its wave comes.</summary>
public sealed record Boarding(StepId Id, string Title) : Step(Id, Title)
{
    public sealed record State : StepState;

    public override string Kind => "wave";

    /// <summary>Before the others nobody may begin: that is what a train is for.</summary>
    public override bool Skippable => false;

    public override string Says() => "wait for its wave";

    public override StepDecision Begin(StepContext context) => StepDecision.Nothing;

    public override StepState Begun(StepContext context) => new State();

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => command is Depart ? StepDecision.Accept(new StepPassed()) : StepDecision.Nothing;
}

/// <summary>The last step of a service's run in a train: it holds its place until the train is over, so that all of it can be taken back.</summary>
public sealed record Arrival(StepId Id, string Title) : Step(Id, Title)
{
    public sealed record State : StepState;

    public override string Kind => "train";

    public override bool Skippable => false;

    public override string Says() => "hold its place until the train is over";

    public override StepDecision Begin(StepContext context) => context.TrainIsOver ? StepDecision.Accept(new StepPassed()) : StepDecision.Nothing;

    public override StepState Begun(StepContext context) => new State();

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => command is TimePassed && context.TrainIsOver ? StepDecision.Accept(new StepPassed()) : StepDecision.Nothing;

    public override StepDecision Resume(StepState state, StepContext context) => context.TrainIsOver ? StepDecision.Nothing.And(new Wake(), context.Now) : StepDecision.Nothing;
}
