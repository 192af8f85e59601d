using System.Collections.Frozen;
using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;
using static ChatOps.Runbooks.Work.RefusalCodes;

namespace ChatOps.Bot.Commands;

/// <summary>What commands are for, in the order that help shows them.</summary>
internal enum Purpose
{
    Change,
    Hold,
    Look,
    Check,
    Steer,
    Learn,
}

/// <summary>One command: how it is written, what it is for, and how its words are understood.</summary>
/// <param name="Synonyms">Other words people say for it.</param>
/// <param name="What">Goes on after its name: "brings a version …".</param>
/// <param name="Options">Without the dashes.</param>
/// <param name="Needs">The right it takes; null = anybody may, or the run says who.</param>
/// <param name="Examples">With SERVICE, VERSION, ENVIRONMENT and RUN standing for real names.</param>
/// <param name="Refusals">The codes it can be refused with, besides those that any command can.</param>
internal sealed record CommandWords(
    string Name, Purpose Purpose, ImmutableArray<string> Synonyms, string Usage, string What, ImmutableArray<string> Options, Right? Needs,
    ImmutableArray<string> Examples, ImmutableArray<string> Refusals, Func<Said, Vocabulary, Heard> Read)
{
    private const string OneReason = "[--reason \"…\"]";
    private static readonly ImmutableArray<string> Names = [WordsMissing, WordsAmbiguous, WordUnknown, ServiceUnknown, EnvironmentUnknown];
    private static readonly ImmutableArray<string> OfRun = [RunUnknown, RunEnded, ReadOnly, NotAllowed];

    public static ImmutableArray<CommandWords> All { get; } =
    [
        new("deploy", Purpose.Change, ["ship", "release"], $"deploy SERVICE VERSION ENVIRONMENT [--plan] {OneReason} [--no-queue] [--at MOMENT] [--exception \"…\"] [--emergency \"…\"] [--again]",
            "brings a version of a service to an environment", ["plan", "reason", "no-queue", "at", "exception", "emergency", "again"], Right.Deploy,
            ["deploy SERVICE VERSION ENVIRONMENT", "deploy SERVICE VERSION ENVIRONMENT --plan", "deploy SERVICE@VERSION to ENVIRONMENT --reason \"fixes the login\""],
            [.. Names, VersionUnknown, ReadOnly, NotAllowed, AlreadyLive, OrderUnmet, Locked, Frozen, WindowClosed, NotPassable, LockHeld, TargetUnavailable, FailedBefore], ReadPlaces.Deploy),
        new("rollback", Purpose.Change, ["undo", "revert", "roll-back"], $"rollback SERVICE ENVIRONMENT [--to VERSION] [--plan] {OneReason} [--no-queue], or rollback RUN",
            "takes a service back to the version before, or to one you name", ["to", "plan", "reason", "no-queue"], Right.Rollback,
            ["rollback SERVICE ENVIRONMENT", "rollback SERVICE ENVIRONMENT --to VERSION", "rollback RUN"],
            [.. Names, VersionUnknown, ReadOnly, NotAllowed, AlreadyLive, NothingToRollBack, RollingBack, LockHeld, TargetUnavailable], ReadPlaces.Rollback),
        new("run", Purpose.Change, ["start"], $"run RUNBOOK SERVICE ENVIRONMENT [NAME=VALUE …] [--plan] {OneReason} [--no-queue]",
            "starts a runbook by its name", ["plan", "reason", "no-queue"], Right.Deploy, ["run RUNBOOK SERVICE ENVIRONMENT", "run RUNBOOK SERVICE ENVIRONMENT --plan"],
            [.. Names, RunbookUnknown, InputMissing, InputUnfit, ReadOnly, NotAllowed, LockHeld], ReadProcedures.Run),
        new("lock", Purpose.Hold, [], "lock [SERVICE] [ENVIRONMENT] \"why\" [--until MOMENT] [--warn], or lock everything \"why\"",
            "keeps changes away from a service, an environment, both or everything; with --warn only warns", ["until", "warn", "reason"], Right.Lock,
            ["lock SERVICE ENVIRONMENT \"investigating\"", "lock ENVIRONMENT \"moving the database\" --until \"tomorrow 10:00\""], [.. Names, ReasonMissing, ReadOnly, NotAllowed], ReadLocks.Lock),
        new("unlock", Purpose.Hold, ["unfreeze"], "unlock LOCK \"why\", or unlock [SERVICE] [ENVIRONMENT] \"why\"",
            "releases a lock; whoever set it is told", ["reason"], Right.Lock, ["unlock 3 \"the cause is fixed\"", "unlock SERVICE ENVIRONMENT \"done\""], [.. Names, LockUnknown, ReasonMissing, ReadOnly, NotAllowed], ReadLocks.Unlock),
        new("fixed", Purpose.Hold, [], "fixed SERVICE VERSION ENVIRONMENT \"what it was\"", "says that what failed in a version is fixed: deploying it there again asks no more", ["reason"], Right.Deploy,
            ["fixed SERVICE VERSION ENVIRONMENT \"the disk was full\""], [.. Names, VersionUnknown, NotMarked, ReasonMissing, ReadOnly, NotAllowed], ReadPlaces.Fixed),
        new("locks", Purpose.Hold, [], "locks", "lists the locks and freezes", [], null, ["locks"], [WordUnknown], (said, _) => ReadLocks.Alone(said, new Command.Locks())),
        new("freeze", Purpose.Hold, [], "freeze [SERVICE] ENVIRONMENT \"why\" --until MOMENT [--from MOMENT], or freeze everything \"why\"",
            "lets nothing change until a moment, save with an exception", ["until", "from", "reason"], Right.Lock, ["freeze ENVIRONMENT \"holiday\" --until Monday", "freeze ENVIRONMENT until Monday \"holiday\""], [.. Names, ReasonMissing, ReadOnly, NotAllowed], ReadLocks.Freeze),
        new("schedules", Purpose.Look, ["later"], "schedules", "lists what is to be started later, and when", [], null, ["schedules"], [WordUnknown], (said, _) => ReadLocks.Alone(said, new Command.Schedules())),
        new("unschedule", Purpose.Change, [], "unschedule NUMBER", "takes back what was to be started later", [], Right.Deploy, ["unschedule 4"], [WordsMissing, LaterUnknown, ReadOnly, NotAllowed], ReadLocks.Unschedule),
        new("queue", Purpose.Look, [], "queue [SERVICE] [ENVIRONMENT]", "tells which runs wait for which", [], null, ["queue", "queue SERVICE"], Names, ReadPlaces.Queue),
        new("whocan", Purpose.Look, ["who-can"], "whocan deploy|rollback|lock SERVICE ENVIRONMENT", "tells who may do what, and why", [], null, ["whocan deploy SERVICE ENVIRONMENT"], Names, ReadPlaces.WhoCan),
        new("status", Purpose.Look, ["live"], "status [SERVICE] [ENVIRONMENT]", "tells what is live where", [], null,
            ["status", "status SERVICE", "status SERVICE ENVIRONMENT"], Names, ReadPlaces.Status),
        new("history", Purpose.Look, ["log"], "history SERVICE [ENVIRONMENT]", "tells what was done to a service, newest first", [], null,
            ["history SERVICE", "history SERVICE ENVIRONMENT"], Names, ReadPlaces.History),
        new("runs", Purpose.Look, [], "runs", "lists the open runs", [], null, ["runs"], [WordUnknown], ReadPlaces.Runs),
        new("stats", Purpose.Look, ["dora", "report"], "stats [SERVICE|GROUP] [--since 30d]", "tells how deploying goes: the four DORA measures, where the time went, the slowest steps, and what went around the rules", ["since"], null,
            ["stats", "stats SERVICE --since 90d"], [WordUnknown, WordsAmbiguous], ReadReports.Stats),
        new("changelog", Purpose.Look, ["changes"], "changelog SERVICE ENVIRONMENT ENVIRONMENT", "tells what runs in one environment and not in the other: commits and pull requests", [], null,
            ["changelog SERVICE ENVIRONMENT ENVIRONMENT"], [.. Names, TargetUnavailable], ReadReports.Changelog),
        new("follow", Purpose.Look, [], "follow", "lets you be told, by a message to you alone, when commits of yours go out, and how they do", [], null, ["follow"], [WordUnknown, ReadOnly], (said, _) => ReadLocks.Alone(said, new Command.Follow(true))),
        new("unfollow", Purpose.Look, [], "unfollow", "ends that", [], null, ["unfollow"], [WordUnknown, ReadOnly], (said, _) => ReadLocks.Alone(said, new Command.Follow(false))),
        new("alerts", Purpose.Look, ["firing"], "alerts", "lists what is firing, and how promises to answer were kept", [], null, ["alerts"], [WordUnknown], (said, _) => ReadLocks.Alone(said, new Command.Alerts())),
        new("why", Purpose.Look, [], "why ALERT", "tells why things about an alert were not sent on their own", [], null, ["why A12"], [WordsMissing, WordUnknown, AlertUnknown], ReadAlerts.Why),
        new("ack", Purpose.Steer, ["acknowledge"], "ack ALERT", "says that you look after an alert; after a while you are asked whether you still do", [], null, ["ack A12"], [WordsMissing, WordUnknown, AlertUnknown, AlertOver, ReadOnly], ReadAlerts.Acknowledge),
        new("silence", Purpose.Steer, ["mute"], "silence ALERT [DURATION] [\"why\"]", "keeps quiet about an alert, here and where it comes from; an hour, where no time is said", ["reason"], null,
            ["silence A12 1h \"being worked on\""], [WordsMissing, WordUnknown, AlertUnknown, AlertOver, ReadOnly, NotAllowed], ReadAlerts.Silence),
        new("oncall", Purpose.Look, ["on-call"], "oncall [SCHEDULE], or oncall swap PERSON FROM TO [--schedule SCHEDULE]", "tells who is on call, until when and who is next; with swap, lets somebody be called in another's place for a time", ["schedule"], null,
            ["oncall", "oncall swap ben@example.com \"tomorrow 09:00\" \"tomorrow 18:00\""], [WordsMissing, WordUnknown, WordsAmbiguous, PersonUnknown, NotInGroup, ReadOnly], ReadOnCall.Read),
        new("incident", Purpose.Steer, [], "incident declare SEVERITY \"what is wrong\" [SERVICE], or incident update|role|sev|resolve|reopen|link|task|done|note|public|show [INCIDENT] …",
            "declares an incident, or does something in one; in its own channel no number is needed", ["since", "stage", "reason", "cause", "follow-ups", "owner"], Right.Incident,
            ["incident declare sev1 \"checkout is failing\" SERVICE", "incident update \"the database is back\" --stage mitigated", "incident role commander me", "incident resolve --cause \"a full disk\" --follow-ups \"alert at 80 %; rotate logs\""],
            [WordsMissing, WordUnknown, ServiceUnknown, AlertUnknown, RunUnknown, IncidentUnknown, IncidentOver, IncidentOpen, TaskUnknown, PersonUnknown, ReasonMissing, TextTooLong, ReadOnly, NotAllowed, NotInGroup, Busy], ReadIncidents.Read),
        new("incidents", Purpose.Look, [], "incidents", "lists the incidents that are open, and the latest that were", [], null, ["incidents"], [WordUnknown], (said, _) => ReadLocks.Alone(said, new Command.Incidents())),
        About("show", Purpose.Look, [], "show RUN", "shows a run's card", [], null, RunVerb.Show, "show RUN", WordsMissing, RunUnknown),
        About("tick", Purpose.Check, ["check"], "tick RUN ITEM", "ticks an item of a checklist, by its number", ["item"], Right.Deploy, RunVerb.Tick, "tick RUN 2", [.. OfRun, ItemUnknown, ItemVerifiesItself, StepNotWaiting]),
        About("untick", Purpose.Check, ["uncheck"], "untick RUN ITEM", "takes a tick back", ["item"], Right.Deploy, RunVerb.Untick, "untick RUN 2", [.. OfRun, ItemUnknown, ItemVerifiesItself, StepNotWaiting]),
        About("approve", Purpose.Check, [], "approve RUN [--plan-hash HASH] [--note \"…\"] [--skip-soak]", "approves exactly the plan you read; without its hash it shows the plan to read", ["plan-hash", "note", "skip-soak", "step"], null, RunVerb.Approve, "approve RUN --plan-hash 1f0c9a2e", [.. OfRun, NotInGroup, ApprovalOwn, ApprovalExpired, PlanChanged, StepNotWaiting, StepNotSkippable]),
        About("reject", Purpose.Check, ["deny"], "reject RUN --reason \"…\"", "says no to a plan, and ends its run", ["reason", "step"], null, RunVerb.Reject, "reject RUN --reason \"not on a Friday\"", [.. OfRun, NotInGroup, ApprovalExpired, ReasonMissing, StepNotWaiting]),
        About("delegate", Purpose.Check, ["handover"], "delegate RUN PERSON", "lets somebody else decide about an approval in your place", ["step"], null, RunVerb.Delegate, "delegate RUN ben@example.com", [.. OfRun, NotInGroup, ApprovalOwn, ApprovalExpired, StepNotWaiting, PersonUnknown]),
        About("done", Purpose.Check, ["go"], "done [RUN] [--step STEP] [--note \"…\"]", "says that what you did by hand is done, or that a run may go on", ["step", "note"], Right.Deploy, RunVerb.Done, "done RUN --note \"42 rows\"", [.. OfRun, StepNotWaiting, ReasonMissing]),
        About("failed", Purpose.Check, [], "failed [RUN] [--step STEP] --reason \"…\"", "says that what you did by hand failed", ["step", "reason"], Right.Deploy, RunVerb.Failed, "failed RUN --reason \"the disk is full\"", [.. OfRun, StepNotWaiting, ReasonMissing]),
        About("take", Purpose.Steer, ["mine"], "take [RUN]", "says that you look after a run that failed", [], Right.Deploy, RunVerb.Take, "take RUN", [.. OfRun, NothingFailed]),
        About("note", Purpose.Steer, [], "note RUN \"…\"", "keeps a note with a run", ["note"], null, RunVerb.Note, "note RUN \"the cache was warm by 14:10\"", [RunUnknown, ReadOnly, WordsMissing]),
        About("supersede", Purpose.Steer, [], "supersede RUN", "lets a run take the place of older ones that wait before it and have changed nothing", [], Right.Deploy, RunVerb.Supersede, "supersede RUN", [RunUnknown, RunEnded, ReadOnly, NotAllowed, LockHeld]),
        About("unwatch", Purpose.Steer, [], "unwatch RUN \"why\"", "stops the watch behind a run: nothing goes back by itself any more", ["reason"], Right.Deploy, RunVerb.Unwatch, "unwatch RUN \"the alarm itself is wrong\"", [RunUnknown, ReadOnly, NotAllowed, ReasonMissing, NotWatched]),
        About("vouch", Purpose.Steer, [], "vouch RUN \"why\"", "says that what a run brought is well, where its watch could not tell or was wrong", ["reason"], Right.Deploy, RunVerb.Vouch, "vouch RUN \"seen in the logs\"", [RunUnknown, ReadOnly, NotAllowed, ReasonMissing, NotWatched]),
        About("here", Purpose.Steer, [], "here [RUN]", "says that you are still there, where a soak asks who watches it", [], null, RunVerb.Here, "here RUN", [.. OfRun, NotInGroup, StepNotWaiting]),
        About("pause", Purpose.Steer, ["hold"], $"pause [RUN] {OneReason}", "holds a run where it is", ["reason"], Right.Deploy, RunVerb.Pause, "pause RUN", [.. OfRun, RunPaused, RunNotPausable]),
        About("resume", Purpose.Steer, ["continue"], "resume [RUN]", "lets a paused run go on", [], Right.Deploy, RunVerb.Resume, "resume RUN", [.. OfRun, RunNotPaused]),
        About("retry", Purpose.Steer, [], "retry [RUN]", "tries a failed step again", [], Right.Deploy, RunVerb.Retry, "retry RUN", [.. OfRun, NothingFailed]),
        About("skip", Purpose.Steer, [], "skip [RUN] [STEP] --reason \"…\"", "goes on without a step; the reason is kept", ["reason", "step"], Right.Deploy, RunVerb.Skip, "skip RUN s3 --reason \"the check is broken\"", [.. OfRun, ReasonMissing, StepUnknown, StepNotWaiting, StepNotSkippable]),
        About("abort", Purpose.Steer, ["cancel", "stop"], $"abort [RUN] {OneReason}", "ends a run; what it changed is rolled back or asked about", ["reason"], Right.Deploy, RunVerb.Abort, "abort RUN --reason \"wrong version\"", [.. OfRun, RollingBack]),
        new("help", Purpose.Learn, ["?"], "help [COMMAND]", "tells what can be said", [], null, ["help deploy"], [CommandUnknown], ReadHelp),
    ];

    private static readonly FrozenDictionary<string, CommandWords> ByName = All.ToFrozenDictionary(command => command.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, CommandWords> BySynonym =
        All.SelectMany(command => command.Synonyms, (command, synonym) => (command, synonym)).ToFrozenDictionary(pair => pair.synonym, pair => pair.command);

    /// <summary>Whether its words are names of services and environments.</summary>
    public bool AboutPlaces => Name is "deploy" or "rollback" or "run" or "status" or "history" or "lock" or "unlock" or "freeze" or "queue" or "fixed";

    public static CommandWords? Find(string word) =>
        ByName.GetValueOrDefault(word) ?? BySynonym.GetValueOrDefault(word.ToLowerInvariant());

    private static CommandWords About(
        string name, Purpose purpose, ImmutableArray<string> synonyms, string usage, string what, ImmutableArray<string> options, Right? needs, RunVerb verb, string example, params ImmutableArray<string> refusals) =>
        new(name, purpose, synonyms, usage, what, options, needs, [example], refusals, (said, vocabulary) => ReadRuns.Read(said, verb, vocabulary));

    private static Heard ReadHelp(Said said, Vocabulary vocabulary)
    {
        if (said.Words.IsEmpty) return new Heard.Understood(new Command.Help(null));
        var word = said.Words[0].Text.TrimStart('/');
        if (Find(word) is { } known) return new Heard.Understood(new Command.Help(known.Name));
        var near = Nearest.To(word, All.Select(command => command.Name));
        return Grammar.No(RefusalCodes.CommandUnknown, $"There is no command {Spoken.Quote(word)}{Spoken.DidYouMean(near)}", "Say help to see the commands.", near.Select(name => said.Instead(0, name)));
    }
}
