using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Slack;

public static class SlackServices
{
    /// <summary>Slack as a chat and a directory. Without a bot token or an app to install neither is there, and everything said to come from Slack is refused.</summary>
    /// <remarks>Whoever lets workspaces install the app brings <see cref="ISlackInstalls"/>.</remarks>
    public static IServiceCollection AddSlack(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(SlackOptions.Section);
        services.AddOptions<SlackOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<SlackOptions>, SlackSecretFiles>();
        services.AddSingleton<IValidateOptions<SlackOptions>, SlackOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SlackPace>();
        services.AddSingleton<ICheckUp, SlackCheckUp>();
        services.AddSingleton(NewClient);
        services.TryAddSingleton<ISlackInstalls, NoSlackInstalls>();
        services.AddSingleton(NewWorkspaces);
        services.AddSingleton<SlackOAuth>();
        services.AddSingleton<ICheckUp, SlackInstallCheckUp>();
        if (!IsSet(section, "BotToken") && !IsSet(section, "BotTokenFile") && !IsSet(section, "ClientId")) return services;
        services.AddSingleton<IChat, SlackChat>();
        services.AddSingleton<IDirectory, SlackDirectory>();
        services.AddSingleton<IRooms, SlackRooms>();
        return services;
    }

    private static bool IsSet(IConfigurationSection section, string key) => !string.IsNullOrEmpty(section[key]);

    // Not from the factory of HTTP clients: that one logs addresses, and a response_url is a secret.
    private static SlackClient NewClient(IServiceProvider services) => new(
        NewHttp(), services.GetRequiredService<IOptionsMonitor<SlackOptions>>(), services.GetRequiredService<SlackPace>(),
        services.GetRequiredService<ILogger<SlackClient>>());

    private static SlackWorkspaces NewWorkspaces(IServiceProvider services) => new(
        services.GetRequiredService<SlackClient>(), services.GetRequiredService<ISlackInstalls>(), services.GetRequiredService<IOptionsMonitor<SlackOptions>>(),
        services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>());

    internal static HttpClient NewHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        MaxResponseContentBufferSize = 8 << 20,
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
