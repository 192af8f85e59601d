using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Makes an incident's channel, invites people, sets its topic and pins its card: each once, and found again where an answer was lost.</summary>
internal sealed class IncidentRoomHandler(IncidentEngine incidents, Duty duty, ITeamsAudience audience, Func<Configuration> configuration) : IWorkHandler
{
    private const int MostInvited = 30, FirstOnCall = 2;

    public ImmutableArray<string> Kinds => [IncidentWork.RoomKind, IncidentWork.InviteKind, IncidentWork.TopicKind, IncidentWork.PinKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await incidents.FindAsync(AboutIncident.Read(work.Item).Id, cancellationToken) is not { } incident) return new Done.Finished();
        if (work.Item.Kind == IncidentWork.RoomKind) return await MakeAsync(incident, work, cancellationToken);
        if (incident.Room is not { } room || incidents.RoomsOf(room.Surface) is not { } rooms) return new Done.Finished();
        return work.Item.Kind switch
        {
            IncidentWork.InviteKind => await InviteAsync(incident, rooms, room.Channel, work, cancellationToken),
            IncidentWork.TopicKind => await rooms.SetTopicAsync(room.Channel, IncidentWords.Topic(incident), cancellationToken) is Outcome<Nothing>.Later later ? new Done.Again(later.After) : new Done.Finished(),
            _ => await PinAsync(incident, rooms, room, work, cancellationToken),
        };
    }

    private async Task<Done> MakeAsync(Incident incident, ClaimedWork work, CancellationToken cancellationToken)
    {
        if (incident.Room is not null || incident.Declared.Room is not { } wanted || incidents.RoomsOf(wanted.Surface) is not { } rooms) return new Done.Finished();
        IncidentCommand said;
        var near = incident.Declared.Places.Select(Book.PlaceOf).FirstOrDefault(place => place?.Surface == wanted.Surface)?.Channel;
        switch (await rooms.MakeAsync(wanted.NamesFor(incident.Id), wanted.Private, incident.DeclaredAt, near, cancellationToken))
        {
            case Outcome<Room>.Done { Value: var made }: said = new IncidentCommand.RoomWasMade(wanted.Surface, made.Channel, made.Name); break;
            case Outcome<Room>.Never { Fault: var fault }: said = new IncidentCommand.RoomWasNotMade(fault.Next is null ? fault.Why : $"{fault.Why} {fault.Next}"); break;
            case Outcome<Room>.Later later: return new Done.Again(later.After);
            default: throw new InvalidOperationException("An outcome is one of three.");
        }

        await incidents.TellAsync(incident.Id, said, null, work, cancellationToken);
        return new Done.Kept();
    }

    private async Task<Done> InviteAsync(Incident incident, IRooms rooms, string channel, ClaimedWork work, CancellationToken cancellationToken)
    {
        ImmutableArray<Person> people = [.. (await WantedAsync(incident, cancellationToken)).Except(incident.Invited).Take(MostInvited)];
        if (people.IsEmpty) return new Done.Finished();
        switch (await rooms.InviteAsync(channel, people, cancellationToken))
        {
            case Outcome<ImmutableArray<NotInvited>>.Done { Value: var missing }:
                var told = new IncidentCommand.PeopleWereInvited([.. people.Except(missing.Select(one => one.Person))], [.. missing.Select(one => $"{one.Person.ShortName} ({one.Why})")]);
                await incidents.TellAsync(incident.Id, told, null, work, cancellationToken);
                return new Done.Kept();
            case Outcome<ImmutableArray<NotInvited>>.Later later:
                return new Done.Again(later.After);
            case Outcome<ImmutableArray<NotInvited>>.Never never:
                await incidents.TellAsync(incident.Id, new IncidentCommand.PeopleWereInvited([], [$"{Words.List(people.Select(one => one.ShortName))} ({never.Fault.Why} {never.Fault.Next})"]), null, work, cancellationToken);
                return new Done.Kept();
            default:
                throw new InvalidOperationException("An outcome is one of three.");
        }
    }

    /// <summary>Whoever declared it, has a role in it, is on call for it, or owns what is affected.</summary>
    private async Task<ImmutableArray<Person>> WantedAsync(Incident incident, CancellationToken cancellationToken)
    {
        var current = configuration();
        var people = ImmutableArray.CreateBuilder<Person>();
        if (incident.Declared.By is { } by) people.Add(by);
        people.AddRange(incident.Roles.Values);
        if (incident.Severity.Page is { } page) people.AddRange((await duty.ChainAsync(page, cancellationToken)).People.Take(FirstOnCall));
        ImmutableArray<GroupName> owners = [.. incident.Services.Select(current.Service).OfType<Runbooks.Catalog.Service>().SelectMany(service => service.Owners).Distinct()];
        foreach (var owner in owners)
        {
            if (await audience.FindAsync([owner], cancellationToken) is { } members) people.AddRange(members.OrderBy(one => one.Email, StringComparer.Ordinal));
        }

        return [.. people.Distinct()];
    }

    private async Task<Done> PinAsync(Incident incident, IRooms rooms, RoomMade room, ClaimedWork work, CancellationToken cancellationToken)
    {
        if (incident.Pinned || incident.Cards.GetValueOrDefault(room.Place) is not { } card) return new Done.Finished();
        switch (await rooms.PinAsync(card.Channel, card.Message, cancellationToken))
        {
            case Outcome<Nothing>.Later later: return new Done.Again(later.After);
            case Outcome<Nothing>.Never never:
                await incidents.TellAsync(incident.Id, new IncidentCommand.WasNotShown("the pins of its channel", $"{never.Fault.Why} {never.Fault.Next}".Trim()), null, work, cancellationToken);
                return new Done.Kept();
            default:
                await incidents.TellAsync(incident.Id, new IncidentCommand.CardWasPinned(), null, work, cancellationToken);
                return new Done.Kept();
        }
    }
}

