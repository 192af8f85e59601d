using System.Globalization;
using System.Text;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>The keys of the language as Markdown tables: made from the shapes that the reader checks by, so that no page can say otherwise.</summary>
public static class ConfigurationDocument
{
    public static string Keys()
    {
        var text = new StringBuilder();
        foreach (var shape in Shapes.All)
        {
            text.Append("### ").Append(shape.Name).Append("\n\n").Append(shape.Says).Append(' ').Append(Where(shape)).Append("\n\n");
            text.Append("| Key | Value | Meaning | Left out | Example |\n| --- | --- | --- | --- | --- |\n");
            foreach (var key in shape.Keys) text.Append(Row(key));
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Where(Shape shape)
    {
        if (shape == ServiceShapes.Service) return "A file of `services/`.";
        if (shape == RunbookShapes.Runbook) return "A file of `runbooks/`.";
        if (shape == AccessShapes.Access) return "The file `access.yaml`.";
        if (shape == AlertShapes.Alerts) return "The file `alerts.yaml`; it may be left out.";
        if (shape == OnCallShapes.OnCall) return "The file `oncall.yaml`; it may be left out.";
        if (shape == IncidentShapes.Incidents) return "The file `incidents.yaml`; it may be left out.";
        if (shape == CalendarShapes.Calendar) return "The file `calendar.yaml`; it may be left out.";
        var users = Shapes.All.SelectMany(one => one.Keys.Where(key => ShapeOf(key) == shape || (key.Kind == ValueKind.Items && (shape == RunbookShapes.Item || shape == RunbookShapes.ItemGroup))), (one, key) => (one, key))
            .Select(use => $"`{use.key.Name}:` of {Link(use.one)}");
        return $"Under {Words.List(users.Distinct(), "and")}.";
    }

    private static string Row(Key key)
    {
        if (key.Kind == ValueKind.NotYet) return $"| `{key.Name}` | *not yet* | {key.Says} | | |\n";
        var otherwise = key.Required ? "must be there" : key.Default is null ? "" : $"`{key.Default}`";
        return $"| `{key.Name}` | {Value(key)} | {key.Says.Replace("|", "\\|", StringComparison.Ordinal)} | {otherwise}{(otherwise.Length > 0 ? " " : "")}| {(key.Example is null ? "" : $"`{key.Example}` ")}|\n";
    }

    private static Shape? ShapeOf(Key key) => key.Kind switch
    {
        ValueKind.Steps => RunbookShapes.Step,
        ValueKind.Branches => RunbookShapes.Branch,
        _ => key.Of,
    };

    private static string Value(Key key) => key.Kind switch
    {
        ValueKind.TextOrMapping => $"{Words.List(key.Allowed.Select(word => $"`{word}`"), "or")}, or {Link(key.Of!)}",
        _ when !key.Allowed.IsDefaultOrEmpty => Words.List(key.Allowed.Select(word => $"`{word}`"), "or"),
        ValueKind.Number => string.Create(CultureInfo.InvariantCulture, $"number, {key.Least} to {key.Most}"),
        ValueKind.Flag => "`true` or `false`",
        ValueKind.Duration => $"duration, up to {Short(key.Longest)}",
        ValueKind.Texts => "name, or list of names",
        ValueKind.Mapping => Link(key.Of!),
        ValueKind.Mappings => $"list of {Link(key.Of!)}",
        ValueKind.OneOrMore => $"{Link(key.Of!)}, or list of them",
        ValueKind.Named => $"by name, {Link(key.Of!)}",
        ValueKind.NamedTexts => "for each name, a list of names",
        ValueKind.NamedValues => "for each name, a value",
        ValueKind.Steps => $"list of {Link(RunbookShapes.Step)}",
        ValueKind.Branches => $"list of {Link(RunbookShapes.Step)} or {Link(RunbookShapes.Branch)}",
        ValueKind.Items => $"list of texts, [text with more](#item), or {Link(RunbookShapes.ItemGroup)}",
        ValueKind.Free => "mapping of any shape",
        ValueKind.Quorums => "name, list of names, or for each name a number",
        ValueKind.Versions => "text, list of names, or for each name a version",
        _ => "text",
    };

    private static string Link(Shape shape) => $"[{shape.Name}](#{shape.Name.Replace(' ', '-')})";

    private static string Short(TimeSpan time) => time.TotalDays >= 1 ? $"{time.TotalDays:0}d" : time.TotalHours >= 1 ? $"{time.TotalHours:0}h" : $"{time.TotalMinutes:0}m";
}
