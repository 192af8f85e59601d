using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>Collects what is wrong, and remembers where things were written, so that later checks can point at them.</summary>
internal sealed class Findings
{
    private readonly List<Finding> all = [];
    private readonly Dictionary<string, (string File, Spot Line)> places = new(StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> unread = new(StringComparer.Ordinal);

    public bool AnyError => all.Exists(finding => finding.Error);

    public ImmutableArray<Finding> Sorted => [.. all.OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Column).ThenBy(f => f.Code, StringComparer.Ordinal).Distinct()];

    public void Error(string file, Spot line, string code, string what, string? why = null, string? mend = null) => all.Add(new Finding(file, line.Line, true, code, what, why, mend) { Column = line.Column });

    public void Warn(string file, Spot line, string code, string what, string? why = null, string? mend = null) => all.Add(new Finding(file, line.Line, false, code, what, why, mend) { Column = line.Column });

    /// <summary>Remembers where something stands; the first place counts, and it is returned when there was one before.</summary>
    public (string File, Spot Line)? Remember(string name, string file, Spot line)
    {
        if (places.TryGetValue(name, out var before)) return before;
        places[name] = (file, line);
        return null;
    }

    /// <summary>Remembers what another reading remembered, all of it as standing here.</summary>
    public void Adopt(Findings other, (string File, Spot Line) at)
    {
        foreach (var name in other.places.Keys) Remember(name, at.File, at.Line);
    }

    /// <summary>Whether something of that name was written, even where it was too wrong to be read.</summary>
    public bool Knows(string name) => places.ContainsKey(name);

    /// <summary>A part of the folder could not be read whole: what it may have held is not missed.</summary>
    public void Unread(string part) => unread.Add(part);

    public bool IsUnread(string part) => unread.Contains(part);

    /// <summary>Where something stands: the most particular name that was remembered.</summary>
    public (string File, Spot Line) At(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (places.TryGetValue(name, out var place)) return place;
        }

        return ("access.yaml", new Spot(1, 0));
    }

    public void ErrorAt((string File, Spot Line) at, string code, string what, string? why = null, string? mend = null) => Error(at.File, at.Line, code, what, why, mend);

    public void WarnAt((string File, Spot Line) at, string code, string what, string? why = null, string? mend = null) => Warn(at.File, at.Line, code, what, why, mend);
}
