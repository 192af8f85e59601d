namespace ChatOps.Bot.Commands;

/// <summary>Finds what was probably meant.</summary>
internal static class Nearest
{
    /// <summary>The names nearest to a word, best first; empty when none is near enough to be what was meant.</summary>
    public static IReadOnlyList<string> Of(string word, IEnumerable<string> names)
    {
        var lower = word.ToLowerInvariant();
        return
        [
            .. names.Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(name => (name, distance: Distance(lower, name.ToLowerInvariant())))
                .Where(pair => pair.distance <= Allowed(lower.Length, pair.name.Length) || IsStart(lower, pair.name))
                .OrderBy(pair => pair.distance).ThenBy(pair => pair.name, StringComparer.Ordinal)
                .Select(pair => pair.name)
                .Take(3),
        ];
    }

    /// <summary>Changes it takes to make one word of another: a letter more, less or other, or two neighbours swapped (optimal string alignment; Damerau 1964, Levenshtein 1966).</summary>
    public static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8) return int.MaxValue;
        var rows = new int[3][];
        for (var i = 0; i < 3; i++) rows[i] = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) rows[0][j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var (row, above, twoAbove) = (rows[i % 3], rows[(i - 1) % 3], rows[(i + 1) % 3]);
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, above[j] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
            }
        }

        return rows[a.Length % 3][b.Length];
    }

    /// <summary>Short words leave little room for doubt.</summary>
    private static int Allowed(int typed, int name) => Math.Min(typed, name) switch
    {
        < 3 => 1,
        < 6 => 2,
        _ => 3,
    };

    private static bool IsStart(string typed, string name) =>
        Math.Min(typed.Length, name.Length) >= 3
        && (name.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || typed.StartsWith(name, StringComparison.OrdinalIgnoreCase));
}
