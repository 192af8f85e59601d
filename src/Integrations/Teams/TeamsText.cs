using System.Net;
using System.Text;
using ChatOps.Integrations.Http;

namespace ChatOps.Integrations.Teams;

/// <summary>What people wrote in Teams, made plain: a message is HTML there.</summary>
/// <remarks>
/// It is read once from front to end, within bounds, as a browser would read it: what is no tag is text, what is never closed ends the text. Mentions stay as <c>@Name</c>, links with where they
/// lead, pictures with what they are called; scripts and styles go. What comes out is text: a <c>&lt;</c> in it was typed by somebody.
/// </remarks>
public static class TeamsText
{
    /// <summary>How much of a message is looked at, in UTF-16 units: Teams takes about 28 KB.</summary>
    private const int LongestHtml = 64_000;

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "br", "p", "div", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "codeblock", "hr", "h1", "h2", "h3", "h4", "h5", "h6",
    };

    /// <param name="atMost">In UTF-16 units.</param>
    public static string Read(string? html, int atMost)
    {
        if (string.IsNullOrEmpty(html)) return "";
        var rest = html.AsSpan(0, Math.Min(html.Length, LongestHtml));
        var plain = new Plain();
        string? link = null;
        var linked = 0;
        while (!rest.IsEmpty)
        {
            if (TagOf(rest) is not { Length: > 0 } whole)
            {
                // Up to the next tag; a lone < is a letter.
                var next = rest[1..].IndexOf('<');
                var text = next < 0 ? rest : rest[..(next + 1)];
                plain.Write(WebUtility.HtmlDecode(text.ToString()));
                rest = rest[text.Length..];
                continue;
            }

            rest = rest[whole.Length..];
            var tag = new Tag(whole);
            if (Blocks.Contains(tag.Name)) plain.Break();
            switch (tag.Name)
            {
                case "script" or "style" when !tag.Closes: rest = After(rest, tag.Name); break;
                case "li" when !tag.Closes: plain.Write("- "); break;
                case "at" when !tag.Closes: plain.Write("@"); break;
                case "emoji" when !tag.Closes: plain.Write(tag.Value("alt") ?? ""); break;
                case "img": plain.Write(tag.Value("alt") is { Length: > 0 } alt ? alt : "[image]"); break;
                case "a" when !tag.Closes: (link, linked) = (tag.Value("href"), plain.Length); break;
                case "a" when link is { } target:
                    if (target.StartsWith("http", StringComparison.OrdinalIgnoreCase) && !plain.Since(linked).Contains(target.TrimEnd('/'), StringComparison.OrdinalIgnoreCase)) plain.Write($" ({target})");
                    link = null;
                    break;
                default: break;
            }
        }

        return ShownText.Fit(plain.ToString(), atMost);
    }

    /// <summary>The tag or comment at the beginning, to its end; all that is left when it has none. Empty when there is no tag.</summary>
    private static ReadOnlySpan<char> TagOf(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '<' || !(char.IsAsciiLetter(text[1]) || text[1] is '/' or '!' or '?')) return [];
        if (text.StartsWith("<!--", StringComparison.Ordinal)) return text.IndexOf("-->", StringComparison.Ordinal) is >= 0 and var end ? text[..(end + 3)] : text;
        var quote = '\0';
        for (var at = 1; at < text.Length; at++)
        {
            var letter = text[at];
            if (quote != '\0') quote = letter == quote ? '\0' : quote;
            else if (letter is '"' or '\'') quote = letter;
            else if (letter == '>') return text[..(at + 1)];
        }

        return text;
    }

    /// <summary>What follows the end of something that is no text.</summary>
    private static ReadOnlySpan<char> After(ReadOnlySpan<char> text, string name)
    {
        var end = text.IndexOf($"</{name}", StringComparison.OrdinalIgnoreCase);
        return end < 0 ? [] : text[end..];
    }

    private readonly ref struct Tag
    {
        private readonly ReadOnlySpan<char> inside;

        public Tag(ReadOnlySpan<char> whole)
        {
            inside = whole[1..].TrimEnd('>');
            Closes = inside.StartsWith("/", StringComparison.Ordinal);
            if (Closes) inside = inside[1..];
            var end = inside.IndexOfAny(" \t\r\n/".AsSpan());
            Name = (end < 0 ? inside : inside[..end]).ToString().ToLowerInvariant();
        }

        public string Name { get; }

        public bool Closes { get; }

        /// <summary>An attribute in quotes, as all of Teams' are; null when it has none of that name.</summary>
        public string? Value(string name)
        {
            var start = inside.IndexOf($" {name}=", StringComparison.OrdinalIgnoreCase);
            if (start < 0) return null;
            var value = inside[(start + name.Length + 2)..];
            if (value is not ['"' or '\'', ..]) return null;
            var end = value[1..].IndexOf(value[0]);
            return end < 0 ? null : WebUtility.HtmlDecode(value[1..(end + 1)].ToString());
        }
    }

    /// <summary>Text in which spaces never follow each other, and lines are never empty.</summary>
    private sealed class Plain
    {
        private readonly StringBuilder text = new();
        private char between;

        public int Length => text.Length;

        public string Since(int start) => text.ToString(start, text.Length - start);

        public void Break() => between = '\n';

        public void Write(string words)
        {
            foreach (var letter in words)
            {
                if (char.IsWhiteSpace(letter))
                {
                    if (between != '\n') between = ' ';
                    continue;
                }

                if (between != '\0' && text.Length > 0) text.Append(between);
                between = '\0';
                text.Append(letter);
            }
        }

        public override string ToString() => text.ToString();
    }
}
