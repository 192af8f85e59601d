using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Runbooks.Incidents;

/// <summary>Writes an incident's review as Markdown: what is known without anybody writing it, with room for what is not.</summary>
public static class IncidentReview
{
    /// <param name="happened">The events, oldest first, with when they were kept.</param>
    public static string Of(Incident incident, IEnumerable<(IncidentEvent What, DateTimeOffset At)> happened)
    {
        var (lines, changes) = Read(happened);
        var times = IncidentTimes.Of(incident);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Line(IncidentWords.TitleOf(incident))}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Declared {Time(incident.DeclaredAt)}{(incident.Declared.By is { } by ? $" by {Line(by.Email)}" : $" by alert {incident.Declared.Alert}")}, ");
        text.Append(incident.ResolvedAt is { } end ? $"resolved {Time(end)}.\n\n" : "still open.\n\n");
        text.Append("| | |\n| --- | --- |\n");
        Row(text, "Severity", $"{incident.Severity.Name}: {incident.Severity.Says}");
        Row(text, "Affected", incident.Services.IsEmpty ? "not said" : string.Join(", ", incident.Services));
        foreach (var (role, person) in incident.Roles) Row(text, char.ToUpperInvariant(IncidentWords.Of(role)[0]) + IncidentWords.Of(role)[1..], person.Email);
        Row(text, "Time to detect", incident.BeganAt is { } began ? $"{IncidentTimes.Says(times.Detect)} (it began {Time(began)})" : IncidentTimes.Says(null));
        Row(text, "Time to acknowledge", IncidentTimes.Says(times.Acknowledge));
        Row(text, "Time to mitigate", IncidentTimes.Says(times.Mitigate));
        Row(text, "Time to resolve", IncidentTimes.Says(times.Resolve));
        text.Append("\n## Cause\n\n").Append(incident.Cause is { } cause ? Paragraph(cause) : "Not known yet.").Append("\n\n## What changed\n\n");
        Lines(text, changes.Select(line => $"- {Clock(line.At)} {Line(line.Source)}: {(line.By is { } who ? $"{Line(new Person(who).ShortName)} " : "")}{Line(line.Says)}"), "Nothing that the bot knows of.");
        text.Append("\n## Follow-ups\n\n");
        Lines(text, incident.FollowUps.Select(one => $"- [ ] {Line(one.Text)}{(one.Url is { } url ? $" ({url})" : "")}"), "None.");
        if (!incident.Tasks.IsEmpty)
        {
            text.Append("\n## Tasks\n\n");
            Lines(text, incident.Tasks.Select(one => $"- [{(one.DoneBy is null ? " " : "x")}] {Line(one.Text)}{(one.DoneBy is { } done ? $" ({Line(done.ShortName)})" : one.Owner is { } owner ? $" ({Line(owner.ShortName)})" : "")}"), "");
        }

        text.Append("\n## Who did what\n\n");
        Lines(text, Doers(lines), "Nobody did anything by the bot.");
        text.Append("\n## Timeline\n\n| UTC | Who | What |\n| --- | --- | --- |\n");
        foreach (var line in lines) text.Append(CultureInfo.InvariantCulture, $"| {Stamp(line.At)} | {(line.By is { } who ? Line(new Person(who).ShortName) : "")} | {Line(line.Says)}{(line.Link is { } link ? $" ([message](<{link.AbsoluteUri}>))" : "")} |\n");
        text.Append("\n## What went well, what did not\n\n_To be written by people._\n");
        return text.ToString();
    }

    /// <summary>Where it goes in a repository: <c>postmortems/2026-11-20-inc-12.md</c>.</summary>
    public static string PathOf(Incident incident, string folder) =>
        string.Create(CultureInfo.InvariantCulture, $"{folder.Trim('/')}/{incident.DeclaredAt.UtcDateTime:yyyy-MM-dd}-{incident.Id.ToString().ToLowerInvariant()}.md");

    /// <summary>Every line by the time when it happened, and those that changed something.</summary>
    private static (ImmutableArray<TimelineLine> Lines, ImmutableArray<GatheredLine> Changes) Read(IEnumerable<(IncidentEvent What, DateTimeOffset At)> happened)
    {
        var lines = new List<TimelineLine>();
        var changes = ImmutableArray.CreateBuilder<GatheredLine>();
        Incident? state = null;
        foreach (var (what, at) in happened)
        {
            state = state is null ? Incident.Open((IncidentDeclared)what, at) : state.Evolve(what, at);
            lines.AddRange(IncidentWords.LinesOf(state, what, at));
            if (what is Gathered gathered) changes.AddRange(gathered.Lines.Where(line => line.Changes));
        }

        return ([.. lines.OrderBy(line => line.At)], changes.ToImmutable());
    }

    private static IEnumerable<string> Doers(ImmutableArray<TimelineLine> lines) => lines.Where(line => line.By is not null).GroupBy(line => line.By!).OrderByDescending(one => one.Count()).ThenBy(one => one.Key, StringComparer.Ordinal)
        .Select(one => $"- {Line(one.Key)}: {Runbooks.Work.Words.Count(one.Count(), "entry", "entries")}, from {Clock(one.Min(line => line.At))} to {Clock(one.Max(line => line.At))}");

    private static void Row(StringBuilder text, string name, string value) => text.Append(CultureInfo.InvariantCulture, $"| {name} | {Line(value)} |\n");

    private static void Lines(StringBuilder text, IEnumerable<string> lines, string otherwise)
    {
        var any = false;
        foreach (var line in lines)
        {
            text.Append(line).Append('\n');
            any = true;
        }

        if (!any) text.Append(otherwise).Append('\n');
    }

    /// <summary>What somebody wrote, so that it stays the words that it is: in one line, with nothing in it that Markdown or a table takes for its own.</summary>
    private static string Line(string text)
    {
        var plain = new StringBuilder();
        foreach (var letter in text)
        {
            if (letter is '\r' or '\n' or '\t') plain.Append(' ');
            else if (char.IsControl(letter)) continue;
            else if (letter is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '#' or '~' or '!' or '@') plain.Append('\\').Append(letter);
            else plain.Append(letter);
        }

        return plain.ToString().Trim();
    }

    private static string Paragraph(string text) => string.Join("\n\n", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Line));

    private static string Time(DateTimeOffset at) => $"{Stamp(at)} UTC";

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);
}
