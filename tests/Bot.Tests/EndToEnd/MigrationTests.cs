using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The migration of an example configuration, as jobs in the cluster: backed up, tried on a copy, migrated, verified, and put back when one of them fails.</summary>
public sealed class MigrationTests : IAsyncLifetime
{
    private static readonly string Example = Path.Combine(Repository.Root, "config", "examples", "marketplace");

    private Stage stage = null!;
    private BotProcess? bot;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Example, "jobs"))) stage.Write($"jobs/{Path.GetFileName(file)}", await File.ReadAllTextAsync(file));
        stage.Write("runbooks/orders-migration.yaml", (await File.ReadAllTextAsync(Path.Combine(Example, "runbooks", "orders-migration.yaml"))).Replace("soak: 10m\n    gates: [all, usual]", "soak: 1s", StringComparison.Ordinal));
        stage.Cluster.Logs["orders-rehearsal"] = ["the migration took 41 s on a copy"];
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot?.Output ?? "");
        if (bot is not null) await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_migrated_before_it_was_tried_on_a_copy_and_approved()
    {
        await BeginAsync();
        Jobs.ShouldBe(["orders-backup-1-s2-1", "orders-rehearsal-1-s3-1"], ignoreOrder: true);
        (await stage.CardAsync(message => message.Shows("waiting for approval"))).Says.ShouldContain("the migration took 41 s on a copy");
        await ApproveAsync();
        await stage.CardAsync(message => message.Shows("succeeded"));
        Jobs.ShouldBe(["orders-backup-1-s2-1", "orders-rehearsal-1-s3-1", "orders-migrate-1-s6-1", "orders-verify-1-s7-1"], ignoreOrder: true);
        stage.Cluster.Jobs("prod").Single(job => Name(job) == "orders-migrate-1-s6-1").ToJsonString().ShouldContain("orders-migrations:v2.4.0");
    }

    [Fact]
    public async Task What_the_migration_left_is_not_right_so_the_dump_is_put_back_once_even_when_the_process_dies_meanwhile()
    {
        Say("orders-verify", "fail");
        await BeginAsync();
        await ApproveAsync();
        await stage.CardAsync(message => message.Shows("orders-verify") && message.Shows("failed with exit code 3"));
        await bot!.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        var card = await stage.CardAsync(message => message.Shows("⚠️ Rolled back"));
        card.Says.ShouldContain("orders-restore");
        Jobs.Count(job => job.StartsWith("orders-restore", StringComparison.Ordinal)).ShouldBe(1);
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task A_rehearsal_that_fails_stops_it_while_there_is_nothing_to_take_back()
    {
        Say("orders-rehearsal", "fail");
        bot = await stage.StartBotAsync();
        await TickAsync();
        await stage.CardAsync(message => message.Shows("orders-rehearsal") && message.Shows("failed with exit code 3"));
        await stage.CardAsync(message => message.Shows("Waiting for a decision") && message.Shows("Nothing was changed that would have to be undone"));
        Jobs.ShouldBe(["orders-backup-1-s2-1", "orders-rehearsal-1-s3-1"], ignoreOrder: true);
    }

    private List<string> Jobs => [.. stage.Cluster.Jobs("prod").Select(Name)];

    private static string Name(System.Text.Json.Nodes.JsonNode job) => job["metadata"]!["name"]!.GetValue<string>();

    /// <summary>Lets a job of the example do something else.</summary>
    private void Say(string job, string argument)
    {
        var file = Path.Combine(stage.Folder, "config", "jobs", $"{job}.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("-euc]", $"-euc, {argument}]", StringComparison.Ordinal));
    }

    private async Task BeginAsync()
    {
        bot = await stage.StartBotAsync();
        await TickAsync();
        await stage.CardAsync(message => message.Shows("waiting for approval"));
    }

    private async Task TickAsync()
    {
        await stage.User(stage.Ana, bot!).TypeAsync(Stage.Channel, "/run orders-migration api prod to=v2.4.0");
        foreach (var item in (string[])["The API that runs now works", "Nothing else migrates", "The volume orders-backups"])
            await stage.User(stage.Ana, bot!).TickAsync(await stage.CardAsync(message => message.Shows("waiting for its checklist")), item);
    }

    private async Task ApproveAsync() => await stage.User(stage.Ben, bot!).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
}
