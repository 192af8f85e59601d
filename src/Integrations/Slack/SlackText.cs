using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ChatOps.Integrations.Slack;

/// <summary>Text on its way to and from Slack: shown literally there, plain here.</summary>
/// <remarks>Source: docs.slack.dev/messaging/formatting-message-text.</remarks>
public static partial class SlackText
{
    private const char ZeroWidthSpace = '\u200B';

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

    /// <summary>Text for a message's own <c>text</c>, where <c>&amp; &lt; &gt;</c> are entities and <c>* _ ~ `</c> would format.</summary>
    public static string Escape(string? text, int atMost)
    {
        var plain = Fit(text, atMost);
        var still = Marks().Replace(Emoji().Replace(plain, m => ":" + ZeroWidthSpace + m.Value[1..]), m => ZeroWidthSpace + m.Value);
        if (still.Length < atMost && still.AsSpan().IndexOfAny('&', '<', '>') < 0) return still;
        var escaped = new StringBuilder();
        var left = still.AsSpan();
        while (left.Length > 0)
        {
            var length = StringInfo.GetNextTextElementLength(left);
            var next = Entities(left[..length]);
            if (escaped.Length + next.Length > atMost - 1) return escaped.Append('…').ToString();
            escaped.Append(next);
            left = left[length..];
        }

        return escaped.ToString();
    }

    /// <summary>What a person typed, from what Slack made of it: mentions, channels and links by their names, plain quotes and spaces.</summary>
    public static string Read(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var named = Angles().Replace(text, m => Named(m.Groups["inside"].Value));
        var plain = named.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal);
        var typed = new StringBuilder(plain.Length);
        foreach (var c in plain) Plain(typed, c);
        // Phones make one long dash of two short ones.
        return LongDash().Replace(typed.ToString(), "--").Trim();
    }

    private static void Plain(StringBuilder to, char c)
    {
        switch (c)
        {
            case '“' or '”' or '„' or '‟' or '«' or '»' or '＂': to.Append('"'); break;
            case '‘' or '’' or '‚' or '‛': to.Append('\''); break;
            case '\u00A0' or '\u202F' or '\u2007' or '\u3000': to.Append(' '); break;
            case ZeroWidthSpace or '\uFEFF' or '\u2060': break;
            default: to.Append(c); break;
        }
    }

    private static string Named(string inside)
    {
        var bar = inside.IndexOf('|', StringComparison.Ordinal);
        var (target, label) = bar < 0 ? (inside, "") : (inside[..bar], inside[(bar + 1)..]);
        return target switch
        {
            ['@', ..] => "@" + Or(label, target[1..]),
            ['#', ..] => "#" + Or(label, target[1..]),
            ['!', ..] => Broadcast(target, label),
            _ when label.Length == 0 => target,
            // Slack links what looks like an address by itself: then the label is what was typed.
            _ when target.Contains(label, StringComparison.OrdinalIgnoreCase) => label,
            _ => $"{label} ({target})",
        };
    }

    private static string Broadcast(string target, string label) =>
        label.Length > 0 ? (label.StartsWith('@') ? label : "@" + label) : "@" + target[1..].Split('^')[^1];

    private static string Or(string label, string otherwise) => label.Length > 0 ? label : otherwise;

    private static string Entities(ReadOnlySpan<char> text) =>
        text.ToString().Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

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

    [GeneratedRegex("<(?<inside>[^<>]+)>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Angles();

    [GeneratedRegex(@"(?<=^|\s)[—–](?=\p{L})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LongDash();

    [GeneratedRegex(@"[*~`]|(?<!\w)_|_(?!\w)|^>", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Marks();

    [GeneratedRegex(@":(?=[a-z0-9_+'-]+:)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Emoji();
}
