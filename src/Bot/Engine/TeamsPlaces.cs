using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Where the bot is in Teams, kept as one list of events; and what it posted lately, kept as deliveries are: for a day.</summary>
internal sealed class TeamsPlaces(IStore store, TimeProvider time) : ITeamsPlaces, IDisposable
{
    private readonly Ledger<TeamsBook> ledger = new(store, TeamsBook.Stream, TeamsBook.Empty, (book, stored) => book.Evolve(TeamsBook.Read(stored)), book => book.Version);

    public ValueTask<TeamsBook> NowAsync(CancellationToken cancellationToken) => ledger.NowAsync(cancellationToken);

    /// <summary>Keeps what an activity says about its conversation; most say nothing new.</summary>
    public async Task SeeAsync(TeamsConversation seen, CancellationToken cancellationToken)
    {
        if ((await NowAsync(cancellationToken)).News(seen) is null) return;
        await KeepAsync(book => book.News(seen) is { } news ? new ConversationSeen(news) : null, cancellationToken);
    }

    /// <summary>Forgets a conversation, or with <paramref name="team"/> all of a team's.</summary>
    public Task LoseAsync(string conversation, string? team, CancellationToken cancellationToken) => KeepAsync(
        book => team is not null ? book.Conversations.Values.Any(one => one.Team == team) ? new TeamLost(team) : null
            : book.Find(conversation) is not null ? new ConversationLost(conversation) : null,
        cancellationToken);

    public Task<string?> FindPostedAsync(string key, CancellationToken cancellationToken) => store.FindDeliveryAsync(Posted(key), cancellationToken);

    public Task KeepPostedAsync(string key, string message, CancellationToken cancellationToken) =>
        store.CommitAsync(new Commit(time.GetUtcNow()) { Delivery = new Delivery(Posted(key), message) }, cancellationToken);

    public void Dispose() => ledger.Dispose();

    private Task<(TeamsBook State, bool Kept)> KeepAsync(Func<TeamsBook, TeamsEvent?> decide, CancellationToken cancellationToken) => ledger.KeepAsync(
        book => decide(book) is { } what ? new Commit(time.GetUtcNow()) { Streams = [ledger.Append(book, [TeamsBook.Write(what)])] } : null, cancellationToken);

    private static string Posted(string key) => $"teams:posted:{key}";
}
