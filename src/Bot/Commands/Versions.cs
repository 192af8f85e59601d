using System.Text.RegularExpressions;

namespace ChatOps.Bot.Commands;

/// <summary>What a version looks like: an image's tag or digest that says which one it is.</summary>
internal static partial class Versions
{
    /// <summary>A tag (<c>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}</c>, as the OCI distribution specification has it) with a digit in it, or a digest.</summary>
    public static bool IsOne(string word) => (Tag().IsMatch(word) && word.Any(char.IsAsciiDigit)) || Digest().IsMatch(word);

    /// <summary>Begins as versions do, so that it is no name mistyped: <c>v1…</c>, <c>1…</c>, a digest.</summary>
    public static bool IsSurely(string word) => IsOne(word) && Sure().IsMatch(word);

    /// <summary>Whether a word is a tag that people move from one image to the next.</summary>
    public static bool IsMoving(string word) =>
        word.ToLowerInvariant() is "latest" or "stable" or "main" or "master" or "head" or "edge" or "nightly" or "newest" or "current" or "previous" or "trunk" or "tip";

    /// <summary>The known version that this is another spelling of: with or without its v, or in other letters; null when it is known itself.</summary>
    public static string? OtherSpelling(ServiceWords service, string version)
    {
        if (service.Versions.Contains(version)) return null;
        return service.Versions.FirstOrDefault(known => Vocabulary.Same(Bare(known), Bare(version)));
    }

    private static string Bare(string version) => version.Length > 1 && version[0] is 'v' or 'V' && char.IsAsciiDigit(version[1]) ? version[1..] : version;

    // \z, for $ would let a line break pass.
    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();

    [GeneratedRegex(@"^sha256:[0-9a-f]{64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Digest();

    [GeneratedRegex("^([vV]?[0-9]|sha256:)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Sure();
}
