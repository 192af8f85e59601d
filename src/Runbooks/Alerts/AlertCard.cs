using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>What people see of a group of alerts. The same card turns green when it is over, and keeps what it showed.</summary>
public static class AlertCard
{
    /// <summary>What the button does that opens an incident.</summary>
    public const string IncidentVerb = "incident-open";

    private const int MembersShown = 6, LinesShown = 8;

    /// <param name="runbooks">Runbooks that are suggested for it.</param>
    /// <param name="publicUrl">Where the bot's pages are; null = cards link nowhere of it.</param>
    public static Card Of(AlertGroup group, DateTimeOffset now, ImmutableArray<string> runbooks, Uri? publicUrl)
    {
        var sentence = AlertWords.Sentence(group, now);
        var flaps = group.FlapsAt(now);
        return new Card(AlertWords.TitleOf(group), ToneOf(group, now), State(group, now), flaps ? $"{sentence} It flaps." : sentence)
        {
            Facts = [.. Facts(group, now)],
            Body = [.. Body(group, now)],
            Buttons = [.. Buttons(group, now, runbooks)],
            Links = [.. group.Links.Select(link => new Link(link.Label, link.Url)), .. group.Suspects?.Where(one => one.Link is not null).Take(1).Select(one => new Link("Change", one.Link!)) ?? [], .. publicUrl is null ? [] : (Link[])[new Link("History", new Uri(publicUrl, $"alerts/{group.Id}"))]],
            Next = Next(group, now),
            Footer = $"{group.Id} · {group.Began.Source}{(group.Route is { } route ? $" · route {route.Name}" : " · no route")}",
        };
    }

    private static Tone ToneOf(AlertGroup group, DateTimeOffset now) => group switch
    {
        { IsFiring: false } when group.FlapsAt(now) => Tone.Warning,
        { IsFiring: false } => Tone.Good,
        _ when group.SilencedAt(now) => Tone.Muted,
        { Status: AlertStatus.Acknowledged } => Tone.Waiting,
        { Severity: Severity.Critical } => Tone.Bad,
        { Severity: Severity.Warning } => Tone.Warning,
        _ => Tone.Neutral,
    };

    private static string State(AlertGroup group, DateTimeOffset now)
    {
        var flapping = group.FlapsAt(now) ? $"flapping, fired {Words.Count(group.Reopenings.Length + 1, "time", "times")}; " : "";
        return flapping + group.Status switch
        {
            AlertStatus.Firing => group.SilencedAt(now) ? "firing, silenced" : "firing",
            AlertStatus.Acknowledged => $"acknowledged by {group.Acked!.By.ShortName}",
            _ => "resolved",
        };
    }

    private static IEnumerable<Fact> Facts(AlertGroup group, DateTimeOffset now)
    {
        yield return new Fact("Severity", AlertWords.Of(group.Severity));
        yield return new Fact("Where", group.Where);
        yield return new Fact("Since", $"{AlertWords.Clock(group.Since)} ({Words.Duration(now - group.Since)} ago)");
        if (group.Members.Count > 1 || group.Members.Beyond > 0)
            yield return new Fact("Alerts", $"{group.Members.Firing} of {group.Members.Count} firing{(group.Members.Beyond > 0 ? $", and {group.Members.Beyond} more that were only counted" : "")}");
        if (group.Acked is { } acked) yield return new Fact("Looked after by", $"{acked.By.ShortName}, since {AlertWords.Clock(acked.At)}");
        if (group.Incident is { } incident) yield return new Fact("Incident", incident.ToString());
        if (group.Route?.RespondWithin is { } within) yield return new Fact("Answer promised within", Promised(group, within));
        if (group.Silence is { } silence && now < silence.Until) yield return new Fact("Silenced", Silenced(silence));
    }

    private static string Promised(AlertGroup group, TimeSpan within) => group.Answered switch
    {
        { By: { } by, Took: var took } => $"{Words.Duration(within)}: {by.ShortName} answered after {Words.Duration(took)}{(took > within ? ", too late" : "")}",
        { Took: var took } => $"{Words.Duration(within)}: it was over after {Words.Duration(took)}",
        _ when group.Overdue > 0 => $"{Words.Duration(within)}: overdue, nobody has answered",
        _ => Words.Duration(within),
    };

    private static string Silenced(SilenceState silence)
    {
        var told = silence.Systems.Select(system => silence.Kept.Any(one => one.System == system) ? $"confirmed by {system}" : silence.Failed.Any(one => one.System == system) ? $"not by {system}" : $"asking {system}");
        return $"until {AlertWords.Clock(silence.Until)} by {silence.By.ShortName}{(silence.Systems.IsEmpty ? ", here only" : $", {Words.List(told)}")}";
    }

