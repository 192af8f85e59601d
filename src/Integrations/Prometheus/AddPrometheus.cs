using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Gates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Prometheus;

public static class PrometheusServices
{
    /// <summary>Prometheus as a source of gates. Without an address it is not there.</summary>
    public static IServiceCollection AddPrometheus(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(PrometheusOptions.Section);
        services.AddOptions<PrometheusOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<PrometheusOptions>, PrometheusOptionsCheck>();
        services.AddSingleton<IValidateOptions<PrometheusOptions>, PrometheusOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ICheckUp, PrometheusCheckUp>();
        if (!string.IsNullOrEmpty(section["Url"])) services.AddSingleton<IGateSource>(s => new PrometheusSource(JsonCalls.NewHttp(), s.GetRequiredService<IOptions<PrometheusOptions>>(), s.GetRequiredService<TimeProvider>()));
        return services;
    }
}
