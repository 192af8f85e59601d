using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

public static class TeamsServices
{
    /// <summary>Teams as a chat and a directory, and Entra's groups where there is a registration. Whoever calls this brings <see cref="ITeamsPlaces"/> and <see cref="ITeamsAudience"/>.</summary>
    public static IServiceCollection AddTeams(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TeamsOptions>().Bind(configuration.GetSection(TeamsOptions.Section)).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<TeamsOptions>, TeamsSecretFiles>();
        services.AddSingleton<IValidateOptions<TeamsOptions>, TeamsOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<TeamsPace>();
        services.AddSingleton(s => new BotTokenVerifier(
            new SigningKeys(NewHttp(), "Teams", () => Options(s).CurrentValue.OpenIdMetadata, () => Options(s).CurrentValue.Timeout, Clock(s), Logger<BotTokenVerifier>(s)), Options(s), Clock(s)));
        services.AddSingleton(s => new BotTokens(NewHttp(), Options(s), Clock(s), Logger<BotTokens>(s)));
        services.AddSingleton(s => new TeamsClient(NewHttp(), s.GetRequiredService<BotTokens>(), Options(s), s.GetRequiredService<TeamsPace>(), Clock(s), Logger<TeamsClient>(s)));
        services.AddSingleton(s => new TeamsReply(s.GetRequiredService<TeamsClient>(), s.GetRequiredService<ITeamsPlaces>()));
        services.AddSingleton<TeamsChannels>().AddSingleton<TeamsDirects>().AddSingleton<TeamsRoster>().AddSingleton<TeamsDirectory>();
        services.AddSingleton<IChat, TeamsChat>();
        services.AddSingleton<ICheckUp, TeamsCheckUp>();
        services.AddSingleton<IDirectory>(s => s.GetRequiredService<TeamsDirectory>());
        services.AddSingleton<ITeamsSightings>(s => s.GetRequiredService<TeamsDirectory>());
        if (!string.IsNullOrEmpty(configuration[$"{TeamsOptions.Section}:AppId"]))
        {
            services.AddSingleton(s => new TeamsGraph(NewHttp(), s.GetRequiredService<BotTokens>(), Options(s), Clock(s), Logger<TeamsGraph>(s)));
            services.AddSingleton<IRooms, TeamsRooms>();
            services.AddSingleton<IDirectory>(s => new EntraDirectory(NewHttp(), s.GetRequiredService<BotTokens>(), Options(s), Clock(s), Logger<EntraDirectory>(s)));
        }

        return services;
    }

    private static IOptionsMonitor<TeamsOptions> Options(IServiceProvider services) => services.GetRequiredService<IOptionsMonitor<TeamsOptions>>();

    private static TimeProvider Clock(IServiceProvider services) => services.GetRequiredService<TimeProvider>();

    private static ILogger<T> Logger<T>(IServiceProvider services) => services.GetRequiredService<ILogger<T>>();

    // Not from the factory of HTTP clients: that one logs addresses, and those of conversations name people. Redirects could carry our token elsewhere.
    private static HttpClient NewHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
