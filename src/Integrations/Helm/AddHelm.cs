using ChatOps.Runbooks.Catalog;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ChatOps.Integrations.Helm;

/// <summary>Wiring of this folder.</summary>
public static class HelmServices
{
    /// <summary>Adds <see cref="IOperations"/> for Helm releases. That the program is there is looked at when it is needed.</summary>
    public static IServiceCollection AddHelm(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<HelmOptions>().Bind(configuration.GetSection(HelmOptions.Section));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(configuration);
        services.AddSingleton<IOperations, HelmOperations>();
        return services;
    }
}
