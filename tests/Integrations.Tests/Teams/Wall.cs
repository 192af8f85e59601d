using System.Collections.Immutable;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Testing.Teams;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Integrations.Tests.Teams;

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class Wall : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>Everything that this folder brings, towards a Teams of our own, with places that are kept in memory.</summary>
internal sealed class TeamsBed : IAsyncDisposable, ITeamsPlaces, ITeamsAudience
{
    private readonly ServiceProvider services;
    private readonly IConfigurationRoot configuration;
    private readonly Dictionary<string, string> posted = [];

    private TeamsBed(TeamsStandIn teams, Wall clock, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        (Teams, Clock) = (teams, clock);
        configuration = new ConfigurationBuilder().AddInMemoryCollection(teams.Settings).AddInMemoryCollection(settings).Build();
        services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(clock).AddSingleton<ITeamsPlaces>(this).AddSingleton<ITeamsAudience>(this).AddTeams(configuration).BuildServiceProvider();
        Saw(TeamsStandIn.Team, "General");
    }

    public TeamsStandIn Teams { get; }

    public Wall Clock { get; }

    public TeamsBook Book { get; private set; } = TeamsBook.Empty;

    /// <summary>Who is in every group; null = it can't be told.</summary>
    public ImmutableHashSet<Person>? People { get; set; } = [];

    public IChat Chat => services.GetRequiredService<IChat>();

    public IDirectory Directory(string system) => services.GetServices<IDirectory>().Single(one => one.System == system);

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public static async Task<TeamsBed> MakeAsync(params (string Key, string Value)[] settings)
    {
        var clock = new Wall();
        return new TeamsBed(await TeamsStandIn.StartAsync(clock), clock, settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)));
    }

    /// <summary>Changes a setting while everything goes on.</summary>
    public void Change(string key, string value)
    {
        configuration[key] = value;
        configuration.Reload();
    }

    public void Saw(string id, string? name, string kind = "channel", string team = TeamsStandIn.Team) =>
        Book = Book.Evolve(new ConversationSeen(new TeamsConversation(id, kind, new Uri(Teams.ServiceUrl), TeamsStandIn.Bot, kind == "channel" ? team : null, "Payments", name)));

    public void Forget() => Book = TeamsBook.Empty;

    public Task SeeAsync(TeamsConversation seen, CancellationToken cancellationToken)
    {
        Book = Book.Evolve(new ConversationSeen(seen));
        return Task.CompletedTask;
    }

    public ValueTask<TeamsBook> NowAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Book);

    public Task<string?> FindPostedAsync(string key, CancellationToken cancellationToken) => Task.FromResult(posted.GetValueOrDefault(key));

    public Task KeepPostedAsync(string key, string message, CancellationToken cancellationToken)
    {
        posted[key] = message;
        return Task.CompletedTask;
    }

    public Task<ImmutableHashSet<Person>?> FindAsync(ImmutableArray<GroupName> groups, CancellationToken cancellationToken) => Task.FromResult(People);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await Teams.DisposeAsync();
    }
}
