using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Rotas;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>A file of the configuration folder.</summary>
/// <param name="File">Relative to the folder, with forward slashes: <c>services/api.yaml</c>.</param>
public sealed record SourceFile(string File, string Text);

/// <summary>Reads the configuration folder: all of it is right, or everything that is wrong is said at once.</summary>
public static class ConfigurationReader
{
    /// <summary>The configuration, or null when anything in it is an error; and all findings, by file and line.</summary>
    public static (Configuration? Configuration, ImmutableArray<Finding> Findings) Read(IEnumerable<SourceFile> files)
    {
        var findings = new Findings();
        var services = ImmutableArray.CreateBuilder<Service>();
        var runbooks = ImmutableArray.CreateBuilder<Runbook>();
        AccessRules? access = null;
        var alerts = AlertRules.Usual;
        var onCall = OnCallRules.None;
        var incidents = IncidentRules.Usual;
        var all = files.OrderBy(file => file.File, StringComparer.Ordinal).ToList();
        var (calendar, overrides) = Calendar(all, findings);
        var jobs = JobsOf(all, findings);
        foreach (var file in all)
        {
            var part = PartOf(file.File);
            if (part is null || (part == "calendar-file" && !findings.Knows($"calendar-file:{file.File}"))) Stray(file.File, findings);
            else if (part is "calendar" or "calendar-file" or "jobs" or "manifests") continue;
            else if (Yaml.Read(file.File, file.Text, findings) is not { } roots) findings.Unread(part);
            else if (part == "access") access = Access(file.File, roots, findings);
            else if (part == "alerts") alerts = Alerts(file.File, roots, findings);
            else if (part == "oncall") onCall = OnCall(file.File, roots, calendar.Zone, findings);
            else if (part == "incidents") incidents = Incidents(file.File, roots, findings);
            else if (part == "services") Add(services, part, roots.Select(root => ServiceReader.Read(file.File, root, calendar.Zone, findings)), findings);
            else Add(runbooks, part, roots.Select(root => RunbookReader.Read(file.File, root, findings, jobs)), findings);
        }

        if (all.TrueForAll(file => PartOf(file.File) != "access"))
        {
            findings.Error("access.yaml", 1, "access-missing", "There is no access.yaml.", "Without it nobody may do anything.", "Write groups: and may:.");
            findings.Unread("access");
        }

        if (all.TrueForAll(file => PartOf(file.File) != "services"))
            findings.Error("services", 1, "services-missing", "There is no service.", null, "Write a file in services/.");

        var written = new Configuration(services.ToImmutable(), runbooks.ToImmutable(), access ?? AccessRules.Empty) { Calendar = calendar, Overrides = overrides, Alerts = alerts, OnCall = onCall, Incidents = incidents, Manifests = jobs.Folders };
        var read = Borrowing.Into(written, findings);
        Lint.Look(read, findings);
        return (findings.AnyError ? null : read, findings.Sorted);
    }

    /// <summary>What a file is, by where it lies; null for those that nobody reads.</summary>
    private static string? PartOf(string file) => file.Split('/') switch
    {
        ["access.yaml"] => "access",
        ["calendar.yaml"] => "calendar",
        ["alerts.yaml"] => "alerts",
        ["oncall.yaml"] => "oncall",
        ["incidents.yaml"] => "incidents",
        [var name] when IsCalendar(name) => "calendar-file",
        [.., var name] when IsCalendar(name) => null,
        [var part and ("services" or "runbooks" or "jobs"), _] => part,
        ["manifests", _, _] => "manifests",
        _ => null,
    };

