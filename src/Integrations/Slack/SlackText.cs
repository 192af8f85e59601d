using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ChatOps.Integrations.Http;

namespace ChatOps.Integrations.Slack;

/// <summary>Text on its way to and from Slack: shown literally there, plain here.</summary>
/// <remarks>Source: docs.slack.dev/messaging/formatting-message-text.</remarks>
public static partial class SlackText
{
    private const char ZeroWidthSpace = '\u200B';

    /// <inheritdoc cref="ShownText.Fit"/>
    public static string Fit(string? text, int atMost) => ShownText.Fit(text, atMost);

    /// <summary>When a message was written, by the time that is its name (<c>1355517523.000005</c>); null for anything else.</summary>
    public static DateTimeOffset? TimeOf(string message) =>
        decimal.TryParse(message, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 100_000_000_000m ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)) : null;

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

    [GeneratedRegex("<(?<inside>[^<>]+)>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Angles();

    [GeneratedRegex(@"(?<=^|\s)[—–](?=\p{L})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LongDash();

    [GeneratedRegex(@"[*~`]|(?<!\w)_|_(?!\w)|^>", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Marks();

    [GeneratedRegex(@":(?=[a-z0-9_+'-]+:)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Emoji();
}
