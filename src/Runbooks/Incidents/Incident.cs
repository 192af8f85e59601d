using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>How an incident stands: a fold over its events.</summary>
/// <param name="Version">How many events it has.</param>
public sealed record Incident(IncidentDeclared Declared, long Version, IncidentStatus Status, DateTimeOffset DeclaredAt)
{
    private const int MostLines = 10;

    public IncidentSeverity Severity { get; init; } = Declared.Severity;
    public IncidentStage Stage { get; init; }

    /// <summary>Those that are affected: what was said first, and what was linked since.</summary>
    public ImmutableArray<string> Services { get; init; } = Declared.Services;

    /// <summary>When it began, as far as is known: the earliest that anybody said.</summary>
    public DateTimeOffset? BeganAt { get; init; } = Declared.Since;
    public ImmutableSortedDictionary<IncidentRole, Person> Roles { get; init; } = ImmutableSortedDictionary<IncidentRole, Person>.Empty;

    /// <summary>Since when nobody is commander.</summary>
    public DateTimeOffset LeaderlessFrom { get; init; } = DeclaredAt;
    public int CommanderAsked { get; init; }
    public (DateTimeOffset At, StatusUpdated What)? LastUpdate { get; init; }

    /// <summary>From when on the next status update is counted.</summary>
    public DateTimeOffset UpdateFrom { get; init; } = DeclaredAt;
    public int Unanswered { get; init; }
    public ImmutableArray<IncidentTask> Tasks { get; init; } = [];
    public ImmutableArray<IncidentLink> Links { get; init; } = [];
    public ImmutableHashSet<string> Messages { get; init; } = [];
    public PublicSaid? Public { get; init; }

    /// <summary>The place of the chain up to which it is known what happened.</summary>
    public long Heard { get; init; } = Declared.Heard;
    public RoomMade? Room { get; init; }
    public string? RoomFailed { get; init; }
    public ImmutableHashSet<Person> Invited { get; init; } = [];
    public ImmutableSortedDictionary<string, IncidentCardPosted> Cards { get; init; } = ImmutableSortedDictionary<string, IncidentCardPosted>.Empty;
    public bool Pinned { get; init; }
    public DateTimeOffset? AcknowledgedAt { get; init; }
    public DateTimeOffset? MitigatedAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>How often it was resolved.</summary>
    public int Resolutions { get; init; }
    public string? Cause { get; init; }
    public ImmutableArray<FollowUpState> FollowUps { get; init; } = [];
    public Uri? Review { get; init; }

    /// <summary>The latest of what happened, oldest first.</summary>
    public ImmutableArray<TimelineLine> Lines { get; init; } = [];

    public IncidentId Id => Declared.Id;

    public bool IsOpen => Status == IncidentStatus.Open;

    public Person? Commander => Roles.TryGetValue(IncidentRole.Commander, out var person) ? person : null;

    /// <summary>Where its card is to be: its own channel, and where it is shown besides.</summary>
    public ImmutableArray<string> Places => Room is { } room && !Declared.Places.Contains(room.Place) ? Declared.Places.Insert(0, room.Place) : Declared.Places;

    /// <summary>Where people talk about it: its own channel, or the first place where it is shown while there is none; null = nowhere.</summary>
    public string? Home => Room?.Place ?? Declared.Places.FirstOrDefault();

    /// <summary>Whether a channel of its own is there or on its way.</summary>
    public bool HasRoom => Room is not null || (Declared.Room is not null && RoomFailed is null);

    public bool Concerns(string? service) => service is not null && Services.Contains(service, StringComparer.OrdinalIgnoreCase);

    public bool Has(string kind, string what) => Links.Any(one => one.Kind == kind && one.What.Equals(what, StringComparison.OrdinalIgnoreCase));

    public static Incident Open(IncidentDeclared declared, DateTimeOffset at)
    {
        var incident = new Incident(declared, 1, IncidentStatus.Open, at);
        if (declared.Alert is { } alert) incident = incident with { Links = [new IncidentLink("alert", alert.ToString(), null, declared.Since)] };
        return incident.Told(declared, at);
    }