    private static IEnumerable<CardBlock> Body(AlertGroup group, DateTimeOffset now)
    {
        var shown = group.Members.All.Values.OrderByDescending(one => one.Firing).ThenByDescending(one => one.Severity).ThenBy(one => one.Since).ToList();
        if (shown.Select(one => one.Summary).FirstOrDefault(summary => summary is not null) is { } summary && !group.Began.Storm) yield return new CardBlock.Text(summary);
        foreach (var failed in group.SilencedAt(now) ? group.Silence!.Failed : []) yield return new CardBlock.Notice(Tone.Warning, $"{failed.System} was not silenced: {failed.Why}");
        if (group.Overdue > 0 && group.Answered is null) yield return new CardBlock.Notice(Tone.Bad, "Nobody answered in the time promised.");
        if (group.Suspects is { IsEmpty: false } suspects)
            yield return new CardBlock.List("What changed", [.. suspects.Select(one => new ListLine($"{one.Says} ({(one.Run is { } run ? $"run {run}: " : "")}{string.Join(", ", one.Reasons)}){(one.WayOut is { } way ? $"; {way}" : "")}", Tone.Warning))]);
        if (group.Members.Count > 1) yield return new CardBlock.List("Alerts", [.. group.Began.Storm ? Kinds(group) : Members(group, shown)]);
        if (group.Lines.Length > 0)
            yield return new CardBlock.List("What happened", [.. group.Lines.TakeLast(LinesShown).Select(line => new ListLine($"{AlertWords.Clock(line.At)} {(line.By is { } by ? $"{new Access.Person(by).ShortName} " : "")}{line.Says}", line.Tone))]);
    }

    private static IEnumerable<ListLine> Members(AlertGroup group, List<AlertMember> shown)
    {
        var common = group.Members.Common();
        foreach (var one in shown.Take(MembersShown))
        {
            var own = one.Labels?.Where(label => !common.ContainsKey(label.Key)).Take(4).Select(label => $"{label.Key}={label.Value}").ToList() ?? [];
            yield return new ListLine($"{(own.Count == 0 ? one.What : string.Join(", ", own))}: {(one.Firing ? "firing" : "resolved")}", one.Firing ? Tone.Bad : Tone.Good);
        }

        if (shown.Count > MembersShown) yield return new ListLine($"and {shown.Count - MembersShown} more");
    }

    private static IEnumerable<ListLine> Kinds(AlertGroup group)
    {
        var kinds = group.Members.All.Values.GroupBy(one => (one.What, one.Service)).Select(kind => (kind.Key, Firing: kind.Count(one => one.Firing), All: kind.Count())).OrderByDescending(kind => kind.Firing).ThenBy(kind => kind.Key.What, StringComparer.Ordinal).ToList();
        foreach (var (key, firing, all) in kinds.Take(MembersShown)) yield return new ListLine($"{key.What}{(key.Service is null ? "" : $" of {key.Service}")}: {firing} of {all} firing", firing > 0 ? Tone.Bad : Tone.Good);
        if (kinds.Count > MembersShown) yield return new ListLine($"and {kinds.Count - MembersShown} more kinds, {kinds.Skip(MembersShown).Sum(kind => kind.Firing)} alerts firing");
    }

    private static IEnumerable<Button> Buttons(AlertGroup group, DateTimeOffset now, ImmutableArray<string> runbooks)
    {
        CardAction Does(string verb, string? more = null) => new(verb, null, null, more is null ? group.Id.ToString() : $"{group.Id} {more}");
        if (group.Status == AlertStatus.Firing) yield return new Button("Acknowledge", ButtonStyle.Primary, Does("alert-ack"));
        else if (group.Acked is { AnswerBy: not null }) yield return new Button("I am still on it", ButtonStyle.Primary, Does("alert-ack"));
        if (group.IsFiring && group.Suspects?.FirstOrDefault(one => one.BackTo is not null) is { } suspect)
        {
            yield return new Button($"Roll back to {suspect.BackTo}", ButtonStyle.Danger, new CardAction("rollback", suspect.Run, null, null),
                new Confirm("Roll it back?", $"What run {suspect.Run} did is taken back, by a new run: {suspect.Says}.", "Roll back", "Not now"));
        }

        if (group.IsFiring && !group.SilencedAt(now)) yield return new Button("Silence for 1 h", ButtonStyle.Plain, Does("alert-silence", "1h"), new Confirm("Silence it?", "Nobody hears of it for an hour.", "Silence", "Not now"));
        if (group is { IsFiring: true, Began: { Service: { } service, Environment: { } environment } })
        {
            foreach (var runbook in runbooks.Take(2)) yield return new Button($"Run {runbook}", ButtonStyle.Plain, CardAction.Say($"run {runbook} {service} {environment}"), new Confirm($"Run {runbook}?", $"It is started for {service} in {environment}.", "Run it", "Not now"));
        }

        if (group is { IsFiring: true, Incident: null }) yield return new Button("Open an incident", ButtonStyle.Plain, Does(IncidentVerb), new Confirm("Open an incident?", "Whoever its severity names is paged, and a channel is made.", "Open it", "Not now"));
        if (group.IsFiring) yield return new Button("Who is on call?", ButtonStyle.Plain, Does("alert-oncall"));
    }

    private static string? Next(AlertGroup group, DateTimeOffset now) => group switch
    {
        { IsFiring: false } => null,
        { Acked: { AnswerBy: { } by } acked } => $"{acked.By.ShortName} was asked whether they still look after it; without an answer by {AlertWords.Clock(by)} it counts as firing again.",
        { Acked: { } acked } => $"At {AlertWords.Clock(acked.AskAt)} {acked.By.ShortName} is asked whether they still look after it.",
        { Route.RespondWithin: { } within, PromisedFrom: { } from, Answered: null } when from + within > now => $"Somebody should answer by {AlertWords.Clock(from + within)}.",
        _ => null,
    };
}
