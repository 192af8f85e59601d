using System.Collections.Immutable;
using System.Text.Json;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Rotas;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Schedules;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Versions;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Audit;

/// <summary>Reads decisions out of the chain. Give it every entry in order, since what a decision was about is known from those before it.</summary>
/// <param name="others">Who reads the streams that are not kept by the rules here, by the stream.</param>
public sealed class AuditLines(IReadOnlyDictionary<StreamId, Func<ChainEntry, AuditLine?>> others)
{
    private readonly Dictionary<StreamId, RunState> runs = [];

    /// <summary>The decision in this entry; null where nothing was decided (a rollout moved, a card was posted).</summary>
    /// <exception cref="JsonException">It is not an event that this version knows.</exception>
    public AuditLine? Next(ChainEntry entry)
    {
        var stored = entry.Event;
        if (stored.Stream == LockBook.Stream) return OfLock(entry, RunJson.ReadLock(stored));
        if (stored.Stream == LaterBook.Stream) return OfLater(entry, RunJson.ReadLater(stored));
        if (stored.Stream == RefusalBook.Stream) return OfRefusal(entry, RefusalJson.Read(stored));
        if (stored.Stream == VersionBook.Stream) return OfVersion(entry, VersionJson.Read(stored));
        if (stored.Stream == OnCallBook.Stream) return OfSwap(entry, OnCallJson.Read(stored));
        if (stored.Stream == ChangeBook.Stream) return OfChange(entry, ChangeJson.Read(stored));
        if (stored.Stream.Name.StartsWith("alert-", StringComparison.Ordinal)) return OfAlert(entry, AlertJson.Read(stored));
        if (stored.Stream.Name.StartsWith("incident-", StringComparison.Ordinal)) return OfIncident(entry, IncidentJson.Read(stored));
        if (stored.Stream.Name.StartsWith("page-", StringComparison.Ordinal)) return OfPage(entry, PageJson.Read(stored));
        if (stored.Stream.Name.StartsWith("run-", StringComparison.Ordinal)) return OfRun(entry, RunJson.ReadRun(stored));
        return others.GetValueOrDefault(stored.Stream)?.Invoke(entry);
    }

    private static AuditLine? OfAlert(ChainEntry entry, AlertEvent what)
    {
        var group = "A" + entry.Event.Stream.Name["alert-".Length..];
        return what switch
        {
            AlertAcknowledged e => Line(entry, e.By, "alert-acknowledged", $"acknowledged {group}", null),
            AcknowledgementLapsed e => Line(entry, null, "acknowledgement-lapsed", $"{group} fires again: {e.Why}", null),
            SilenceAsked e => Line(entry, e.By, "silence-asked", $"silenced {group} until {Time(e.Until)}{(e.Reason is null ? "" : $": {e.Reason}")}", null),
            PageWanted e => Line(entry, null, "page-wanted", $"{group} pages {e.Who}: {e.Why}", null),
            _ => null,
        };
    }

    private static AuditLine? OfIncident(ChainEntry entry, IncidentEvent what)
    {
        var id = "INC-" + entry.Event.Stream.Name["incident-".Length..];
        return what switch
        {
            IncidentDeclared e => Line(entry, e.By, "incident-declared", $"declared {id} {e.Severity.Name}: {e.Title}", null),
            RoleTaken e => Line(entry, e.By, "role-taken", $"{e.Person.Email} is {IncidentWords.Of(e.Role)} of {id}", null),
            StatusUpdated e => Line(entry, e.By, "incident-updated", $"{id}: {e.Text}", null),
            SeverityChanged e => Line(entry, e.By, "severity-changed", $"{id} from {e.From.Name} to {e.To.Name}{(e.Reason is null ? "" : $": {e.Reason}")}", null),
            PublicSaid e => Line(entry, e.By, "public-said", $"{id}, for people outside: {e.Text}", null),
            IncidentResolved e => Line(entry, e.By, "incident-resolved", $"resolved {id}: {e.Cause}", null),
            IncidentReopened e => Line(entry, e.By, "incident-reopened", $"opened {id} again: {e.Why}", null),
            CommanderMissing e => Line(entry, null, "commander-missing", $"{id} has no commander{(e.Page is { } who ? $": pages {who}" : "")}", null),
            _ => null,
        };
    }

