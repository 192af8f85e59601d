using System.Collections.Immutable;

namespace ChatOps.Runbooks.Work;

/// <summary>Which names a mistyped word may have meant.</summary>
public static class Nearest
{
    private const int Most = 3;

    /// <summary>Scores past every edit distance that is allowed: a beginning is a weaker hint than a slip of the fingers.</summary>
    private const int Beginning = 10, SharedStart = 11, Far = int.MaxValue;

    /// <summary>The names that are equally near and nearer than all others, at most 3; empty when none is near.</summary>
    public static ImmutableArray<string> To(string word, IEnumerable<string> names) => Find(word, names).Names;

    /// <summary>The first of the nearest names; null when none is near.</summary>
    public static string? One(string word, IEnumerable<string> names) => To(word, names).FirstOrDefault();

    /// <summary>The same with how near they are: less is nearer, <see cref="int.MaxValue"/> is not near at all.</summary>
    public static (int Score, ImmutableArray<string> Names) Find(string word, IEnumerable<string> names)
    {
        // No name is as long as this, and the distance takes time by the product of both lengths.
        if (word.Length > 100) return (Far, []);
        var scored = names.Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(name => (Name: name, Score: Score(word.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(each => each.Score != Far)
            .ToList();
        if (scored.Count == 0) return (Far, []);
        var best = scored.Min(each => each.Score);
        return (best, [.. scored.Where(each => each.Score == best).Select(each => each.Name).Take(Most)]);
    }

    private static int Score(string word, string name)
    {
        var distance = Distance(word, name);
        var longer = Math.Max(word.Length, name.Length);
        if (distance <= Allowed(longer)) return distance;
        var shared = SharedLength(word, name);
        if ((shared == word.Length && shared >= 2) || (shared == name.Length && shared >= 3)) return Beginning;
        return shared >= 4 && shared * 2 >= longer ? SharedStart : Far;
    }

    private static int Allowed(int length) => length switch
    {
        < 2 => 0,
        < 6 => 1,
        < 10 => 2,
        _ => 3,
    };

    /// <summary>Letters put in, left out, changed, or swapped with their neighbour: each counts one (optimal string alignment; Damerau 1964).</summary>
    public static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last) = (last, row);
        }

        return last[b.Length];
    }

    private static int SharedLength(string a, string b)
    {
        var length = 0;
        while (length < a.Length && length < b.Length && a[length] == b[length]) length++;
        return length;
    }
}
