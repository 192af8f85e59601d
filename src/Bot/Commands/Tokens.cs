using System.Collections.Immutable;

namespace ChatOps.Bot.Commands;

/// <summary>A word, something in quotes, or a flag with the value after its equals sign.</summary>
/// <param name="Text">For a flag: its name in lower case, without dashes.</param>
internal sealed record Token(string Text, bool Quoted = false, bool Flag = false, string? Value = null);

/// <summary>Cuts a clean text into tokens, forgiving what phones make of dashes and quotes.</summary>
internal static class Tokens
{
    public static ImmutableArray<Token> Read(string text)
    {
        var tokens = ImmutableArray.CreateBuilder<Token>();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == ' ') at++;
            else if (Quotes.Read(text, ref at) is { } quoted) tokens.Add(new Token(quoted, Quoted: true));
            else if (IsDash(text[at])) AddFlag(tokens, text, ref at);
            else AddWord(tokens, text, ref at);
        }

        return tokens.ToImmutable();
    }

    private static void AddWord(ImmutableArray<Token>.Builder tokens, string text, ref int at)
    {
        var word = Quotes.Trim(Until(text, ref at, stopAtEquals: false));
        if (word.Length > 0) tokens.Add(new Token(word));
    }

    /// <remarks>One dash or two, long or short, are the same flag: phones turn two into one long one.</remarks>
    private static void AddFlag(ImmutableArray<Token>.Builder tokens, string text, ref int at)
    {
        while (at < text.Length && IsDash(text[at])) at++;
        var name = Quotes.Trim(new string([.. Until(text, ref at, stopAtEquals: true).Select(c => IsDash(c) ? '-' : c)]));
        var hasValue = at < text.Length && text[at] == '=';
        if (hasValue) at++;
        var value = hasValue ? Quotes.Read(text, ref at) ?? Quotes.Trim(Until(text, ref at, stopAtEquals: false)) : null;
        if (name.Length > 0 || hasValue) tokens.Add(new Token(name.ToLowerInvariant(), Flag: true, Value: value));
    }

    private static string Until(string text, ref int at, bool stopAtEquals)
    {
        var start = at;
        while (at < text.Length && text[at] != ' ' && !(stopAtEquals && text[at] == '=')) at++;
        return text[start..at];
    }

    private static bool IsDash(char c) => c is '-' or (>= '\u2012' and <= '\u2015') or '\u2212' or '\uFE58' or '\uFE63' or '\uFF0D';
}
