using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>What somebody wants of a run, or what the world reports to it.</summary>
public abstract record RunCommand
{
    private RunCommand() { }

    /// <summary>What a person wants. Whether they may is decided here too.</summary>
    public abstract record ByPerson(Caller Who) : RunCommand;

    /// <param name="Step">The step on the card that was clicked; null = the one that waits.</param>
    /// <param name="Item">From 0.</param>
    public sealed record Tick(Caller Who, StepId? Step, int Item) : ByPerson(Who);

    public sealed record Untick(Caller Who, StepId? Step, int Item) : ByPerson(Who);

    /// <param name="Plan">The plan that was read.</param>
    /// <param name="SkipSoak">The soak may be left out, where the runbook lets approvers say so.</param>
    public sealed record Approve(Caller Who, StepId? Step, PlanHash Plan, string? Note = null, bool SkipSoak = false) : ByPerson(Who);

    /// <summary>Somebody else decides in this approver's place.</summary>
    public sealed record Delegate(Caller Who, StepId? Step, Person To) : ByPerson(Who);

    /// <summary>It is done, or may go on.</summary>
    public sealed record Done(Caller Who, StepId? Step, string? Note) : ByPerson(Who);

    /// <summary>What was done by hand failed.</summary>
    public sealed record NotDone(Caller Who, StepId? Step, string? Why) : ByPerson(Who);

    /// <summary>"I look after it": of a run that waits for a decision.</summary>
    public sealed record TakeOn(Caller Who) : ByPerson(Who);

    public sealed record AddNote(Caller Who, string? Text) : ByPerson(Who);

    public sealed record Reject(Caller Who, StepId? Step, string? Reason) : ByPerson(Who);

    public sealed record Pause(Caller Who, string? Reason) : ByPerson(Who);

    public sealed record Resume(Caller Who) : ByPerson(Who);

    /// <param name="Step">Which of several that failed; null = all of them.</param>
    public sealed record Retry(Caller Who, StepId? Step = null) : ByPerson(Who);

    public sealed record Skip(Caller Who, StepId? Step, string? Reason) : ByPerson(Who);

    public sealed record RollBack(Caller Who, string? Reason) : ByPerson(Who);

    public sealed record Abort(Caller Who, string? Reason) : ByPerson(Who);

    /// <summary>The world reports to a step.</summary>
    /// <param name="Attempt">The attempt that asked; reports to earlier ones are no news.</param>
    public sealed record Report(StepId Step, int Attempt, StepCommand What) : RunCommand;

    /// <summary>The run before this one ended.</summary>
    /// <param name="Plan">What the plan would be now; null = it could not be told, or is as it was.</param>
    public sealed record TakeTurn(Plan? Plan, ImmutableArray<Step> Steps, string Why) : RunCommand;

    /// <summary>A rollback goes ahead of this run.</summary>
    public sealed record GiveWay(RunId To) : RunCommand;

    /// <summary>What the run was planned from has changed.</summary>
    public sealed record ChangePlan(Plan Plan, ImmutableArray<Step> Steps, string Why) : RunCommand;

    /// <summary>A step's time is up.</summary>
    public sealed record Expired(StepId Step, int Attempt) : RunCommand;

    /// <summary>A signal came from outside.</summary>
    public sealed record Signal(string Name, string? Text) : RunCommand;

    /// <summary>A newer version takes this one's place while it waits.</summary>
    /// <param name="By">Null = by itself, since the newer one was approved.</param>
    public sealed record GiveUpFor(RunId Newer, string Version, Person? By) : RunCommand;

    /// <summary>What a release train wants of the run of one of its services.</summary>
    public abstract record OfTrain(RunId Train) : RunCommand;

    /// <summary>It is not to begin.</summary>
    public sealed record CallOff(RunId Train, string Why) : OfTrain(Train);

    /// <summary>It is to be taken back, or cancelled where it changed nothing.</summary>
    public sealed record TakeBack(RunId Train, string Why) : OfTrain(Train);

    /// <summary>What failed is to be tried again.</summary>
    public sealed record TryAgain(RunId Train) : OfTrain(Train);

    /// <summary>The train is over: places need not be held any longer.</summary>
    public sealed record EndWith(RunId Train, string Why) : OfTrain(Train);

    /// <summary>To a release train: how the run of one of its services stands.</summary>
    public sealed record HearOf(string Service, RunId Car, CarSighting Seen) : RunCommand;

    /// <summary>The watch behind the run is to end.</summary>
    public sealed record StopWatch(Caller Who, string? Reason) : ByPerson(Who);

    /// <summary>It is well, where its gates could not tell or were wrong.</summary>
    public sealed record Vouch(Caller Who, string? Reason) : ByPerson(Who);

    /// <summary>Somebody who watches a soak is still there.</summary>
    public sealed record Here(Caller Who, StepId? Step) : ByPerson(Who);

    /// <summary>A gate that is watched behind the run was asked, and this came of it.</summary>
    /// <param name="Round">Which of its samples this is.</param>
    public sealed record WatchAnswered(int Gate, int Round, GateSample Sample, Uri? Link = null) : RunCommand;

    /// <summary>The time of the watch behind the run is over.</summary>
    public sealed record WatchOver : RunCommand;

    /// <summary>Something newer has begun to change the place.</summary>
    public sealed record SupersedeWatch(string Why) : RunCommand;

    /// <summary>What going back would mean was looked up.</summary>
    public sealed record SawWayOut(WayOut WayOut) : RunCommand;

    /// <summary>What came of going back by itself.</summary>
    public sealed record WatchTakenBack(RunId? Rollback, string Says) : RunCommand;

    /// <summary>What became of a page about it.</summary>
    public sealed record PageWas(string Says) : RunCommand;

    public sealed record CardWasPosted(string Place, string Channel, string Message, Uri? Permalink) : RunCommand;

    public sealed record CardWasNotPosted(string Place, string Why) : RunCommand;

    /// <summary>A chat that the run is shown in can't be reached.</summary>
    public sealed record ChatIsSilent(string Surface) : RunCommand;

    /// <summary>What was to be said to somebody could not be brought to them.</summary>
    public sealed record WasNotInformed(string Whom, string Why) : RunCommand;
}

/// <summary>What a run is told when it decides.</summary>
/// <param name="Owners">The groups that own the service now.</param>
public sealed record RunContext(DateTimeOffset Now, AccessRules Access, ImmutableArray<GroupName> Owners)
{
    /// <summary>At which approvers can be expected to answer.</summary>
    public WorkingHours Hours { get; init; } = WorkingHours.Always;
}

/// <summary>What a run answers: facts, things to be done, or why not.</summary>
/// <param name="Withdrawn">Keys of work that is no longer wanted.</param>
public sealed record RunDecision(ImmutableArray<RunEvent> Events, ImmutableArray<WorkItem> Work, ImmutableArray<string> Withdrawn, Refusal? Refused)
{
    public static readonly RunDecision Nothing = new([], [], [], null);

    public static RunDecision Refuse(Refusal refusal) => new([], [], [], refusal);
}
