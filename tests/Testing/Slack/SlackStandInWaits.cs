namespace ChatOps.Testing.Slack;

/// <summary>What a test waits for.</summary>
public sealed partial class SlackStandIn
{
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for a message in a channel (by name or id) that the test wants to see.</summary>
    public Task<KeptMessage> MessageAsync(string channel, Func<KeptMessage, bool> wanted, TimeSpan? timeout = null) =>
        UntilAsync(() => Kept.FirstOrDefault(m => IdOf(channel) == m.Channel && wanted(m)), timeout, () => "The channel holds:\n" + string.Join("\n---\n", Kept.Select(m => m.Says)));

    /// <summary>Waits for something shown to one person.</summary>
    public Task<KeptReply> ReplyAsync(string user, Func<KeptReply, bool> wanted, TimeSpan? timeout = null) =>
        UntilAsync(() => Shown.FirstOrDefault(r => r.User == user && wanted(r)), timeout, () => "They were shown:\n" + string.Join("\n---\n", Shown.Select(r => r.Says)));

    /// <summary>Waits for a dialog that was opened for one person.</summary>
    public Task<KeptView> ViewAsync(string user, TimeSpan? timeout = null) =>
        UntilAsync(() => Opened.LastOrDefault(v => v.User == user && !v.IsClosed), timeout, () => "No dialog is open.");

    /// <summary>Waits for a reaction of the bot's to a message.</summary>
    public Task MarkedAsync(string channel, string message, string reaction, TimeSpan? timeout = null) =>
        UntilAsync(() => Marks.Contains($"{IdOf(channel)} {message} {reaction}") ? reaction : null, timeout, () => $"There are: {string.Join(", ", Marks)}");

    /// <summary>Waits for what is shown beside a link.</summary>
    public Task<string> UnfurledAsync(string link, TimeSpan? timeout = null) => UntilAsync(() => Unfurls.GetValueOrDefault(link), timeout, () => $"There are: {string.Join(", ", Unfurls.Keys)}");

    /// <summary>Waits for what one person reads on the app's Home tab.</summary>
    public Task<string> HomeAsync(string user, Func<string, bool> wanted, TimeSpan? timeout = null) =>
        UntilAsync(() => Homes.GetValueOrDefault(user) is { } home && wanted(home) ? home : null, timeout, () => $"It shows: {Homes.GetValueOrDefault(user)}");

    /// <summary>Waits for a channel that the bot makes, as it should be.</summary>
    public Task<StandInChannel> ChannelAsync(string name, Func<StandInChannel, bool>? wanted = null, TimeSpan? timeout = null) =>
        UntilAsync(() => Channels.Values.FirstOrDefault(c => c.Name == name && wanted?.Invoke(c) != false), timeout, () => "There are:\n" + string.Join('\n', Channels.Values.Select(c => $"{c.Name} \"{c.Topic}\" {string.Join(',', c.Members)}")));

    private void Tell() => Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private async Task<T> UntilAsync<T>(Func<T?> find, TimeSpan? timeout, Func<string> otherwise)
        where T : class
    {
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(10));
        while (true)
        {
            var next = Volatile.Read(ref changed).Task;
            if (Locked(find) is { } found) return found;
            try
            {
                await next.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException("What was waited for in Slack did not come. " + Locked(otherwise), e);
            }
        }
    }
}
