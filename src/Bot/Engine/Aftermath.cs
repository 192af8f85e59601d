using System.Globalization;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Who is paged and who is told when a run fails or is aborted, as its runbook says. What orders it is kept with the events that it follows from.</summary>
internal static class Aftermath
{
    /// <summary>Whoever the runbook says is paged, hears of it when somebody takes it on, and is left alone when a person ended it.</summary>
    public static IEnumerable<WorkItem> Paged(RunState? before, RunState after, RunDecision decision, DateTimeOffset now)
    {
        var (failed, aborted) = (after.Opened.Page, after.Opened.OnAbort?.Page);
        if (failed is null && aborted is null) yield break;
        var (subject, title) = ($"run-{after.Id}", RunCard.TitleOf(after));
        PageNews Want(Runbooks.Access.GroupName who, string why) => new(subject, NewsKind.Want, who, title, why, after.Opened.Protected);

        // What an abort leads to is no failure, and no answer to the page that it began.
        var byAbort = decision.Events.Any(what => what is RunAborted);
        foreach (var what in decision.Events)
        {
            var news = what switch
            {
                RunAborted e when aborted is { } who => Want(who, Says(e)),
                DecisionAsked or RollbackBegan or RunCancelled when byAbort => null,
                DecisionAsked e when failed is { } who => Want(who, $"{e.Why}{Failed(after)}{Onwards(after)}") with { Worse = after.Rollback is not null },
                RollbackBegan { By: null, With: null } e when failed is { } who && before?.Status != RunStatus.Deciding => Want(who, $"{WithLink(after.Steps.LastOrDefault(step => step.Fault is not null)?.Fault, e.Why)} It is rolled back to {e.ToVersion} by itself."),
                StepHappened { What: WatchLost e } when failed is { } who && after.Status == RunStatus.Paused => Want(who, $"{e.Why} The run is held until somebody resumes it."),
                RunResumed e => new PageNews(subject, NewsKind.Acknowledged, By: e.By),
                WatchTripped e when failed is { } who => Want(who, $"{WithLink(e.Fault)} {(e.GoesBack ? $"It is rolled back to {after.BackTo} by itself." : $"{(e.Why is null ? "" : $"{e.Why} ")}Roll it back, or say that it is well.")}"),
                WatchTakenBack { Rollback: null } e when failed is { } who => Want(who, $"{WithLink(after.Watch!.Fault!)} {e.Says}") with { Worse = true },
                WatchEnded { How: WatchStatus.Unclear } e when failed is { } who => Want(who, $"Whether {after.Plan.Version} is well can't be told. {e.Says} Look at it, then roll it back or say that it is well.") with { Critical = false },
                WatchVouched => new PageNews(subject, NewsKind.Over, Why: "somebody says that it is well"),
                DecisionTaken e => new PageNews(subject, NewsKind.Acknowledged, By: e.By),
                StepRetried { By: { } by } => new PageNews(subject, NewsKind.Acknowledged, By: by),
                RollbackBegan { By: { } by } => new PageNews(subject, NewsKind.Acknowledged, By: by),
                RunSucceeded or RunGivenUp or RunCancelled => new PageNews(subject, NewsKind.Over, Why: $"the run is {RunWords.Of(after.Status)}"),

                // One that went back by itself still wants somebody to look; one that a person took back does not.
                RunRolledBack when after.Rollback?.By is not null && (after.Aborted is null || aborted is null) => new PageNews(subject, NewsKind.Over, Why: "the run was rolled back"),
                _ => null,
            };
            if (news is { Kind: NewsKind.Want } && Undoable(after, subject) is { } undoable) yield return PageWork.News(undoable, after.Version, now);
            if (news is not null) yield return PageWork.News(news, after.Version, now);
        }
    }

