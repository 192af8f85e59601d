using System.Collections.Immutable;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>The work that events about alerts call for.</summary>
public static class AlertWork
{
    /// <summary>Stored names.</summary>
    public const string LookKind = "alert-look", CardKind = "alert-card", ThreadKind = "alert-thread", TimerKind = "alert-timer", SilenceKind = "alert-silence", DigestKind = "alert-digest", IncidentKind = "alert-incident", AskKind = "alert-ask";

    /// <summary>How often it is asked whether what is silenced still fires, and how long before the silence ends for the last time: nobody is to be called for what is over.</summary>
    private static readonly TimeSpan AskEvery = TimeSpan.FromMinutes(5), AskBefore = TimeSpan.FromSeconds(10);

    /// <param name="before">Null when it has just begun.</param>
    public static (ImmutableArray<WorkItem> Work, ImmutableArray<string> Withdrawn) Of(AlertGroup? before, AlertGroup after, ImmutableArray<AlertEvent> events, TimeSpan reopen, DateTimeOffset now)
    {
        var work = ImmutableArray.CreateBuilder<WorkItem>();
        var withdrawn = ImmutableArray.CreateBuilder<string>();
        Time(before, after, reopen, work, withdrawn);
        if (after.Fired && before?.Fired != true || events.Any(what => what is AlertsReopened)) work.Add(Item(LookKind, $"{LookKind}:{after.Id}", $"alert:{after.Id}", now, new AboutAlert(after.Id)));
        foreach (var asked in events.OfType<SilenceAsked>())
        {
            foreach (var system in asked.Systems)
            {
                var about = new AboutAlert(after.Id, Text: system, Number: asked.Number);
                work.Add(Item(SilenceKind, $"{SilenceKind}:{after.Id}:{asked.Number}:{system}", $"silence:{system}", now, about));
                work.Add(Item(AskKind, $"{AskKind}:{after.Id}:{asked.Number}:{system}", $"ask:{system}", now + (AskIn(asked.Until, now) ?? TimeSpan.Zero), about));
            }
        }

        if (events.Any(what => what is IncidentWanted)) work.Add(Item(IncidentKind, $"{IncidentKind}:{after.Id}:{after.Version}", $"alert:{after.Id}", now, new AboutAlert(after.Id)));
        work.AddRange(events.Select(what => NewsOf(before, after, what)).OfType<PageNews>().Select(news => PageWork.News(news, after.Version, now)));
        if (after is { Fired: true, Digested: false, Route.Digest: { } every } && !after.Places.IsEmpty && (before?.Fired != true || before.Digested))
            work.Add(Item(DigestKind, $"{DigestKind}:{after.Places[0]}", after.Places[0], Next(now, every), new AboutAlert(after.Id, after.Places[0])));
        foreach (var line in events.Select(what => Said(after, what, now)).OfType<string>())
        {
            foreach (var place in Shown(after)) work.Add(Item(ThreadKind, $"{ThreadKind}:{after.Id}:{after.Version}:{place}", place, now, new AboutAlert(after.Id, place, line, At: now)));
        }

        return (work.ToImmutable(), withdrawn.ToImmutable());
    }

    /// <summary>What a page about the group is to hear of.</summary>
    private static PageNews? NewsOf(AlertGroup? before, AlertGroup after, AlertEvent what) => what switch
    {
        PageWanted e => new PageNews($"{after.Id}", NewsKind.Want, e.Who, AlertWords.TitleOf(after), e.Why, after.Severity == Severity.Critical),
        AlertAcknowledged e => new PageNews($"{after.Id}", NewsKind.Acknowledged, By: e.By),
        SuspectsFound { Suspects: var suspects } when after.Route?.Page is not null && suspects.FirstOrDefault(one => one.BackTo is not null) is { } suspect =>
            new PageNews($"{after.Id}", NewsKind.Cause, Why: suspect.Says, Run: suspect.Run, BackTo: suspect.BackTo),
        AlertsResolved when before?.Fired == true => new PageNews($"{after.Id}", NewsKind.Over, Why: "it is resolved"),
        _ => null,
    };

    /// <summary>When it is asked again whether what is silenced still fires; null when no more: the silence is all but over.</summary>
    public static TimeSpan? AskIn(DateTimeOffset until, DateTimeOffset now) => until - AskBefore - now is { Ticks: > 0 } left ? left < AskEvery ? left : AskEvery : null;

    /// <summary>Where a group's card is to be.</summary>
    public static ImmutableArray<string> Shown(AlertGroup group) => group.Fired && group.Route?.Digest is null ? group.Places : [];

    public static WorkItem Card(AlertGroup group, string place, DateTimeOffset due) => Item(CardKind, CardKey(group.Id, place), place, due, new AboutAlert(group.Id, place));

    public static string CardKey(AlertId id, string place) => $"{CardKind}:{id}:{place}";

    /// <summary>What is worth a line under the card, so that somebody hears of it: never what only shows that all is well.</summary>
    private static string? Said(AlertGroup group, AlertEvent what, DateTimeOffset now) => what switch
    {
        AlertsReopened when group.FlapsAt(now) || group.SilencedAt(now) => null,
        AlertsReopened or AlertsRerouted or AcknowledgementLapsed or ResponseOverdue => AlertWords.LineOf(group, what, now)?.Says,
        AcknowledgementAsked => $"{group.Acked!.By.ShortName}: still on {group.Id}? If nobody says so by {AlertWords.Clock(group.Acked.AnswerBy!.Value)}, it counts as firing again. Say: ack {group.Id}",
        _ => null,
    };

    private static void Time(AlertGroup? before, AlertGroup after, TimeSpan reopen, ImmutableArray<WorkItem>.Builder work, ImmutableArray<string>.Builder withdrawn)
    {
        var then = before is null ? [] : AlertDecider.Timers(before, reopen).ToDictionary(one => one.Timer, one => one.Due);
        var now = AlertDecider.Timers(after, reopen).ToDictionary(one => one.Timer, one => one.Due);
        foreach (var timer in then.Keys.Where(timer => !now.TryGetValue(timer, out var due) || due != then[timer])) withdrawn.Add(TimerKey(after.Id, timer));
        foreach (var (timer, due) in now.Where(one => !then.TryGetValue(one.Key, out var was) || was != one.Value))
            work.Add(Item(TimerKind, TimerKey(after.Id, timer), $"alert:{after.Id}", due, new AboutAlert(after.Id)));
    }

    private static string TimerKey(AlertId id, AlertTimer timer) => $"{TimerKind}:{id}:{timer}";

    /// <summary>At the whole hour, or whatever the digest's time is, counted from midnight UTC.</summary>
    private static DateTimeOffset Next(DateTimeOffset now, TimeSpan every) => new(now.UtcTicks - (now.UtcTicks % every.Ticks) + every.Ticks, TimeSpan.Zero);

    private static WorkItem Item(string kind, string key, string lane, DateTimeOffset due, AboutAlert about) => new(kind, key, lane, due, about.Write());
}
