using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Gates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Datadog;

public static class DatadogMetricsServices
{
    /// <summary>Datadog as a source of gates. Without an application key it is not there.</summary>
    public static IServiceCollection AddDatadogMetrics(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(DatadogMetricsOptions.Section);
        services.AddOptions<DatadogMetricsOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<DatadogMetricsOptions>, DatadogMetricsOptionsCheck>();
        services.AddSingleton<IValidateOptions<DatadogMetricsOptions>, DatadogMetricsOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ICheckUp, DatadogCheckUp>();
        if (!string.IsNullOrEmpty(section["AppKey"]) || !string.IsNullOrEmpty(section["AppKeyFile"]))
            services.AddSingleton<IGateSource>(s => new DatadogMetrics(JsonCalls.NewHttp(), s.GetRequiredService<IOptions<DatadogMetricsOptions>>(), s.GetRequiredService<TimeProvider>()));
        return services;
    }
}
