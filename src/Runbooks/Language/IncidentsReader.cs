using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Incidents;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads <c>incidents.yaml</c>.</summary>
internal static partial class IncidentsReader
{
    public static IncidentRules Read(string file, YamlMappingNode root, Findings findings)
    {
        var reader = new MappingReader(file, root, (int)root.Start.Line, IncidentShapes.Incidents, findings);
        foreach (var key in reader.Keys) findings.Remember($"incidents:{key}", file, reader.LineOf(key));
        if (reader.IsEmptyList("severities")) findings.Error(file, reader.LineOf("severities"), "missing-value", "severities has no severity.", "No incident could be declared.", "Write one, or leave incidents.yaml out.");
        ImmutableArray<IncidentSeverity> severities = [.. reader.Mappings("severities").Select(one => Severity(one, findings)).OfType<IncidentSeverity>()];
        return IncidentRules.Usual with
        {
            Severities = severities.IsEmpty ? IncidentRules.Usual.Severities : severities,
            Prefix = Fit(reader, "channel-prefix", Prefix(), "Use small letters, digits and dashes, up to 20.", findings) ?? IncidentRules.Usual.Prefix,
            Private = reader.Flag("private"),
            Announce = reader.Said("announce") is { } channel ? channel.Contains(':', StringComparison.Ordinal) ? channel : $"slack:{channel}" : null,
            CommanderWithin = reader.Duration("commander-within"),
            Escalate = reader.Said("escalate") is { } escalate ? new GroupName(escalate) : null,
            Reaction = Fit(reader, "reaction", Reaction(), "Write its name without colons: pushpin.", findings) ?? IncidentRules.Usual.Reaction,
            Repository = Fit(reader, "repository", Repository(), "Write owner/name.", findings),
            ReviewFolder = Fit(reader, "reviews", Folder(), "Write a folder: postmortems, or docs/postmortems.", findings),
        };
    }

    private static IncidentSeverity? Severity(MappingReader reader, Findings findings)
    {
        if (reader.Text("severity") is not { Length: > 0 } name || reader.Text("says") is not { } says) return null;
        if (findings.Remember($"incident-severity:{name}", reader.File, reader.LineOf("severity")) is { } before)
            findings.Error(reader.File, reader.LineOf("severity"), "duplicate-name", $"There are two severities {MappingReader.Cut(name)}.", $"The other is in line {before.Line}.", "Rename one.");
        if (!Lint.IsName(name)) findings.Error(reader.File, reader.LineOf("severity"), "bad-name", $"A severity can't be called \"{MappingReader.Cut(name)}\".", "Its name is said in commands.", "Use letters, digits and dashes.");
        foreach (var key in reader.Keys) findings.Remember($"incident-severity:{name}:{key}", reader.File, reader.LineOf(key));
        return new IncidentSeverity(name, says, reader.Said("page") is { } page ? new GroupName(page) : null, reader.Has("update-every") && reader.Duration("update-every") is { Ticks: > 0 } every ? every : null)
        {
            Declare = [.. reader.Texts("declare").Select(one => new GroupName(one.Text))],
        };
    }

    private static string? Fit(MappingReader reader, string key, Regex form, string mend, Findings findings)
    {
        if (reader.Text(key) is not { Length: > 0 } text) return null;
        if (form.IsMatch(text)) return text;
        findings.Error(reader.File, reader.LineOf(key), "bad-value", $"{key} can't be \"{MappingReader.Cut(text)}\".", null, mend);
        return null;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,19}$", RegexOptions.NonBacktracking)]
    private static partial Regex Prefix();

    [GeneratedRegex("^[a-z0-9_+'-]{1,100}$", RegexOptions.NonBacktracking)]
    private static partial Regex Reaction();

    [GeneratedRegex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Repository();

    [GeneratedRegex("^[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*/?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Folder();
}
