using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Decides about a group of alerts: pure.</summary>
public static class AlertDecider
{
    public static readonly TimeSpan LongestSilence = TimeSpan.FromDays(7);

    /// <summary>What never says that it is over is taken to be, when nothing was heard of it for so long.</summary>
    public static readonly TimeSpan QuietAfter = TimeSpan.FromHours(24);

    /// <summary>A question that nobody answers is put so often.</summary>
    private const int MostOverdue = 3;

    /// <summary>A group with more events than this is not opened again: it would never end.</summary>
    private const int LongestLife = 5_000;

    /// <returns>The state afterwards, and what led to it.</returns>
    public static (AlertGroup Group, AlertDecision Decision) Decide(AlertGroup group, AlertCommand command, AlertContext context)
    {
        var decision = command switch
        {
            AlertCommand.Take c => Take(group, c, context),
            AlertCommand.Acknowledge c => Acknowledge(group, c, context),
            AlertCommand.AcknowledgedThere c => group is { IsFiring: true, Acked: null } ? Accept(new AlertAcknowledged(new Person($"{c.Name} in {c.System}"), context.Now + (group.Route?.AskAgain ?? TimeSpan.FromHours(1)))) : AlertDecision.Nothing,
            AlertCommand.PageWas c => group.Status == AlertStatus.Closed ? AlertDecision.Nothing : Accept(new PageTold(c.Says)),
            AlertCommand.Silence c => Silence(group, c, context),
            AlertCommand.SilenceWas c => SilenceWas(group, c),
            AlertCommand.Looked c => Accept(new SuspectsFound(c.Suspects)),
            AlertCommand.Digested c => group.Digested ? AlertDecision.Nothing : Accept(new AlertsDigested(c.Place)),
            AlertCommand.Join c => group.Incident == c.Incident && (c.Place is null || group.Places.Contains(c.Place)) || group.Status == AlertStatus.Closed ? AlertDecision.Nothing : Accept(new IncidentJoined(c.Incident, c.Place)),
            AlertCommand.CardWasPosted c => group.Cards.ContainsKey(c.Place) ? AlertDecision.Nothing : Accept(new AlertCardPosted(c.Place, c.Channel, c.Message, c.Permalink)),
            AlertCommand.CardWasNotShown c => NotShown(group, c, context.Now),
            AlertCommand.TimePassed => Due(group, context),
            _ => throw new InvalidOperationException($"Nothing decides about {command.GetType().Name}."),
        };
        return (decision.Events.Aggregate(group, (state, what) => state.Evolve(what, context.Now)), decision);
    }

    /// <summary>Whether alerts that fire now belong to this group still.</summary>
    public static bool TakesMore(AlertGroup group) => group.Status != AlertStatus.Closed && (group.Version < LongestLife || group.IsFiring);

    /// <summary>What is to be looked at again, and when.</summary>
    public static IEnumerable<(AlertTimer Timer, DateTimeOffset Due)> Timers(AlertGroup group, TimeSpan reopen)
    {
        if (group.Status == AlertStatus.Closed) yield break;
        if (NextOverdue(group) is { } overdue) yield return (AlertTimer.Respond, overdue);
        if (group.Acked is { } acked) yield return (AlertTimer.Acknowledged, acked.AnswerBy ?? acked.AskAt);
        if (group.Silence is { } silence) yield return (AlertTimer.Silence, silence.Until);
        if (group.FlapsUntil is { } calm) yield return (AlertTimer.Flapping, calm);
        if (group.Status == AlertStatus.Resolved) yield return (AlertTimer.Close, Later(group.ResolvedAt ?? group.BeganAt, group.FlapsUntil) + reopen);
        else if (NeverEnds(group)) yield return (AlertTimer.Close, group.ChangedAt + QuietAfter);
    }

