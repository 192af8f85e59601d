using System.Net;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Gates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Http;

public static class GuardedHttpServices
{
    /// <summary>The way to addresses that people write into runbooks, and what verifies checklist items by them: <c>http</c> and <c>certificate</c>.</summary>
    public static IServiceCollection AddGuardedHttp(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GuardOptions>().Bind(configuration.GetSection(GuardOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GuardOptions>, GuardOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<NameLookup>(Dns.GetHostAddressesAsync);
        services.AddSingleton(s => new GuardedDial(AllowedHosts.Read(s.GetRequiredService<IOptions<GuardOptions>>().Value.AllowedHosts), s.GetRequiredService<NameLookup>()));
        services.AddSingleton(s => new GuardedHttp(s.GetRequiredService<GuardedDial>(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => new CertificateLook(s.GetRequiredService<GuardedDial>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IVerifier, HttpVerifier>();
        services.AddSingleton<IVerifier, CertificateVerifier>();
        services.AddSingleton<IGateSource, HttpGate>();
        services.AddSingleton<IGateSource, JsonGate>();
        return services;
    }
}