/// <summary>Shows an incident's card in a place: posts it once, then keeps it up to date. It renders what is true when it runs.</summary>
internal sealed class IncidentCardHandler(IncidentEngine incidents, Chats chats, BotAddress address) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [IncidentWork.CardKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutIncident.Read(work.Item);
        if (await incidents.FindAsync(about.Id, cancellationToken) is not { } incident || Book.PlaceOf(about.Place!) is not { } place || chats.For(place.Surface) is not { } chat) return new Done.Finished();
        var card = IncidentCard.Of(incident, incidents.Now, address.Public);
        var shown = incident.Cards.GetValueOrDefault(about.Place!) is { } posted ? new Posted(place.Surface, posted.Channel, posted.Message, posted.Permalink) : null;
        switch (await chat.ShowAsync(work, place, shown, card, $"{IncidentWork.CardKind}:{incident.Id}:{place}", cancellationToken))
        {
            case Outcome<Posted?>.Done { Value: { } now }:
                await incidents.TellAsync(about.Id, new IncidentCommand.CardWasPosted(about.Place!, now.Channel, now.Message, now.Permalink), null, work, cancellationToken);
                return new Done.Kept();
            case Outcome<Posted?>.Later later:
                return work.Again(later);
            case Outcome<Posted?>.Never { Fault: var fault } when shown is null:
                await incidents.TellAsync(about.Id, new IncidentCommand.WasNotShown(about.Place!, fault.Next is null ? fault.Why : $"{fault.Why} {fault.Next}"), null, work, cancellationToken);
                return new Done.Kept();
            default:
                return new Done.Finished();
        }
    }
}

/// <summary>Says something in an incident's channel; where it has none of its own, and elsewhere, under its card.</summary>
internal sealed class IncidentSayHandler(IncidentEngine incidents, Chats chats) : IWorkHandler
{
    private const int Patience = 20;

    public ImmutableArray<string> Kinds => [IncidentWork.SayKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutIncident.Read(work.Item);
        if (await incidents.FindAsync(about.Id, cancellationToken) is not { } incident || Book.PlaceOf(about.Place!) is not { } place || chats.For(place.Surface) is not { } chat) return new Done.Finished();
        Posted? thread = null;
        if (about.Place != incident.Room?.Place)
        {
            if (incident.Cards.GetValueOrDefault(about.Place!) is not { } posted) return work.Attempt < Patience ? new Done.Again(TimeSpan.FromSeconds(2)) : new Done.Finished();
            thread = new Posted(place.Surface, posted.Channel, posted.Message, posted.Permalink);
        }

        var text = string.IsNullOrEmpty(about.Text) ? null : about.Text;
        var card = new Card(about.Title!, Tone.Neutral, null, text is null ? about.Title! : $"{about.Title}: {text}") { Body = text is null ? [] : [new CardBlock.Text(text)] };
        return await chat.SayAsync(work, thread is null ? place : place with { Channel = thread.Channel }, card, work.Item.Key, thread, cancellationToken) is Outcome<Posted>.Later later ? work.Again(later) : new Done.Finished();
    }
}

