using System.Collections.Immutable;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>The work that events about incidents call for.</summary>
public static class IncidentWork
{
    /// <summary>Stored names.</summary>
    public const string RoomKind = "incident-room", InviteKind = "incident-invite", TopicKind = "incident-topic", CardKind = "incident-card", PinKind = "incident-pin", SayKind = "incident-say",
        TimerKind = "incident-timer", AlertKind = "incident-alert", IssueKind = "incident-issue", ReviewKind = "incident-review", KeepKind = "incident-keep";

    /// <param name="before">Null when it has just been declared.</param>
    public static (ImmutableArray<WorkItem> Work, ImmutableArray<string> Withdrawn) Of(Incident? before, Incident after, ImmutableArray<IncidentEvent> events, IncidentRules rules, DateTimeOffset now)
    {
        var work = ImmutableArray.CreateBuilder<WorkItem>();
        var withdrawn = ImmutableArray.CreateBuilder<string>();
        Time(before, after, rules, work, withdrawn, now);
        foreach (var what in events) work.AddRange(Following(after, what, rules, now));
        if (after.Room is not null && (before is null || IncidentWords.Topic(before) != IncidentWords.Topic(after) || before.Room is null)) work.Add(Item(TopicKind, $"{TopicKind}:{after.Id}", Lane(after), now, new AboutIncident(after.Id)));
        if (events.Any(what => what is not (IncidentCardPosted or IncidentCardPinned or IncidentNotShown)))
            work.AddRange(after.Places.Select(place => Card(after, place, now)));
        var state = before;
        for (var at = 0; at < events.Length; at++)
        {
            state = state is null ? Incident.Open((IncidentDeclared)events[at], now) : state.Evolve(events[at], now);
            work.AddRange(Said(state, events[at], now));
        }

        return (work.ToImmutable(), withdrawn.ToImmutable());
    }

    /// <summary>What a page about it is called; the one for a missing commander is another.</summary>
    public static string PageOf(IncidentId id, bool leaderless = false) => leaderless ? $"{id}-commander" : $"{id}";

    /// <summary>The incident that a page is about; null for a page about something else.</summary>
    public static IncidentId? OfPage(string subject) => IncidentId.TryParse(subject.EndsWith("-commander", StringComparison.Ordinal) ? subject[..^"-commander".Length] : subject, out var id) ? id : null;

    public static WorkItem Card(Incident incident, string place, DateTimeOffset due) => Item(CardKind, $"{CardKind}:{incident.Id}:{place}", place, due, new AboutIncident(incident.Id, place));

    /// <summary>A message that somebody pinned is to be read and kept.</summary>
    public static WorkItem Keep(IncidentId id, string place, string message, string account, DateTimeOffset now) =>
        Item(KeepKind, $"{KeepKind}:{id}:{place}:{message}", $"incident:{id}", now, new AboutIncident(id, place, Message: message, Account: account));

    private static IEnumerable<WorkItem> Following(Incident after, IncidentEvent what, IncidentRules rules, DateTimeOffset now)
    {
        WorkItem Page(PageNews news) => PageWork.News(news, after.Version, now);
        WorkItem Joined(string alert) => Item(AlertKind, $"{AlertKind}:{after.Id}:{alert}", $"incident:{after.Id}", now, new AboutIncident(after.Id, Text: alert));
        WorkItem Of(string kind, long number) => Item(kind, $"{kind}:{after.Id}:{number}", Lane(after), now, new AboutIncident(after.Id, Number: number));
        switch (what)
        {
            case IncidentDeclared e:
                if (e.Room is not null) yield return Of(RoomKind, 0);
                if (e.Severity.Page is { } who) yield return Page(Want(after, who, $"{e.Severity.Name} was declared{(e.By is { } by ? $" by {by.ShortName}" : "")}."));
                if (e.Alert is { } alert) yield return Joined(alert.ToString());
                break;
            case SeverityChanged e:
                if (e.To.Page is { } also && e.From.Page != also) yield return Page(Want(after, also, $"it is {e.To.Name} now."));
                if (after.Room is not null) yield return Of(InviteKind, after.Version);
                break;
            case RoomMade:
                yield return Of(InviteKind, after.Version);
                foreach (var one in after.Links.Where(one => one.Kind == "alert")) yield return Joined(one.What);
                break;
            case RoleTaken e:
                if (after.Room is not null && !after.Invited.Contains(e.Person)) yield return Of(InviteKind, after.Version);
                yield return Page(new PageNews(PageOf(after.Id), NewsKind.Acknowledged, By: e.Person));
                if (e.Role == IncidentRole.Commander) yield return Page(new PageNews(PageOf(after.Id, leaderless: true), NewsKind.Over, Why: $"{e.Person.ShortName} is commander"));
                break;
            case CommanderMissing { Page: { } lead }: yield return Page(Want(after, lead, $"nobody is commander after {Words.Duration(now - after.LeaderlessFrom)}.") with { Subject = PageOf(after.Id, leaderless: true) }); break;
            case LinkAdded { Link: { Kind: "alert", What: var word } }: yield return Joined(word); break;
            case LinkAdded { Link.Kind: "service" } when after.Room is not null: yield return Of(InviteKind, after.Version); break;
            case IncidentCardPosted e when e.Place == after.Room?.Place && !after.Pinned: yield return Of(PinKind, 0); break;
            case IncidentResolved e:
                yield return Page(new PageNews(PageOf(after.Id), NewsKind.Over, Why: "it is resolved"));
                yield return Page(new PageNews(PageOf(after.Id, leaderless: true), NewsKind.Over, Why: "it is resolved"));
                if (rules.Repository is not null) foreach (var one in e.FollowUps) yield return Of(IssueKind, one.Number);
                yield return Of(ReviewKind, after.Version);
                break;
            case IncidentReopened when after.Severity.Page is { } again: yield return Page(Want(after, again, "it was opened again.")); break;
            default: break;
        }
    }

