using System.Globalization;
using System.Text;

namespace ChatOps.Bot.Cli;

/// <summary>Makes text fit for a terminal: nothing in it steers the terminal, and it is as wide as it looks.</summary>
internal static class TerminalText
{
    private const char Masked = '\uFFFD';

    /// <summary>The text with everything masked that a terminal would act on: escapes and other controls, and marks that turn the reading direction. Line breaks stay.</summary>
    public static string Safe(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (rune.Value == '\n') safe.Append('\n');
            else if (rune.Value == '\t') safe.Append(' ');
            else if (Steers(rune)) safe.Append(Masked);
            else safe.Append(rune);
        }

        return safe.ToString();
    }

    /// <summary>On one line.</summary>
    public static string Line(string text) => Safe(text).Replace('\n', ' ');

    /// <summary>Columns that a text takes: none for marks that sit on a letter, two for wide letters and emoji.</summary>
    public static int Columns(string text) => text.EnumerateRunes().Sum(Columns);

    /// <summary>The text in lines of at most <paramref name="width"/> columns, broken at spaces where there are any.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (var paragraph in text.Split('\n'))
        {
            var line = new StringBuilder();
            var used = 0;
            foreach (var word in paragraph.Split(' ').SelectMany(word => Pieces(word, width)))
            {
                var columns = Columns(word);
                if (used > 0 && used + 1 + columns > width)
                {
                    yield return line.ToString();
                    line.Clear();
                    used = 0;
                }

                if (used > 0) line.Append(' ');
                line.Append(word);
                used += columns + (used > 0 ? 1 : 0);
            }

            yield return line.ToString();
        }
    }

    public static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - Columns(text)));

    /// <summary>A word as a shell would take it whole: names and numbers as they are, all else in single quotes.</summary>
    public static string ForShell(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "@%+=:,./_-".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static IEnumerable<string> Pieces(string word, int width)
    {
        var piece = new StringBuilder();
        var used = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            if (used + Columns(rune) > width && used > 0)
            {
                yield return piece.ToString();
                piece.Clear();
                used = 0;
            }

            piece.Append(rune);
            used += Columns(rune);
        }

        if (piece.Length > 0) yield return piece.ToString();
    }

    /// <summary>All of Unicode's controls, and its format marks save those that join letters and emoji.</summary>
    private static bool Steers(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse => true,
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D or 0x00AD),
        _ => false,
    };

    private static int Columns(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => IsWide(rune.Value) ? 2 : 1,
    };

    /// <summary>East Asian wide letters and emoji, by their blocks (Unicode Annex 11, the large ranges).</summary>
    private static bool IsWide(int value) => value is
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0x303E) or (>= 0x3041 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1F64F) or (>= 0x1F680 and <= 0x1F9FF)
        or (>= 0x20000 and <= 0x3FFFD);
}