    private static AuditLine? OfPage(ChainEntry entry, PageEvent what) => what switch
    {
        PageBegan e => Line(entry, null, "page-began", $"pages {e.Who}: {e.Why}", null),
        PersonCalled e => Line(entry, null, "person-called", $"called {e.Person.Email}", null),
        PageAcknowledged e => Line(entry, e.By, "page-acknowledged", $"{(e.By is null ? $"{e.Name} took" : "took")} the page of {entry.Event.Stream.Name["page-".Length..]}{(e.Through is null ? "" : $", in {e.Through}")}", null),
        PageUnanswered => Line(entry, null, "page-unanswered", "everybody was called, and nobody answered", null),
        _ => null,
    };

    private AuditLine? OfRun(ChainEntry entry, RunEvent what)
    {
        var (stored, before) = (entry.Event, runs.GetValueOrDefault(entry.Event.Stream));
        if (before is null && what is not RunOpened) return null;      // after its end, and that of its watch, nothing is decided about a run
        var run = before is null ? RunState.Open((RunOpened)what, stored.At) : before.Evolve(what, stored.At);
        if (run.IsSettled) runs.Remove(stored.Stream);
        else runs[stored.Stream] = run;
        return LineOf(run, entry, what);
    }

    /// <param name="run">As it stands after it, or later.</param>
    public static AuditLine? LineOf(RunState run, ChainEntry entry, RunEvent what)
    {
        if (Timeline.Of(run, what, entry.Event.At) is not { } line || (line.By is null && !Decides(what))) return null;
        var approved = (what as StepHappened)?.What as Approved;
        return new AuditLine(
            entry.Place, entry.Event.At, line.By, NameOf(what), line.Says, run.Id.Number, run.Site.Service, run.Site.Environment, run.Plan.Version, (approved?.Plan ?? run.Plan.Hash).Hex, entry.Via,
            approved is null ? [] : Evidence(run), entry.Hash);
    }

    /// <summary>What the bot decides by itself.</summary>
    private static bool Decides(RunEvent what) => what is RollbackBegan or RunCancelled or StepRetried or StepLeftBehind or RemedyBegan or PlanChanged or WatchTripped or WatchEnded or WatchTakenBack
        or StepHappened { What: ApprovalExpired or ApprovalEscalated or ItemVerified or StepFailed };

    private static ImmutableArray<string> Evidence(RunState run) =>
    [
        $"{run.Plan.FromVersion ?? "not known"} → {run.Plan.Version} on {run.Plan.Where}",
        .. run.Plan.Steps.Select(step => $"{step.Id} {step.Title}{(step.Says.Length > 0 ? $": {step.Says}" : "")}"),
        .. run.Steps.Where(step => step is { Step: Checklist, State: Checklist.State }).SelectMany(step => Items((Checklist)step.Step, (Checklist.State)step.State!)),
    ];

    private static IEnumerable<string> Items(Checklist list, Checklist.State state) => list.Items.Select((item, at) =>
        state.Ticks.GetValueOrDefault(at) is { } tick ? $"☑ {item.Text}: {tick.By.Email}, {Time(tick.At)}"
        : state.Looks.GetValueOrDefault(at) is { } look ? $"{(look.Verdict == ItemVerdict.Holds ? "☑" : "☐")} {item.Text}: {look.Says} {look.Link} {Time(look.At)}"
        : $"☐ {item.Text}");

    /// <remarks>Who made it is what its source says: nobody proved that it was them.</remarks>
    private static AuditLine OfChange(ChainEntry entry, ChangeEvent what) => what switch
    {
        ChangeSeen { Change: var one } => Line(entry, null, "change-seen", $"saw {one.Says} at {Time(one.At)} ({one.Source})", one.Service is null ? null : new LockScope(one.Service, one.Environment)),
        _ => throw new InvalidOperationException($"Nobody tells of {what.GetType().Name}."),
    };

