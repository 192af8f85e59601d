using System.Buffers;
using System.Text;

namespace ChatOps.Bot.Commands;

/// <summary>Quotation marks of all kinds: straight, curly, angled, single.</summary>
internal static class Quotes
{
    private const string Double = "\"“”„‟«»";
    private const string Single = "'‘’‚‛`´";
    private static readonly SearchValues<char> AnyDouble = SearchValues.Create(Double);

    /// <summary>What stands between the quotation mark at <paramref name="at"/> and its partner; null when there is none.</summary>
    /// <remarks>A mark without a partner is no quotation: it must not swallow a <c>--plan</c> that comes after it.</remarks>
    public static string? Read(string text, ref int at)
    {
        if (at >= text.Length) return null;
        var mark = text[at];
        var end = mark == '"' ? StraightEnd(text, at) : -1;
        if (end < 0 && Double.Contains(mark)) end = Partner(text, at, mark);
        if (end < 0 && Single.Contains(mark)) end = SingleEnd(text, at);
        if (end < 0) return null;
        var inside = text[(at + 1)..end];
        at = end + 1;
        return mark == '"' ? Unescape(inside) : inside.Trim();
    }

    /// <summary>In straight quotes, such that <see cref="Read"/> gives it back.</summary>
    public static string Write(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Without the marks that were left over at either end.</summary>
    public static string Trim(string word) => word.Trim([.. Double, .. Single]);

    private static int StraightEnd(string text, int at)
    {
        for (var i = at + 1; i < text.Length; i++)
        {
            if (Escapes(text, i)) i++;
            else if (text[i] == '"') return i;
        }

        return -1;
    }

    private static int Partner(string text, int at, char mark)
    {
        var partner = mark switch { '«' => '»', '»' => '«', '"' => '"', _ => '”' };
        var end = text.IndexOf(partner, at + 1);
        return end > 0 ? end : text.AsSpan(at + 1).IndexOfAny(AnyDouble) is var any and >= 0 ? at + 1 + any : -1;
    }

    /// <summary>A single mark closes only before a space: anything else is an apostrophe.</summary>
    private static int SingleEnd(string text, int at)
    {
        for (var i = at + 1; i < text.Length; i++)
        {
            if (Single.Contains(text[i]) && (i + 1 == text.Length || text[i + 1] == ' ')) return i;
        }

        return -1;
    }

    /// <summary>A backslash is itself, except before a quotation mark or another one.</summary>
    private static bool Escapes(string text, int at) => text[at] == '\\' && at + 1 < text.Length && (text[at + 1] is '"' or '\\');

    private static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (Escapes(text, i)) i++;
            plain.Append(text[i]);
        }

        return plain.ToString().Trim();
    }
}
