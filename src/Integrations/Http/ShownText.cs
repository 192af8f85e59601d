using System.Globalization;
using System.Text;

namespace ChatOps.Integrations.Http;

/// <summary>Text of people and systems, made fit to be shown somewhere: nothing hidden in it, and never too long.</summary>
public static class ShownText
{
    /// <summary>Text that fits into <paramref name="atMost"/> UTF-16 units, cut between graphemes with <c>…</c> where it must be.</summary>
    /// <remarks>
    /// Control characters go, halves of surrogate pairs become U+FFFD, and the characters that turn the direction of what follows are
    /// shown by number: they could make a card say something else than it does.
    /// </remarks>
    public static string Fit(string? text, int atMost)
    {
        if (string.IsNullOrEmpty(text) || atMost <= 0) return "";
        // Only as much as could be shown is looked at; what is cleaned away leaves at most a shorter text.
        var start = text.Length > (atMost * 2) + 32 ? text[..((atMost * 2) + 32)] : text;
        var clean = Clean(start);
        return clean.Length <= atMost && start.Length == text.Length ? clean : Cut(clean, atMost - 1) + "…";
    }

    private static string Clean(string text)
    {
        if (IsClean(text)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t') clean.Append((char)rune.Value);
            else if (rune.Value == '\r' || Rune.IsControl(rune)) continue;
            else if (rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)) clean.Append(CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]");
            else clean.Append(rune);
        }

        return clean.ToString();
    }

    /// <summary>Whether there is nothing to clean away; most texts are so, and pass without a copy.</summary>
    private static bool IsClean(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' and not ('\n' or '\t') or >= '\u007F' and <= '\u009F') return false;
            if (c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' || char.IsSurrogate(c)) return false;
        }

        return true;
    }

    private static string Cut(string text, int atMost)
    {
        if (atMost <= 0) return "";
        if (text.Length <= atMost) return text;
        var end = 0;
        while (end < atMost && StringInfo.GetNextTextElementLength(text.AsSpan(end)) is var length && end + length <= atMost) end += length;
        // One grapheme can be thousands of marks on one letter: then between characters.
        if (end == 0) end = char.IsHighSurrogate(text[atMost - 1]) ? atMost - 1 : atMost;
        return text[..end];
    }
}
