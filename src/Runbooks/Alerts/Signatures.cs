using System.Security.Cryptography;
using System.Text;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Comparisons of secrets that take as long whatever is compared.</summary>
public static class Signatures
{
    /// <summary>Whether <paramref name="given"/> is the lower- or upper-case hex HMAC-SHA256 of <paramref name="body"/>, after <paramref name="before"/> where something is signed with it.</summary>
    /// <param name="secret">As text; false when it is empty, for then nobody could be told from anybody.</param>
    public static bool IsHmac(string? secret, ReadOnlySpan<byte> body, string? given, string before = "")
    {
        if (string.IsNullOrEmpty(secret) || given is not { Length: 64 }) return false;
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hmac(secret, body, before)), Encoding.ASCII.GetBytes(given.ToLowerInvariant()));
    }

    /// <summary>The lower-case hex HMAC-SHA256.</summary>
    public static string Hmac(string secret, ReadOnlySpan<byte> body, string before = "")
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(before));
        hmac.AppendData(body);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    /// <summary>Whether an <c>Authorization</c> header carries the secret: as a bearer token, or as the password of basic authentication.</summary>
    public static bool IsAuthorized(string? secret, string? authorization)
    {
        if (string.IsNullOrEmpty(secret) || authorization is null or { Length: > 4096 }) return false;
        var space = authorization.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0) return false;
        var (scheme, value) = (authorization[..space], authorization[(space + 1)..].Trim());
        if (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return Same(secret, value);
        if (!scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return false;
        var buffer = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, buffer, out var length)) return false;
        var pair = Encoding.UTF8.GetString(buffer, 0, length);
        return pair.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon && Same(secret, pair[(colon + 1)..]);
    }

    /// <summary>Whether two texts are the same; how long it takes says nothing of where they differ.</summary>
    public static bool Same(string? secret, string? given) =>
        !string.IsNullOrEmpty(secret) && given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), SHA256.HashData(Encoding.UTF8.GetBytes(given)));

    /// <summary>A sender's own name for a delivery; what is longer than any would be is known by its hash.</summary>
    public static string Bounded(string key) => key.Length <= 120 ? key : Digest(key);

    /// <summary>A short name for what has none of its own, made of its parts.</summary>
    public static string Digest(params IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
