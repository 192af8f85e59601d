using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Summaries;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.GitHub;

public static class GitHubServices
{
    /// <summary>GitHub as evidence and as the list of changes. Without a token or an app neither is there.</summary>
    public static IServiceCollection AddGitHub(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(GitHubOptions.Section);
        services.AddOptions<GitHubOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<GitHubOptions>, GitHubSecretFiles>();
        services.AddSingleton<IValidateOptions<GitHubOptions>, GitHubOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IAlertSource, GitHubSource>();
        if (!IsSet(section, "Token") && !IsSet(section, "TokenFile") && !IsSet(section, "AppId")) return services;
        services.AddSingleton(s => new GitHubCalls(NewHttp(), s.GetRequiredService<IOptions<GitHubOptions>>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<GitHubCalls>>()));
        services.AddSingleton<GitHubTokens>();
        services.AddSingleton<GitHubClient>();
        services.AddSingleton<GitHubVersions>();
        services.AddSingleton<Differences>();
        services.AddSingleton<ICheckUp, GitHubCheckUp>();
        services.AddSingleton<IVerifier, ChecksVerifier>();
        services.AddSingleton<IVerifier, ReviewVerifier>();
        services.AddSingleton<IVerifier, ReleaseVerifier>();
        services.AddSingleton<IVerifier, PathsVerifier>();
        services.AddSingleton<IChanges, GitHubChanges>();
        services.AddSingleton<IVersions, GitHubTags>();
        services.AddSingleton<ITracker, GitHubTracker>();
        services.AddSingleton<GitHubMarks>();
        services.AddSingleton<IDeploymentMarker, DeploymentMarker>();
        services.AddSingleton<IDeploymentMarker, CommentMarker>();
        services.AddSingleton<IDeploymentMarker, ReleaseMarker>();
        services.AddSingleton<IRepositoryFiles, GitHubFiles>();
        return services;
    }

    private static bool IsSet(IConfigurationSection section, string key) => !string.IsNullOrEmpty(section[key]);

    private static HttpClient NewHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