    public Incident Evolve(IncidentEvent what, DateTimeOffset at) => (what switch
    {
        IncidentAcknowledged => this with { AcknowledgedAt = AcknowledgedAt ?? at },
        StatusUpdated e => this with
        {
            LastUpdate = (at, e), UpdateFrom = at, Unanswered = 0, Stage = e.Stage ?? Stage,
            MitigatedAt = e.Stage switch { IncidentStage.Mitigated => MitigatedAt ?? at, null => MitigatedAt, _ => null },
        },
        UpdateAsked => this with { UpdateFrom = at, Unanswered = Unanswered + 1 },
        RoleTaken e => this with { Roles = Roles.SetItem(e.Role, e.Person), CommanderAsked = e.Role == IncidentRole.Commander ? 0 : CommanderAsked },
        CommanderMissing e => this with { CommanderAsked = e.Times },
        SeverityChanged e => this with { Severity = e.To, UpdateFrom = at },
        LinkAdded e => Linked(e.Link),
        TaskAdded e => this with { Tasks = Tasks.Add(new IncidentTask(e.Number, e.Text, e.Owner, null)) },
        TaskDone e => this with { Tasks = [.. Tasks.Select(one => one.Number == e.Number ? one with { DoneBy = e.By } : one)] },
        NoteKept e => e.Message is { } message ? this with { Messages = Messages.Add(message) } : this,
        PublicSaid e => this with { Public = e },
        Gathered e => this with { Heard = Math.Max(Heard, e.UpTo) },
        RoomMade e => this with { Room = e, RoomFailed = null },
        RoomNotMade e => this with { RoomFailed = e.Why },
        PeopleInvited e => this with { Invited = Invited.Union(e.People) },
        IncidentCardPosted e => this with { Cards = Cards.SetItem(e.Place, e) },
        IncidentCardPinned => this with { Pinned = true },
        IncidentResolved e => this with
        {
            Status = IncidentStatus.Resolved, ResolvedAt = at, MitigatedAt = MitigatedAt ?? at, Cause = e.Cause, Resolutions = Resolutions + 1,
            FollowUps = FollowUps.AddRange(e.FollowUps.Select(one => new FollowUpState(one.Number, one.Text, null, null))),
        },
        IncidentReopened => this with { Status = IncidentStatus.Open, ResolvedAt = null, MitigatedAt = null, Stage = IncidentStage.Investigating, UpdateFrom = at, LeaderlessFrom = at, CommanderAsked = 0 },
        FollowUpFiled e => With(e.Number, one => one with { Url = e.Url, Why = null }),
        ReviewProposed e => this with { Review = e.Url },
        NotFiled e => With(e.Number, one => one with { Why = e.Why }),
        IncidentPageTold or IncidentNotShown => this,
        _ => throw new InvalidOperationException($"An incident does not know {what.GetType().Name}."),
    } with { Version = Version + 1 }).Told(what, at);

    private Incident Linked(IncidentLink link) => this with
    {
        Links = Links.Add(link),
        Services = link.Kind == "service" && !Concerns(link.What) ? Services.Add(link.What) : Services,
        BeganAt = link.Since is { } since && (BeganAt is null || since < BeganAt) ? since : BeganAt,
    };

    private Incident With(int followUp, Func<FollowUpState, FollowUpState> change) => this with { FollowUps = [.. FollowUps.Select(one => one.Number == followUp ? change(one) : one)] };

    private Incident Told(IncidentEvent what, DateTimeOffset at) => this with { Lines = [.. Lines.Concat(IncidentWords.LinesOf(this, what, at)).TakeLast(MostLines)] };
}

public sealed record IncidentTask(int Number, string Text, Person? Owner, Person? DoneBy);

/// <param name="Url">The issue; null while there is none.</param>
/// <param name="Why">Why there is none; null while it is on its way.</param>
public sealed record FollowUpState(int Number, string Text, Uri? Url, string? Why);
