using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>What people see of an incident: the same card everywhere, pinned in its own channel.</summary>
public static class IncidentCard
{
    public const string RoleVerb = "incident-role", UpdateVerb = "incident-update", MitigatedVerb = "incident-mitigated", ResolveVerb = "incident-resolve", ReopenVerb = "incident-reopen", TaskVerb = "incident-task";

    private const int LinesShown = 6, TasksShown = 10;

    /// <param name="publicUrl">Where the bot's pages are; null = it links nowhere.</param>
    public static Card Of(Incident incident, DateTimeOffset now, Uri? publicUrl) => new(IncidentWords.TitleOf(incident), ToneOf(incident), State(incident), IncidentWords.Sentence(incident, now))
    {
        Facts = [.. Facts(incident, now)],
        Body = [.. Body(incident)],
        Buttons = [.. Buttons(incident)],
        Links = publicUrl is null ? [] : [new Link("Timeline", new Uri(publicUrl, PathOf(incident.Id))), .. incident.IsOpen ? Array.Empty<Link>() : [new Link("Review", new Uri(publicUrl, $"{PathOf(incident.Id)}/review"))]],
        Next = Next(incident),
        Footer = $"{incident.Id} · declared {(incident.Declared.By is { } by ? $"by {by.ShortName}" : $"by {incident.Declared.Alert}")} at {IncidentWords.Clock(incident.DeclaredAt)}",
    };

    /// <summary>Where the console shows it.</summary>
    public static string PathOf(IncidentId id) => $"incidents/{id.Number}";

    /// <summary>Those that are open, and the latest that were.</summary>
    public static Card List(ImmutableArray<Incident> incidents, DateTimeOffset now)
    {
        var open = incidents.Count(one => one.IsOpen);
        return new Card("Incidents", open > 0 ? Tone.Bad : Tone.Good, open > 0 ? $"{open} open" : "none open", open > 0 ? $"{Words.Count(open, "incident is", "incidents are")} open." : "No incident is open.")
        {
            Body = incidents.IsEmpty ? [] : [new CardBlock.List(null, [.. incidents.OrderBy(one => one.Status).ThenByDescending(one => one.Id.Number).Select(one => new ListLine(IncidentWords.Sentence(one, now), one.IsOpen ? Tone.Bad : Tone.Good))])],
            Footer = "To declare one: incident declare sev1 \"what is wrong\" [SERVICE]",
        };
    }

    private static Tone ToneOf(Incident incident) => incident switch
    {
        { IsOpen: false } => Tone.Good,
        { Stage: IncidentStage.Mitigated } => Tone.Waiting,
        _ => Tone.Bad,
    };

    private static string State(Incident incident) => incident.IsOpen ? IncidentWords.Of(incident.Stage) : "resolved";

    private static IEnumerable<Fact> Facts(Incident incident, DateTimeOffset now)
    {
        yield return new Fact("Severity", $"{incident.Severity.Name}: {incident.Severity.Says}");
        if (!incident.Services.IsEmpty) yield return new Fact("Affected", Words.List(incident.Services));
        yield return new Fact(incident.IsOpen ? "Open for" : "Took", Words.Duration(TimeSpan.FromSeconds(Math.Floor(((incident.ResolvedAt ?? now) - incident.DeclaredAt).TotalSeconds))));
        foreach (var role in Enum.GetValues<IncidentRole>())
            if (incident.Roles.TryGetValue(role, out var person) || incident.IsOpen) yield return new Fact(Capital(IncidentWords.Of(role)), person.Email is null ? "nobody yet" : person.ShortName);
        if (incident.Room is { } room) yield return new Fact("Channel", $"#{room.Name}");
        if (incident.Cause is { } cause) yield return new Fact("Cause", cause);
    }

