using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Conditions;

/// <summary>The truths that leaves about one fact can have together.</summary>
internal static class Rows
{
    private const int Most = 4_000;

    /// <summary>A value that no text of a condition can hold: something else than all that is mentioned.</summary>
    private const string Else = "\u0001";

    private static readonly ImmutableArray<Truth> Free = [Truth.No, Truth.Yes];

    /// <summary>Each row has one truth per leaf; null when there are too many.</summary>
    public static List<ImmutableArray<Truth>>? Of(ImmutableArray<Term> leaves, Places places)
    {
        var rows = new Dictionary<string, ImmutableArray<Truth>>(StringComparer.Ordinal);
        foreach (var stand in Stands(leaves, places))
        {
            var product = leaves.Aggregate(1.0, (count, leaf) => count * stand(leaf).Length);
            if (product > Most) return null;
            foreach (var row in Spread([.. leaves.Select(stand)])) rows.TryAdd(string.Concat(row.Select(truth => (int)truth)), row);
            if (rows.Count > Most) return null;
        }

        return [.. rows.Values];
    }

    /// <summary>For each value that makes a difference, what each leaf can be.</summary>
    private static IEnumerable<Func<Term, ImmutableArray<Truth>>> Stands(ImmutableArray<Term> leaves, Places places)
    {
        if (leaves[0] is not Term.About { Name: var name }) return [_ => Free];
        var abouts = leaves.Cast<Term.About>().ToImmutableArray();
        if (abouts.Any(one => one.Name != name) || (!places.All.IsEmpty && name.Text is "service" or "environment" or "environment.protected"))
            return places.All.Select(place => new Facts(place.Service, place.Environment, place.Protected)).Select(facts => (Func<Term, ImmutableArray<Truth>>)(leaf => [Judge.Leaf(leaf, facts)]));
        var mentioned = abouts.SelectMany(one => one.Mentioned).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return name.Kind switch
        {
            Kind.Flag => Exactly(["true", "false"]),
            Kind.Day => Exactly(Days.All.Select(Days.Short)),
            Kind.Time => Exactly(Minutes(mentioned)),
            Kind.Text => [.. Exactly(mentioned), leaf => Other((Term.About)leaf)],
            _ => [.. mentioned.Select(Loosely), leaf => Other((Term.About)leaf), .. Gaps(name.Kind, abouts)],
        };
    }

    private static IEnumerable<Func<Term, ImmutableArray<Truth>>> Exactly(IEnumerable<string> values) =>
        values.Select(value => (Func<Term, ImmutableArray<Truth>>)(leaf => [((Term.About)leaf).Of(value)]));

    /// <summary>That value, however it is spelled: 1.2 and v1.2.0 are the same, but not to a pattern.</summary>
    private static Func<Term, ImmutableArray<Truth>> Loosely(string value) => leaf => leaf is Term.Matches ? Pattern(leaf) : [((Term.About)leaf).Of(value)];

    private static ImmutableArray<Truth> Other(Term.About leaf) => leaf is Term.Matches ? Pattern(leaf) : [leaf.Of(Else)];

    private static ImmutableArray<Truth> Pattern(Term leaf) => ((Term.Matches)leaf).Pattern.All(letter => letter == '*') ? [Truth.Yes] : Free;

    /// <summary>Values before, between and after those that order is asked about.</summary>
    private static IEnumerable<Func<Term, ImmutableArray<Truth>>> Gaps(Kind kind, ImmutableArray<Term.About> abouts)
    {
        var limits = abouts.OfType<Term.Comparison>().Where(one => one.Sign.IsOrder()).Select(one => one.To).Distinct(StringComparer.Ordinal).ToList();
        if (limits.Count == 0) return [];
        if (!HaveOneOrder(kind, limits))
            return [leaf => leaf is Term.Comparison { Sign: var sign } && sign.IsOrder() ? [Truth.No, Truth.Unknown, Truth.Yes] : leaf is Term.Matches ? Pattern(leaf) : [((Term.About)leaf).Of(Else)]];
        limits.Sort((a, b) => Values.Order(kind, a, b)!.Value);
        return Enumerable.Range(0, limits.Count + 1).Select(gap => (Func<Term, ImmutableArray<Truth>>)(leaf =>
            leaf is Term.Comparison { Sign: var sign } one && sign.IsOrder()
                ? [Truths.Of(sign.Admits(Place(kind, limits, one.To) < gap ? 1 : -1))]
                : Other((Term.About)leaf)));
    }

    /// <summary>Where a limit stands; of several spellings of it, the first, so that none has a gap between.</summary>
    private static int Place(Kind kind, List<string> limits, string to) => limits.FindIndex(limit => Values.Order(kind, limit, to) == 0);

    /// <summary>Whether any value lies in the same order to all of these, whatever it looks like itself.</summary>
    /// <remarks>1.5 and 1.10 do not: as numbers the second comes first, as versions the first.</remarks>
    private static bool HaveOneOrder(Kind kind, List<string> limits) => kind == Kind.Version
        || limits.TrueForAll(limit => limit.All(char.IsAsciiDigit))
        || limits.TrueForAll(limit => Values.Time(limit) is not null)
        || limits.TrueForAll(limit => Values.Number(limit) is null && SemanticVersion.Read(limit) is not null);

    private static IEnumerable<string> Minutes(IEnumerable<string> mentioned) => mentioned
        .Select(text => Values.Time(text)!.Value)
        .SelectMany(time => new[] { time, time.AddMinutes(1), time.AddMinutes(-1) })
        .Append(TimeOnly.MinValue).Distinct()
        .Select(time => time.ToString("HH:mm", CultureInfo.InvariantCulture));

    private static IEnumerable<ImmutableArray<Truth>> Spread(ImmutableArray<ImmutableArray<Truth>> choices) => choices.Aggregate(
        (IEnumerable<ImmutableArray<Truth>>)[[]], (rows, leaf) => rows.SelectMany(_ => leaf, (row, truth) => row.Add(truth)));
}