    /// <summary>What whoever is called can take back at once; null where nothing is left to, or it goes back by itself.</summary>
    private static PageNews? Undoable(RunState run, string subject) => run is { Plan.Kind: RunKind.Deploy, Rollback: null, MayHaveChanged: true, CanGoBack: true, BackTo: { Length: > 0 } to }
        ? new PageNews(subject, NewsKind.Cause, Why: $"run {run.Id} brought {run.Plan.Version}", Run: run.Id, BackTo: to) : null;

    /// <summary>Whoever is to be told hears of the trouble, and what came of it.</summary>
    public static IEnumerable<WorkItem> Told(RunState? before, RunState after, RunDecision decision, DateTimeOffset now)
    {
        if (after.Opened.Tell is null && after.Opened.OnAbort?.Tell is null) yield break;
        var byAbort = decision.Events.Any(what => what is RunAborted);
        var ofAbort = after.Aborted is not null ? after.Opened.OnAbort?.Tell : null;
        var ofFailure = after.Aborted is null ? after.Opened.Tell : null;
        foreach (var (what, number) in decision.Events.Select((what, number) => (what, number)))
        {
            var (whom, text) = what switch
            {
                RunAborted e => (ofAbort, $"{Says(e)} {Follows(after)}"),
                _ when byAbort => (null, ""),
                DecisionAsked e => (ofFailure, $"{e.Why} {Fault(after)}Somebody has to decide."),
                RollbackBegan { By: null } e => (ofFailure, $"{e.Why} It is rolled back{To(e)} by itself."),
                RunRolledBack or RunSucceeded or RunGivenUp or RunCancelled when after.Aborted is not null || before?.Troubled == true => (ofAbort ?? ofFailure, RunCard.Fallback(after)),
                _ => (null, ""),
            };
            if (whom is not { IsEmpty: false }) continue;

            // Named by the version that the run has then: each moment is told once, however often it is decided.
            var part = string.Create(CultureInfo.InvariantCulture, $"{after.Version}-{number}");
            yield return RunWork.Of(after, Moment, 0, new Ordered(new Inform(whom, text, part), now));
        }
    }

    /// <summary>What failed, what to do about it and where to look closer: whoever is woken has to know.</summary>
    private static string Failed(RunState run) => run.Steps.LastOrDefault(step => step.Status == StepStatus.Failed)?.Fault is { } fault
        ? $" {fault.Why}{(fault.Next is null ? "" : $" {fault.Next}")}{(fault.Link is null ? "" : $" {fault.Link}")}" : "";

    /// <summary>How a rollback goes on that failed: the bot does nothing more by itself.</summary>
    private static string Onwards(RunState run) => run.Rollback is null && run.Plan.Kind != RunKind.Rollback ? "" : $" Once that is mended, say: retry {run.Id}";

    /// <summary>What is wrong, and where people look closer.</summary>
    private static string WithLink(Fault? fault, string? why = null) => fault?.Link is { } link && (why is null || why == fault.Why) ? $"{fault.Why} {link}" : why ?? fault?.Why ?? "";

    /// <summary>In place of a step's name, where the run as a whole says something.</summary>
    private static StepId Moment { get; } = new("run");

    private static string Says(RunAborted e) => $"{e.By.ShortName} aborted it{(e.Reason is null ? "." : $": {e.Reason.TrimEnd('.')}.")}";

    private static string To(RollbackBegan e) => e.ToVersion.Length == 0 ? "" : $" to {e.ToVersion}";

    private static string Fault(RunState run) => run.Steps.LastOrDefault(step => step.Status == StepStatus.Failed) is { Fault: { } fault } step ? $"{step.Step.Title}: {fault.Why} " : "";

    private static string Follows(RunState run) => run.Status switch
    {
        RunStatus.Cancelled => "Nothing had been changed.",
        RunStatus.RollingBack or RunStatus.RolledBack => run.Rollback is { ToVersion.Length: > 0 } back ? $"It goes back to {back.ToVersion}." : "What it did is undone.",
        _ => "Something had been changed: somebody has to decide.",
    };
}
