using System.Collections.Immutable;

namespace ChatOps.Runbooks.Work;

/// <summary>Every code a refusal can have. The list is closed: <c>docs/refusals.md</c> documents each, and a test holds the two together.</summary>
public static class RefusalCodes
{
    // What was said could not be understood.
    public const string CommandUnknown = "command-unknown";
    public const string WordsMissing = "words-missing";
    public const string WordsAmbiguous = "words-ambiguous";
    public const string WordUnknown = "word-unknown";
    public const string ServiceUnknown = "service-unknown";
    public const string EnvironmentUnknown = "environment-unknown";
    public const string VersionUnknown = "version-unknown";
    public const string RunbookUnknown = "runbook-unknown";
    public const string InputMissing = "input-missing";
    public const string InputUnfit = "input-unfit";
    public const string PersonUnknown = "person-unknown";
    public const string RunUnknown = "run-unknown";
    public const string StepUnknown = "step-unknown";
    public const string AlertUnknown = "alert-unknown";
    public const string IncidentUnknown = "incident-unknown";
    public const string TaskUnknown = "task-unknown";
    public const string ReasonMissing = "reason-missing";
    public const string TextTooLong = "text-too-long";

    // The caller has no right to it.
    public const string ReadOnly = "read-only";
    public const string NotAllowed = "not-allowed";
    public const string NotInGroup = "not-in-group";
    public const string ApprovalOwn = "approval-own";
    public const string LinkUnverified = "link-unverified";
    public const string LinkForeign = "link-foreign";

    // It can't be done now.
    public const string Locked = "locked";
    public const string Frozen = "frozen";
    public const string LockUnknown = "lock-unknown";
    public const string LaterUnknown = "later-unknown";
    public const string NotPassable = "not-passable";
    public const string LockHeld = "lock-held";
    public const string AlreadyLive = "already-live";
    public const string OrderUnmet = "order-unmet";
    public const string NothingToRollBack = "nothing-to-roll-back";
    public const string PlanChanged = "plan-changed";
    public const string ApprovalExpired = "approval-expired";
    public const string ChecklistOpen = "checklist-open";
    public const string ItemUnknown = "item-unknown";
    public const string ItemVerifiesItself = "item-verifies-itself";
    public const string StepNotWaiting = "step-not-waiting";
    public const string StepNotSkippable = "step-not-skippable";
    public const string RunEnded = "run-ended";
    public const string RunNotPaused = "run-not-paused";
    public const string RunPaused = "run-paused";
    public const string RunNotPausable = "run-not-pausable";
    public const string NothingFailed = "nothing-failed";
    public const string RollingBack = "rolling-back";
    public const string WindowClosed = "window-closed";
    public const string AlertOver = "alert-over";
    public const string IncidentOver = "incident-over";
    public const string IncidentOpen = "incident-open";
    public const string TrainImpossible = "train-impossible";
    public const string NotWatched = "not-watched";
    public const string NotMarked = "not-marked";
    public const string FailedBefore = "failed-before";
    public const string LinkExpired = "link-expired";
    public const string LinkUsed = "link-used";

    // The bot itself can't.
    public const string StoreUnavailable = "store-unavailable";
    public const string TargetUnavailable = "target-unavailable";
    public const string Busy = "busy";

    public static ImmutableArray<string> All { get; } =
    [
        CommandUnknown, WordsMissing, WordsAmbiguous, WordUnknown, ServiceUnknown, EnvironmentUnknown, VersionUnknown, RunbookUnknown, InputMissing, InputUnfit, PersonUnknown, RunUnknown, StepUnknown, AlertUnknown, IncidentUnknown, TaskUnknown, ReasonMissing, TextTooLong,
        ReadOnly, NotAllowed, NotInGroup, ApprovalOwn, LinkUnverified, LinkForeign,
        Locked, Frozen, LockUnknown, LaterUnknown, NotPassable, LockHeld, AlreadyLive, OrderUnmet, NothingToRollBack, PlanChanged, ApprovalExpired, ChecklistOpen, ItemUnknown, ItemVerifiesItself,
        StepNotWaiting, StepNotSkippable, RunEnded, RunNotPaused, RunPaused, RunNotPausable, NothingFailed, RollingBack, WindowClosed, AlertOver, IncidentOver, IncidentOpen, TrainImpossible, NotWatched, NotMarked, FailedBefore, LinkExpired, LinkUsed,
        StoreUnavailable, TargetUnavailable, Busy,
    ];

    /// <summary>Those of something that somebody tried to do, and could not or may not: an auditor wants to see them. Words that were not understood and the bot's own trouble are none.</summary>
    private static readonly ImmutableHashSet<string> OfAttempts =
    [
        ReadOnly, NotAllowed, NotInGroup, ApprovalOwn, LinkForeign, LinkExpired, LinkUsed,
        Locked, Frozen, NotPassable, LockHeld, AlreadyLive, OrderUnmet, NothingToRollBack, PlanChanged, ApprovalExpired, ChecklistOpen, ItemVerifiesItself,
        StepNotWaiting, StepNotSkippable, RunEnded, RunNotPaused, RunPaused, RunNotPausable, NothingFailed, RollingBack, WindowClosed, AlertOver,
    ];

    /// <summary>Whether it is the refusal of something that somebody tried, rather than of what was not understood.</summary>
    public static bool IsOfAttempt(string code) => OfAttempts.Contains(code);
}