    private static PageNews Want(Incident incident, Access.GroupName who, string why) => new(PageOf(incident.Id), NewsKind.Want, who, IncidentWords.TitleOf(incident), why, Critical: true);

    /// <summary>What is said in the incident's channel, and what of it under its card elsewhere.</summary>
    private static IEnumerable<WorkItem> Said(Incident after, IncidentEvent what, DateTimeOffset now)
    {
        if (after.Home is not { } home) yield break;
        var (title, text) = what switch
        {
            UpdateAsked => ($"{after.Id}: a status update, please", $"{(after.Roles.TryGetValue(IncidentRole.Communications, out var who) || after.Roles.TryGetValue(IncidentRole.Commander, out who) ? $"{who.ShortName}: the" : "The")} last one is {Words.Duration(now - (after.LastUpdate?.At ?? after.DeclaredAt))} old. Say: incident update \"…\""),
            CommanderMissing e => ($"{after.Id} has no commander", $"Nobody has taken it for {Words.Duration(now - after.LeaderlessFrom)}.{(e.Page is { } lead ? $" {lead} is paged." : "")} Click on the card, or say: incident role commander me"),
            Gathered e when e.Lines.All(line => line.Shown) => ("", ""),
            Gathered e => ($"What happens on {(after.Services.IsEmpty ? "what is linked" : Words.List(after.Services))}", string.Join('\n', e.Lines.Where(line => !line.Shown).Select(line => $"{IncidentWords.Clock(line.At)} {line.Source}: {(line.By is { } by ? $"{new Access.Person(by).ShortName} " : "")}{line.Says}"))),
            PeopleInvited { Missing.IsEmpty: false } e => ("Not everybody could be invited", $"{Words.List(e.Missing)}."),
            StatusUpdated e => ($"Status update by {e.By.ShortName}{(e.Stage is { } stage ? $": {IncidentWords.Of(stage)}" : "")}", e.Text),
            IncidentDeclared => ("", ""),
            _ => IncidentWords.LinesOf(after, what, now).FirstOrDefault(line => line.Worth) is { } line ? Split($"{(line.By is { } by ? $"{new Access.Person(by).ShortName} " : "")}{line.Says}") : ("", ""),
        };
        if (title.Length == 0) yield break;
        yield return Say(home);
        if (what is not (StatusUpdated or SeverityChanged or IncidentResolved or IncidentReopened or CommanderMissing)) yield break;
        foreach (var place in after.Places.Where(place => place != home)) yield return Say(place);

        WorkItem Say(string place) => Item(SayKind, $"{SayKind}:{after.Id}:{after.Version}:{place}", place, now, new AboutIncident(after.Id, place, title, text, after.Version));
    }

    /// <summary>The first words as a title, where it is too long for one.</summary>
    private static (string Title, string Text) Split(string says) => says.Length <= 140 ? (says, "") : ($"{says[..(says[..100].LastIndexOf(' ') is > 0 and var space ? space : 99)]} …", says);

    private static void Time(Incident? before, Incident after, IncidentRules rules, ImmutableArray<WorkItem>.Builder work, ImmutableArray<string>.Builder withdrawn, DateTimeOffset now)
    {
        var then = before is null ? [] : IncidentDecider.Timers(before, rules).ToDictionary(one => one.Timer, one => one.Due);
        var next = IncidentDecider.Timers(after, rules).ToDictionary(one => one.Timer, one => one.Due);
        foreach (var timer in then.Keys.Where(timer => !next.TryGetValue(timer, out var due) || due != then[timer])) withdrawn.Add(TimerKey(after, timer));
        foreach (var (timer, due) in next.Where(one => !then.TryGetValue(one.Key, out var was) || was != one.Value))
            work.Add(Item(TimerKind, TimerKey(after, timer), $"incident:{after.Id}", due < now ? now : due, new AboutIncident(after.Id)));
    }

    private static string TimerKey(Incident incident, IncidentTimer timer) => $"{TimerKind}:{incident.Id}:{timer}";

    /// <summary>What is asked of the chat about the channel itself goes one after another.</summary>
    private static string Lane(Incident incident) => $"incident-room:{incident.Id}";

    private static WorkItem Item(string kind, string key, string lane, DateTimeOffset due, AboutIncident about) => new(kind, key, lane, due, about.Write());
}
