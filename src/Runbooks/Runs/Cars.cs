using System.Collections.Immutable;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>The runs of a train's services: how one opens, and how one stands.</summary>
public static class Cars
{
    internal static readonly StepId Board = new("board"), Arrive = new("arrive");

    /// <summary>The run of one of a train's services, exactly as the train's plan has it.</summary>
    /// <param name="behind">Runs before it in the queue of its site.</param>
    public static RunOpened Opened(RunState train, StepId step, Car car, RunId run, ImmutableArray<RunId> behind) => new(
        run, car.Plan, car.Steps, car.Target, car.Protected, car.OnFailure, car.Page, car.Owners, train.Opened.By, $"release train, run {train.Id}", [], behind, null)
    {
        Train = new PartOf(train.Id, step, car.Service),
        Tell = car.Tell,
        OnAbort = car.OnAbort,
    };

    /// <summary>Whether a train's run has not begun: it waits for its place or its wave, and has changed nothing.</summary>
    public static bool Waits(RunState run) => !run.IsOver && !run.MayHaveChanged && run.Find(Board)?.Status is StepStatus.Pending or StepStatus.Active;

    /// <summary>How a train's run stands, as its train is told.</summary>
    public static CarSighting Seen(RunState run) => new(PhaseOf(run), run.Find(Board)?.Status == StepStatus.Passed, run.Rollback is not null, Says(run), Marks(run));

    /// <summary>The step of a train's run where news of one of its services belong now: forward, or on the way back.</summary>
    public static StepProgress? StepFor(RunState train, RunId car) => train.Active.FirstOrDefault(step => step.State switch
    {
        Train.State state => state.Cars.Any(one => one.Run == car),
        TrainBack.State state => state.Cars.Any(one => one.Run == car),
        _ => false,
    });

    /// <summary>Every run that was opened for a train, in any try.</summary>
    public static ImmutableArray<RunId> RunsOf(RunState train) => [.. train.Steps.Select(step => step.State).OfType<Train.State>().SelectMany(state => state.Cars).Select(car => car.Run).OfType<RunId>()];

    private static CarPhase PhaseOf(RunState run) => run.Status switch
    {
        RunStatus.Succeeded => CarPhase.Healthy,
        RunStatus.RolledBack => CarPhase.RolledBack,
        RunStatus.Failed => CarPhase.Left,
        RunStatus.Cancelled => CarPhase.Cancelled,
        RunStatus.Queued => CarPhase.Queued,
        RunStatus.Paused => CarPhase.Paused,
        RunStatus.Deciding => CarPhase.Deciding,
        RunStatus.RollingBack => CarPhase.Returning,
        _ when run.Find(Board)?.Status == StepStatus.Active => CarPhase.Ready,
        _ when run.Find(Arrive)?.Status == StepStatus.Active => CarPhase.Healthy,
        RunStatus.Running => CarPhase.Running,
        _ => CarPhase.Waiting,
    };

    private static string Says(RunState run) => PhaseOf(run) switch
    {
        CarPhase.Queued => $"queued behind run {Words.List(run.Behind.Select(id => id.ToString()))}",
        CarPhase.Ready => "holds its place",
        CarPhase.Healthy => "healthy",
        CarPhase.Running or CarPhase.Returning => run.Current is { } current ? $"{(run.Rollback is null ? "" : "going back: ")}{Lower(current.Step.Title)}" : RunWords.Of(run.Status),
        CarPhase.Waiting => $"{RunWords.Of(run.Status)}{(run.Current is { } current ? $": {Lower(current.Step.Title)}" : "")}",
        CarPhase.Deciding => $"{RunWords.Of(run.Status)}{(Fault(run) is { } why ? $": {why}" : "")}",
        CarPhase.RolledBack => $"{run.Ending}{(Fault(run) is { } why ? $": {why}" : "")}",
        CarPhase.Left or CarPhase.Cancelled => run.Ending ?? RunWords.Of(run.Status),
        _ => RunWords.Of(run.Status),
    };

    private static string? Fault(RunState run) => run.Steps.LastOrDefault(step => step.Fault is not null)?.Fault?.Why.TrimEnd('.');

    private static string Marks(RunState run) => string.Concat(run.Steps.Where(step => step.Way != Way.Back && step.Step is not (Boarding or Arrival)).Select(step => step.Status switch
    {
        StepStatus.Passed => '✓',
        StepStatus.Failed => '✗',
        StepStatus.Active => '▸',
        StepStatus.Skipped or StepStatus.NotReached or StepStatus.Stopped => '–',
        _ => '·',
    }));

    private static string Lower(string title) => title.Length > 1 && char.IsLower(title[1]) ? char.ToLowerInvariant(title[0]) + title[1..] : title;
}
