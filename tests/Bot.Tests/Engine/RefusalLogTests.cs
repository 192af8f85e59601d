using ChatOps.Bot.Engine;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Engine;

public sealed class RefusalLogTests : IAsyncLifetime
{
    private static readonly Caller Ana = new(new Person("ana@example.com"), "Ana", []), Stranger = Caller.Unknown("This account");
    private static readonly Refusal No = new(RefusalCodes.NotAllowed, "You may not.");

    private readonly string folder = Directory.CreateTempSubdirectory("chatops-refusals-").FullName;
    private readonly Wall clock = new();
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
    public async Task What_one_person_does_too_often_is_one_entry_with_how_often()
    {
        using var log = New();
        for (var at = 0; at < 100; at++) await log.NoteAsync(Ana, $"deploy api v{at} prod", No, null, $"slack:cmd:{at}", default);
        await log.NoteAsync(Stranger, "deploy api v1 prod", new(RefusalCodes.ReadOnly, "Who you are is not known."), null, "slack:cmd:x", default);
        (await KeptAsync()).Count.ShouldBe(RefusalBook.OfOne + 1);
        await log.FlushAsync(all: false, default);
        (await KeptAsync()).OfType<AttemptsCounted>().ShouldBeEmpty("the minute is not over");
        clock.Now = clock.Now.AddMinutes(1);
        await log.NoteAsync(Ana, "deploy api v100 prod", No, null, "slack:cmd:100", default);
        await log.FlushAsync(all: false, default);
        await log.FlushAsync(all: false, default);
        var kept = await KeptAsync();
        kept.OfType<AttemptRefused>().Count().ShouldBe(RefusalBook.OfOne + 2);
        kept.OfType<AttemptsCounted>().ShouldHaveSingleItem().ShouldSatisfyAllConditions(one => one.Count.ShouldBe(90), one => one.By.ShouldBe(Ana.Person), one => one.From.ShouldBe(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task A_delivery_that_comes_again_is_kept_once_and_not_counted()
    {
        using var log = New();
        for (var time = 0; time < 20; time++) await log.NoteAsync(Ana, "approve 12", No, new RunId(12), "slack:act:UANA:1", default);
        await log.FlushAsync(all: true, default);
        (await KeptAsync()).ShouldHaveSingleItem().ShouldBe(new AttemptRefused(Ana.Person, "Ana", "approve 12", RefusalCodes.NotAllowed, "You may not.", new RunId(12)));
    }

    [Fact]
    public async Task A_second_process_knows_what_the_first_kept()
    {
        using (var first = New())
            for (var at = 0; at < RefusalBook.OfOne; at++) await first.NoteAsync(Ana, "pause 1", No, null, $"a{at}", default);
        using var second = New();
        await second.NoteAsync(Ana, "pause 1", No, null, "b", default);
        (await KeptAsync()).Count.ShouldBe(RefusalBook.OfOne);
        await second.FlushAsync(all: true, default);
        (await KeptAsync()).OfType<AttemptsCounted>().Single().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("deploy api v1 prod --reason \"password: hunter2hunter2\"", "(not kept: it seems to hold a secret)")]
    [InlineData("a\u001b[31m\r\nb", "a [31m  b")]
    public async Task Neither_secrets_nor_control_characters_are_kept(string said, string kept)
    {
        using var log = New();
        await log.NoteAsync(Ana, said, No, null, "a", default);
        ((AttemptRefused)(await KeptAsync()).Single()).Said.ShouldBe(kept);
        await log.NoteAsync(Ana, new string('x', 5_000), No, null, "b", default);
        ((AttemptRefused)(await KeptAsync())[^1]).Said.Length.ShouldBe(300);
    }

    [Fact]
    public async Task What_was_not_understood_is_no_attempt()
    {
        using var log = New();
        await log.NoteAsync(Ana, "deplyo", new(RefusalCodes.CommandUnknown, "?"), null, "a", default);
        (await KeptAsync()).ShouldBeEmpty();
    }

    private RefusalLog New() => new(store, clock, NullLogger<RefusalLog>.Instance);

    private async Task<List<RefusalEvent>> KeptAsync() => [.. (await store.ReadAsync(RefusalBook.Stream, 0, default)).Select(RefusalJson.Read)];

    /// <summary>A clock that stands until it is moved.</summary>
    private sealed class Wall : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 20, 12, 0, 30, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