    private static IEnumerable<CardBlock> Body(Incident incident)
    {
        if (incident is { RoomFailed: { } why, Room: null }) yield return new CardBlock.Notice(Tone.Warning, $"There is no channel of its own: {why}");
        if (incident.LastUpdate is { } last) yield return new CardBlock.Text(last.What.Text, $"Latest update, {last.What.By.ShortName} at {IncidentWords.Clock(last.At)}");
        if (!incident.Tasks.IsEmpty)
            yield return new CardBlock.List("Tasks", [.. incident.Tasks.OrderBy(one => one.DoneBy is not null).Take(TasksShown).Select(one => Line(incident, one)), .. incident.Tasks.Length > TasksShown ? [new ListLine($"and {incident.Tasks.Length - TasksShown} more")] : Array.Empty<ListLine>()]);
        if (!incident.FollowUps.IsEmpty)
            yield return new CardBlock.List("Follow-ups", [.. incident.FollowUps.Select(one => new ListLine($"{one.Text}{(one.Url is { } url ? $" ({url})" : one.Why is { } no ? $" (not filed: {no})" : "")}", one.Why is null ? Tone.Neutral : Tone.Warning))]);
        if (!incident.Links.IsEmpty) yield return new CardBlock.List("Linked", [.. incident.Links.TakeLast(TasksShown).Select(one => new ListLine(one.Label is { } label ? $"{label} ({one.What})" : one.Kind == "run" ? $"run {one.What}" : one.What))]);
        if (!incident.Lines.IsEmpty)
            yield return new CardBlock.List("What happened", [.. incident.Lines.TakeLast(LinesShown).Select(line => new ListLine($"{IncidentWords.Clock(line.At)} {(line.By is { } by ? $"{new Person(by).ShortName} " : "")}{line.Says}", line.Tone))]);
    }

    private static ListLine Line(Incident incident, IncidentTask task) => new(
        $"{task.Number}. {task.Text}{(task.Owner is { } owner ? $" ({owner.ShortName})" : "")}{(task.DoneBy is { } by ? $": done by {by.ShortName}" : "")}", task.DoneBy is null ? Tone.Waiting : Tone.Good,
        task.DoneBy is null ? new Button("Done", ButtonStyle.Plain, new CardAction(TaskVerb, null, null, $"{incident.Id} {task.Number}")) : null);

    private static IEnumerable<Button> Buttons(Incident incident)
    {
        CardAction Does(string verb, string? more = null) => new(verb, null, null, more is null ? $"{incident.Id}" : $"{incident.Id} {more}");
        if (!incident.IsOpen)
        {
            yield return new Button("Open it again", ButtonStyle.Plain, Does(ReopenVerb), AsksReason: true);
            yield break;
        }

        foreach (var role in Enum.GetValues<IncidentRole>().Where(role => !incident.Roles.ContainsKey(role)))
            yield return new Button(role == IncidentRole.Commander ? "I am commander" : role == IncidentRole.Scribe ? "I am scribe" : "I do communications", role == IncidentRole.Commander ? ButtonStyle.Primary : ButtonStyle.Plain, Does(RoleVerb, IncidentWords.Of(role)));
        yield return new Button("Status update", ButtonStyle.Plain, Does(UpdateVerb)) { Asks = $"incident update {incident.Id}" };
        if (incident.Stage != IncidentStage.Mitigated) yield return new Button("It is mitigated", ButtonStyle.Plain, Does(MitigatedVerb));
        yield return new Button("Resolve", incident.Stage == IncidentStage.Mitigated ? ButtonStyle.Primary : ButtonStyle.Plain, Does(ResolveVerb)) { Asks = $"incident resolve {incident.Id}" };
    }

    private static string? Next(Incident incident) => incident switch
    {
        { IsOpen: false } => null,
        { Commander: null } => "Somebody should take command.",
        { Severity.UpdateEvery: { } every } => $"A status update is due at {IncidentWords.Clock(incident.UpdateFrom + every)}.",
        _ => null,
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