    private static void Stray(string file, Findings findings)
    {
        var mend = IsCalendar(file) ? "Put it beside calendar.yaml, and name it there under freeze-files:." : file.Contains('/', StringComparison.Ordinal) ? "Move it up into services/, runbooks/ or jobs/, or into a folder of manifests/."
            : Nearest.One(file, ["access.yaml", "calendar.yaml", "alerts.yaml", "oncall.yaml", "incidents.yaml"]) is { } near ? $"Did you mean {near}?" : "Move it into services/ or runbooks/, or out of the folder.";
        findings.Warn(file, 1, "file-unread", "This file is not read.", "The folder holds services/*.yaml, runbooks/*.yaml, jobs/*.yaml, manifests/NAME/*.yaml, access.yaml, calendar.yaml, alerts.yaml, oncall.yaml and incidents.yaml.", mend);
    }

    /// <summary>Jobs are read before the runbooks that name them.</summary>
    private static JobShelf JobsOf(List<SourceFile> all, Findings findings)
    {
        var manifests = ImmutableDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        foreach (var file in all.Where(file => PartOf(file.File) == "jobs"))
            manifests[Path.GetFileNameWithoutExtension(file.File)] = Yaml.Read(file.File, file.Text, findings) is { } roots ? JobReader.Read(file.File, roots, findings) : null;
        var folders = all.Where(file => PartOf(file.File) == "manifests").GroupBy(file => file.File.Split('/')[1], StringComparer.Ordinal);
        return new JobShelf(manifests.ToImmutable()) { Folders = folders.ToImmutableDictionary(folder => folder.Key, folder => ManifestReader.Read([.. folder], findings), StringComparer.Ordinal) };
    }

    private static AccessRules Access(string file, IReadOnlyList<YamlMappingNode> roots, Findings findings)
    {
        OnlyOne(file, roots, "who may do what", findings);
        return AccessReader.Read(file, roots[0], findings);
    }

    private static AlertRules Alerts(string file, IReadOnlyList<YamlMappingNode> roots, Findings findings)
    {
        OnlyOne(file, roots, "where alerts go", findings);
        return AlertsReader.Read(file, roots[0], findings);
    }

    private static OnCallRules OnCall(string file, IReadOnlyList<YamlMappingNode> roots, Zone zone, Findings findings)
    {
        OnlyOne(file, roots, "who is on call", findings);
        return OnCallReader.Read(file, roots[0], zone, findings);
    }

    private static IncidentRules Incidents(string file, IReadOnlyList<YamlMappingNode> roots, Findings findings)
    {
        OnlyOne(file, roots, "what follows from an incident", findings);
        return IncidentsReader.Read(file, roots[0], findings);
    }

    /// <summary>The calendar is read before the rest: its zone is meant where windows name none.</summary>
    private static (ChangeCalendar Calendar, Overrides Overrides) Calendar(List<SourceFile> all, Findings findings)
    {
        if (all.Find(file => PartOf(file.File) == "calendar") is not { } file) return (ChangeCalendar.Empty, Overrides.None);
        var calendars = all.Where(one => PartOf(one.File) == "calendar-file").ToImmutableDictionary(one => one.File);
        if (Yaml.Read(file.File, file.Text, findings) is not { } roots)
        {
            // What it may have named is not missed.
            foreach (var name in calendars.Keys) findings.Remember($"calendar-file:{name}", file.File, 1);
            return (ChangeCalendar.Empty, Overrides.None);
        }

        OnlyOne(file.File, roots, "when things may change", findings);
        return CalendarReader.Read(file.File, roots[0], calendars, findings);
    }

    private static void OnlyOne(string file, IReadOnlyList<YamlMappingNode> roots, string what, Findings findings)
    {
        foreach (var second in roots.Skip(1))
            findings.Error(file, Spot.Of(second.Start), "duplicate-name", $"There are two documents in {file}.", $"Only one can say {what}.", "Put them together.");
    }

    private static bool IsCalendar(string file) => file.EndsWith(".ics", StringComparison.OrdinalIgnoreCase);

    private static void Add<T>(ImmutableArray<T>.Builder to, string part, IEnumerable<T?> read, Findings findings)
        where T : class
    {
        foreach (var one in read)
        {
            if (one is null) findings.Unread(part);
            else to.Add(one);
        }
    }
}
