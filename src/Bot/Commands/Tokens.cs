using System.Globalization;
using System.Text;

namespace ChatOps.Bot.Commands;

/// <summary>Cuts what was typed into words and options, the way people and their phones write them.</summary>
internal sealed record Tokens(IReadOnlyList<string> Words, IReadOnlyList<Option> Options)
{
    /// <summary>Longer texts are not commands.</summary>
    public const int Longest = 2_000;

    public static Tokens Of(string text)
    {
        var words = new List<string>();
        var options = new List<Option>();
        var pieces = Pieces(Clean(text));
        for (var at = 0; at < pieces.Count; at++)
        {
            var (piece, quoted) = pieces[at];
            if (quoted || !piece.StartsWith("--", StringComparison.Ordinal) || piece.Length == 2)
            {
                words.Add(piece);
                continue;
            }

            var equals = piece.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? piece[2..] : piece[2..equals]).ToLowerInvariant();
            if (equals >= 0) options.Add(new Option(name, piece[(equals + 1)..]));
            else if (Grammar.TakesValue(name) && at + 1 < pieces.Count && (pieces[at + 1].Quoted || !pieces[at + 1].Text.StartsWith("--", StringComparison.Ordinal))) options.Add(new Option(name, pieces[++at].Text));
            else options.Add(new Option(name, null));
        }

        return new Tokens(words, options);
    }

    /// <summary>Dashes, quotes and spaces as a keyboard would have them; what can't be seen is left out.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '“' or '”' or '„' or '‟' or '«' or '»': clean.Append('"'); break;
                case '‘' or '’' or '‚': clean.Append('\''); break;

                // A phone makes one long dash of two short ones.
                case '—' or '―': clean.Append("--"); break;
                case '–' or '−' or '‐' or '‑' or '‒': clean.Append('-'); break;
                default:
                    if (Rune.IsWhiteSpace(rune)) clean.Append(' ');
                    else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse)) clean.Append(rune);
                    break;
            }
        }

        return clean.ToString();
    }

    /// <summary>Words between spaces; what is between double quotes is one. A quote that is never closed ends with the text.</summary>
    private static List<(string Text, bool Quoted)> Pieces(string text)
    {
        var pieces = new List<(string, bool)>();
        var word = new StringBuilder();
        bool inside = false, quoted = false;
        foreach (var c in text)
        {
            if (c == '"')
            {
                inside = !inside;
                if (word.Length == 0) quoted = true;
            }
            else if (c == ' ' && !inside)
            {
                Add();
            }
            else
            {
                word.Append(c);
            }
        }

        Add();
        return pieces;

        void Add()
        {
            if (word.Length > 0) pieces.Add((Dashed(word.ToString(), quoted), quoted));
            word.Clear();
            quoted = false;
        }
    }

    /// <summary>An option written with one dash (<c>–plan</c> on a phone) is an option.</summary>
    private static string Dashed(string word, bool quoted) =>
        !quoted && word.Length > 2 && word[0] == '-' && char.IsLetter(word[1]) ? "-" + word : word;
}

/// <param name="Value">Null where none was given.</param>
internal sealed record Option(string Name, string? Value);
