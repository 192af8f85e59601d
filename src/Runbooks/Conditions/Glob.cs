namespace ChatOps.Runbooks.Conditions;

/// <summary>Patterns with <c>*</c> and <c>?</c>. Takes time in proportion to pattern times text, whatever they are.</summary>
public static class Glob
{
    private enum Piece
    {
        Letter,
        One,

        /// <summary>Anything within a folder; in a text that is no path: anything.</summary>
        Some,

        /// <summary>Anything at all.</summary>
        Deep,

        /// <summary>Nothing, or folders: <c>**/</c>; with its inside.</summary>
        Folders,
        InFolders,
    }

    /// <summary>Whether a text matches as a whole, without regard to case.</summary>
    public static bool Matches(string glob, string text) => Walk([.. glob.Select(letter => (letter switch { '*' => Piece.Deep, '?' => Piece.One, _ => Piece.Letter }, char.ToLowerInvariant(letter)))], text.ToLowerInvariant(), false);

    /// <summary>Whether a path matches: <c>*</c> stays within a folder, <c>**</c> doesn't, and a glob without a slash is about the file's name, wherever it lies.</summary>
    public static bool MatchesPath(string glob, string path) => Walk(Pieces(glob.Contains('/', StringComparison.Ordinal) ? glob.TrimStart('/') : $"**/{glob}"), path, true);

    private static List<(Piece Piece, char Letter)> Pieces(string glob)
    {
        var pieces = new List<(Piece, char)>();
        for (var at = 0; at < glob.Length; at++)
        {
            var rest = glob.AsSpan(at);
            if (rest.StartsWith("**/") && (at == 0 || glob[at - 1] == '/'))
            {
                pieces.AddRange([(Piece.Folders, '/'), (Piece.InFolders, '/')]);
                at += 2;
            }
            else if (rest.StartsWith("**"))
            {
                pieces.Add((Piece.Deep, '*'));
                at++;
            }
            else
            {
                pieces.Add((rest[0] switch { '*' => Piece.Some, '?' => Piece.One, _ => Piece.Letter }, rest[0]));
            }
        }

        return pieces;
    }

    /// <summary>All places in the pattern that the text read so far could have come to, letter by letter.</summary>
    private static bool Walk(List<(Piece Piece, char Letter)> pieces, string text, bool isPath)
    {
        var now = new bool[pieces.Count + 1];
        now[0] = true;
        Skip(pieces, now);
        foreach (var letter in text)
        {
            var next = new bool[pieces.Count + 1];
            for (var at = 0; at < pieces.Count; at++)
            {
                if (now[at]) Step(pieces[at], at, letter, isPath, next);
            }

            Skip(pieces, next);
            now = next;
        }

        return now[^1];
    }

    private static void Step((Piece Piece, char Letter) one, int at, char letter, bool isPath, bool[] next)
    {
        var slash = isPath && letter == '/';
        switch (one.Piece)
        {
            case Piece.Letter when one.Letter == letter:
            case Piece.One when !slash:
            case Piece.InFolders when slash:
                next[at + 1] = true;
                next[at] |= one.Piece == Piece.InFolders;
                break;
            case Piece.Deep or Piece.InFolders:
            case Piece.Some when !slash:
                next[at] = true;
                break;
            case Piece.Folders:
                next[at + (slash ? 2 : 1)] = true;
                break;
            default:
                break;
        }
    }

    /// <summary>What may stand for nothing can be passed over.</summary>
    private static void Skip(List<(Piece Piece, char Letter)> pieces, bool[] places)
    {
        for (var at = 0; at < pieces.Count; at++)
        {
            if (!places[at]) continue;
            if (pieces[at].Piece is Piece.Some or Piece.Deep) places[at + 1] = true;
            if (pieces[at].Piece is Piece.Folders) places[at + 2] = true;
        }
    }
}
