using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Cards;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Smtp;

public static class SmtpServices
{
    /// <summary>E-mail, where a mail server is set.</summary>
    public static IServiceCollection AddSmtp(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(SmtpOptions.Section);
        services.AddOptions<SmtpOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SmtpOptions>, SmtpOptionsCheck>();
        services.AddSingleton<ICheckUp, SmtpCheckUp>();
        return string.IsNullOrEmpty(section["Host"]) ? services : services.AddSingleton<IMailer, SmtpMailer>();
    }
}
