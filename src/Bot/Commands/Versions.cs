using System.Text.RegularExpressions;

namespace ChatOps.Bot.Commands;

/// <summary>What a version looks like: an image's tag or digest that says which one it is.</summary>
internal static partial class Versions
{
    /// <summary>A tag (<c>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}</c>, as the OCI distribution specification has it) with a digit in it, or a digest.</summary>
    public static bool IsOne(string word) => (Tag().IsMatch(word) && word.Any(char.IsAsciiDigit)) || Digest().IsMatch(word);

    /// <summary>Whether a word without a digit could be a tag: <c>latest</c>.</summary>
    public static bool IsMoving(string word) => word.ToLowerInvariant() is "latest" or "stable" or "main" or "master" or "head" or "edge" or "nightly";

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();

    [GeneratedRegex("^sha256:[0-9a-f]{64}$", RegexOptions.NonBacktracking)]
    private static partial Regex Digest();
}
