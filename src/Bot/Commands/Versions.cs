using System.Buffers;

namespace ChatOps.Bot.Commands;

/// <summary>What a version looks like: an image's tag or digest that says which one it is.</summary>
internal static class Versions
{
    private const string DigestPrefix = "sha256:";
    private const string Word = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    private static readonly SearchValues<char> First = SearchValues.Create(Word);
    private static readonly SearchValues<char> Rest = SearchValues.Create(Word + ".-");
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>A tag (<c>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}</c>, as the OCI distribution specification has it) with a digit in it, or a digest.</summary>
    public static bool IsOne(string word) => (IsTag(word) && word.AsSpan().ContainsAnyInRange('0', '9')) || IsDigest(word);

    /// <summary>Begins as versions do, so that it is no name mistyped: <c>v1…</c>, <c>1…</c>, a digest.</summary>
    public static bool IsSurely(string word) => IsOne(word) && (word.StartsWith(DigestPrefix, StringComparison.Ordinal) || char.IsAsciiDigit(Bare(word)[0]));

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

    private static bool IsTag(string word) =>
        word.Length is > 0 and <= 128 && First.Contains(word[0]) && !word.AsSpan(1).ContainsAnyExcept(Rest);

    private static bool IsDigest(string word) =>
        word.Length == DigestPrefix.Length + 64 && word.StartsWith(DigestPrefix, StringComparison.Ordinal) && !word.AsSpan(DigestPrefix.Length).ContainsAnyExcept(Hex);
}
