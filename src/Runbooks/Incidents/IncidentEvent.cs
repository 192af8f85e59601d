using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>Something that happened to an incident. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(IncidentDeclared), "incident-declared")]
[JsonDerivedType(typeof(IncidentAcknowledged), "incident-acknowledged")]
[JsonDerivedType(typeof(StatusUpdated), "incident-updated")]
[JsonDerivedType(typeof(UpdateAsked), "incident-update-asked")]
[JsonDerivedType(typeof(RoleTaken), "incident-role-taken")]
[JsonDerivedType(typeof(CommanderMissing), "incident-commander-missing")]
[JsonDerivedType(typeof(SeverityChanged), "incident-severity-changed")]
[JsonDerivedType(typeof(LinkAdded), "incident-link-added")]
[JsonDerivedType(typeof(TaskAdded), "incident-task-added")]
[JsonDerivedType(typeof(TaskDone), "incident-task-done")]
[JsonDerivedType(typeof(NoteKept), "incident-note-kept")]
[JsonDerivedType(typeof(PublicSaid), "incident-public-said")]
[JsonDerivedType(typeof(Gathered), "incident-gathered")]
[JsonDerivedType(typeof(IncidentPageTold), "incident-page-told")]
[JsonDerivedType(typeof(RoomMade), "incident-room-made")]
[JsonDerivedType(typeof(RoomNotMade), "incident-room-not-made")]
[JsonDerivedType(typeof(PeopleInvited), "incident-people-invited")]
[JsonDerivedType(typeof(IncidentCardPosted), "incident-card-posted")]
[JsonDerivedType(typeof(IncidentCardPinned), "incident-card-pinned")]
[JsonDerivedType(typeof(IncidentNotShown), "incident-not-shown")]
[JsonDerivedType(typeof(IncidentResolved), "incident-resolved")]
[JsonDerivedType(typeof(IncidentReopened), "incident-reopened")]
[JsonDerivedType(typeof(FollowUpFiled), "incident-follow-up-filed")]
[JsonDerivedType(typeof(ReviewProposed), "incident-review-proposed")]
[JsonDerivedType(typeof(NotFiled), "incident-not-filed")]
public abstract record IncidentEvent;

/// <param name="Title">A few words: <c>checkout is failing</c>.</param>
/// <param name="By">Null = an alert declared it.</param>
/// <param name="Services">Those that are affected, as configured.</param>
/// <param name="Since">When it began, as far as is known.</param>
/// <param name="Room">The channel that is to be made; null = none can be where it was declared.</param>
/// <param name="Places">Where it is shown besides, as <c>surface:channel</c>.</param>
/// <param name="Heard">What was kept up to this place of the chain is past; what comes after is gathered.</param>
public sealed record IncidentDeclared(
    IncidentId Id, string Title, IncidentSeverity Severity, Person? By, ImmutableArray<string> Services, DateTimeOffset? Since, AlertId? Alert, WantedRoom? Room, ImmutableArray<string> Places, long Heard) : IncidentEvent;

/// <param name="Name">A name that no other incident has.</param>
public sealed record WantedRoom(string Surface, string Name, bool Private)
{
    /// <summary>What it may be called, where somebody else's channel has the name.</summary>
    public ImmutableArray<string> NamesFor(IncidentId id) => [Name, $"{Name}-i{id.Number}"];
}

/// <summary>Somebody takes care of it: the first who takes a role, or answers the page or a linked alert.</summary>
/// <param name="By">Null where only a name is known.</param>
public sealed record IncidentAcknowledged(Person? By, string Name) : IncidentEvent;

/// <param name="Stage">Null = as before.</param>
public sealed record StatusUpdated(Person By, string Text, IncidentStage? Stage) : IncidentEvent;

public sealed record UpdateAsked : IncidentEvent;

public sealed record RoleTaken(IncidentRole Role, Person Person, Person By) : IncidentEvent;

