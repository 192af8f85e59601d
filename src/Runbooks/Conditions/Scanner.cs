using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Conditions;

internal enum TokenKind
{
    Word,
    Quoted,

    /// <summary>A sign of comparison, a bracket, a comma.</summary>
    Mark,
    End,
}

/// <param name="Text">A quoted text comes without its quotes.</param>
/// <param name="Column">From 1.</param>
internal sealed record Token(TokenKind Kind, string Text, int Column)
{
    public bool Is(string text) => Kind is TokenKind.Word or TokenKind.Mark && Text == text;

    /// <summary>As a fault names it.</summary>
    public string Says => Kind switch { TokenKind.End => "the end", TokenKind.Quoted => $"\"{Cut}\"", _ => Cut };

    private string Cut => Text.Length > 40 ? Text[..39] + "…" : Text;
}

/// <summary>Cuts the text of a condition into words and marks.</summary>
internal static class Scanner
{
    private static readonly string[] Marks = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

    /// <summary>Whether a value is read as one word without quotes.</summary>
    public static bool IsBare(string text) => text.Length > 0 && text.All(IsLetter);

    /// <summary>All tokens, the last of them the end; or the first thing that isn't one.</summary>
    public static Reading<List<Token>> Read(string text)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            if (Next(text, at) is not { } token) return Fault(text, at);
            tokens.Add(token);
            at += token.Text.Length + (token.Kind == TokenKind.Quoted ? 2 : 0);
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length + 1));
        return tokens;
    }

    private static Token? Next(string text, int at)
    {
        if (text[at] is '"' or '\'')
        {
            var end = text.IndexOf(text[at], at + 1);
            var inside = end < 0 ? null : text[(at + 1)..end];
            return inside is null || inside.Any(char.IsControl) ? null : new Token(TokenKind.Quoted, inside, at + 1);
        }

        if (Marks.FirstOrDefault(mark => text.AsSpan(at).StartsWith(mark)) is { } known) return new Token(TokenKind.Mark, known, at + 1);
        var length = text.Skip(at).TakeWhile(IsLetter).Count();
        return length == 0 ? null : new Token(TokenKind.Word, text.Substring(at, length), at + 1);
    }

    private static TextFault Fault(string text, int at)
    {
        var rest = text.AsSpan(at);
        if (rest[0] is '"' or '\'') return new(at + 1, "This text has no end, or a line break in it.", $"Close it with {rest[0]} on the same line.");
        if (rest.StartsWith("&&")) return new(at + 1, "&& means nothing here.", "Write and.");
        if (rest.StartsWith("||")) return new(at + 1, "|| means nothing here.", "Write or.");
        if (rest[0] == '=') return new(at + 1, "= compares nothing.", "Write ==.");
        if (rest[0] == '!') return new(at + 1, "! means nothing here.", "Write not.");
        if (rest[0] is '*' or '?') return new(at + 1, $"{rest[0]} stands alone.", "Put the pattern in quotes, after matches.");
        return new(at + 1, $"\"{rest[0]}\" means nothing here.", "Put a text that has it in quotes.");
    }

    private static bool IsLetter(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '-' or '.' or ':' or '/' or '@' or '+';
}