    private static AuditLine OfLock(ChainEntry entry, LockEvent what) => what switch
    {
        LockSet { Lock: var one } => Line(entry, one.By, "lock-set", $"{one.Kind switch { LockKind.Freeze => "froze", LockKind.Warning => "warns of changes to", _ => "locked" }} {one.Scope}: {one.Reason} (lock {one.Id})", one.Scope),
        LockReleased gone => Line(entry, gone.By, "lock-released", $"released lock {gone.Id}{(gone.Reason is null ? "" : $": {gone.Reason}")}{(gone.TakenOver ? " (another took its place)" : "")}", null),
        _ => throw new InvalidOperationException($"Nobody tells of {what.GetType().Name}."),
    };

    /// <remarks>An account that could not be resolved to a person goes by its name: that is not proved to be anybody's.</remarks>
    private static AuditLine OfRefusal(ChainEntry entry, RefusalEvent what) => what switch
    {
        AttemptRefused e => Line(entry, null, "attempt-refused", $"was refused \"{e.Said}\": {e.Why} ({e.Code})", null) with { By = Who(e.By, e.Name), Run = e.Run?.Number },
        AttemptsCounted e => Line(entry, null, "attempts-counted", $"was refused {Words.Count(e.Count, "more attempt", "more attempts")} in the minute from {Time(e.From)}", null) with { By = Who(e.By, e.Name) },
        _ => throw new InvalidOperationException($"Nobody tells of {what.GetType().Name}."),
    };

    private static string Who(Person? by, string name) => by?.Email ?? $"{name} (nobody known)";

    private static AuditLine? OfVersion(ChainEntry entry, VersionEvent what) => what switch
    {
        VersionFailed e => Line(entry, null, "version-failed", $"marked {e.Version} as failed: {e.Why}", new LockScope(e.Site.Service, e.Site.Environment)),
        FailureCleared e => Line(entry, e.By, "failure-cleared", $"says that what failed in {e.Version} is fixed: {e.Reason}", new LockScope(e.Site.Service, e.Site.Environment)),
        _ => null,
    };

    private static AuditLine OfSwap(ChainEntry entry, OnCallEvent what) => what switch
    {
        TurnSwapped e => Line(entry, e.By, "turn-swapped", $"{e.Person} is on call for {e.Schedule} from {Time(e.From)} until {Time(e.Until)}", null),
        _ => throw new InvalidOperationException($"Nobody tells of {what.GetType().Name}."),
    };

    private static AuditLine OfLater(ChainEntry entry, LaterEvent what) => what switch
    {
        LaterAsked { Later: var one } => Line(entry, one.By, "later-asked", $"asked for \"{one.Command}\" at {Time(one.At)}", null),
        LaterEnded ended => Line(entry, ended.By, "later-ended", $"{ended.Id}: {ended.Says}", null),
        ScheduleFired fired => Line(entry, null, "schedule-fired", $"{fired.Name}, due {Time(fired.Due)}: {fired.Says}", null),
        _ => throw new InvalidOperationException($"Nobody tells of {what.GetType().Name}."),
    };

    /// <summary>A decision that is about no run.</summary>
    /// <param name="by">Null = the bot by itself.</param>
    public static AuditLine Line(ChainEntry entry, Person? by, string decision, string says, LockScope? scope) =>
        new(entry.Place, entry.Event.At, by?.Email, decision, says, null, scope?.Service, scope?.Environment, null, null, entry.Via, [], entry.Hash);

    /// <summary><c>RunOpened</c> is <c>run-opened</c>; what happened to a step goes by its own name.</summary>
    private static string NameOf(RunEvent what)
    {
        var name = (what is StepHappened step ? (object)step.What : what).GetType().Name;
        return string.Concat(name.Select((letter, at) => char.IsUpper(letter) ? $"{(at == 0 ? "" : "-")}{char.ToLowerInvariant(letter)}" : $"{letter}"));
    }

    private static string Time(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
}
