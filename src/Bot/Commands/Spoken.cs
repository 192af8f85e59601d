using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ChatOps.Bot.Commands;

/// <summary>Text as people send it, made plain; and their words, made fit to be quoted in a sentence.</summary>
internal static class Spoken
{
    private const int Quotable = 60;
    private const int Listed = 10;

    /// <summary>Without invisible characters, every kind of white space a plain space, trimmed.</summary>
    /// <remarks>Chat programs put direction marks, joiners and no-break spaces into text that looks like plain words.</remarks>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text.Trim();
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Format) continue;
            if (Rune.IsWhiteSpace(rune) || category is UnicodeCategory.Control) clean.Append(' ');
            else if (rune.Value is 0x2010 or 0x2011) clean.Append('-');     // the two hyphens that word processors use
            else clean.Append(rune);
        }

        return clean.ToString().Trim();
    }

    /// <summary>A person's words between quotes, cut to 60 characters.</summary>
    /// <remarks>Not between backticks: titles, dialogs and terminals show them as they are.</remarks>
    public static string Quote(string word)
    {
        var plain = Clean(word).Replace('`', '\'').Replace('"', '\'');
        return $"\"{Cut(plain, Quotable)}\"";
    }

    /// <summary>The first ten names, and how many more there are.</summary>
    public static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return all.Count <= Listed
            ? string.Join(", ", all)
            : $"{string.Join(", ", all.Take(Listed))} and {all.Count - Listed} more";
    }

    /// <summary>Ends a sentence: names of ours need no marks around them.</summary>
    public static string DidYouMean(ImmutableArray<string> near) =>
        near.IsEmpty ? "." : $": did you mean {Runbooks.Work.Words.List(near, "or")}?";

    public static string Cut(string text, int most)
    {
        if (text.Length <= most) return text;
        var end = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;    // half a character is none
        return $"{text[..end]}…";
    }
}
