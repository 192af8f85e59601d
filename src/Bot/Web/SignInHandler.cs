using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using ChatOps.Integrations.OpenId;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace ChatOps.Bot.Web;

/// <summary>Sign-in with one provider.</summary>
internal sealed class SignInOptions : OAuthOptions
{
    public IdentityProvider Provider { get; set; } = null!;

    /// <summary>Where the provider sends people back to, as it was registered there. Not made from the request: behind a proxy that ends TLS the request says http.</summary>
    public string Back { get; set; } = "";
}

/// <summary>Nobody was signed in, for a reason that they may read.</summary>
internal sealed class SignInRefusedException(string why) : AuthenticationFailureException(why);

/// <summary>OpenID Connect's code flow, over the framework's OAuth: that brings PKCE, the sealed state and the cookie that ties both to one browser; this adds discovery, the nonce and the ID token.</summary>
/// <remarks>The framework's own handler for OpenID Connect is a package apart, which does not restore here.</remarks>
internal sealed class SignInHandler(IOptionsMonitor<SignInOptions> options, ILoggerFactory logger, UrlEncoder encoder) : OAuthHandler<SignInOptions>(options, logger, encoder)
{
    private const string Nonce = "nonce";

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await FindEndpointsAsync();
        await base.HandleChallengeAsync(properties);
    }

    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri)
    {
        // Before the state is made of the properties: so the nonce comes back sealed, and is nobody else's.
        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        properties.Items[Nonce] = nonce;
        return QueryHelpers.AddQueryString(base.BuildChallengeUrl(properties, Options.Back), Nonce, nonce);
    }

    protected override async Task<OAuthTokenResponse> ExchangeCodeAsync(OAuthCodeExchangeContext context)
    {
        await FindEndpointsAsync();
        return await base.ExchangeCodeAsync(new OAuthCodeExchangeContext(context.Properties, context.Code, Options.Back));
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        var token = tokens.Response?.RootElement.TryGetProperty("id_token", out var given) == true ? given.GetString() : null;
        if (token is null || !properties.Items.Remove(Nonce, out var nonce) || nonce is null) throw new SignInRefusedException("the provider sent no ID token");
        var verdict = await Options.Provider.JudgeAsync(token, nonce, Context.RequestAborted);
        if (verdict.Who is not { } who) throw new SignInRefusedException(verdict.Why!);
        return new AuthenticationTicket(Session.Begin(who), properties, Scheme.Name);
    }

    private async Task FindEndpointsAsync()
    {
        // The same for every request, so it does not matter which of two writes them.
        var (authorize, token) = await Options.Provider.EndpointsAsync(Context.RequestAborted);
        (Options.AuthorizationEndpoint, Options.TokenEndpoint) = (authorize.AbsoluteUri, token.AbsoluteUri);
    }
}
