using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Slack;

/// <summary>Whom a request says it comes from.</summary>
/// <param name="Team">The workspace, <c>T…</c>; null where it only names an organization.</param>
/// <param name="Enterprise">The organization, <c>E…</c>; null outside Enterprise Grid.</param>
/// <param name="IsGrid">Whether it came by an install for the whole organization.</param>
public sealed record SlackSender(string? Team, string? Enterprise, bool IsGrid);

/// <summary>The workspace that a request came from, as one that the bot answers.</summary>
/// <param name="Workspace">The id of its install; null = home.</param>
public sealed record SlackOrigin(string? Workspace)
{
    public static readonly SlackOrigin Home = new(null as string);

    /// <summary>An id from its requests, as it is kept.</summary>
    public string At(string id) => new SlackId(id, Workspace).ToString();
}

/// <summary>Every workspace that the bot speaks in: home, and those that installed the app. Each has its own token, pace and list of channels.</summary>
public sealed partial class SlackWorkspaces : IDisposable
{
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(10), KeepMissing = TimeSpan.FromSeconds(30);

    private readonly SlackWorkspace home;
    private readonly ISlackInstalls installs;
    private readonly IOptionsMonitor<SlackOptions> options;
    private readonly TimeProvider clock;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly HttpClient http = SlackServices.NewHttp();
    private readonly ConcurrentDictionary<(string Id, string? Team), SlackWorkspace> open = new();
    private readonly AnswerCache<IReadOnlyList<TeamBody>> teams;

    internal SlackWorkspaces(SlackClient home, ISlackInstalls installs, IOptionsMonitor<SlackOptions> options, TimeProvider clock, ILoggerFactory loggers)
    {
        (this.installs, this.options, this.clock, this.loggers) = (installs, options, clock, loggers);
        this.home = new SlackWorkspace(null, null, home, clock);
        logger = loggers.CreateLogger<SlackWorkspaces>();
        teams = new(clock, Keep, KeepMissing);
    }

    /// <summary>Whose request it is; null when the app is not installed there, or that can't be told now.</summary>
    /// <exception cref="StoreUnavailableException">Installs can't be read.</exception>
    public async Task<SlackOrigin?> OriginAsync(SlackSender sender, CancellationToken cancellationToken)
    {
        if (!installs.On || await IsHomeAsync(sender, cancellationToken)) return SlackOrigin.Home;
        return await InstallOfAsync(sender, cancellationToken) is { Ended: null } install ? new SlackOrigin(install.Id) : null;
    }

    /// <summary>Who speaks in the workspace of an id; null when the bot does not any more.</summary>
    public async Task<SlackClient?> ClientAsync(string id, CancellationToken cancellationToken) =>
        await FindAsync(SlackId.Read(id).Workspace, cancellationToken) is Outcome<SlackWorkspace>.Done { Value: var found } ? found.Client : null;

    /// <summary>Slack says that the app is gone from a workspace, or its token. It may say so late, when the app is there again: then the token is still good, and nothing has ended.</summary>
    /// <exception cref="StoreUnavailableException">It could not be kept; Slack says it again.</exception>
    public async Task LeftAsync(SlackSender sender, bool uninstalled, CancellationToken cancellationToken)
    {
        if (!installs.On || await InstallOfAsync(sender, cancellationToken) is not { Ended: null } install) return;
        if (installs.Unseal(install) is { } token && await NewClient(token, _ => Task.CompletedTask).WhoAmIAsync(cancellationToken) is SlackAnswer<AuthBody>.Ok) return;
        await installs.EndAsync(install, uninstalled ? new SlackUninstalled(install.Id, install.Name) : new SlackRevoked(install.Id, "tokens_revoked", install.Name), cancellationToken);
        Log.Left(logger, install.Id);
    }

    /// <summary>Whether what was installed is home, whose token is in the settings.</summary>
    public Task<bool> IsHomeAsync(SlackGrant grant, CancellationToken cancellationToken) => IsHomeAsync(grant.IsGrid ? new SlackSender(null, grant.Id, true) : new SlackSender(grant.Id, null, false), cancellationToken);

    public void Dispose()
    {
        foreach (var workspace in open.Values) workspace.Dispose();
        home.Dispose();
        http.Dispose();
    }

    /// <summary>The workspace that a word behind an <c>@</c> means: its id, its name, or a workspace of an organization by either.</summary>
    /// <param name="named">Null = home.</param>
    internal async Task<Outcome<SlackWorkspace>> FindAsync(string? named, CancellationToken cancellationToken)
    {
        if (named is null) return options.CurrentValue.Connected ? Done(home) : Never("slack-no-home", "No workspace is meant, and Slack:BotToken names none.", "Write the workspace behind the channel: #deploys@acme.");
        try
        {
            var book = await installs.NowAsync(cancellationToken);
            if ((book.Find(named) ?? Only(book.Live, named) ?? Only(book.All, named)) is { } install) return Open(install, null);
            if (await IsHomesNameAsync(named, cancellationToken)) return Done(home);
            foreach (var grid in book.Live.Where(one => one.IsGrid))
            {
                if ((await TeamsAsync(grid, cancellationToken)).FirstOrDefault(team => Means(named, team.Id, team.Name)) is { } team) return Open(grid, team.Id);
            }

            return Never("slack-not-installed", $"The app is installed in no workspace {BoundedReads.Printable(named, 80)}, or in several of that name.", "Check the name or write the workspace's id; where the app is installed, chatops doctor says.");
        }
        catch (StoreUnavailableException)
        {
            return new Outcome<SlackWorkspace>.Later("Where the app is installed can't be read: the database does not answer.") { Untouched = true };
        }
    }

