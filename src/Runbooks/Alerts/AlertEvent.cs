using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Something that happened to a group of alerts. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(GroupBegan), "alert-group-began")]
[JsonDerivedType(typeof(AlertsCame), "alerts-came")]
[JsonDerivedType(typeof(AlertsResolved), "alerts-resolved")]
[JsonDerivedType(typeof(AlertsReopened), "alerts-reopened")]
[JsonDerivedType(typeof(AlertsRerouted), "alerts-rerouted")]
[JsonDerivedType(typeof(SuspectsFound), "suspects-found")]
[JsonDerivedType(typeof(AlertAcknowledged), "alert-acknowledged")]
[JsonDerivedType(typeof(AcknowledgementAsked), "acknowledgement-asked")]
[JsonDerivedType(typeof(AcknowledgementLapsed), "acknowledgement-lapsed")]
[JsonDerivedType(typeof(ResponseOverdue), "response-overdue")]
[JsonDerivedType(typeof(PageWanted), "page-wanted")]
[JsonDerivedType(typeof(PageTold), "page-told")]
[JsonDerivedType(typeof(SilenceAsked), "silence-asked")]
[JsonDerivedType(typeof(SilenceConfirmed), "silence-confirmed")]
[JsonDerivedType(typeof(SilenceFailed), "silence-failed")]
[JsonDerivedType(typeof(SilenceEnded), "silence-ended")]
[JsonDerivedType(typeof(FlappingEnded), "flapping-ended")]
[JsonDerivedType(typeof(AlertsDigested), "alerts-digested")]
[JsonDerivedType(typeof(AlertCardPosted), "alert-card-posted")]
[JsonDerivedType(typeof(AlertNotShown), "alert-not-shown")]
[JsonDerivedType(typeof(GroupClosed), "alert-group-closed")]
[JsonDerivedType(typeof(IncidentWanted), "incident-wanted")]
[JsonDerivedType(typeof(IncidentJoined), "incident-joined")]
public abstract record AlertEvent;

/// <param name="Service">As configured, or as the alert names it; null where nothing does.</param>
/// <param name="Route">As it was then; null = no route matches.</param>
/// <param name="Places">Where its card is shown, as <c>surface:channel</c>.</param>
/// <param name="Storm">It takes in alerts of all kinds, since there were too many for a card each.</param>
public sealed record GroupBegan(
    AlertId Id, string Source, string What, string? Service, string? Environment, Severity Severity, AlertRoute? Route, ImmutableArray<string> Places, bool Storm) : AlertEvent;

/// <summary>Alerts that are news: what was known already is not kept again.</summary>
/// <param name="Left">Alerts that the sender left out of its message.</param>
/// <param name="Stale">How many were older than what was known.</param>
/// <param name="Unsent">Why no message of its own was sent for each; null where a card is posted for them.</param>
public sealed record AlertsCame(ImmutableArray<Alert> Alerts, int Left, int Stale, Unsent? Unsent) : AlertEvent;

public sealed record AlertsResolved(string? Why = null) : AlertEvent;

public sealed record AlertsReopened : AlertEvent;

/// <summary>It got worse, and another route is meant for that.</summary>
public sealed record AlertsRerouted(AlertRoute? Route, ImmutableArray<string> Places, Severity Severity) : AlertEvent;

/// <param name="Suspects">The changes most likely behind it, the likeliest first; empty = none was found.</param>
public sealed record SuspectsFound(ImmutableArray<Suspect> Suspects) : AlertEvent;

/// <param name="AskAt">When it is asked whether somebody still looks after it.</param>
public sealed record AlertAcknowledged(Person By, DateTimeOffset AskAt) : AlertEvent;

public sealed record AcknowledgementAsked(DateTimeOffset AnswerBy) : AlertEvent;

public sealed record AcknowledgementLapsed(string Why) : AlertEvent;

/// <param name="Times">How often by now.</param>
public sealed record ResponseOverdue(int Times, string? Escalate) : AlertEvent;

/// <summary>Somebody should be called. Whoever pages acts on this.</summary>
public sealed record PageWanted(GroupName Who, string Why) : AlertEvent;

/// <summary>What became of a page.</summary>
public sealed record PageTold(string Says) : AlertEvent;

/// <param name="Number">1 for the first of this group.</param>
/// <param name="Systems">Those that are told; empty = only the bot keeps quiet.</param>
public sealed record SilenceAsked(int Number, Person By, DateTimeOffset Until, string? Reason, ImmutableArray<string> Systems) : AlertEvent;

/// <param name="Id">As the system names it.</param>
public sealed record SilenceConfirmed(int Number, string System, string Id, DateTimeOffset? Until, string Says) : AlertEvent;

public sealed record SilenceFailed(int Number, string System, string Why) : AlertEvent;

public sealed record SilenceEnded : AlertEvent;

public sealed record FlappingEnded : AlertEvent;

public sealed record AlertsDigested(string Place) : AlertEvent;

public sealed record AlertCardPosted(string Place, string Channel, string Message, Uri? Permalink) : AlertEvent;

public sealed record AlertNotShown(string Place, Unsent Reason, string Why) : AlertEvent;

public sealed record GroupClosed : AlertEvent;

/// <summary>The route says that an incident should be opened. Whoever opens incidents acts on this.</summary>
public sealed record IncidentWanted : AlertEvent;

/// <summary>It belongs to an incident.</summary>
/// <param name="Place">Where that is talked about: its card is shown there too; null = nowhere.</param>
public sealed record IncidentJoined(IncidentId Incident, string? Place) : AlertEvent;

/// <summary>Why something was not sent on its own.</summary>
public enum Unsent
{
    /// <summary>A card for its group is there already and shows it.</summary>
    Grouped,

    /// <summary>Somebody silenced the group.</summary>
    Silenced,

    /// <summary>Another change of the same card was on its way, or the group flaps.</summary>
    Debounced,

    /// <summary>The chat took no more just then; it was shown later.</summary>
    RateLimited,

    /// <summary>No route of <c>alerts.yaml</c> matches, or its channel can't be told.</summary>
    NoRoute,

    /// <summary>It is collected for a digest.</summary>
    Digest,

    /// <summary>There were too many at once for a card each.</summary>
    Storm,

    /// <summary>The chat refused.</summary>
    Refused,

    /// <summary>Its end came before its beginning, or it was older than what was known.</summary>
    OutOfOrder,
}

/// <summary>A change that may be behind an alert.</summary>
/// <param name="Run">The run that made it; null = none did.</param>
/// <param name="Says">A sentence: <c>api v1.2.3 went to prod 6 min before, by ana</c>.</param>
/// <param name="Reasons">What speaks for it.</param>
/// <param name="Score">0 to 1.</param>
/// <param name="BackTo">The version to go back to, where the run can be taken back.</param>
public sealed record Suspect(RunId? Run, string Says, ImmutableArray<string> Reasons, double Score, string? BackTo)
{
    /// <summary>What going back would mean, in a few words; null = nobody has looked.</summary>
    public string? WayOut { get; init; }

    /// <summary>Where its sender shows it; null = nowhere, or it is a run's.</summary>
    public Uri? Link { get; init; }
}
