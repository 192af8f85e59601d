using ChatOps.Integrations.Http;

namespace ChatOps.Integrations.Slack;

/// <summary>The workspace that the bot's token belongs to, asked for once an hour.</summary>
internal sealed class SlackWorkspace(SlackClient client, TimeProvider clock)
{
    private readonly AnswerCache<AuthBody> kept = new(clock, TimeSpan.FromHours(1), TimeSpan.FromSeconds(30));

    /// <summary>Null when Slack does not say now.</summary>
    public Task<AuthBody?> FindAsync(CancellationToken cancellationToken) => kept.GetAsync("", LoadAsync, cancellationToken);

    private async Task<(AuthBody?, bool)> LoadAsync()
    {
        var body = await client.WhoAmIAsync(CancellationToken.None) is SlackAnswer<AuthBody>.Ok ok ? ok.Value : null;
        return (body, body is not null);
    }
}
