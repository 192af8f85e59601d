using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Summaries;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Sentry;

public static class SentryReleasesServices
{
    /// <summary>Sentry as a source of gates, and as one that is told of releases. Without a token it is not there.</summary>
    public static IServiceCollection AddSentryReleases(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(SentryReleasesOptions.Section);
        services.AddOptions<SentryReleasesOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<SentryReleasesOptions>, SentryReleasesOptionsCheck>();
        services.AddSingleton<IValidateOptions<SentryReleasesOptions>, SentryReleasesOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ICheckUp, SentryCheckUp>();
        if (!string.IsNullOrEmpty(section["Token"]) || !string.IsNullOrEmpty(section["TokenFile"]))
        {
            services.AddSingleton<IGateSource>(s => new SentryReleases(JsonCalls.NewHttp(), s.GetRequiredService<IOptions<SentryReleasesOptions>>(), s.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IDeploymentMarker, SentryMarker>();
        }

        return services;
    }
}
