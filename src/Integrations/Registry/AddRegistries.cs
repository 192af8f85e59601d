using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Registry;

public static class RegistryServices
{
    /// <summary>Looks container images up, in the registries of the settings.</summary>
    public static IServiceCollection AddRegistries(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RegistriesOptions>().Configure(options => configuration.GetSection(RegistriesOptions.Section).Bind(options.All)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RegistriesOptions>, RegistriesOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IImages, RegistryImages>();
        services.AddSingleton<ICheckUp, RegistryCheckUp>();
        return services;
    }
}