    private static AlertDecision Take(AlertGroup group, AlertCommand.Take c, AlertContext context)
    {
        var judged = c.Alerts.Select(alert => (Alert: alert, News: group.Members.Judge(alert))).ToList();
        ImmutableArray<Alert> news = [.. judged.Where(one => one.News == News.New).Select(one => one.Alert)];
        var stale = judged.Count(one => one.News == News.Stale);
        if (news.IsEmpty && stale == 0) return AlertDecision.Nothing;
        var events = ImmutableArray.CreateBuilder<AlertEvent>();
        events.Add(new AlertsCame(news, c.Left, stale, WhyUnsent(group, c.Busy, context.Now)));
        var after = group.Evolve(events[0], context.Now);
        var first = !group.Fired && after.Fired;
        if (first)
        {
            if (PageOf(after, "it fires.", context.Now) is { } page) events.Add(page);
            if (WantsIncident(after, context.Now)) events.Add(new IncidentWanted());
            if (after.Members.Firing == 0) events.Add(new AlertsResolved());
        }
        else if (group.IsFiring && after.Members.Firing == 0) events.Add(new AlertsResolved());
        else if (group is { Status: AlertStatus.Resolved, Fired: true } && after.Members.Firing > 0)
        {
            events.Add(new AlertsReopened());
            after = after.Evolve(events[^1], context.Now);
            if (!after.FlapsAt(context.Now) && PageOf(after, "it fires again.", context.Now) is { } page) events.Add(page);
            if (!after.FlapsAt(context.Now) && WantsIncident(after, context.Now)) events.Add(new IncidentWanted());
        }

        if (!first && after.Members.Firing > 0 && after.Members.Worst(after.Severity) is var worst && worst > group.Severity) Worse(after, worst, events, context);
        return new AlertDecision(events.ToImmutable(), null);
    }

    private static void Worse(AlertGroup group, Severity worst, ImmutableArray<AlertEvent>.Builder events, AlertContext context)
    {
        var (route, places) = context.RouteOf(worst);
        var rerouted = new AlertsRerouted(route, places, worst);
        events.Add(rerouted);
        if (group.Acked is not null) events.Add(new AcknowledgementLapsed($"it got worse since {group.Acked.By.ShortName} looked after it."));
        if (PageOf(group.Evolve(rerouted, context.Now), "it got worse.", context.Now) is { } page) events.Add(page);
        if (WantsIncident(group.Evolve(rerouted, context.Now), context.Now)) events.Add(new IncidentWanted());
    }

    private static Unsent? WhyUnsent(AlertGroup group, bool busy, DateTimeOffset now)
    {
        if (group.Places.IsEmpty) return Unsent.NoRoute;
        if (group.SilencedAt(now)) return Unsent.Silenced;
        if (group.Route?.Digest is not null) return Unsent.Digest;
        if (group.Began.Storm) return Unsent.Storm;
        if (!group.Fired) return null;
        return busy || group.FlapsAt(now) ? Unsent.Debounced : Unsent.Grouped;
    }

    private static PageWanted? PageOf(AlertGroup group, string why, DateTimeOffset now) => group.Route?.Page is { } who && !group.SilencedAt(now) ? new PageWanted(who, why) : null;

    /// <summary>What ends with the message it began with opens none.</summary>
    private static bool WantsIncident(AlertGroup group, DateTimeOffset now) => group is { Route.Incident: true, Members.Firing: > 0 } && !group.SilencedAt(now);

    private static AlertDecision Acknowledge(AlertGroup group, AlertCommand.Acknowledge c, AlertContext context)
    {
        if (AccessRules.ReadOnly(c.Who) is { } unknown) return new AlertDecision([], unknown);
        if (!group.IsFiring) return AlertDecision.Refuse(RefusalCodes.AlertOver, $"{group.Id} is resolved: there is nothing to acknowledge.", null);
        var by = c.Who.Person!.Value;

        // A second click is no news; the answer to the question whether one still looks after it is.
        if (group.Acked is { AnswerBy: null } acked && acked.By == by) return AlertDecision.Nothing;
        return Accept(new AlertAcknowledged(by, context.Now + (group.Route?.AskAgain ?? TimeSpan.FromHours(1))));
    }

