using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>What is about to be kept of alerts: groups as they will be, the book as it will be, and the work that follows.</summary>
/// <param name="placesOf">Where a route leads.</param>
internal sealed class AlertDraft(
    AlertBook book, Configuration configuration, Func<AlertRoute?, Service?, ImmutableArray<string>> placesOf, ImmutableHashSet<string> quiet, AlertPace pace, DateTimeOffset now)
{
    /// <summary>A card for all kinds takes in what comes for so long.</summary>
    private static readonly TimeSpan StormLasts = TimeSpan.FromMinutes(10), StormWithin = TimeSpan.FromMinutes(1);

    private readonly AlertBook before = book;
    private readonly List<BookEvent> bookEvents = [];
    private readonly Dictionary<AlertId, (AlertGroup? Before, AlertGroup After, List<AlertEvent> Events)> groups = [];
    private readonly Dictionary<string, List<(Alert Alert, Service? Service)>> sorted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> left = new(StringComparer.Ordinal);
    private AlertBook book = book;

    /// <summary>Groups that sorted alerts belong to already, and those that take in whatever comes.</summary>
    public IEnumerable<AlertId> Known => sorted.Keys.Select(key => book.Of(key)).OfType<AlertId>()
        .Concat(book.Open.Values.Where(group => group.Storm && group.At >= now - StormLasts).Select(group => group.Id)).Distinct();

    public IEnumerable<AlertGroup> Groups => groups.Values.Where(one => one.Events.Count > 0).Select(one => one.After);

    public bool Changed => bookEvents.Count > 0 || groups.Values.Any(one => one.Events.Count > 0);

    public AlertGroup Of(AlertId id) => groups[id].After;

    public IEnumerable<AlertEvent> EventsOf(AlertId id) => groups[id].Events;

    public void Know(AlertGroup group) => groups.TryAdd(group.Id, (group, group, []));

    /// <summary>Puts a delivery's alerts together with those of their kind.</summary>
    public void Sort(AlertReading.Taken delivery)
    {
        foreach (var alert in delivery.Alerts)
        {
            var service = ServiceOf(alert);
            var key = configuration.Alerts.KeyOf(alert, service?.Name ?? alert.Service, alert.Environment);
            if (!sorted.TryGetValue(key, out var list)) sorted[key] = list = [];
            list.Add((alert, service));
            if (alert == delivery.Alerts[0] && delivery.Left > 0) left[key] = left.GetValueOrDefault(key) + delivery.Left;
        }
    }

    /// <summary>Decides about all that was sorted.</summary>
    public void Take()
    {
        foreach (var of in sorted.GroupBy(pair => GroupOf(pair.Key, pair.Value[0].Alert, pair.Value)))
            Tell(of.Key, new AlertCommand.Take([.. of.SelectMany(pair => pair.Value).Select(one => one.Alert)], of.Sum(pair => left.GetValueOrDefault(pair.Key)), pace.IsBusy(of.Key)));
    }

    public Refusal? Tell(AlertId id, AlertCommand command)
    {
        var (then, group, events) = groups[id];
        var (after, decision) = AlertDecider.Decide(group, command, ContextOf(group));
        if (decision.Refused is { } refusal) return refusal;
        groups[id] = (then, after, [.. events, .. decision.Events]);
        if (decision.Events.Any(what => what is GroupClosed)) Note(new GroupLeft(id, PromiseOf(after)));
        return null;
    }

    public Commit Commit()
    {
        var streams = ImmutableArray.CreateBuilder<StreamAppend>();
        if (bookEvents.Count > 0) streams.Add(new StreamAppend(AlertBook.Stream, before.Version, [.. bookEvents.Select(AlertJson.Write)]));
        var work = ImmutableArray.CreateBuilder<WorkItem>();
        var withdrawn = ImmutableArray.CreateBuilder<string>();
        foreach (var (then, after, events) in groups.Values.Where(one => one.Events.Count > 0))
        {
            streams.Add(new StreamAppend(after.Id.Stream, then?.Version ?? 0, [.. events.Select(AlertJson.Write)]));
            var (ordered, gone) = AlertWork.Of(then, after, [.. events], configuration.Alerts.Reopen, now);
            work.AddRange(ordered);
            withdrawn.AddRange(gone);
            foreach (var place in CardsOf(then, after, events))
            {
                // Taken back first: what is due later may be put off, up to a bound.
                withdrawn.Add(AlertWork.CardKey(after.Id, place));
                work.Add(AlertWork.Card(after, place, pace.Due(after.Id, place, events.Any(IsLoud), now)));
            }
        }

        return new Commit(now) { Streams = streams.ToImmutable(), Work = work.ToImmutable(), Withdrawn = withdrawn.ToImmutable() };
    }

    /// <summary>What people did, and the first look, show at once.</summary>
    private static bool IsLoud(AlertEvent what) => what is SuspectsFound or AlertAcknowledged or SilenceAsked or SilenceConfirmed or SilenceFailed or ResponseOverdue or PageTold;

    /// <summary>The first card waits for the look at what changed, which follows at once.</summary>
    private static ImmutableArray<string> CardsOf(AlertGroup? then, AlertGroup after, List<AlertEvent> events) =>
        events.All(what => what is AlertCardPosted or AlertNotShown or GroupClosed or AlertsDigested) || (then?.Suspects is null && after.Suspects is null) ? [] : AlertWork.Shown(after);

    private AlertId GroupOf(string key, Alert alert, List<(Alert Alert, Service? Service)> all)
    {
        if (book.Of(key) is { } id && groups.TryGetValue(id, out var open) && AlertDecider.TakesMore(open.After)) return id;
        var service = all[0].Service;
        var severity = all.Max(one => one.Alert.Severity);
        var route = RouteOf(alert.Source, alert.What, severity, service, alert.Service, alert.Environment, alert.Labels.GetValueOrDefault("team"));
        var places = placesOf(route, service);
        var place = places.IsEmpty || route?.Digest is not null ? "" : places[0];
        if (place.Length == 0 || book.BegunAt(place, now - StormWithin) < configuration.Alerts.Storm) return Open(key, place, new GroupBegan(default, alert.Source, alert.What, service?.Name ?? alert.Service, alert.Environment, severity, route, places, Storm: false));
        if (book.StormOf(place, now - StormLasts) is { } storm && groups.ContainsKey(storm.Id))
        {
            Note(new KeyJoined(storm.Id, key));
            return storm.Id;
        }

        return Open(key, place, new GroupBegan(default, alert.Source, "Many alerts", null, null, severity, route, places, Storm: true));
    }

    private AlertId Open(string key, string place, GroupBegan began)
    {
        var id = new AlertId(book.Last + 1);
        Note(new GroupOpened(id, key, place, began.Storm));
        began = began with { Id = id };
        groups[id] = (null, AlertGroup.Open(began, now), [began]);
        return id;
    }

    private void Note(BookEvent what)
    {
        bookEvents.Add(what);
        book = book.Evolve(what, now);
    }

    private AlertContext ContextOf(AlertGroup group)
    {
        var began = group.Began;
        var service = began.Service is { } name ? configuration.Service(name) : null;
        return new AlertContext(now, configuration.Alerts.Reopen, severity =>
        {
            var route = RouteOf(began.Source, began.What, severity, service, began.Service, began.Environment, null);
            return (route, placesOf(route, service));
        }, who => MaySilence(who, service, began.Environment), quiet);
    }

    /// <summary>Whoever may roll back there may silence there; where nobody knows where, whoever may roll back anywhere.</summary>
    private Refusal? MaySilence(Caller who, Service? service, string? environment)
    {
        var access = configuration.Access;
        if (AccessRules.ReadOnly(who) is { } unknown) return unknown;
        if (service is not null && environment is not null) return access.Refuse(who, Right.Rollback, environment, service.Owners);
        var places = configuration.Services.Where(one => service is null || one == service).SelectMany(one => one.Environments, (one, place) => access.Refuse(who, Right.Rollback, place.Name, one.Owners)).ToList();
        return places.Contains(null) ? null : places.FirstOrDefault() ?? new Refusal(RefusalCodes.NotAllowed, "Nobody may roll back anywhere, so nobody may silence.", null);
    }

    private AlertRoute? RouteOf(string source, string what, Severity severity, Service? service, string? named, string? environment, string? team) =>
        configuration.Alerts.RouteOf(new AlertAbout(source, what, severity, service, named, environment, team, configuration.Calendar.WorkingHours.Windows is var hours && (hours.IsAlways || hours.IsOpen(now))));

    /// <summary>The service as it is configured: by its name, or by the repository that an alert names.</summary>
    private Service? ServiceOf(Alert alert) => (alert.Service is { } name ? configuration.Service(name) : null)
        ?? (alert.Labels.GetValueOrDefault("repository") is { } repository ? configuration.Services.FirstOrDefault(one => string.Equals(one.Repository, repository, StringComparison.OrdinalIgnoreCase)) : null);

    private static Promise? PromiseOf(AlertGroup group) => group.Route?.RespondWithin is { } within
        ? new Promise(group.Id, group.Severity, within, group.Answered?.By is null ? null : group.Answered.Took, group.Answered is { } answer && answer.Took <= within) : null;
}
