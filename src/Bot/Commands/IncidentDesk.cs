using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What people say and click about incidents.</summary>
internal sealed class IncidentDesk(IncidentEngine incidents, AlertEngine alerts, RunEngine runs, Callers callers, Func<Configuration> configuration, BotAddress address)
{
    /// <summary>Why nothing can be done to the incident that is meant.</summary>
    public static readonly Refusal NoneOpen = new(RefusalCodes.IncidentUnknown, "No incident is open.", "To declare one: incident declare sev1 \"what is wrong\".");

    private const int AlertsJoined = 10;

    public static bool Knows(CardAction action) => action.Verb.StartsWith("incident-", StringComparison.Ordinal);

    public async Task<Reply> ListAsync(CancellationToken cancellationToken) => new(IncidentCard.List(await incidents.LatestAsync(cancellationToken), incidents.Now));

    public async Task<Reply> DeclareAsync(Speaker speaker, Command.Declare c, string delivery, CancellationToken cancellationToken)
    {
        var current = configuration();
        if (current.Incidents.Find(c.Severity) is not { } severity) return Refused(new Refusal(RefusalCodes.WordUnknown, $"{Spoken.Quote(c.Severity)} is no severity.", $"There are: {Words.List(current.Incidents.Severities.Select(one => one.Name))}."));
        AlertGroup? alert = null;
        if (c.Alert is { } id && (alert = await alerts.FindAsync(id, cancellationToken)) is null) return Refused(AlertEngine.Unknown(id));
        ImmutableArray<string> services = [.. c.Services.Concat(alert?.Began.Service is { } named && current.Service(named) is { } service ? [service.Name] : []).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (IncidentDecider.MayDeclare(current.Access, speaker.Caller, severity, Owners(current, services)) is { } no) return Refused(no);
        var now = incidents.Now;
        var since = c.Since is { } ago && Durations.TryRead(ago, out var before) ? now - before : alert?.Since;
        var firing = (await alerts.OpenAsync(cancellationToken)).Groups.Where(one => one.IsFiring && !one.Began.Storm && one.Id != alert?.Id && one.Began.Service is { } where && services.Contains(where, StringComparer.OrdinalIgnoreCase)).Take(AlertsJoined);
        var wanted = alert is null ? new Declaration(c.Title!, severity, speaker.Caller.Person, services, since, speaker.Place, null, [])
            : IncidentAlertHandler.Of(alert, current, severity, speaker.Caller.Person, speaker.Place) with { Services = services, Since = since };
        var incident = await incidents.DeclareAsync(wanted with { Title = c.Title ?? wanted.Title, Alerts = [.. firing.Select(IncidentEar.LinkOf)] }, delivery, null, cancellationToken);
        return Said(speaker, incident, $"{IncidentWords.TitleOf(incident)} is declared.{(incident.Declared.Room is { } room ? $" The channel #{room.Name} is being made." : "")}");
    }

    public async Task<Reply> DoAsync(Speaker speaker, Command.OnIncident c, string delivery, CancellationToken cancellationToken)
    {
        var (found, which) = await WhichAsync(speaker, c, cancellationToken);
        if (which is not null) return Refused(which);
        if (found is not { } incident) return await ListAsync(cancellationToken);
        switch (c.Verb)
        {
            case IncidentVerb.Show: return new Reply(IncidentCard.Of(incident, incidents.Now, address.Public));
            case IncidentVerb.Public when c.Text is null: return new Reply(Outside(incident));
            default: break;
        }

        if (AccessRules.ReadOnly(speaker.Caller) is null && Asks(incident, c) is { } asked) return asked;
        var (command, refusal) = await WantedAsync(speaker, c, incident, cancellationToken);
        if (refusal is not null) return Refused(refusal);
        var (after, no) = await incidents.TellAsync(incident.Id, command!, delivery, null, cancellationToken);
        return no is not null ? Refused(no) : Said(speaker, after!, SaysOf(after!, c));
    }

    /// <summary>What a command about an incident asks; without a form it asks nothing, and where it could not be done, says why.</summary>
    public async Task<Reply> AskAsync(Speaker speaker, Command.OnIncident c, CancellationToken cancellationToken)
    {
        var (found, which) = await WhichAsync(speaker, c, cancellationToken);
        if (which is not null) return Refused(which);
        if (found is not { } incident) return new Reply(null);
        return Asks(incident, c) ?? (incident.IsOpen ? new Reply(null) : Refused(IncidentDecider.Over(incident)));
    }

    /// <summary>The questions of a declaration.</summary>
    public Form DeclareForm()
    {
        var current = configuration();
        return new Form("Declare an incident", "incident declare",
        [
            new(ReadIncidents.SeverityField, "choice", "", null, true, [.. current.Incidents.Severities.Select(one => one.Name)]) { Suggested = [.. current.Incidents.Severities.Select(one => new Suggestion(one.Name, one.Says ?? ""))] },
            new(ReadIncidents.TitleField, "text", "What is wrong, in a few words.", null, true, []),
            new(ReadIncidents.ServicesField, "text", "Which services are affected; several with spaces between them.", null, false, []),
        ]);
    }

    /// <summary>A click on a card. What the card itself shows is not said a second time.</summary>
    public async Task<Reply> ClickAsync(Speaker speaker, CardAction action, string? reason, string delivery, CancellationToken cancellationToken)
    {
        var words = (action.Argument ?? "").Split(' ', 2);
        if (action.Verb == AlertCard.IncidentVerb) return await OpenAsync(speaker, words[0], delivery, cancellationToken);
        if (!IncidentId.TryParse(words[0], out var id)) return Refused(new Refusal(RefusalCodes.IncidentUnknown, "This button names no incident.", "Say incidents to see them."));
        var more = words.ElementAtOrDefault(1);
        Command.OnIncident? said = action.Verb switch
        {
            IncidentCard.RoleVerb when more is not null && ReadIncidents.RoleOf(more) is { } role => new(IncidentVerb.Role, id) { Role = role, Person = ReadIncidents.Me },
            IncidentCard.UpdateVerb => new(IncidentVerb.Update, id),
            IncidentCard.MitigatedVerb => new(IncidentVerb.Update, id) { Stage = IncidentStage.Mitigated },
            IncidentCard.ResolveVerb => new(IncidentVerb.Resolve, id),
            IncidentCard.ReopenVerb => new(IncidentVerb.Reopen, id) { Text = reason },
            IncidentCard.TaskVerb when int.TryParse(more, NumberStyles.None, CultureInfo.InvariantCulture, out var task) => new(IncidentVerb.Done, id) { Number = task },
            _ => null,
        };
        if (said is null) return Refused(new Refusal(RefusalCodes.CommandUnknown, "This button is not known here.", "The card may be older than the bot."));
        var reply = await DoAsync(speaker, said, delivery, cancellationToken);
        return reply is { Refusal: null, Form: null } && speaker.Place is not null ? new Reply(null) : reply;
    }

    /// <summary>A message in an incident's channel got a reaction: where it is the one that keeps, it is kept.</summary>
    public async Task ReactedAsync(string surface, string channel, string message, string account, string reaction, string delivery, CancellationToken cancellationToken)
    {
        if (!reaction.Equals(configuration().Incidents.Reaction, StringComparison.Ordinal)) return;
        var place = new Place(surface, channel).ToString();
        if ((await incidents.BookAsync(cancellationToken)).Rooms.TryGetValue(place, out var id)) await incidents.KeepAsync(IncidentWork.Keep(id, place, message, account, incidents.Now), delivery, cancellationToken);
    }

    /// <summary>The incident that is talked about in a channel, or in the thread under its card; null when that is none's.</summary>
    /// <param name="thread">The message that the thread hangs on; null outside of one.</param>
    public async Task<Incident?> AboutAsync(Place place, string? thread, CancellationToken cancellationToken)
    {
        if ((await incidents.BookAsync(cancellationToken)).Rooms.TryGetValue(place.ToString(), out var here)) return await incidents.FindAsync(here, cancellationToken);
        return thread is null ? null : (await incidents.LatestAsync(cancellationToken)).FirstOrDefault(
            one => one.Cards.Values.Any(card => card.Channel == place.Channel && card.Message == thread && card.Place.StartsWith(place.Surface + ":", StringComparison.Ordinal)));
    }

    private async Task<Reply> OpenAsync(Speaker speaker, string word, string delivery, CancellationToken cancellationToken)
    {
        if (!AlertId.TryParse(word, out var id)) return Refused(new Refusal(RefusalCodes.AlertUnknown, "This button names no alert.", "Say alerts to see them."));
        if (await alerts.FindAsync(id, cancellationToken) is not { } group) return Refused(AlertEngine.Unknown(id));
        if (!group.IsFiring) return Refused(new Refusal(RefusalCodes.AlertOver, $"{id} is resolved.", "Where something is wrong still: incident declare."));
        return await DeclareAsync(speaker, new Command.Declare(configuration().Incidents.For(group.Route, group.Severity).Name, null, [], null, id), delivery, cancellationToken);
    }

    /// <summary>The incident that is meant: the one that was named, the one whose channel it was said in, or the only one that is open.</summary>
    private async Task<(Incident? Incident, Refusal? Refusal)> WhichAsync(Speaker speaker, Command.OnIncident c, CancellationToken cancellationToken)
    {
        if (c.Incident is { } named) return await incidents.FindAsync(named, cancellationToken) is { } known ? (known, null) : (null, IncidentEngine.Unknown(named));
        var book = await incidents.BookAsync(cancellationToken);
        if (speaker.Place is { } place && book.Rooms.TryGetValue(place.ToString(), out var here)) return (await incidents.FindAsync(here, cancellationToken), null);
        if (c.Verb == IncidentVerb.Show) return (null, null);
        var open = await incidents.OpenAsync(cancellationToken);
        return open.Length switch
        {
            1 => (open[0], null),
            0 => (null, c.Verb == IncidentVerb.Reopen ? NoneOpen with { Next = "Say which: incident reopen INC-12 \"why\"." } : NoneOpen),
            _ => (null, new Refusal(RefusalCodes.WordsMissing, "Which incident?", $"Open now: {Words.List(open.Select(one => $"{one.Id} ({one.Declared.Title})"))}. Say its number, or say it in its channel.")),
        };
    }

    private async Task<(IncidentCommand? Command, Refusal? Refusal)> WantedAsync(Speaker speaker, Command.OnIncident c, Incident incident, CancellationToken cancellationToken)
    {
        var who = speaker.Caller;
        switch (c.Verb)
        {
            case IncidentVerb.Update: return (new IncidentCommand.Update(who, c.Text, c.Stage), null);
            case IncidentVerb.Role:
                var (person, unknown) = await PersonAsync(speaker, c.Person!, cancellationToken);
                return person is { } given ? (new IncidentCommand.GiveRole(who, c.Role!.Value, given), null) : (null, unknown);
            case IncidentVerb.Sev: return (new IncidentCommand.ChangeSeverity(who, configuration().Incidents.Find(c.Severity)!, c.Text), null);
            case IncidentVerb.Resolve: return (new IncidentCommand.Resolve(who, c.Cause, c.FollowUps is null ? [] : [.. c.FollowUps.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]), null);
            case IncidentVerb.Reopen: return (new IncidentCommand.Reopen(who, c.Text), null);
            case IncidentVerb.Link:
                var (link, no) = await LinkAsync(c, cancellationToken);
                return link is null ? (null, no) : (new IncidentCommand.AddLink(who, link), null);
            case IncidentVerb.Task when c.Person is { } owner:
                var (found, nobody) = await PersonAsync(speaker, owner, cancellationToken);
                return found is { } one ? (new IncidentCommand.AddTask(who, c.Text!, one), null) : (null, nobody);
            case IncidentVerb.Task: return (new IncidentCommand.AddTask(who, c.Text!, null), null);
            case IncidentVerb.Done: return (new IncidentCommand.FinishTask(who, c.Number), null);
            case IncidentVerb.Note: return (new IncidentCommand.KeepNote(who, c.Text!), null);
            case IncidentVerb.Public: return (new IncidentCommand.SayOutside(who, c.Text!), null);
            default: throw new InvalidOperationException($"Nobody does {c.Verb} to {incident.Id}.");
        }
    }

    private async Task<(Person? Person, Refusal? Refusal)> PersonAsync(Speaker speaker, string word, CancellationToken cancellationToken)
    {
        if (Vocabulary.Same(word, ReadIncidents.Me)) return speaker.Caller.Person is { } me ? (me, null) : (null, AccessRules.ReadOnly(speaker.Caller));
        return await callers.FindAsync(word, speaker.Place?.Surface, cancellationToken) is { } person ? (person, null)
            : (null, new Refusal(RefusalCodes.PersonUnknown, $"Who {Spoken.Quote(word)} is can't be told.", "Say their e-mail address, or mention them."));
    }

    private async Task<(IncidentLink? Link, Refusal? Refusal)> LinkAsync(Command.OnIncident c, CancellationToken cancellationToken)
    {
        var what = c.What!;
        if (AlertId.TryParse(what, out var alert)) return await alerts.FindAsync(alert, cancellationToken) is { } group ? (IncidentEar.LinkOf(group), null) : (null, AlertEngine.Unknown(alert));
        if (RunId.TryParse(what, out var run))
            return await runs.FindAsync(run, cancellationToken) is { } state ? (new IncidentLink("run", $"{run}", c.Text ?? $"run {run}: {RunCard.TitleOf(state)}"), null) : (null, new Refusal(RefusalCodes.RunUnknown, $"There is no run {run}.", "Say runs to see the open ones."));
        if (configuration().Service(what) is { } service) return (new IncidentLink("service", service.Name, $"service {service.Name}"), null);
        if (what.Length <= 1_000 && Uri.TryCreate(what, UriKind.Absolute, out var url) && url.Scheme is "https" or "http") return (new IncidentLink("link", url.AbsoluteUri, c.Text), null);
        return (null, new Refusal(RefusalCodes.WordUnknown, $"{Spoken.Quote(what)} is nothing that can be linked{Spoken.DidYouMean(Nearest.To(what, configuration().Services.Select(one => one.Name)))}", "Say an alert (A12), a run (128), a service or an address."));
    }

    private static Reply? Asks(Incident incident, Command.OnIncident c) => c switch
    {
        { Verb: IncidentVerb.Resolve, Cause: null } when incident.IsOpen => Asked(incident, "Resolve", $"incident resolve {incident.Id}", ResolveFields(incident)),
        { Verb: IncidentVerb.Update, Text: null, Stage: null } when incident.IsOpen => Asked(incident, "Status update", $"incident update {incident.Id}", UpdateFields(incident)),
        _ => null,
    };

    private static ImmutableArray<FormField> ResolveFields(Incident incident) =>
    [
        new("cause", "text", "What was behind it, as far as is known.", incident.Cause, true, []),
        new("follow-ups", "text", "What is to be done so that it does not happen again; separate several with a semicolon.", null, false, []) { Label = "Follow-ups" },
    ];

    private static ImmutableArray<FormField> UpdateFields(Incident incident) =>
    [
        new("text", "text", "How it stands, for everybody who is not in the channel.", null, true, []) { Label = "Update" },
        new("stage", "choice", "How far it is.", IncidentWords.Of(incident.Stage), false, [.. Enum.GetValues<IncidentStage>().Select(IncidentWords.Of)]),
    ];

    /// <summary>The questions as a form, and in words where none can be shown.</summary>
    private static Reply Asked(Incident incident, string title, string command, ImmutableArray<FormField> fields)
    {
        var words = title == "Resolve" ? $"{command} --cause \"…\" --follow-ups \"one; another\"" : $"{command} \"…\" --stage identified";
        var refusal = new Refusal(title == "Resolve" ? RefusalCodes.ReasonMissing : RefusalCodes.WordsMissing, title == "Resolve" ? $"What was the cause of {incident.Id}?" : $"How does {incident.Id} stand?", $"Say: {words}");
        return new Reply(RefusalCard.Of(refusal), null, refusal) { Form = new Form($"{title} {incident.Id}", command, fields) };
    }

    private static Card Outside(Incident incident) => new($"{incident.Id} for people outside", Tone.Neutral, null, IncidentWords.Outside(incident))
    {
        Body = [new CardBlock.Text(IncidentWords.Outside(incident))],
        Footer = incident.Public is null ? $"Nobody wrote one: this can be said without knowing more. To change it: incident public {incident.Id} \"…\"" : $"Written by {incident.Public.By.ShortName}",
    };

    private static string SaysOf(Incident incident, Command.OnIncident c) => c.Verb switch
    {
        IncidentVerb.Role => $"{(incident.Roles.TryGetValue(c.Role!.Value, out var person) ? person.ShortName : "Nobody")} is {IncidentWords.Of(c.Role.Value)} of {incident.Id}.",
        IncidentVerb.Sev => $"{incident.Id} is {incident.Severity.Name}.",
        IncidentVerb.Resolve => $"{incident.Id} is resolved. The review follows in its channel.",
        IncidentVerb.Reopen => $"{incident.Id} is open again.",
        IncidentVerb.Task => $"Task {incident.Tasks.Length} of {incident.Id}: {c.Text}",
        IncidentVerb.Done => $"Task {c.Number} of {incident.Id} is done.",
        _ => MessageDesk.OnTimelineOf(incident.Id),
    };

    private static ImmutableArray<GroupName> Owners(Configuration current, ImmutableArray<string> services) => [.. services.Select(current.Service).OfType<Runbooks.Catalog.Service>().SelectMany(service => service.Owners).Distinct()];

    private Reply Said(Speaker speaker, Incident incident, string sentence) => new(speaker.Place is null ? IncidentCard.Of(incident, incidents.Now, address.Public) : Answers.Said(sentence));

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);
}
