using System.Collections.Immutable;

namespace ChatOps.Runbooks.Alerts;

/// <summary>The alerts of a group: who they are and whether they fire, never more than so many.</summary>
/// <param name="Firing">How many fire now.</param>
/// <param name="Fired">How many different ones ever fired, beyond those still known too.</param>
/// <param name="Beyond">How many there was no room for, or their sender left out.</param>
public sealed record AlertMembers(ImmutableDictionary<string, AlertMember> All, int Firing, long Fired, long Beyond)
{
    /// <summary>More are only counted.</summary>
    public const int Most = 20_000;

    /// <summary>Of so many the labels are known.</summary>
    public const int Detailed = 100;

    public static readonly AlertMembers None = new(ImmutableDictionary.Create<string, AlertMember>(StringComparer.Ordinal), 0, 0, 0);

    public int Count => All.Count;

    public static string KeyOf(Alert alert) => $"{alert.Source}\u001f{alert.Identity}";

    /// <summary>Whether an alert is news, known already, or older than what is known.</summary>
    public News Judge(Alert alert)
    {
        if (!All.TryGetValue(KeyOf(alert), out var known)) return News.New;
        if (IsStale(alert, known)) return News.Stale;
        return alert.Firing == known.Firing && alert.Severity == known.Severity && (alert.Since == known.Since || !alert.Firing) ? News.Known : News.New;
    }

    public AlertMembers Take(ImmutableArray<Alert> alerts, int left)
    {
        var all = All.ToBuilder();
        var (firing, fired, beyond, detailed) = (Firing, Fired, Beyond + left, All.Count <= Detailed ? All.Values.Count(one => one.Labels is not null) : Detailed);
        foreach (var alert in alerts)
        {
            var key = KeyOf(alert);
            var known = all.GetValueOrDefault(key);
            if (known is not null && IsStale(alert, known)) continue;
            if (known is null && all.Count >= Most)
            {
                if (all.FirstOrDefault(pair => !pair.Value.Firing) is { Key: { } over }) all.Remove(over);
                else
                {
                    beyond++;
                    continue;
                }
            }

            var labels = known?.Labels ?? (detailed < Detailed ? alert.Labels : null);
            if (known?.Labels is null && labels is not null) detailed++;
            all[key] = new AlertMember(alert.What, alert.Service, alert.Firing, alert.Severity, alert.Since, alert.At, alert.Firing ? alert.Summary : known?.Summary ?? alert.Summary, alert.Ends, alert.Silence ?? known?.Silence, labels);
            firing += (alert.Firing ? 1 : 0) - (known?.Firing == true ? 1 : 0);
            if (alert.Firing && known?.Firing != true) fired++;
        }

        return new AlertMembers(all.ToImmutable(), firing, fired, beyond);
    }

    /// <summary>Of two messages about one moment, the end counts.</summary>
    private static bool IsStale(Alert alert, AlertMember known) => alert.At < known.At || (alert.At == known.At && alert.Firing && !known.Firing);

    /// <summary>All of them are over, whatever their senders say.</summary>
    public AlertMembers Ended(DateTimeOffset at) =>
        this with { All = All.ToImmutableDictionary(pair => pair.Key, pair => pair.Value with { Firing = false, At = at > pair.Value.At ? at : pair.Value.At }, All.KeyComparer), Firing = 0 };

    public Severity Worst(Severity otherwise) => All.Values.Where(one => one.Firing).Select(one => one.Severity).DefaultIfEmpty(otherwise).Max();

    /// <summary>What all that fire have in common, of those whose labels are known.</summary>
    public ImmutableSortedDictionary<string, string> Common()
    {
        var known = All.Values.Where(one => one is { Firing: true, Labels: not null }).Select(one => one.Labels!).ToList();
        return known.Count == 0 ? ImmutableSortedDictionary<string, string>.Empty
            : known[0].Where(label => known.TrueForAll(labels => labels.GetValueOrDefault(label.Key) == label.Value)).ToImmutableSortedDictionary(StringComparer.Ordinal);
    }
}

public enum News
{
    New,
    Known,
    Stale,
}

/// <param name="Labels">Null for those beyond the first.</param>
public sealed record AlertMember(
    string What, string? Service, bool Firing, Severity Severity, DateTimeOffset Since, DateTimeOffset At, string? Summary, bool Ends, SilenceBy? Silence, ImmutableSortedDictionary<string, string>? Labels);
