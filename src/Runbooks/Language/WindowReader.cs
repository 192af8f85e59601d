using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads windows: of an environment, and working hours.</summary>
internal static class WindowReader
{
    public static ChangeWindows ReadAll(MappingReader reader, string key, Zone zone, Findings findings) =>
        new([.. reader.Mappings(key).Select(one => Read(one, zone, findings)).OfType<Window>()]);

    /// <summary>The zone that a key names, or the other one where it names none or there is none of that name.</summary>
    public static Zone ZoneOf(MappingReader reader, Zone otherwise, Findings findings)
    {
        if (reader.Text("zone") is not { Length: > 0 } id) return otherwise;
        if (Zone.Find(id) is { } zone) return zone;
        findings.Error(reader.File, reader.LineOf("zone"), "zone-unknown", $"There is no time zone \"{MappingReader.Cut(id)}\".", null, Zone.Mend(id));
        return otherwise;
    }

    /// <summary>What a text says, or null and a finding.</summary>
    public static T? Value<T>(MappingReader reader, string key, Reading<T> reading, Findings findings, Spot? line = null)
        where T : struct
    {
        if (reading is Reading<T>.Understood read) return read.Value;
        findings.Error(reader.File, line ?? reader.LineOf(key), "bad-value", $"{key}: {reading.Fault!.What}", null, reading.Fault.Mend);
        return null;
    }

    private static Window? Read(MappingReader reader, Zone zone, Findings findings)
    {
        var days = reader.Texts("days").Select(text => DaysOf(reader, text.Text, text.Line, findings)).ToList();
        var from = reader.Text("from") is { Length: > 0 } begin ? Value(reader, "from", WallTime.Read(begin), findings) : null;
        var to = reader.Text("to") is { Length: > 0 } end ? Value(reader, "to", WallTime.Read(end), findings) : null;
        var own = ZoneOf(reader, zone, findings);
        if (from is null || to is null || days.Contains(null)) return null;
        var window = new Window(WeekDays.Of(days.SelectMany(one => one!.All)), from.Value, to.Value, own);
        if (window.NeverOpens && (days.Count > 0 || reader.IsEmptyList("days")))
            findings.Error(reader.File, reader.Line, "window-never-opens", $"This window never opens: {(window.Days.All.IsEmpty ? "it has no day" : window.From == window.To ? $"it begins and ends at {from}" : "it begins at the end of the day")}.", null, "The whole day is from: \"00:00\", to: \"24:00\".");
        return window;
    }

    private static WeekDays? DaysOf(MappingReader reader, string text, Spot line, Findings findings)
    {
        if (WeekDays.Read(text) is Reading<WeekDays>.Understood read) return read.Value;
        findings.Error(reader.File, line, "bad-value", $"days: {WeekDays.Read(text).Fault!.What}", null, WeekDays.Read(text).Fault!.Mend);
        return null;
    }
}