    /// <summary>Home first, then the others by name.</summary>
    internal async Task<ImmutableArray<SlackWorkspace>> AllAsync(CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<SlackWorkspace>();
        if (options.CurrentValue.Connected) all.Add(home);
        try
        {
            foreach (var install in (await installs.NowAsync(cancellationToken)).Live)
            {
                if (Open(install, null) is Outcome<SlackWorkspace>.Done { Value: var workspace }) all.Add(workspace);
            }
        }
        catch (StoreUnavailableException)
        {
            // Somebody at home is found all the same.
        }

        return all.ToImmutable();
    }

    private async Task<bool> IsHomeAsync(SlackSender sender, CancellationToken cancellationToken) =>
        options.CurrentValue.Connected && await home.WhoseAsync(cancellationToken) is { } own
        && ((own.TeamId is not null && own.TeamId == sender.Team) || (own.IsEnterpriseInstall && own.EnterpriseId is not null && own.EnterpriseId == sender.Enterprise));

    private async Task<bool> IsHomesNameAsync(string named, CancellationToken cancellationToken) =>
        options.CurrentValue.Connected && await home.WhoseAsync(cancellationToken) is { TeamId: { } id } own && Means(named, id, own.Team ?? id);

    /// <summary>A workspace may have the app by itself and by its organization: what the request came by is asked first.</summary>
    private async Task<SlackInstall?> InstallOfAsync(SlackSender sender, CancellationToken cancellationToken)
    {
        var book = await installs.NowAsync(cancellationToken);
        var (team, grid) = (book.Find(sender.Team), book.Find(sender.Enterprise));
        return sender.IsGrid ? grid ?? team : team is { Ended: null } ? team : grid ?? team;
    }

    private async Task<IReadOnlyList<TeamBody>> TeamsAsync(SlackInstall grid, CancellationToken cancellationToken)
    {
        if (Open(grid, null) is not Outcome<SlackWorkspace>.Done { Value: var organization }) return [];
        return await teams.GetAsync(grid.Id, async () => await organization.Client.TeamsAsync(CancellationToken.None) is SlackAnswer<TeamsBody>.Ok { Value.Teams: { } found } ? (found, true) : (null, false), cancellationToken) ?? [];
    }

    private Outcome<SlackWorkspace> Open(SlackInstall install, string? team)
    {
        if (install.Ended is { } why) return Never("slack-not-installed", $"Nothing is posted in {install.Name} any more: {why}.", "Install the app there again (/slack/install), or name another channel.");
        if (open.TryGetValue((install.Id, team), out var known) && known.Install == install) return Done(known);
        if (installs.Unseal(install) is not { } token) return Never("slack-token-sealed", $"The token of {install.Name} can't be unsealed: the keys that it was sealed with are gone.", "Bring the folder Console:Keys back, or install the app there again (/slack/install).");
        var client = NewClient(token, error => RefusedAsync(install, error));

        // What an older token was used for may still be on its way: it is left to the collector.
        return Done(open[(install.Id, team)] = new SlackWorkspace(install, team, client, clock));
    }

    private SlackClient NewClient(string token, Func<string, Task> refused) => new(http, options, new SlackPace(clock), loggers.CreateLogger<SlackClient>(), new SlackAccess(token, refused));

    private async Task RefusedAsync(SlackInstall install, string error)
    {
        try
        {
            await installs.EndAsync(install, new SlackRevoked(install.Id, error, install.Name), CancellationToken.None);
            Log.Refused(logger, install.Id, error);
        }
        catch (StoreUnavailableException)
        {
            // The next call is refused too.
        }
    }

    private static SlackInstall? Only(IEnumerable<SlackInstall> all, string named) => all.Where(one => Means(named, one.Id, one.Name)).Take(2).ToList() is [var one] ? one : null;

    private static bool Means(string named, string id, string name) => named == id || (SlackInstall.ShortNameOf(name) is { Length: > 0 } slug && SlackInstall.ShortNameOf(named) == slug);

    private static Outcome<SlackWorkspace> Done(SlackWorkspace workspace) => new Outcome<SlackWorkspace>.Done(workspace);

    private static Outcome<SlackWorkspace> Never(string code, string why, string next) => new Outcome<SlackWorkspace>.Never(new Fault(code, why, next));

    private static partial class Log
    {
        [LoggerMessage(240, LogLevel.Warning, "The app is no longer in the Slack workspace {Workspace}: nothing is posted there until it is installed again")]
        public static partial void Left(ILogger logger, string workspace);

        [LoggerMessage(241, LogLevel.Warning, "Slack takes the token of the workspace {Workspace} no more ({Error}): nothing is posted there until the app is installed again")]
        public static partial void Refused(ILogger logger, string workspace, string error);
    }
}
