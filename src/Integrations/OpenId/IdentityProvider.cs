using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;

namespace ChatOps.Integrations.OpenId;

/// <summary>Who people sign in with.</summary>
/// <param name="System">As directories name it: <c>slack</c> or <c>entra</c>.</param>
/// <param name="Name">For people to read.</param>
/// <param name="Authority">Who signs the tokens; its announcement is below it at <c>.well-known/openid-configuration</c>.</param>
/// <param name="Home">The one workspace or tenant whose people are let in.</param>
public sealed record ProviderSettings(string System, string Name, Uri Authority, string ClientId, string ClientSecret, string Home)
{
    public override string ToString() => $"{Name} at {Authority}";
}

/// <summary>Somebody whose sign-in was proved.</summary>
/// <param name="Account">The account's id in the system, by which a directory finds it.</param>
public sealed record SignedInAccount(string System, string Account, Person Person, string Name);

/// <summary>What an ID token turned out to be: somebody, or why not.</summary>
/// <param name="Why">In words that whoever signs in may read; null when there is somebody.</param>
public sealed record IdVerdict(SignedInAccount? Who, string? Why);

/// <summary>A provider with what it announces: where to sign in, and how to tell its tokens.</summary>
public sealed class IdentityProvider : IDisposable
{
    private readonly SigningKeys keys;
    private readonly TimeProvider clock;

    internal IdentityProvider(ProviderSettings settings, SigningKeys keys, TimeProvider clock) => (Settings, this.keys, this.clock) = (settings, keys, clock);

    public ProviderSettings Settings { get; }

    /// <summary>Where people are sent to sign in, and where their codes are turned into tokens.</summary>
    /// <exception cref="HttpRequestException">It can't be told now; the message is for people.</exception>
    public async Task<(Uri Authorize, Uri Token)> EndpointsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var announced = await keys.AnnouncedAsync(cancellationToken);
            if (announced.Issuer?.TrimEnd('/') != Issuer) throw new HttpRequestException($"{Settings.Name} announces another issuer than {Issuer}.");
            return announced is { AuthorizationEndpoint: { } authorize, TokenEndpoint: { } token } && IsSafe(authorize) && IsSafe(token)
                ? (authorize, token)
                : throw new HttpRequestException($"{Settings.Name} does not announce where to sign in.");
        }
        catch (KeysUnavailableException gone)
        {
            throw new HttpRequestException($"{Settings.Name} does not answer.", gone);
        }
    }

    /// <summary>Whose token this is, if it was made for this bot and for this sign-in.</summary>
    /// <param name="nonce">What was sent along when the sign-in began.</param>
    public async Task<IdVerdict> JudgeAsync(string token, string nonce, CancellationToken cancellationToken)
    {
        try
        {
            var read = await SignedToken.VerifyAsync(token, keys, cancellationToken);
            using (read.Claims) return read.Claims is { } claims ? IdClaims.Judge(claims, Settings, Issuer, nonce, clock.GetUtcNow()) : new IdVerdict(null, $"the token has {read.Why}");
        }
        catch (KeysUnavailableException)
        {
            return new IdVerdict(null, $"{Settings.Name} does not answer; try again in a minute");
        }
    }

    public void Dispose() => keys.Dispose();

    private string Issuer => Settings.Authority.AbsoluteUri.TrimEnd('/');

    private static bool IsSafe(Uri url) => url is { IsAbsoluteUri: true, UserInfo.Length: 0 } && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback));
}
