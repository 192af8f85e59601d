using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>Collects what is wrong, and remembers where things were written, so that later checks can point at them.</summary>
internal sealed class Findings
{
    private readonly List<Finding> all = [];
    private readonly Dictionary<string, (string File, int Line)> places = new(StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> unread = new(StringComparer.Ordinal);

    public bool AnyError => all.Exists(finding => finding.Error);

    public ImmutableArray<Finding> Sorted => [.. all.OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Code, StringComparer.Ordinal).Distinct()];

    public void Error(string file, long line, string code, string what, string? why = null, string? mend = null) => all.Add(new Finding(file, (int)line, true, code, what, why, mend));

    public void Warn(string file, long line, string code, string what, string? why = null, string? mend = null) => all.Add(new Finding(file, (int)line, false, code, what, why, mend));

    /// <summary>Remembers where something stands; the first place counts, and it is returned when there was one before.</summary>
    public (string File, int Line)? Remember(string name, string file, long line)
    {
        if (places.TryGetValue(name, out var before)) return before;
        places[name] = (file, (int)line);
        return null;
    }

    /// <summary>Remembers what another reading remembered, all of it as standing here.</summary>
    public void Adopt(Findings other, (string File, int Line) at)
    {
        foreach (var name in other.places.Keys) Remember(name, at.File, at.Line);
    }

    /// <summary>Whether something of that name was written, even where it was too wrong to be read.</summary>
    public bool Knows(string name) => places.ContainsKey(name);

    /// <summary>A part of the folder could not be read whole: what it may have held is not missed.</summary>
    public void Unread(string part) => unread.Add(part);

    public bool IsUnread(string part) => unread.Contains(part);

    /// <summary>Where something stands: the most particular name that was remembered.</summary>
    public (string File, int Line) At(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (places.TryGetValue(name, out var place)) return place;
        }

        return ("access.yaml", 1);
    }

    public void ErrorAt((string File, int Line) at, string code, string what, string? why = null, string? mend = null) => Error(at.File, at.Line, code, what, why, mend);

    public void WarnAt((string File, int Line) at, string code, string what, string? why = null, string? mend = null) => Warn(at.File, at.Line, code, what, why, mend);
}
