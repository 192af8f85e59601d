using System.Globalization;
using System.Text;

namespace ChatOps.Bot.Web;

/// <summary>Texts and moments from anybody, so that they can't disturb what stands around them.</summary>
internal static class Texts
{
    /// <summary>What a paragraph shows before the rest is one click away.</summary>
    private const int Paragraph = 600;

    /// <summary>What a line shows; lines stand where nothing can unfold.</summary>
    private const int Line = 200;

    /// <summary>A text of any length. Its direction stays its own, and what is too long unfolds. Stands in a block, never in a sentence.</summary>
    /// <param name="shown">How many letters stand there before it is unfolded.</param>
    public static Html Long(string text, int shown = Paragraph) => text.Length <= shown
        ? Own(text)
        : Html.Of($"""{Cut(text, shown)}<details class="rest"><summary>All {text.Length.ToString("N0", CultureInfo.InvariantCulture)} characters</summary><div class="whole">{Own(text)}</div></details>""");

    /// <summary>A line inside a title, a cell or a button. What does not fit is in <see cref="Rest"/>.</summary>
    public static Html Short(string text) => Cut(text, Line);

    /// <summary>The whole of a text that <see cref="Short"/> had to cut; nothing where it did not.</summary>
    public static Html Rest(string text) => text.Length <= Line
        ? Html.None
        : Html.Of($"""<details class="rest"><summary>All {text.Length.ToString("N0", CultureInfo.InvariantCulture)} characters</summary><div class="whole">{Own(text)}</div></details>""");

    /// <summary>A moment: exact in the markup, in the reader's own words and zone on the screen.</summary>
    /// <param name="clock">True where the time of day matters more than how long ago it was.</param>
    public static Html Time(DateTimeOffset at, bool clock = false)
    {
        var utc = at.UtcDateTime;
        var exact = utc.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        return Html.Of($"""<time datetime="{utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}" title="{exact}"{(clock ? new Html(" data-clock") : Html.None)}>{(clock ? exact[11..] : exact[..16] + " UTC")}</time>""");
    }

    /// <summary>The zone of the clocks below it: UTC, or once the page's script has told them in the reader's zone, that.</summary>
    public static readonly Html Zone = new("""<span class="zone quiet" data-zone>UTC</span>""");

    private static Html Own(string text) => Html.Of($"<bdi>{Balanced(text)}</bdi>");

    /// <summary>The text with each of its isolates ended, and none ended that it did not begin.</summary>
    /// <remarks>A <c>bdi</c> is such a pair of marks too (Unicode annex 9): one left open in it would take its end, and the text's direction would reach what stands behind.</remarks>
    public static string Balanced(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u2066', '\u2069')) return text;
        var kept = new StringBuilder(text.Length + 4);
        var open = 0;
        foreach (var letter in text)
        {
            if (letter == '\u2069' && open == 0) continue;
            if (letter is >= '\u2066' and <= '\u2068') open++;
            if (letter == '\u2069') open--;
            kept.Append(letter);
        }

        return kept.Append('\u2069', open).ToString();
    }

    private static Html Cut(string text, int length)
    {
        if (text.Length <= length) return Own(text);
        var at = char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        return Html.Of($"{Own(text[..at])}…");
    }
}