/// <summary>Lets an incident look at the clock: a status update is due, nobody is commander.</summary>
internal sealed class IncidentTimerHandler(IncidentEngine incidents) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [IncidentWork.TimerKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        await incidents.TellAsync(AboutIncident.Read(work.Item).Id, new IncidentCommand.TimePassed(), null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Opens an incident for an alert whose route says so, or lets the alert join the one that is open for its service; and tells alerts where they belong.</summary>
internal sealed class IncidentAlertHandler(IncidentEngine incidents, AlertEngine alerts, Func<Configuration> configuration) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [AlertWork.IncidentKind, IncidentWork.AlertKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (work.Item.Kind == AlertWork.IncidentKind) return await OpenAsync(work, cancellationToken);
        var about = AboutIncident.Read(work.Item);
        if (await incidents.FindAsync(about.Id, cancellationToken) is not { } incident || !AlertId.TryParse(about.Text, out var id) || await alerts.FindAsync(id, cancellationToken) is null) return new Done.Finished();
        await alerts.TellAsync(id, new AlertCommand.Join(incident.Id, incident.Room?.Place), null, work, cancellationToken);
        return new Done.Kept();
    }

    private async Task<Done> OpenAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await alerts.FindAsync(AboutAlert.Read(work.Item).Id, cancellationToken) is not { IsFiring: true } group) return new Done.Finished();
        if ((await incidents.OpenAsync(cancellationToken)).LastOrDefault(one => one.Concerns(group.Began.Service)) is { } open)
        {
            await incidents.TellAsync(open.Id, new IncidentCommand.AlertJoined(IncidentEar.LinkOf(group)), null, work, cancellationToken);
            return new Done.Kept();
        }

        await incidents.DeclareAsync(Of(group, configuration(), null, null, null), null, work, cancellationToken);

        // The one that was there already did not take the work with it.
        return new Done.Finished();
    }

    /// <summary>What an alert declares.</summary>
    /// <param name="severity">Null = as its route and severity say.</param>
    public static Declaration Of(AlertGroup group, Configuration current, IncidentSeverity? severity, Person? by, Place? place) => new(
        AlertWords.TitleOf(group) is { Length: > IncidentDecider.LongestTitle } title ? title[..IncidentDecider.LongestTitle] : AlertWords.TitleOf(group), severity ?? current.Incidents.For(group.Route, group.Severity), by,
        current.Service(group.Began.Service ?? "") is { } service ? [service.Name] : [], group.Since, place, group.Id, []);
}

/// <summary>Keeps on the timeline what somebody wrote and somebody pinned.</summary>
internal sealed class IncidentKeepHandler(IncidentEngine incidents, Callers callers) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [IncidentWork.KeepKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutIncident.Read(work.Item);
        if (Book.PlaceOf(about.Place!) is not { } place || incidents.RoomsOf(place.Surface) is not { } rooms) return new Done.Finished();
        var who = await callers.ResolveAsync(place.Surface, about.Account!, cancellationToken);
        if (AccessRules.ReadOnly(who) is not null) return new Done.Finished();
        switch (await rooms.ReadAsync(place.Channel, about.Message!, cancellationToken))
        {
            case Outcome<WrittenMessage?>.Later later: return new Done.Again(later.After);
            case Outcome<WrittenMessage?>.Done { Value: { } message } when !string.IsNullOrWhiteSpace(message.Text):
                await incidents.TellAsync(about.Id, new IncidentCommand.KeepNote(who, message.Text, message.Author, message.At, $"{place}:{about.Message}"), null, work, cancellationToken);
                return new Done.Kept();
            default: return new Done.Finished();
        }
    }
}

/// <summary>Files follow-ups, and writes the review: to the channel, and where it is set as a pull request.</summary>
internal sealed class IncidentReviewHandler(IncidentEngine incidents, Chats chats, IEnumerable<ITracker> trackers, Func<Configuration> configuration, BotAddress address) : IWorkHandler
{
    private const int Patience = 60, TextShown = 6_000;

    public ImmutableArray<string> Kinds => [IncidentWork.IssueKind, IncidentWork.ReviewKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutIncident.Read(work.Item);
        if (await incidents.FindAsync(about.Id, cancellationToken) is not { } incident) return new Done.Finished();
        return work.Item.Kind == IncidentWork.IssueKind ? await FileAsync(incident, (int)about.Number, work, cancellationToken) : await WriteAsync(incident, work, cancellationToken);
    }

