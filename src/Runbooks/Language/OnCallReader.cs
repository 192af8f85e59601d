using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Rotas;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads <c>oncall.yaml</c>.</summary>
internal static class OnCallReader
{
    /// <summary>A turn lasts no longer.</summary>
    private const int MostDays = 366;

    public static OnCallRules Read(string file, YamlMappingNode root, Zone zone, Findings findings)
    {
        var reader = new MappingReader(file, root, Spot.Of(root.Start), OnCallShapes.OnCall, findings);
        var schedules = reader.Named("schedules").Select(one => Schedule(one.Name, one.Line, one.Value, zone, findings)).OfType<OnCallSchedule>().ToImmutableArray();
        foreach (var (group, line) in reader.Texts("swap")) findings.Remember($"oncall-swap:{group}", file, line);
        return new OnCallRules(schedules, [.. reader.Texts("swap").Select(one => new GroupName(one.Text))]);
    }

    private static OnCallSchedule? Schedule(string name, Spot line, MappingReader? reader, Zone usual, Findings findings)
    {
        if (reader is null) return null;
        if (findings.Remember($"oncall:{name}", reader.File, line) is { } before)
            findings.Error(reader.File, line, "duplicate-name", $"There are two schedules {MappingReader.Cut(name)}.", $"The other is in line {before.Line}.", "Rename one.");
        if (!Lint.IsName(name)) findings.Error(reader.File, line, "bad-name", $"A schedule can't be called \"{MappingReader.Cut(name)}\".", "Its name is said in commands.", "Use letters, digits and dashes.");
        var zone = WindowReader.ZoneOf(reader, usual, findings);
        if (reader.IsEmptyList("rotations")) findings.Error(reader.File, reader.LineOf("rotations"), "missing-value", "rotations has no rotation.", "Nobody would be called.", "Write who takes turns.");
        ImmutableArray<Rotation> rotations = [.. reader.Mappings("rotations").Select(one => Rotation(one, zone, findings)).OfType<Rotation>()];
        ImmutableArray<Override> overrides = [.. reader.Mappings("overrides").Select(one => Override(one, zone, findings)).OfType<Override>()];
        return new OnCallSchedule(name, zone, rotations, overrides, reader.Duration("escalate"));
    }

    private static Rotation? Rotation(MappingReader reader, Zone zone, Findings findings)
    {
        if (reader.IsEmptyList("people")) findings.Error(reader.File, reader.LineOf("people"), "missing-value", "people names nobody.", "Nobody would be called.", "Write their addresses: [ana@example.com].");
        var people = reader.Texts("people").Select(one => PersonOf(reader, one.Text, one.Line, findings)).OfType<Person>().ToImmutableArray();
        var days = reader.Text("every") is { Length: > 0 } every ? Days(reader, every, findings) : 7;
        var from = reader.Text("from") is { Length: > 0 } first ? WindowReader.Value(reader, "from", Moment.ReadDate(first, zone), findings) : null;
        return people.IsEmpty || days is null || from is null ? null : new Rotation(people, new Handovers(from.Value, days.Value, zone));
    }

    private static Override? Override(MappingReader reader, Zone zone, Findings findings)
    {
        var person = reader.Text("person") is { Length: > 0 } named ? PersonOf(reader, named, reader.LineOf("person"), findings) : null;
        var from = reader.Text("from") is { Length: > 0 } begin ? WindowReader.Value(reader, "from", Moment.ReadDate(begin, zone), findings) : null;
        var until = reader.Text("until") is { Length: > 0 } end ? WindowReader.Value(reader, "until", Moment.ReadDate(end, zone), findings) : null;
        if (person is null || from is null || until is null) return null;
        if (until <= from) findings.Error(reader.File, reader.LineOf("until"), "until-before-from", $"{person.Value.ShortName}'s time ends before it begins.", "With a date alone, it ends as that day begins.", "Write until: later than from:.");
        return new Override(person.Value, from.Value, until.Value);
    }

    private static Person? PersonOf(MappingReader reader, string text, Spot line, Findings findings)
    {
        if (text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && !text.Any(char.IsWhiteSpace)) return new Person(text);
        findings.Error(reader.File, line, "bad-value", $"\"{MappingReader.Cut(text)}\" is no e-mail address.", "People are known by their address here.", "Write cleo@example.com.");
        return null;
    }

    private static int? Days(MappingReader reader, string text, Findings findings)
    {
        var unit = text[^1] switch { 'd' => 1, 'w' => 7, _ => 0 };
        if (unit > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostDays && count * unit <= MostDays) return count * unit;
        findings.Error(reader.File, reader.LineOf("every"), "bad-value", $"every can't be \"{MappingReader.Cut(text)}\".", null, "Write days or weeks, up to a year: 1d, 1w, 2w.");
        return null;
    }
}
