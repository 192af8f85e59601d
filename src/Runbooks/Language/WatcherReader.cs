using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads who stays with a soak.</summary>
internal static class WatcherReader
{
    /// <returns>Null where nobody has to.</returns>
    public static Watcher? Read(MappingReader soak, Findings findings)
    {
        if (soak.Mapping("watcher") is not { } reader) return null;
        var names = reader.Texts("who");
        if (names.IsEmpty && reader.IsEmptyList("who")) findings.Error(reader.File, reader.LineOf("who"), "bad-value", "who names nobody.", null, "Name somebody, or leave watcher out.");
        if (names.Length > Watcher.Most) findings.Error(reader.File, reader.LineOf("who"), "bad-value", $"who names {names.Length}.", null, $"Name at most {Watcher.Most}; a group counts once.");
        foreach (var (text, line) in names.Where(name => Recipients.IsChannel(name.Text)))
            findings.Error(reader.File, line, "bad-value", $"{text} is a channel, and watches nothing.", null, "Name people: an address, requester, a group or a schedule.");
        var watcher = new Watcher([.. names.Select(name => name.Text).Distinct(StringComparer.OrdinalIgnoreCase)], reader.Duration("every"), reader.Duration("answer-within"), reader.Text("then") == "rollback" ? SilenceMeans.Rollback : SilenceMeans.Pause);
        if (soak.Duration("soak") is { Ticks: > 0 } length && watcher.Every + watcher.AnswerWithin > length)
            findings.Warn(reader.File, reader.LineOf("every"), "watcher-late", $"The soak is over after {Words.Duration(length)}, before anybody's silence would be noticed.", $"It is noticed {Words.Duration(watcher.Every + watcher.AnswerWithin)} after it began at the earliest.", "Shorten every and answer-within, or soak longer.");
        return watcher;
    }
}
