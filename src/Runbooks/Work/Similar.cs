namespace ChatOps.Runbooks.Work;

/// <summary>Finds the name that was probably meant.</summary>
internal static class Similar
{
    /// <summary>The nearest of <paramref name="names"/>, or null when none is within a third of the word's letters.</summary>
    public static string? Of(string word, IEnumerable<string> names) => names
        .Select(name => (name, distance: Distance(word.ToLowerInvariant(), name.ToLowerInvariant())))
        .Where(pair => pair.distance <= Math.Max(1, Math.Min(word.Length, pair.name.Length) / 3))
        .OrderBy(pair => pair.distance)
        .Select(pair => pair.name)
        .FirstOrDefault();

    /// <summary>Letters to add, drop or change (Levenshtein 1966).</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length > 60) return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[b.Length];
    }
}
