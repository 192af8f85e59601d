using System.Collections.Immutable;
using ChatOps.Integrations.Http;
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
/// Source: the Bot Connector's authentication rules (MicrosoftDocs/bot-docs, bot-framework-rest-connector-authentication.md). See <see cref="SignedToken"/>.
/// </remarks>
public sealed class BotTokenVerifier
{
    /// <summary>How far the two clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private const int MostCharacters = 16 * 1024;

    private readonly SigningKeys keys;
    private readonly VerifiedTokens verified;
    private readonly IOptionsMonitor<TeamsOptions> options;
    private readonly TimeProvider clock;

    internal BotTokenVerifier(SigningKeys keys, IOptionsMonitor<TeamsOptions> options, TimeProvider clock) =>
        (this.keys, verified, this.options, this.clock) = (keys, new VerifiedTokens(keys), options, clock);

    /// <param name="authorization">The header as it came; null when it did not come exactly once.</param>
    public async Task<TokenVerdict> VerifyAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (authorization is null or { Length: > MostCharacters }) return new TokenVerdict.Bad("no token, or one that is too long");
        if (authorization.Split(' ') is not [var scheme, { Length: > 0 } token] || !scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return new TokenVerdict.Bad("not a bearer token");
        try
        {
            if (await verified.FindAsync(token, cancellationToken) is { } before) return Judge(before);
            var read = await SignedToken.VerifyAsync(token, keys, cancellationToken);
            using var body = read.Claims;
            if (read is not { Claims: { } claims, Key: { } key }) return new TokenVerdict.Bad(read.Why!);
            var now = new VerifiedToken(BotClaims.Read(claims), key);
            var verdict = Judge(now);
            if (verdict is TokenVerdict.Good) verified.Keep(token, now);
            return verdict;
        }
        catch (KeysUnavailableException)
        {
            return new TokenVerdict.Unknown();
        }
    }

    private TokenVerdict Judge(VerifiedToken token)
    {
        var now = clock.GetUtcNow();
        var current = options.CurrentValue;
        var claims = token.Claims;
        if (claims.Issuer != current.Issuer) return new TokenVerdict.Bad("another issuer");
        if (!current.Registered || !string.Equals(claims.Audience, current.AppId, StringComparison.OrdinalIgnoreCase)) return new TokenVerdict.Bad("for another app");
        if (claims.End is not { } end || now >= end + Skew) return new TokenVerdict.Bad("expired");
        if (claims.IsDated && (claims.Start is not { } start || now < start - Skew)) return new TokenVerdict.Bad("not valid yet");
        if (claims.ServiceUrl is not { } serviceUrl) return new TokenVerdict.Bad("no service address");
        return token.Key.Endorsements.IsEmpty ? new TokenVerdict.Bad("a key without endorsements") : new TokenVerdict.Good(serviceUrl, token.Key.Endorsements);
    }
}
