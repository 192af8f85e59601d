using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace ChatOps.Runbooks.Incidents;

/// <summary>How an incident's channel is called: <c>inc-2026-11-20-checkout</c>.</summary>
public static class RoomName
{
    /// <summary>Slack's limit, with room for a number at the end.</summary>
    public const int Longest = 76;

    private const int MostWords = 4;

    // By hand: where the process runs without the tables of Unicode, nothing takes letters apart.
    private const string
        Accented = "àáâãäåāąçćčďéèêëēęěíìîïīłñńňóòôõöøōőřśšşťúùûüūůűýÿźżžß",
        Plain = "aaaaaaaacccdeeeeeeeiiiiilnnnoooooooorssstuuuuuuuyyzzzs";

    private static readonly FrozenSet<string> Fillers = new[] { "the", "a", "an", "our", "some", "all", "many" }.ToFrozenSet();

    /// <summary>What begins to say what is wrong, rather than with what.</summary>
    private static readonly FrozenSet<string> Ends = new[]
    {
        "is", "are", "was", "were", "has", "have", "does", "do", "did", "can", "cannot", "cant", "will", "not", "no", "returns", "fails", "fail", "failing", "failed", "down", "broken", "slow", "shows", "gives", "answers", "with", "in", "on", "for", "since", "of", "to", "at", "from", "and", "when", "after",
    }.ToFrozenSet();

    /// <param name="service">The one affected service; null where there are none or several.</param>
    /// <param name="taken">Names that other incidents have.</param>
    public static string Of(string prefix, DateTimeOffset at, string title, string? service, Func<string, bool> taken)
    {
        var about = service is null ? About(title) : Slug(service);
        var name = $"{prefix}-{at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}{(about.Length > 0 ? $"-{about}" : "")}";
        if (name.Length > Longest) name = name[..Longest].TrimEnd('-');
        return Free(name, taken);
    }

    /// <summary>The name itself, or the first with a number at its end that is free.</summary>
    public static string Free(string name, Func<string, bool> taken)
    {
        if (!taken(name)) return name;
        for (var number = 2; ; number++)
        {
            if (string.Create(CultureInfo.InvariantCulture, $"{name}-{number}") is var next && !taken(next)) return next;
        }
    }

    /// <summary>With what something is wrong: the words before the first that says what.</summary>
    private static string About(string title)
    {
        var words = Slug(title.Replace("'", "", StringComparison.Ordinal).Replace("’", "", StringComparison.Ordinal)).Split('-', StringSplitOptions.RemoveEmptyEntries).SkipWhile(Fillers.Contains).ToList();
        var about = words.TakeWhile(word => !Ends.Contains(word)).Take(MostWords).ToList();
        return string.Join('-', about.Count > 0 ? about : words.Take(MostWords));
    }

    /// <summary>In the letters that a channel's name may have.</summary>
    private static string Slug(string text)
    {
        var slug = new StringBuilder();
        foreach (var letter in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter)) slug.Append(letter);
            else if (Accented.IndexOf(letter, StringComparison.Ordinal) is var at and >= 0) slug.Append(Plain[at]);
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        return slug.ToString().Trim('-');
    }
}
