using ChatOps.Bot.Web;
using ChatOps.Integrations.OpenId;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Access;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

public sealed class EndedSessionsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 20, 20, 0, 0, TimeSpan.Zero);

    private readonly string folder = Directory.CreateTempSubdirectory("chatops-ended-").FullName;
    private SqliteStore store = null!;

    public async ValueTask InitializeAsync()
    {
        store = new SqliteStore(new SqliteAddress(Path.Combine(folder, "bot.db")), new SqliteOptions(), NullLogger<SqliteStore>.Instance);
        await store.MigrateAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_one_replica_ended_the_other_knows_and_asks_the_database_for_nothing_else()
    {
        using var one = new EndedSessions(store, TimeProvider.System);
        using var other = new EndedSessions(store, TimeProvider.System);
        var (gone, stays, tomorrow) = (Of('a', Evening), Of('b', Evening), Of('a', Evening.AddDays(1)));
        foreach (var session in (Session[])[gone, stays, tomorrow]) (await other.HasAsync(session, default)).ShouldBeFalse();
        await one.EndAsync(gone, default);
        (await other.HasAsync(gone, default)).ShouldBeTrue();

        // Known by now: it is told without the database, which is gone.
        await store.DisposeAsync();
        (await other.HasAsync(gone, default)).ShouldBeTrue();
        foreach (var session in (Session[])[stays, tomorrow]) (await other.HasAsync(session, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task It_is_kept_once_on_its_own_day_and_tells_nothing_of_the_sign_in()
    {
        using (var sessions = new EndedSessions(store, TimeProvider.System))
        {
            await sessions.EndAsync(Of('a', Evening), default);
            await sessions.EndAsync(Of('a', Evening), default);
        }

        var kept = (await store.ReadAsync(EndedDay.StreamOf(new DateOnly(2026, 11, 20)), 0, default)).ShouldHaveSingleItem();
        kept.Body.ShouldNotContain(new string('a', 32));
        kept.Body.ShouldNotContain("ana");
        (await store.ReadAsync(EndedDay.StreamOf(new DateOnly(2026, 11, 21)), 0, default)).ShouldBeEmpty();
        using var next = new EndedSessions(store, TimeProvider.System);
        (await next.HasAsync(Of('a', Evening), default)).ShouldBeTrue();
    }

    private static Session Of(char visit, DateTimeOffset until) => new(new SignedInAccount("slack", "U1", new Person("ana@example.com"), "Ana"), new string(visit, 32), until);
}
