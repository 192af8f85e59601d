using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ChatOps.Integrations.Http;

/// <summary>What a signed token turned out to be.</summary>
/// <param name="Claims">Null when it is not to be believed; otherwise the reader's to dispose.</param>
/// <param name="Why">What is wrong with it, for the log: never a part of the token.</param>
internal readonly record struct ReadToken(JsonDocument? Claims, SigningKey? Key, string? Why);

/// <summary>Reads JSON Web Tokens: the signature is verified before anything in the claims is looked at. Issuer, audience and times are the caller's to judge.</summary>
/// <remarks>Source: RFC 7515, 7518 and 7519. No library of Microsoft.IdentityModel that is still kept restores here, hence these few lines over <see cref="RSA"/>.</remarks>
internal static class SignedToken
{
    private const int MostCharacters = 16 * 1024;

    /// <exception cref="KeysUnavailableException">It can't be told now.</exception>
    public static async Task<ReadToken> VerifyAsync(string token, SigningKeys keys, CancellationToken cancellationToken)
    {
        if (token.Length > MostCharacters || token.Split('.') is not [var header, { Length: > 0 } claims, { Length: > 0 } signature]) return Bad("not a signed token");
        using var head = Read(header);
        if (head is null) return Bad("an unreadable header");
        if (HashOf(head.Text("alg")) is not { } hash) return Bad("an algorithm that is not taken");
        if (head.RootElement.TryGetProperty("crit", out _)) return Bad("an extension that is not understood");
        if (head.Text("kid") is not { } kid) return Bad("no key is named");
        if (await keys.FindAsync(kid, cancellationToken) is not { } key) return Bad("an unknown key");
        if (!IsSigned(key, $"{header}.{claims}", signature, hash)) return Bad("a wrong signature");
        return Read(claims) is { } body ? new ReadToken(body, key, null) : Bad("unreadable claims");
    }

    /// <summary>A claim that is a text, or null.</summary>
    public static string? Text(this JsonDocument from, string name) =>
        from.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>A claim that is a moment, in seconds since 1970, or null.</summary>
    public static DateTimeOffset? Time(this JsonDocument from, string name) =>
        from.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_000
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    private static ReadToken Bad(string why) => new(null, null, why);

    private static HashAlgorithmName? HashOf(string? algorithm) => algorithm switch
    {
        "RS256" => HashAlgorithmName.SHA256,
        "RS384" => HashAlgorithmName.SHA384,
        "RS512" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static bool IsSigned(SigningKey key, string signed, string signature, HashAlgorithmName hash)
    {
        if (Base64.Url(signature) is not { } bytes || !Ascii.IsValid(signed)) return false;
        try
        {
            using var rsa = RSA.Create(key.Public);
            return rsa.VerifyData(Encoding.ASCII.GetBytes(signed), bytes, hash, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static JsonDocument? Read(string part)
    {
        if (Base64.Url(part) is not { } bytes) return null;
        try
        {
            var read = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
            if (read.RootElement.ValueKind == JsonValueKind.Object) return read;
            read.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal static class Base64
{
    // The decoder would pass over white space.
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Bytes written as base64url; null when the text is no such thing.</summary>
    public static byte[]? Url(string text)
    {
        if (text.AsSpan().ContainsAnyExcept(Letters)) return null;
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
