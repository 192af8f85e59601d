using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Changes;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads <c>alerts.yaml</c>.</summary>
internal static class AlertsReader
{
    public static AlertRules Read(string file, YamlMappingNode root, Findings findings)
    {
        var reader = new MappingReader(file, root, Spot.Of(root.Start), AlertShapes.Alerts, findings);
        if (reader.IsEmptyList("routes")) findings.Error(file, reader.LineOf("routes"), "missing-value", "routes has no route.", "No alert would be shown anywhere.", "Write a route, or leave alerts.yaml out.");
        var by = reader.Texts("group-by").Select(one => Word<GroupBy>(reader, "group-by", one.Text, one.Line, findings)).OfType<GroupBy>().Distinct().ToImmutableArray();
        return AlertRules.Usual with
        {
            Routes = [.. reader.Mappings("routes").Select(route => Route(route, findings)).OfType<AlertRoute>()],
            By = by.IsEmpty ? AlertRules.Usual.By : by,
            Reopen = reader.Duration("reopen"),
            Storm = reader.Number("storm"),
            Names = reader.Mapping("names") is { } names ? Names(names, findings) : AlertNames.Usual,
            Generic = [.. reader.Named("generic").Where(one => one.Value is not null).Select(one => Generic(one.Name, one.Line, one.Value!, findings))],
            Changes = [.. reader.Named("changes").Where(one => one.Value is not null).Select(one => Changes(one.Name, one.Line, one.Value!, findings))],
        };
    }

    private static AlertRoute? Route(MappingReader reader, Findings findings)
    {
        if (reader.Text("route") is not { Length: > 0 } name) return null;
        if (findings.Remember($"alert-route:{name}", reader.File, reader.LineOf("route")) is { } before)
            findings.Error(reader.File, reader.LineOf("route"), "duplicate-name", $"There are two routes {MappingReader.Cut(name)}.", $"The other is in line {before.Line}.", "Rename one.");
        foreach (var key in reader.Keys) findings.Remember($"alert-route:{name}:{key}", reader.File, reader.LineOf(key));
        TimeSpan? Some(string key) => reader.Has(key) && reader.Duration(key) is { Ticks: > 0 } time ? time : null;
        return new AlertRoute(name)
        {
            When = reader.Mapping("when") is { } when ? Match(name, when, findings) : new AlertMatch(),
            Channel = reader.Said("channel"),
            Page = reader.Said("page") is { } page ? new GroupName(page) : null,
            Incident = reader.Flag("incident"),
            IncidentAs = reader.Said("incident-as"),
            Runbook = reader.Said("runbook"),
            RespondWithin = Some("respond-within"),
            Escalate = reader.Said("escalate") is { } escalate ? PlaceOf(escalate) : null,
            AskAgain = reader.Duration("ask-again"),
            AnswerWithin = reader.Duration("answer-within"),
            Digest = Some("digest"),
        };
    }

    private static AlertMatch Match(string route, MappingReader reader, Findings findings)
    {
        ImmutableArray<string> Of(string key)
        {
            foreach (var (text, line) in reader.Texts(key)) findings.Remember($"alert-route:{route}:{key}:{text}", reader.File, line);
            return [.. reader.Texts(key).Select(one => one.Text)];
        }

        return new AlertMatch
        {
            Severities = [.. reader.Texts("severity").Select(one => Word<Severity>(reader, "severity", one.Text, one.Line, findings)).OfType<Severity>()],
            Services = Of("service"),
            Environments = Of("environment"),
            Teams = Of("team"),
            Alerts = Of("alert"),
            Sources = Of("source"),
            Working = reader.Text("hours") switch { "working" => true, "outside" => false, _ => null },
        };
    }

    private static AlertNames Names(MappingReader reader, Findings findings)
    {
        ImmutableArray<string> Of(string key, ImmutableArray<string> usual) => reader.Has(key) ? [.. reader.Texts(key).Select(one => one.Text)] : usual;
        var severities = AlertNames.Usual.Severities.ToBuilder();
        foreach (var (word, means) in reader.NamedValues("severities"))
        {
            if (Word<Severity>(reader, word, means, reader.LineOf("severities"), findings) is { } severity) severities[word] = severity;
        }

        return new AlertNames
        {
            ServiceLabels = Of("service", AlertNames.Usual.ServiceLabels),
            EnvironmentLabels = Of("environment", AlertNames.Usual.EnvironmentLabels),
            SeverityLabels = Of("severity", AlertNames.Usual.SeverityLabels),
            Environments = reader.Has("environments") ? reader.NamedValues("environments").WithComparers(StringComparer.OrdinalIgnoreCase) : AlertNames.Usual.Environments,
            Severities = severities.ToImmutable(),
        };
    }

    private static GenericShape Generic(string name, Spot line, MappingReader reader, Findings findings)
    {
        CheckSender(name, line, reader, findings);
        return new GenericShape(name, reader.Said("list"), reader.Said("alert") ?? "", reader.Said("status"), reader.Has("resolved") ? [.. reader.Texts("resolved").Select(one => one.Text)] : ["resolved", "ok", "up", "recovered"])
        {
            Id = reader.Said("id"),
            Severity = reader.Said("severity"),
            Service = reader.Said("service"),
            Environment = reader.Said("environment"),
            Since = reader.Said("since"),
            Summary = reader.Said("summary"),
            Link = reader.Said("link"),
            Labels = reader.Said("labels"),
            DeliveryHeader = reader.Said("delivery-header"),
        };
    }

    private static ChangeShape Changes(string name, Spot line, MappingReader reader, Findings findings)
    {
        CheckSender(name, line, reader, findings);
        if (reader.Has("about")) findings.Remember($"alert-changes:{name}:about", reader.File, reader.LineOf("about"));
        return new ChangeShape(name, reader.Text("kind") == "flag" ? ChangeKind.Flag : ChangeKind.Other, reader.Said("list"), reader.Said("what") ?? "")
        {
            Now = reader.Said("now"),
            By = reader.Said("by"),
            Service = reader.Said("service"),
            Environment = reader.Said("environment"),
            About = reader.Said("about"),
            At = reader.Said("at"),
            Link = reader.Said("link"),
            DeliveryHeader = reader.Said("delivery-header"),
        };
    }

    private static void CheckSender(string name, Spot line, MappingReader reader, Findings findings)
    {
        if (!Lint.IsName(name)) findings.Error(reader.File, line, "bad-name", $"A sender can't be called \"{MappingReader.Cut(name)}\".", "Its name is part of an address.", "Use letters, digits and dashes.");
    }

    private static string PlaceOf(string channel) => channel.Contains(':', StringComparison.Ordinal) ? channel : $"slack:{channel}";

    private static T? Word<T>(MappingReader reader, string key, string word, Spot line, Findings findings)
        where T : struct, Enum
    {
        if (Enum.TryParse<T>(word, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(word[0])) return value;
        findings.Error(reader.File, line, "bad-value", $"{key} can't be \"{MappingReader.Cut(word)}\".", null, $"Write one of: {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.");
        return null;
    }
}