    private static AlertDecision Silence(AlertGroup group, AlertCommand.Silence c, AlertContext context)
    {
        if (context.MaySilence(c.Who) is { } no) return new AlertDecision([], no);
        if (group.Status == AlertStatus.Closed) return AlertDecision.Refuse(RefusalCodes.AlertOver, $"{group.Id} is over: there is nothing to silence.", null);
        if (c.For <= TimeSpan.Zero || c.For > LongestSilence) return AlertDecision.Refuse(RefusalCodes.WordUnknown, $"A silence lasts at most {Words.Duration(LongestSilence)}.", "Say 1h, 30m or 2d.");
        ImmutableArray<string> systems = [.. group.Members.All.Values.Where(one => one.Firing).Select(one => one.Silence?.System).OfType<string>().Distinct().Where(context.Silencers.Contains).Order(StringComparer.Ordinal)];

        // What fires at once for many reasons has nothing in common that could be silenced there.
        return Accept(new SilenceAsked(group.Silences + 1, c.Who.Person!.Value, context.Now + c.For, c.Reason, group.Began.Storm ? [] : systems));
    }

    private static AlertDecision SilenceWas(AlertGroup group, AlertCommand.SilenceWas c)
    {
        if (group.Silence is not { } silence || silence.Number != c.Number || silence.Kept.Any(one => one.System == c.System)) return AlertDecision.Nothing;
        return Accept(c.Kept is { } kept ? new SilenceConfirmed(c.Number, c.System, kept.Id, kept.Until, kept.Says) : new SilenceFailed(c.Number, c.System, c.Why ?? "it did not say why"));
    }

    /// <summary>That the chat takes no more just then is said once a minute at most.</summary>
    private static AlertDecision NotShown(AlertGroup group, AlertCommand.CardWasNotShown c, DateTimeOffset now) =>
        c.Reason == Unsent.RateLimited && group.Unsent.GetValueOrDefault(c.Reason) is { } known && now - known.Last < TimeSpan.FromMinutes(1)
            ? AlertDecision.Nothing : Accept(new AlertNotShown(c.Place, c.Reason, c.Why));

    private static AlertDecision Due(AlertGroup group, AlertContext context)
    {
        var now = context.Now;
        var events = ImmutableArray.CreateBuilder<AlertEvent>();
        foreach (var (timer, due) in Timers(group, context.Reopen).Where(one => one.Due <= now))
        {
            switch (timer)
            {
                case AlertTimer.Respond:
                    events.Add(new ResponseOverdue(group.Overdue + 1, group.Overdue == 0 ? group.Route?.Escalate : null));
                    if (PageOf(group, $"nobody answered within {Words.Duration(group.Route!.RespondWithin!.Value)}.", now) is { } page) events.Add(page);
                    break;
                case AlertTimer.Acknowledged when group.Acked!.AnswerBy is null:
                    events.Add(new AcknowledgementAsked(now + (group.Route?.AnswerWithin ?? TimeSpan.FromMinutes(10))));
                    break;
                case AlertTimer.Acknowledged:
                    events.Add(new AcknowledgementLapsed($"{group.Acked!.By.ShortName} did not say that they still look after it."));
                    if (PageOf(group, $"{group.Acked.By.ShortName} did not say that they still look after it.", now) is { } again) events.Add(again);
                    break;
                case AlertTimer.Silence:
                    events.Add(new SilenceEnded());
                    break;
                case AlertTimer.Flapping:
                    events.Add(new FlappingEnded());
                    break;
                case AlertTimer.Close when group.Status == AlertStatus.Resolved:
                    events.Add(new GroupClosed());
                    break;
                default:
                    events.Add(new AlertsResolved($"Nothing was heard of it for {Words.Duration(now - due + QuietAfter)}: taken to be over."));
                    break;
            }
        }

        return new AlertDecision(events.ToImmutable(), null);
    }

    private static DateTimeOffset? NextOverdue(AlertGroup group) => group is { Status: AlertStatus.Firing, PromisedFrom: { } from, Answered: null, Route.RespondWithin: { } within, Overdue: < MostOverdue }
        ? Later(from + (within * (group.Overdue + 1)), group.Silence?.Until) : null;

    private static bool NeverEnds(AlertGroup group) => group.Members.Count > 0 && group.Members.All.Values.All(one => !one.Firing || !one.Ends);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other is { } time && time > one ? time : one;

    private static AlertDecision Accept(AlertEvent what) => new([what], null);
}

/// <summary>Why a group is looked at again.</summary>
public enum AlertTimer
{
    Respond,
    Acknowledged,
    Silence,
    Flapping,
    Close,
}
