using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

public enum AlertStatus
{
    Firing,
    Acknowledged,
    Resolved,

    /// <summary>Resolved for so long that firing again would be another one.</summary>
    Closed,
}

/// <summary>How a group of alerts stands: a fold over its events, bounded however many come.</summary>
/// <param name="Version">How many events it has.</param>
public sealed record AlertGroup(GroupBegan Began, long Version, AlertStatus Status, AlertMembers Members, DateTimeOffset BeganAt, DateTimeOffset ChangedAt)
{
    private const int MostLines = 14, MostLinks = 6;
    private static readonly TimeSpan FlappingWithin = TimeSpan.FromHours(1), Calm = TimeSpan.FromMinutes(15);

    /// <summary>How often it must fire again within an hour to be said to flap.</summary>
    public const int FlappingTimes = 3;

    public Severity Severity { get; init; } = Began.Severity;
    public AlertRoute? Route { get; init; } = Began.Route;
    public ImmutableArray<string> Places { get; init; } = Began.Places;

    /// <summary>Since when it fires, by its senders' clocks, the earliest.</summary>
    public DateTimeOffset Since { get; init; } = BeganAt;
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>When it fired again after it was resolved, newest last.</summary>
    public ImmutableArray<DateTimeOffset> Reopenings { get; init; } = [];
    public Acknowledgement? Acked { get; init; }
    public SilenceState? Silence { get; init; }
    public int Silences { get; init; }

    /// <summary>Null while it was not looked for.</summary>
    public ImmutableArray<Suspect>? Suspects { get; init; }
    public ImmutableSortedDictionary<string, AlertCardPosted> Cards { get; init; } = ImmutableSortedDictionary<string, AlertCardPosted>.Empty;

    /// <summary>When the time to answer began to run; null when nothing is promised.</summary>
    public DateTimeOffset? PromisedFrom { get; init; }
    public Response? Answered { get; init; }
    public int Overdue { get; init; }
    public ImmutableSortedDictionary<Unsent, Tally> Unsent { get; init; } = ImmutableSortedDictionary<Unsent, Tally>.Empty;
    public bool Digested { get; init; }

    /// <summary>The incident that it belongs to, the latest; null = none.</summary>
    public IncidentId? Incident { get; init; }

    /// <summary>The latest of what happened, oldest first.</summary>
    public ImmutableArray<TimelineLine> Lines { get; init; } = [];
    public ImmutableArray<AlertLink> Links { get; init; } = [];

    public AlertId Id => Began.Id;

    /// <summary>Whether anything ever fired: an end that came before its beginning makes no card.</summary>
    public bool Fired => Members.Fired > 0;

    public bool IsFiring => Status is AlertStatus.Firing or AlertStatus.Acknowledged;

    /// <summary>Until when it is said to flap; null when it does not.</summary>
    public DateTimeOffset? FlapsUntil => Reopenings.Length >= FlappingTimes && Reopenings[^1] - Reopenings[^FlappingTimes] <= FlappingWithin ? Reopenings[^1] + Calm : null;

    public bool FlapsAt(DateTimeOffset now) => FlapsUntil is { } until && now < until;

    /// <summary>Whether it is about a service in an environment: one that names no environment is about all of them.</summary>
    public bool Names(string service, string environment) => (Began.Environment is null || Began.Environment.Equals(environment, StringComparison.OrdinalIgnoreCase))
        && (service.Equals(Began.Service, StringComparison.OrdinalIgnoreCase) || (Began.Storm && Members.All.Values.Any(one => one.Firing && service.Equals(one.Service, StringComparison.OrdinalIgnoreCase))));

    /// <summary>Whether it fires, and began to since a moment.</summary>
    public bool FiredSince(DateTimeOffset moment) => IsFiring && (Reopenings.IsEmpty ? Since : Reopenings[^1]) >= moment;

    public bool SilencedAt(DateTimeOffset now) => Silence is { } silence && now < silence.Until;

    public string Where => (Began.Service, Began.Environment) switch
    {
        ({ } service, { } environment) => $"{service} in {environment}",
        ({ } service, null) => service,
        (null, { } environment) => environment,
        _ => "no service named",
    };

    public static AlertGroup Open(GroupBegan began, DateTimeOffset at) => new(began, 1, AlertStatus.Resolved, AlertMembers.None, at, at);

