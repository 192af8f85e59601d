using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Alerts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Alertmanager;

public static class AlertmanagerServices
{
    /// <summary>Alertmanager as a sender of alerts, and with an address as one that keeps silences.</summary>
    public static IServiceCollection AddAlertmanager(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(AlertmanagerOptions.Section);
        services.AddOptions<AlertmanagerOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AlertmanagerOptions>, AlertmanagerOptionsCheck>();
        services.AddSingleton<IAlertSource, AlertmanagerSource>();
        services.AddSingleton<ICheckUp, AlertmanagerCheckUp>();
        return string.IsNullOrEmpty(section["Url"]) ? services : services.AddSingleton<ISilencer, AlertmanagerSilences>().AddSingleton<IFiring, AlertmanagerFiring>();
    }
}
