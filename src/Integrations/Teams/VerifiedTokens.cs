using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatOps.Integrations.Http;

namespace ChatOps.Integrations.Teams;

/// <summary>What a token of the connector's claims. Nothing of it is judged yet.</summary>
/// <param name="IsDated">Whether it says from when it is valid; <paramref name="Start"/> is null where that can't be read.</param>
internal sealed record BotClaims(string? Issuer, string? Audience, bool IsDated, DateTimeOffset? Start, DateTimeOffset? End, string? ServiceUrl)
{
    public static BotClaims Read(JsonDocument body) =>
        new(body.Text("iss"), body.Text("aud"), body.RootElement.TryGetProperty("nbf", out _), body.Time("nbf"), body.Time("exp"), body.Text("serviceurl"));
}

/// <summary>A token whose signature is good, and the key it was verified with.</summary>
internal sealed record VerifiedToken(BotClaims Claims, SigningKey Key);

/// <summary>Tokens whose signature was verified lately: the connector sends the same one for about an hour, with everything it brings.</summary>
/// <remarks>
/// Only the arithmetic is spared. The claims are judged anew each time, and a token counts as verified only while the very key it was verified with is announced:
/// once the keys were read again, so is its signature. Kept by its hash: the token itself is not held.
/// </remarks>
internal sealed class VerifiedTokens(SigningKeys keys)
{
    /// <summary>A connector has a few at a time, one for each of its addresses.</summary>
    public const int Most = 256;

    private readonly ConcurrentDictionary<string, VerifiedToken> kept = new(StringComparer.Ordinal);

    public int Count => kept.Count;

    /// <summary>The token as it was verified; null when it was not, or its key is no longer the one that is announced.</summary>
    /// <exception cref="KeysUnavailableException">It can't be told now.</exception>
    public async Task<VerifiedToken?> FindAsync(string token, CancellationToken cancellationToken) =>
        kept.TryGetValue(NameOf(token), out var found) && ReferenceEquals(await keys.FindAsync(found.Key.Id, cancellationToken), found.Key) ? found : null;

    /// <summary>Remembers a token that was let in. Those of others, though signed by the same keys, would only take the room.</summary>
    public void Keep(string token, VerifiedToken verified)
    {
        if (kept.Count >= Most) kept.Clear();
        kept[NameOf(token)] = verified;
    }

    private static string NameOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