    public AlertGroup Evolve(AlertEvent what, DateTimeOffset at)
    {
        var next = what switch
        {
            AlertsCame e => Came(e, at),
            AlertsResolved e => this with { Status = AlertStatus.Resolved, ResolvedAt = at, Members = e.Why is null ? Members : Members.Ended(at), Answered = Answered ?? (PromisedFrom is { } from ? new Response(null, at - from) : null) },
            AlertsReopened => this with { Status = AlertStatus.Firing, ResolvedAt = null, Acked = null, Reopenings = [.. Reopenings.TakeLast(19), at], PromisedFrom = Route?.RespondWithin is null ? null : at, Answered = null, Overdue = 0, Digested = false },
            AlertsRerouted e => this with { Route = e.Route, Places = [.. Places.Union(e.Places)], Severity = e.Severity, PromisedFrom = e.Route?.RespondWithin is null ? null : at, Answered = null, Overdue = 0 },
            SuspectsFound e => this with { Suspects = e.Suspects },
            AlertAcknowledged e => this with { Status = AlertStatus.Acknowledged, Acked = new Acknowledgement(e.By, at, e.AskAt, null), Answered = Answered ?? (PromisedFrom is { } from ? new Response(e.By, at - from) : null) },
            AcknowledgementAsked e => this with { Acked = Acked! with { AnswerBy = e.AnswerBy } },
            AcknowledgementLapsed => this with { Status = AlertStatus.Firing, Acked = null },
            ResponseOverdue e => this with { Overdue = e.Times, Places = e.Escalate is { } also && !Places.Contains(also) ? Places.Add(also) : Places },
            SilenceAsked e => this with { Silences = e.Number, Silence = new SilenceState(e.Number, e.By, e.Until, e.Reason, e.Systems, [], []) },
            SilenceConfirmed e when Silence?.Number == e.Number => this with { Silence = Silence with { Kept = Silence.Kept.Add(e) } },
            SilenceFailed e when Silence?.Number == e.Number => this with { Silence = Silence with { Failed = Silence.Failed.Add(e) } },
            SilenceEnded => this with { Silence = null },
            FlappingEnded => this with { Reopenings = [] },
            AlertsDigested => this with { Digested = true },
            AlertCardPosted e => this with { Cards = Cards.SetItem(e.Place, e) },
            AlertNotShown e => Untold(e.Reason, 1, e.Why, at),
            GroupClosed => this with { Status = AlertStatus.Closed },
            IncidentJoined e => this with { Incident = e.Incident, Places = e.Place is { } room && !Places.Contains(room) ? Places.Add(room) : Places },
            IncidentWanted or PageWanted or PageTold or SilenceConfirmed or SilenceFailed => this,
            _ => throw new InvalidOperationException($"Alerts do not know {what.GetType().Name}."),
        };
        next = next with { Version = Version + 1, ChangedAt = what is AlertCardPosted or AlertNotShown or SuspectsFound or PageTold ? ChangedAt : at };
        return AlertWords.LineOf(next, what, at) is { } line ? next with { Lines = [.. next.Lines.TakeLast(MostLines - 1), line] } : next;
    }

    private AlertGroup Came(AlertsCame e, DateTimeOffset at)
    {
        var members = Members.Take(e.Alerts, e.Left);
        var first = !Fired && members.Fired > 0;
        var next = this with
        {
            Members = members,
            Status = first ? AlertStatus.Firing : Status,
            PromisedFrom = first && Route?.RespondWithin is not null ? at : PromisedFrom,
            Severity = Began.Storm || !Fired ? members.Worst(Severity) : Severity,
            Since = e.Alerts.Where(alert => alert.Firing).Select(alert => alert.Since).DefaultIfEmpty(Since).Min() is var since && (first || since < Since) ? since : Since,
            Links = [.. Links.Concat(e.Alerts.Take(10).SelectMany(alert => alert.Links)).DistinctBy(link => link.Url).DistinctBy(link => link.Label).Take(MostLinks)],
        };
        if (e.Stale > 0) next = next.Untold(Alerts.Unsent.OutOfOrder, e.Stale, "They were older than what was known: the end had come before.", at);
        return e.Unsent is { } reason ? next.Untold(reason, e.Alerts.Length, null, at) : next;
    }

    private AlertGroup Untold(Unsent reason, int count, string? why, DateTimeOffset at)
    {
        var known = Unsent.GetValueOrDefault(reason);
        return this with { Unsent = Unsent.SetItem(reason, new Tally((known?.Count ?? 0) + count, at, why ?? known?.Why)) };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id} {Status}: {Members.Firing} of {Members.Count} firing");
}

/// <param name="AnswerBy">When it was asked whether they still look after it: until when to answer.</param>
public sealed record Acknowledgement(Person By, DateTimeOffset At, DateTimeOffset AskAt, DateTimeOffset? AnswerBy);

/// <param name="By">Null when it was over before anybody answered.</param>
public sealed record Response(Person? By, TimeSpan Took);

public sealed record SilenceState(int Number, Person By, DateTimeOffset Until, string? Reason, ImmutableArray<string> Systems, ImmutableArray<SilenceConfirmed> Kept, ImmutableArray<SilenceFailed> Failed);

/// <summary>How many were not sent on their own for one reason, and when the last was.</summary>
public sealed record Tally(long Count, DateTimeOffset Last, string? Why);