/// <param name="Times">How often by now.</param>
/// <param name="Page">Who is paged for it; null = nobody.</param>
public sealed record CommanderMissing(int Times, GroupName? Page) : IncidentEvent;

public sealed record SeverityChanged(Person By, IncidentSeverity From, IncidentSeverity To, string? Reason) : IncidentEvent;

public sealed record LinkAdded(Person? By, IncidentLink Link) : IncidentEvent;

/// <summary>Something that belongs to an incident.</summary>
/// <param name="Kind"><c>alert</c>, <c>run</c>, <c>service</c> or <c>link</c>.</param>
/// <param name="What"><c>A12</c>, <c>128</c>, a service's name, or an address.</param>
/// <param name="Since">Of an alert: since when it fires.</param>
public sealed record IncidentLink(string Kind, string What, string? Label, DateTimeOffset? Since = null);

/// <param name="Number">1 for the first of this incident.</param>
public sealed record TaskAdded(int Number, string Text, Person? Owner, Person By) : IncidentEvent;

public sealed record TaskDone(int Number, Person By) : IncidentEvent;

/// <summary>Words that belong on the timeline: a note, or a message that somebody pinned.</summary>
/// <param name="By">Who kept it.</param>
/// <param name="Author">Who wrote it, where that is somebody else.</param>
/// <param name="Message">A message's own name, <c>slack:C1:1700000000.000100</c>, so that it is kept once; null for a note.</param>
public sealed record NoteKept(Person By, string Text, string? Author, DateTimeOffset? WrittenAt, string? Message) : IncidentEvent
{
    /// <summary>Where the message is, for people; null where the chat did not say it.</summary>
    public Uri? Link { get; init; }
}

/// <summary>What people outside are told.</summary>
public sealed record PublicSaid(Person By, string Text) : IncidentEvent;

/// <summary>What happened to affected services meanwhile.</summary>
/// <param name="UpTo">The place of the chain up to which it was looked.</param>
public sealed record Gathered(long UpTo, ImmutableArray<GatheredLine> Lines) : IncidentEvent;

/// <param name="Source"><c>run 128</c>, <c>A12</c>, <c>lock</c>.</param>
/// <param name="Changes">Whether it changed, or was about to change, what runs.</param>
public sealed record GatheredLine(DateTimeOffset At, string? By, string Says, Tone Tone, string Source, bool Changes)
{
    /// <summary>Whether the incident's channel shows it already, on a card of its own.</summary>
    public bool Shown { get; init; }
}

/// <summary>What became of a page.</summary>
public sealed record IncidentPageTold(string Says) : IncidentEvent;

/// <param name="Channel">Its id there.</param>
public sealed record RoomMade(string Surface, string Channel, string Name) : IncidentEvent
{
    public string Place => $"{Surface}:{Channel}";
}

public sealed record RoomNotMade(string Why) : IncidentEvent;

/// <param name="Missing">Who could not be invited, and why, in words.</param>
public sealed record PeopleInvited(ImmutableArray<Person> People, ImmutableArray<string> Missing) : IncidentEvent;

public sealed record IncidentCardPosted(string Place, string Channel, string Message, Uri? Permalink) : IncidentEvent;

public sealed record IncidentCardPinned : IncidentEvent;

public sealed record IncidentNotShown(string Place, string Why) : IncidentEvent;

public sealed record IncidentResolved(Person By, string Cause, ImmutableArray<FollowUp> FollowUps) : IncidentEvent;

/// <param name="Number">1 for the first of this incident.</param>
public sealed record FollowUp(int Number, string Text);

public sealed record IncidentReopened(Person By, string Why) : IncidentEvent;

public sealed record FollowUpFiled(int Number, Uri Url) : IncidentEvent;

public sealed record ReviewProposed(Uri Url) : IncidentEvent;

/// <param name="Number">Of a follow-up; 0 for the review.</param>
public sealed record NotFiled(int Number, string Why) : IncidentEvent;
