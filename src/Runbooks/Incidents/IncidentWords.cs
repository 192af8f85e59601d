using System.Globalization;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>Tells what happened to an incident in words.</summary>
public static class IncidentWords
{
    /// <summary>The lines for one event, oldest first; empty for what is no news to people.</summary>
    /// <param name="incident">As it stands just after it.</param>
    public static IEnumerable<TimelineLine> LinesOf(Incident incident, IncidentEvent what, DateTimeOffset at)
    {
        if (what is Gathered gathered) return gathered.Lines.Select(line => new TimelineLine(line.At, line.By, $"{line.Source}: {line.Says}", line.Tone));
        return LineOf(incident, what, at) is { } one ? [one] : [];
    }

    public static string Of(IncidentStage stage) => stage switch
    {
        IncidentStage.Identified => "identified",
        IncidentStage.Mitigated => "mitigated",
        _ => "investigating",
    };

    public static string Of(IncidentRole role) => role switch
    {
        IncidentRole.Commander => "commander",
        IncidentRole.Communications => "communications",
        _ => "scribe",
    };

    public static string TitleOf(Incident incident) => $"{incident.Id} {incident.Severity.Name}: {incident.Declared.Title}";

    /// <summary>How it stands, as one sentence.</summary>
    public static string Sentence(Incident incident, DateTimeOffset now) => incident.IsOpen
        ? $"{TitleOf(incident)} is open for {Words.Duration(now - incident.DeclaredAt)}: {Of(incident.Stage)}, {(incident.Commander is { } who ? $"{who.ShortName} is commander" : "nobody is commander")}."
        : $"{TitleOf(incident)} is resolved, {Words.Duration(incident.ResolvedAt!.Value - incident.DeclaredAt)} after it was declared.";

    /// <summary>What stands above the channel: at most 250 characters.</summary>
    public static string Topic(Incident incident)
    {
        var people = incident.Roles.Select(one => $"{Of(one.Key)}: {one.Value.ShortName}");
        var text = $"{TitleOf(incident)} | {(incident.IsOpen ? Of(incident.Stage) : "resolved")} | {string.Join(", ", people.DefaultIfEmpty("no commander yet"))}";
        return text.Length <= 250 ? text : text[..249] + "…";
    }

    public static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>What people outside are told: what somebody wrote for them, else what can be said without knowing more.</summary>
    public static string Outside(Incident incident)
    {
        var about = incident.Services.IsEmpty ? "our service" : Words.List(incident.Services);
        return incident switch
        {
            { IsOpen: false } => $"Resolved. The problem with {about} is over. We are sorry for the trouble, and look into how it came about.",
            { Public.Text: { } said } => said,
            { Stage: IncidentStage.Mitigated } => $"Monitoring. The problem with {about} is mended, and we watch whether it stays so.",
            { Stage: IncidentStage.Identified } => $"Identified. We know the cause of the problem with {about} and work on it.",
            _ => $"Investigating. We look into a problem with {about}.",
        };
    }

    private static TimelineLine? LineOf(Incident incident, IncidentEvent what, DateTimeOffset at) => what switch
    {
        IncidentDeclared e => new(at, e.By?.Email, $"{(e.By is null ? $"Declared by {e.Alert?.ToString() ?? "an alert"}" : "declared it")}: {e.Severity.Name}, {e.Title}", Tone.Bad, true),
        IncidentAcknowledged e => new(at, e.By?.Email, e.By is null ? $"{e.Name} takes care of it." : "takes care of it", Tone.Active),
        StatusUpdated e => new(at, e.By.Email, $"says{(e.Stage is { } stage ? $" ({Of(stage)})" : "")}: {e.Text}", Tone.Active, true),
        UpdateAsked => new(at, null, "A status update was asked for.", Tone.Waiting),
        RoleTaken e => new(at, e.By.Email, e.By == e.Person ? $"is {Of(e.Role)}" : $"made {e.Person.ShortName} {Of(e.Role)}", Tone.Active, true),
        CommanderMissing e => new(at, null, $"Nobody is commander{(e.Page is { } who ? $": {who} is paged" : "")}.", Tone.Warning, true),
        SeverityChanged e => new(at, e.By.Email, $"changed it from {e.From.Name} to {e.To.Name}{(e.Reason is null ? "" : $": {e.Reason}")}", Tone.Warning, true),
        LinkAdded e => new(at, e.By?.Email, $"{(e.By is null ? "Joined by itself" : "linked")}: {e.Link.Label ?? (e.Link.Kind == "run" ? $"run {e.Link.What}" : e.Link.What)}", Tone.Neutral, true),
        TaskAdded e => new(at, e.By.Email, $"added task {e.Number}{(e.Owner is { } owner ? $" for {owner.ShortName}" : "")}: {e.Text}", Tone.Neutral, true),
        TaskDone e => new(at, e.By.Email, $"finished task {e.Number}: {incident.Tasks.FirstOrDefault(one => one.Number == e.Number)?.Text}", Tone.Good, true),
        NoteKept { Message: not null } e => new(e.WrittenAt ?? at, e.By.Email, $"kept what {e.Author ?? "somebody"} wrote: {e.Text}", Tone.Neutral) { Link = e.Link },
        NoteKept e => new(at, e.By.Email, $"noted: {e.Text}", Tone.Neutral),
        PublicSaid e => new(at, e.By.Email, $"wrote for people outside: {e.Text}", Tone.Neutral, true),
        IncidentPageTold e => new(at, null, e.Says, Tone.Waiting, true),
        RoomMade e => new(at, null, $"The channel #{e.Name} was made.", Tone.Neutral),
        RoomNotMade e => new(at, null, $"No channel could be made: {e.Why}", Tone.Warning, true),
        PeopleInvited e => new(at, null, $"{(e.People.IsEmpty ? "Nobody could be invited" : $"Invited: {Words.List(e.People.Select(one => one.ShortName))}")}{(e.Missing.IsEmpty ? "" : $"; not: {Words.List(e.Missing)}")}.", e.Missing.IsEmpty ? Tone.Neutral : Tone.Warning),
        IncidentNotShown e => new(at, null, $"Could not be shown in {e.Place}: {e.Why}", Tone.Warning),
        IncidentResolved e => new(at, e.By.Email, $"resolved it. The cause: {e.Cause}", Tone.Good, true),
        IncidentReopened e => new(at, e.By.Email, $"opened it again: {e.Why}", Tone.Bad, true),
        FollowUpFiled e => new(at, null, $"Follow-up {e.Number} is {e.Url}", Tone.Neutral, true),
        ReviewProposed e => new(at, null, $"The review is proposed: {e.Url}", Tone.Neutral, true),
        NotFiled e => new(at, null, $"{(e.Number == 0 ? "The review was not proposed" : $"Follow-up {e.Number} was not filed")}: {e.Why}", Tone.Warning, true),
        _ => null,
    };
}
