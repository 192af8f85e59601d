using ChatOps.Integrations.GitHub;
using ChatOps.Integrations.Tests.Http;
using ChatOps.Runbooks.Evidence;
using ChatOps.Testing.GitHub;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ChatOps.Integrations.Tests.GitHub;

/// <summary>The folder as it is wired, with a GitHub on loopback and a clock that stands still.</summary>
public abstract class GitHubBed : IAsyncLifetime
{
    protected const string Repo = GitHubStandIn.Repo, Sha = GitHubStandIn.Sha;
    private ServiceProvider services = null!;

    internal SetClock Clock { get; } = new();

    protected GitHubStandIn GitHub { get; private set; } = null!;

    protected IChanges Changes => services.GetRequiredService<IChanges>();

    public async ValueTask InitializeAsync()
    {
        GitHub = await GitHubStandIn.StartAsync();
        Wire();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await GitHub.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    protected void Wire(params (string Key, string Value)[] settings)
    {
        var given = GitHub.Settings.Concat(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).GroupBy(pair => pair.Key).Select(pairs => pairs.Last());
        services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(Clock).AddGitHub(new ConfigurationBuilder().AddInMemoryCollection(given).Build()).BuildServiceProvider();
    }

    protected Task<Answer> LookAsync(string verify, string options = "", string? repository = "octocat/Hello-World", string version = "1.0.0", string? from = "0.9.0") =>
        services.GetServices<IVerifier>().Single(verifier => verifier.Names.Contains(verify)).LookAsync(GuardStage.Ask(verify, options, repository, version, from), default);
}

/// <summary>A clock that says what it is set to. Timers run by the real one: nothing here waits for them but what has gone wrong.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
