using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Summaries;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Integrations.Datadog;

/// <summary>How Datadog proves who it is, and how it is reached.</summary>
public sealed class DatadogOptions
{
    public const string Section = "Datadog";

    /// <summary>What its webhooks carry in the header <c>X-ChatOps-Token</c>, or as the password in the address.</summary>
    public string WebhookToken { get; set; } = "";

    public Uri ApiUrl { get; set; } = new("https://api.datadoghq.com/");
    public string ApiKey { get; set; } = "";
    public string AppKey { get; set; } = "";

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

public static class DatadogServices
{
    /// <summary>Datadog as a sender of alerts, and with both keys as one whose monitors are muted.</summary>
    public static IServiceCollection AddDatadog(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(DatadogOptions.Section);
        services.AddOptions<DatadogOptions>().Bind(section);
        services.AddSingleton<IAlertSource, DatadogSource>();
        if (!string.IsNullOrEmpty(section["ApiKey"]) || !string.IsNullOrEmpty(section["ApiKeyFile"])) services.AddSingleton<IDeploymentMarker, DatadogMarker>();
        if (string.IsNullOrEmpty(section["ApiKey"]) || string.IsNullOrEmpty(section["AppKey"])) return services;
        return services.AddSingleton<ISilencer, DatadogDowntimes>();
    }
}
