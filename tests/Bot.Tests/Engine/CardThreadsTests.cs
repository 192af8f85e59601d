using ChatOps.Bot.Engine;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Engine;

public sealed class CardThreadsTests : IAsyncLifetime
{
    private static readonly Place Deploys = new("slack", "C1"), InTeams = new("teams", "19:a");

    private readonly string folder = Directory.CreateTempSubdirectory("chatops-threads-").FullName;
    private WatchedStore store = null!;
    private RunEngine engine = null!;
    private CardThreads threads = null!;

    public async ValueTask InitializeAsync()
    {
        store = new WatchedStore(new SqliteStore(new SqliteAddress(Path.Combine(folder, "bot.db")), new SqliteOptions(), NullLogger<SqliteStore>.Instance));
        await store.MigrateAsync(default);
        engine = EngineOn(store);
        threads = new CardThreads(store, engine);
    }

    public async ValueTask DisposeAsync()
    {
        threads.Dispose();
        engine.Dispose();
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_thread_that_hangs_on_no_card_costs_no_read()
    {
        var run = await OpenAsync(engine, "1.1");
        (await FindAsync("1.1")).ShouldBe(run);
        var before = store.Reads;
        foreach (var foreign in (string[])["1.2", "1.3", "1.2"]) (await FindAsync(foreign)).ShouldBeNull();
        (await FindAsync("1.1")).ShouldBe(run);
        store.Reads.ShouldBe(before);
    }

    [Fact]
    public async Task What_grew_is_read_once_and_nothing_else()
    {
        for (var at = 1; at <= 5; at++) await OpenAsync(engine, $"1.{at}");
        var run = await OpenAsync(engine, "1.6");
        await FindAsync("2.1");
        await NoteAsync(run);
        await NoteAsync(run);
        var before = store.Reads;
        await FindAsync("2.1");
        await FindAsync("2.2");
        store.Reads.ShouldBe(before + 1);
    }

    [Fact]
    public async Task Cards_in_several_chats_are_found_each_in_its_own_and_only_there()
    {
        var run = await OpenAsync(engine, "1.1");
        await PostAsync(engine, run, InTeams, "17");
        (await threads.FindAsync(InTeams, "17", default)).ShouldBe(run);
        foreach (var (place, thread) in new[] { (InTeams, "1.1"), (Deploys, "17"), (new Place("teams", "C1"), "1.1"), (new Place("slack", "C2"), "1.1") })
            (await threads.FindAsync(place, thread, default)).ShouldBeNull($"{place} {thread}");
    }

    [Fact]
    public async Task A_card_that_was_posted_anew_is_found_where_it_is_now()
    {
        var run = await OpenAsync(engine, "1.1");
        (await FindAsync("1.1")).ShouldBe(run);
        await PostAsync(engine, run, Deploys, "1.9");
        (await FindAsync("1.9")).ShouldBe(run);
        (await FindAsync("1.1")).ShouldBeNull();
    }

    [Fact]
    public async Task A_run_that_is_over_is_found_no_longer()
    {
        var run = await OpenAsync(engine, "1.1");
        (await FindAsync("1.1")).ShouldBe(run);
        await engine.EndAsync(run);
        (await FindAsync("1.1")).ShouldBeNull();
    }

    [Fact]
    public async Task After_a_restart_the_open_runs_are_found_and_those_that_are_over_are_not_even_read()
    {
        for (var at = 1; at <= 5; at++) await engine.EndAsync(await OpenAsync(engine, $"1.{at}"));
        var open = await OpenAsync(engine, "1.6");
        using var again = EngineOn(store);
        using var restarted = new CardThreads(store, again);
        var before = store.Reads;
        (await restarted.FindAsync(Deploys, "1.6", default)).ShouldBe(open);
        (await restarted.FindAsync(Deploys, "1.1", default)).ShouldBeNull();
        store.Reads.ShouldBe(before + 2, "the list, and the one that is open");
    }

    [Fact]
    public async Task What_another_process_opened_is_found_as_soon_as_it_is_heard_of()
    {
        (await FindAsync("1.1")).ShouldBeNull();
        var run = await ElsewhereAsync(other => OpenAsync(other, "1.1"));
        store.Tell(new CommitNotice([run.Stream, new StreamId("queue-api/prod")], WorkAdded: true));
        (await FindAsync("1.1")).ShouldBe(run);
    }

    [Fact]
    public async Task What_other_processes_did_unheard_is_found_once_the_store_says_that_it_may_have_missed_something()
    {
        var ended = await OpenAsync(engine, "1.1");
        (await FindAsync("1.1")).ShouldBe(ended);
        var opened = await ElsewhereAsync(async other =>
        {
            await other.EndAsync(ended);
            return await OpenAsync(other, "1.2");
        });
        store.Tell(new CommitNotice([], WorkAdded: true) { Everything = true });
        (await FindAsync("1.2")).ShouldBe(opened);
        (await FindAsync("1.1")).ShouldBeNull();
    }

    [Fact]
    public async Task After_many_changes_nobody_asked_about_only_what_is_open_is_read()
    {
        (await FindAsync("1.1")).ShouldBeNull();
        var run = await OpenAsync(engine, "1.1");
        for (var other = 1000; other < 1200; other++) store.Tell(new CommitNotice([new RunId(other).Stream], WorkAdded: false));
        var before = store.Reads;
        (await FindAsync("1.1")).ShouldBe(run);
        store.Reads.ShouldBe(before + 2, "the list, and the one that is open");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_could_not_be_read_is_read_the_next_time(bool afterOthers)
    {
        if (afterOthers) (await FindAsync("1.1")).ShouldBeNull();
        var run = await OpenAsync(engine, "1.1");
        store.IsGone = true;
        await Should.ThrowAsync<StoreUnavailableException>(() => FindAsync("1.1"));
        store.IsGone = false;
        (await FindAsync("1.1")).ShouldBe(run);
    }

    private static RunEngine EngineOn(IStore store) => new(store, () => new Configuration([], [], AccessRules.Empty), TimeProvider.System, NullLogger<RunEngine>.Instance);

    private static async Task<RunId> OpenAsync(RunEngine engine, string message)
    {
        var run = (await engine.OpenAsync(ApiToProd.Asked($"{Deploys}"), $"test:{message}", default)).Run!.Id;
        await PostAsync(engine, run, Deploys, message);
        return run;
    }

    private static Task PostAsync(RunEngine engine, RunId run, Place place, string message) =>
        engine.TellAsync(run, new RunCommand.CardWasPosted($"{place}", place.Channel, message, null), null, null, default);

    private Task<RunId?> FindAsync(string thread) => threads.FindAsync(Deploys, thread, default);

    private Task NoteAsync(RunId run) => engine.TellAsync(run, new RunCommand.AddNote(new Caller(new Person("ana@example.com"), "ana", []), "noted"), null, null, default);

    /// <summary>Another process on the same file: what it commits is not heard of here.</summary>
    private async Task<RunId> ElsewhereAsync(Func<RunEngine, Task<RunId>> does)
    {
        await using var theirs = new SqliteStore(new SqliteAddress(Path.Combine(folder, "bot.db")), new SqliteOptions(), NullLogger<SqliteStore>.Instance);
        using var other = EngineOn(theirs);
        return await does(other);
    }
}
