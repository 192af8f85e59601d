using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>What a token that came with an activity turned out to be.</summary>
public abstract record TokenVerdict
{
    private TokenVerdict() { }

    /// <param name="ServiceUrl">The only address that answers may go to.</param>
    /// <param name="Endorsements">The channels whose activities its key may sign.</param>
    public sealed record Good(string ServiceUrl, ImmutableArray<string> Endorsements) : TokenVerdict
    {
        /// <summary>Whether the token was made for this activity: its channel is endorsed, and answers go where the token says.</summary>
        public bool Fits(string channelId, string serviceUrl) =>
            Endorsements.Contains(channelId, StringComparer.Ordinal) && string.Equals(ServiceUrl.TrimEnd('/'), serviceUrl.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);
    }

    /// <param name="Why">For the log: never a part of the token.</param>
    public sealed record Bad(string Why) : TokenVerdict;

    /// <summary>It can't be told now.</summary>
    public sealed record Unknown : TokenVerdict;
}

/// <summary>Tells whether a request was signed by Microsoft's connector for this bot.</summary>
/// <remarks>
/// Source: the Bot Connector's authentication rules (MicrosoftDocs/bot-docs, bot-framework-rest-connector-authentication.md) and RFC 7515, 7519. The signature
/// is verified before anything in the claims is read. No library of Microsoft.IdentityModel that is still kept restores here, hence these few lines over <see cref="RSA"/>.
/// </remarks>
public sealed class BotTokenVerifier
{
    /// <summary>How far the two clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private const int MostCharacters = 16 * 1024;

    private readonly SigningKeys keys;
    private readonly IOptionsMonitor<TeamsOptions> options;
    private readonly TimeProvider clock;

    internal BotTokenVerifier(SigningKeys keys, IOptionsMonitor<TeamsOptions> options, TimeProvider clock) => (this.keys, this.options, this.clock) = (keys, options, clock);

    /// <param name="authorization">The header as it came; null when it did not come exactly once.</param>
    public async Task<TokenVerdict> VerifyAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (authorization is null or { Length: > MostCharacters }) return new TokenVerdict.Bad("no token, or one that is too long");
        if (authorization.Split(' ') is not [var scheme, { Length: > 0 } token] || !scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return new TokenVerdict.Bad("not a bearer token");
        if (token.Split('.') is not [var header, { Length: > 0 } claims, { Length: > 0 } signature]) return new TokenVerdict.Bad("not a signed token");
        if (Read(header) is not { } head) return new TokenVerdict.Bad("an unreadable header");
        using (head)
        {
            if (HashOf(Text(head, "alg")) is not { } hash) return new TokenVerdict.Bad("an algorithm that is not taken");
            if (head.RootElement.TryGetProperty("crit", out _)) return new TokenVerdict.Bad("an extension that is not understood");
            if (Text(head, "kid") is not { } kid) return new TokenVerdict.Bad("no key is named");
            try
            {
                if (await keys.FindAsync(kid, cancellationToken) is not { } key) return new TokenVerdict.Bad("an unknown key");
                if (!IsSigned(key, $"{header}.{claims}", signature, hash)) return new TokenVerdict.Bad("a wrong signature");
                return Judge(claims, key);
            }
            catch (KeysUnavailableException)
            {
                return new TokenVerdict.Unknown();
            }
        }
    }

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

    private TokenVerdict Judge(string claims, SigningKey key)
    {
        using var body = Read(claims);
        if (body is null) return new TokenVerdict.Bad("unreadable claims");
        var now = clock.GetUtcNow();
        var current = options.CurrentValue;
        if (Text(body, "iss") != current.Issuer) return new TokenVerdict.Bad("another issuer");
        if (!current.Registered || !string.Equals(Text(body, "aud"), current.AppId, StringComparison.OrdinalIgnoreCase)) return new TokenVerdict.Bad("for another app");
        if (Time(body, "exp") is not { } end || now >= end + Skew) return new TokenVerdict.Bad("expired");
        if (body.RootElement.TryGetProperty("nbf", out _) && (Time(body, "nbf") is not { } start || now < start - Skew)) return new TokenVerdict.Bad("not valid yet");
        if (Text(body, "serviceurl") is not { } serviceUrl) return new TokenVerdict.Bad("no service address");
        return key.Endorsements.IsEmpty ? new TokenVerdict.Bad("a key without endorsements") : new TokenVerdict.Good(serviceUrl, key.Endorsements);
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

    private static string? Text(JsonDocument from, string name) =>
        from.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static DateTimeOffset? Time(JsonDocument from, string name) =>
        from.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_000
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
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