    private async Task<Done> FileAsync(Incident incident, int number, ClaimedWork work, CancellationToken cancellationToken)
    {
        if (incident.FollowUps.FirstOrDefault(one => one.Number == number) is not { Url: null } one || configuration().Incidents.Repository is not { } repository) return new Done.Finished();
        if (trackers.FirstOrDefault() is not { } tracker) return await NotAsync(incident, number, "GitHub is not connected: set GitHub:Token or GitHub:AppId.", work, cancellationToken);
        var text = $"Follows from {IncidentWords.TitleOf(incident)}{(address.Public is { } url ? $" ({new Uri(url, IncidentCard.PathOf(incident.Id))})" : "")}.\n\n{one.Text}";
        return await tracker.FileAsync(new FiledFollowUp(repository, one.Text.Length > 200 ? $"{one.Text[..199]}…" : one.Text, text, $"chatops:{incident.Id}/{number}", incident.DeclaredAt), cancellationToken) switch
        {
            Outcome<Uri>.Later later when work.Attempt < Patience => new Done.Again(later.After),
            Outcome<Uri>.Later later => await NotAsync(incident, number, later.Why, work, cancellationToken),
            Outcome<Uri>.Never { Fault: var fault } => await NotAsync(incident, number, fault.Next is null ? fault.Why : $"{fault.Why} {fault.Next}", work, cancellationToken),
            Outcome<Uri>.Done { Value: var filed } => await ToldAsync(incident, new IncidentCommand.FollowUpWas(number, filed, null), work, cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }

    private async Task<Done> WriteAsync(Incident incident, ClaimedWork work, CancellationToken cancellationToken)
    {
        if (incident.IsOpen) return new Done.Finished();
        var markdown = IncidentReview.Of(incident, await incidents.HistoryAsync(incident.Id, cancellationToken));
        if (await PostAsync(incident, markdown, work, cancellationToken) is { } again) return again;
        var rules = configuration().Incidents;
        if (rules is not { Repository: { } repository, ReviewFolder: { } folder }) return new Done.Finished();
        if (trackers.FirstOrDefault() is not { } tracker) return await NotAsync(incident, 0, "GitHub is not connected: set GitHub:Token or GitHub:AppId.", work, cancellationToken);
        var review = new ProposedReview(repository, IncidentReview.PathOf(incident, folder), $"chatops/{incident.Id.ToString().ToLowerInvariant()}-review", $"Review of {IncidentWords.TitleOf(incident)}", "What is known of it. People add what went well and what did not.", markdown);
        return await tracker.ProposeAsync(review, cancellationToken) switch
        {
            Outcome<Uri>.Later later when work.Attempt < Patience => new Done.Again(later.After),
            Outcome<Uri>.Later later => await NotAsync(incident, 0, later.Why, work, cancellationToken),
            Outcome<Uri>.Never { Fault: var fault } => await NotAsync(incident, 0, fault.Next is null ? fault.Why : $"{fault.Why} {fault.Next}", work, cancellationToken),
            Outcome<Uri>.Done { Value: var url } => await ToldAsync(incident, new IncidentCommand.ReviewWas(url, null), work, cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }

    /// <summary>Null when it is posted, or can't be.</summary>
    private async Task<Done?> PostAsync(Incident incident, string markdown, ClaimedWork work, CancellationToken cancellationToken)
    {
        if (incident.Home is not { } home || Book.PlaceOf(home) is not { } place || chats.For(place.Surface) is not { } chat) return null;
        var card = new Card($"Review of {incident.Id}", Tone.Good, null, $"The review of {IncidentWords.TitleOf(incident)} is written.")
        {
            Body = [new CardBlock.Text(markdown.Length > TextShown ? $"{markdown[..TextShown]}\n…" : markdown)],
            Links = address.Public is { } url ? [new Link("In full", new Uri(url, $"{IncidentCard.PathOf(incident.Id)}/review"))] : [],
        };
        return await chat.SayAsync(work, place, card, work.Item.Key, null, cancellationToken) is Outcome<Posted>.Later later ? work.Again(later) : null;
    }

    private Task<Done> NotAsync(Incident incident, int number, string why, ClaimedWork work, CancellationToken cancellationToken) =>
        ToldAsync(incident, number == 0 ? new IncidentCommand.ReviewWas(null, why) : new IncidentCommand.FollowUpWas(number, null, why), work, cancellationToken);

    private async Task<Done> ToldAsync(Incident incident, IncidentCommand said, ClaimedWork work, CancellationToken cancellationToken)
    {
        await incidents.TellAsync(incident.Id, said, null, work, cancellationToken);
        return new Done.Kept();
    }
}
