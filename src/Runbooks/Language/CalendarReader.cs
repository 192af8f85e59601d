using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Steps;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads <c>calendar.yaml</c>, and the calendar files that it names.</summary>
internal static class CalendarReader
{
    /// <param name="files">The calendar files of the folder, by name.</param>
    public static (ChangeCalendar Calendar, Overrides Overrides) Read(string file, YamlMappingNode root, ImmutableDictionary<string, SourceFile> files, Findings findings)
    {
        var reader = new MappingReader(file, root, Spot.Of(root.Start), CalendarShapes.Calendar, findings);
        var zone = WindowReader.ZoneOf(reader, Zone.Utc, findings);
        var freezes = reader.Mappings("freezes").Select(one => Once(one, zone, (name, from, until, scope) => new Freeze(name, from, until, scope), findings)).OfType<Freeze>();
        var maintenance = reader.Mappings("maintenance").Select(one => Once(one, zone, (name, from, until, scope) => new Maintenance(name, from, until, scope), findings)).OfType<Maintenance>();
        var fromFiles = reader.Texts("freeze-files").SelectMany(named => OfFile(reader, named.Text, named.Line, zone, files, findings));
        var calendar = new ChangeCalendar(zone, new WorkingHours(WindowReader.ReadAll(reader, "working-hours", zone, findings)), [.. freezes, .. fromFiles], [.. maintenance]);
        var (emergency, _) = Passing(reader, "emergency", "Emergency change", findings);
        var (exception, lasts) = Passing(reader, "exceptions", "Exception from the freeze", findings);
        return (calendar, new Overrides(emergency, exception) { ExceptionLasts = lasts });
    }

    private static (Approval? Approval, TimeSpan Lasts) Passing(MappingReader reader, string key, string title, Findings findings)
    {
        if (reader.Mapping(key) is not { } passing) return (null, TimeSpan.Zero);
        findings.Remember($"calendar:{key}", reader.File, reader.LineOf(key));
        if (passing.IsEmptyList("from")) findings.Error(passing.File, passing.LineOf("from"), "missing-value", "from names no group.", "Nobody could say so.", "Write from: [oncall]");
        if (key == "emergency" && passing.Has("lasts")) findings.Error(passing.File, passing.LineOf("lasts"), "key-elsewhere", "emergency has no lasts.", null, "It belongs to exceptions.");
        return (Overrides.Of(title, [.. passing.Texts("from").Select(group => new GroupName(group.Text))], passing.Number("count"), passing.Duration("within")), passing.Duration("lasts"));
    }

    private static T? Once<T>(MappingReader reader, Zone zone, Func<string, DateTimeOffset, DateTimeOffset, Scope, T> make, Findings findings)
        where T : class
    {
        var name = reader.Text("name");
        var from = reader.Text("from") is { Length: > 0 } begin ? WindowReader.Value(reader, "from", Moment.ReadDate(begin, zone), findings) : null;
        var until = reader.Text("until") is { Length: > 0 } end ? WindowReader.Value(reader, "until", Moment.ReadDate(end, zone), findings) : null;
        var scope = new Scope(Names(reader, "environments", findings), Names(reader, "services", findings));
        if (string.IsNullOrEmpty(name) || from is null || until is null) return null;
        if (until <= from)
            findings.Error(reader.File, reader.LineOf("until"), "until-before-from", $"{MappingReader.Cut(name)} ends before it begins.", "With a date alone, it ends as that day begins.", "Write until: later than from:.");
        return make(name, from.Value, until.Value, scope);
    }

    /// <summary>What something is about: all, where it isn't said.</summary>
    private static ImmutableArray<string> Names(MappingReader reader, string key, Findings findings)
    {
        if (!reader.Has(key)) return ["*"];
        if (reader.IsEmptyList(key)) findings.Error(reader.File, reader.LineOf(key), "missing-value", $"{key} names nothing.", "It would be about nothing at all.", $"Leave {key} out to mean all.");
        foreach (var (text, line) in reader.Texts(key)) findings.Remember($"calendar:{key}:{text}", reader.File, line);
        return [.. reader.Texts(key).Select(one => one.Text)];
    }

    private static ImmutableArray<Freeze> OfFile(MappingReader reader, string name, Spot line, Zone zone, ImmutableDictionary<string, SourceFile> files, Findings findings)
    {
        if (name.IndexOfAny(['/', '\\']) >= 0 || !name.EndsWith(".ics", StringComparison.OrdinalIgnoreCase))
        {
            findings.Error(reader.File, line, "bad-value", $"freeze-files can't name \"{MappingReader.Cut(name)}\".", "Only files of the configuration folder are read.", "Put it beside calendar.yaml, and write its name: holidays.ics.");
            return [];
        }

        if (findings.Remember($"calendar-file:{name}", reader.File, line) is { } before)
            findings.Error(reader.File, line, "duplicate-name", $"{name} is named twice.", $"The other is in line {before.Line}.", "Leave one out.");
        if (!files.TryGetValue(name, out var file))
        {
            findings.Error(reader.File, line, "calendar-file-missing", $"There is no file {MappingReader.Cut(name)}.", "Without it nothing would be frozen.", Lint.Meant(name, files.Keys));
            return [];
        }

        var read = CalendarFile.Read(file.Text, zone, Scope.Everything);
        foreach (var fault in read.Faults)
            findings.Error(file.File, fault.Line, "bad-calendar-file", fault.What, "What is not understood could be a freeze.", fault.Mend);
        return read.Freezes;
    }
}
