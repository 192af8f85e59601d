using ChatOps.Integrations.Http;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.OpenId;

public static class OpenIdProviders
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A provider as the settings describe it.</summary>
    public static IdentityProvider Of(ProviderSettings settings, TimeProvider clock, ILogger<IdentityProvider> logger)
    {
        var announcement = new Uri(settings.Authority.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration");
        return new IdentityProvider(settings, new SigningKeys(JsonCalls.NewHttp(), settings.Name, () => announcement, () => Patience, clock, logger), clock);
    }

    /// <summary>What the exchange of codes goes over: no cookies, no redirects.</summary>
    public static HttpClient NewBackchannel() => JsonCalls.NewHttp();
}
