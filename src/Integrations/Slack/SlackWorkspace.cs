using ChatOps.Integrations.Http;

namespace ChatOps.Integrations.Slack;

/// <summary>A workspace that the bot speaks in, with what is its own: token, pace, channels.</summary>
/// <param name="install">How the app is installed there; null = home, by the token of the settings.</param>
/// <param name="team">One workspace of an organization, whose channels and groups are asked for by it; null = the token's own.</param>
internal sealed class SlackWorkspace(SlackInstall? install, string? team, SlackClient client, TimeProvider clock) : IDisposable
{
    private readonly AnswerCache<AuthBody> kept = new(clock, TimeSpan.FromHours(1), TimeSpan.FromSeconds(30));
    private volatile AuthBody? last;

    public SlackInstall? Install => install;

    public string? Team => team;

    public SlackClient Client => client;

    public SlackChannels Channels { get; } = new(client, team, clock);

    /// <summary>An id of this workspace's, as it is kept.</summary>
    public string At(string id) => new SlackId(id, install?.Id).ToString();

    /// <summary>What the token says of itself, asked for once an hour; null when Slack does not say now.</summary>
    public Task<AuthBody?> FindAsync(CancellationToken cancellationToken) => kept.GetAsync("", LoadAsync, cancellationToken);

    /// <summary>The same, asked for once: a token never moves to another workspace.</summary>
    public async Task<AuthBody?> WhoseAsync(CancellationToken cancellationToken) => last ?? await FindAsync(cancellationToken);

    public void Dispose() => Channels.Dispose();

    private async Task<(AuthBody?, bool)> LoadAsync()
    {
        var body = await client.WhoAmIAsync(CancellationToken.None) is SlackAnswer<AuthBody>.Ok ok ? ok.Value : null;
        if (body is not null) last = body;
        return (body, body is not null);
    }
}
