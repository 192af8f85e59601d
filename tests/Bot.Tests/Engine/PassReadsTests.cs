using ChatOps.Bot.Engine;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Engine;

public sealed class PassReadsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 16, 0, 0, 0, TimeSpan.Zero);

    private readonly string folder = Directory.CreateTempSubdirectory("chatops-passes-").FullName;
    private readonly Wall clock = new();
    private SqliteStore store = null!;
    private RunEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        store = new SqliteStore(new SqliteAddress(Path.Combine(folder, "bot.db")), new SqliteOptions(), NullLogger<SqliteStore>.Instance);
        await store.MigrateAsync(default);
        engine = new RunEngine(store, () => new Configuration([], [], AccessRules.Empty), clock, NullLogger<RunEngine>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        engine.Dispose();
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_was_used_in_a_period_is_listed_and_nothing_else()
    {
        await RunAsync(Monday.AddDays(-1), exception: "too early");
        await RunAsync(Monday.AddDays(3), exception: "tax rate");
        await RunAsync(Monday.AddDays(1), emergency: "login is down");
        await RunAsync(Monday.AddDays(2));
        await RunAsync(Monday.AddDays(4), exception: "never begun", begins: false);
        await RunAsync(Monday.AddDays(7), exception: "next week");
        var used = await new PassReads(store, engine).UsedAsync(Monday, Monday.AddDays(7), TestContext.Current.CancellationToken);
        used.Select(one => (one.Why, one.IsEmergency, one.UsedAt)).ShouldBe([("login is down", true, Monday.AddDays(1)), ("tax rate", false, Monday.AddDays(3))]);
        used.ShouldAllBe(one => one.By == new Person("ana@example.com") && one.Version == "v2" && one.Site.Service == "api");
    }

    private async Task RunAsync(DateTimeOffset at, string? exception = null, string? emergency = null, bool begins = true)
    {
        clock.Now = at;
        var opened = await engine.OpenAsync(ApiToProd.Asked() with { Exception = exception, Emergency = emergency }, $"test:{at:o}", default);
        if (begins) await engine.TellAsync(opened.Run!.Id, new RunCommand.Report(ApiToProd.Rollout, 1, new RolloutAccepted(new RolloutBegun("v1", 1, 2, false))), null, null, default);

        // So that the next is not behind it.
        await engine.EndAsync(opened.Run!.Id);
    }

    private sealed class Wall : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
