using System.Globalization;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Tells what happened to alerts in words.</summary>
public static class AlertWords
{
    /// <summary>The line for one event; null for what is no news to people.</summary>
    /// <param name="group">As it stands just after it.</param>
    public static TimelineLine? LineOf(AlertGroup group, AlertEvent what, DateTimeOffset at) => what switch
    {
        AlertsCame e => Came(e, at),
        AlertsResolved e => new(at, null, e.Why ?? "Resolved.", Tone.Good, true),
        AlertsReopened => new(at, null, group.FlapsAt(at) ? $"Fires again: flapping, {Words.Count(group.Reopenings.Length, "time", "times")} by now." : "Fires again.", Tone.Bad, true),
        AlertsRerouted e => new(at, null, $"It got worse: {Of(e.Severity)} now.", Tone.Bad, true),
        IncidentJoined e => new(at, null, $"It belongs to {e.Incident}.", Tone.Warning),
        PageTold e => new(at, null, e.Says, Tone.Waiting),
        SuspectsFound { Suspects.IsEmpty: false } e => new(at, null, $"Likely cause: {e.Suspects[0].Says}.", Tone.Warning),
        AlertAcknowledged e => new(at, e.By.Email, "looks after it", Tone.Waiting, true),
        AcknowledgementAsked => new(at, null, $"{group.Acked?.By.ShortName} was asked whether they still look after it.", Tone.Waiting),
        AcknowledgementLapsed e => new(at, null, $"Firing again: {e.Why}", Tone.Bad, true),
        ResponseOverdue e => new(at, null, $"Nobody answered within {(group.Route?.RespondWithin is { } within ? Words.Duration(within * e.Times) : "the time promised")}.", Tone.Bad, true),
        PageWanted e => new(at, null, $"{e.Who} is to be paged: {e.Why}", Tone.Warning, true),
        SilenceAsked e => new(at, e.By.Email, $"silences it until {Clock(e.Until)}{(e.Reason is null ? "" : $": {e.Reason}")}", Tone.Muted, true),
        SilenceConfirmed e => new(at, null, $"{e.System} confirms: {e.Says}", Tone.Muted),
        SilenceFailed e => new(at, null, $"{e.System} was not silenced: {e.Why}", Tone.Warning, true),
        SilenceEnded => new(at, null, "The silence is over.", Tone.Neutral),
        FlappingEnded => new(at, null, "It no longer flaps.", Tone.Neutral),
        AlertsDigested => new(at, null, "Told of in a digest.", Tone.Neutral),
        AlertNotShown { Reason: not Unsent.RateLimited } e => new(at, null, $"Could not be shown in {e.Place}: {e.Why}", Tone.Warning),
        _ => null,
    };

    public static string Of(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.Warning => "warning",
        _ => "info",
    };

    public static string Of(Unsent reason) => reason switch
    {
        Unsent.Grouped => "grouped: its card shows them",
        Unsent.Silenced => "silenced",
        Unsent.Debounced => "debounced: the card changes with the next update",
        Unsent.RateLimited => "rate-limited, or out of reach: the chat took no more just then, and it was shown later",
        Unsent.NoRoute => "no route",
        Unsent.Digest => "collected for a digest",
        Unsent.Storm => "too many at once: one card for all",
        Unsent.Refused => "the chat refused",
        _ => "out of order",
    };

    public static string TitleOf(AlertGroup group) => group.Began.Storm ? $"Many alerts at once: {Kinds(group)}" : $"{group.Began.What}: {group.Where}";

    /// <summary>How it stands, as one sentence.</summary>
    public static string Sentence(AlertGroup group, DateTimeOffset now)
    {
        var title = TitleOf(group);
        var counts = group.Members.Count > 1 ? $", {Words.Count(group.Members.Firing, "alert", "alerts")} of {group.Members.Count}" : "";
        return group.Status switch
        {
            AlertStatus.Firing => $"{title} is firing ({Of(group.Severity)}{counts}).",
            AlertStatus.Acknowledged => $"{title} is firing ({Of(group.Severity)}{counts}); {group.Acked!.By.ShortName} looks after it.",
            _ => $"{title} is resolved, after {Words.Duration((group.ResolvedAt ?? now) - group.BeganAt)}.",
        };
    }

    public static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Kinds(AlertGroup group)
    {
        var kinds = group.Members.All.Values.Select(one => (one.What, one.Service)).Distinct().Count();
        return Words.Count(kinds, "kind", "kinds");
    }

    private static TimelineLine? Came(AlertsCame e, DateTimeOffset at)
    {
        var (firing, over) = (e.Alerts.Count(alert => alert.Firing), e.Alerts.Count(alert => !alert.Firing));
        var left = e.Left > 0 ? $" {e.Left} more were left out by their sender." : "";
        return (firing, over) switch
        {
            (0, 0) => null,
            (_, 0) => new(at, null, $"{Words.Count(firing, "alert fires", "alerts fire")}.{left}", Tone.Bad),
            (0, _) => new(at, null, $"{Words.Count(over, "alert is", "alerts are")} over.{left}", Tone.Good),
            _ => new(at, null, $"{Words.Count(firing, "alert fires", "alerts fire")}, {Words.Count(over, "is", "are")} over.{left}", Tone.Bad),
        };
    }
}
