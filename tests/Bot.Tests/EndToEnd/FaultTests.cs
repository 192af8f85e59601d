using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Testing;
using ChatOps.Testing.Slack;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What goes wrong while things go wrong: a rollback that fails, a target that is gone, pods that end, a source of gates that flaps. A person hears what to do, and nothing is done over their head.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync(services: ["api", "web"]);
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.WriteOnCall();
        Service("web", "");
        Service("api", "");
        Runbook("{ deploy: rolling }, { check: health }");
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot);
        if (bot is not null) await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_rollback_that_fails_pages_again_with_what_to_do_and_nothing_more_is_touched_until_somebody_says_so()
    {
        stage.Health = HttpStatusCode.InternalServerError;
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await Eventually.TrueAsync(() => stage.Cluster.Deployment("prod", "api").Version == "v1.2.3");
        stage.Cluster.Faults.Forbid("patch", "deployments");
        var page = await PageAsync("The rollback failed: nothing more is touched.");
        page.Says.ShouldContain("may not patch deployments");
        page.Says.ShouldContain("retry 1");

        // It was called already, to hear that it goes back by itself: that is no longer so.
        await PageAsync("paged again since");
        var card = await stage.CardAsync(message => message.Shows("The rollback failed: nothing more is touched.") && message.Shows("retry the rollback"));

        // Now it could be done: another run is, from beginning to end, and this one is left alone all the while.
        stage.Cluster.Faults.Allow("patch", "deployments");
        stage.Health = HttpStatusCode.OK;
        var asked = PatchesOf("api");
        await ana.TypeAsync(Stage.Channel, "/deploy web v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("Deploy web") && message.Shows("succeeded"), 60);
        PatchesOf("api").ShouldBe(asked);
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.3");
        (await ana.TypeAsync(Stage.Channel, "/chatops runs")).Reply!.Says.ShouldContain("1");

        await stage.User(stage.Cleo, bot).ClickAsync(card, "Retry the rollback");
        await stage.CardAsync(message => message.Shows("⚠️ Rolled back"), 60);
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task A_Deployment_that_is_deleted_under_its_rollout_is_not_made_again_and_a_person_hears_of_it()
    {
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3-slow prod");
        await stage.CardAsync(message => message.Shows("Deploy api") && message.Shows("of 3"));
        stage.Cluster.Remove("deployments", "prod", "api");
        var page = await PageAsync("The rollback failed: nothing more is touched.");
        page.Says.ShouldContain("retry 1");
        await stage.CardAsync(message => message.Shows("Somebody deleted the") && message.Shows("retry the rollback"));
        stage.Cluster.HasDeployment("prod", "api").ShouldBeFalse();
        stage.Cluster.Deployment("prod", "web").Version.ShouldBe("v1.2.2");
    }

    [Theory]
    [InlineData("OOMKilled", 137, "out-of-memory")]
    [InlineData("Error", 1, "restarts")]
    public async Task Pods_that_end_in_the_soak_trip_the_usual_gates_and_it_goes_back_by_itself_once(string reason, int exitCode, string gate)
    {
        Service("api", "gates: { out-of-memory: { kubernetes: out-of-memory, every: 300ms }, restarts: { kubernetes: restarts, every: 300ms } }");
        Runbook("{ deploy: rolling }, { soak: 10m, gates: [usual] }");
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("restarts ▁"), 60);
        foreach (var pod in stage.Cluster.Pods("prod").Where(pod => ((string)pod["spec"]!["containers"]![0]!["image"]!).EndsWith("api:v1.2.3", StringComparison.Ordinal)).Take(1))
        {
            End(pod, reason, exitCode);
            stage.Cluster.Put("pods", "prod", pod);
        }

        var card = await stage.CardAsync(message => message.Shows("⚠️ Rolled back"), 60);
        card.Says.ShouldContain(gate);
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");
        stage.Cluster.Changes.Count(change => change.Name == "api").ShouldBe(2);
        await PageAsync("It is rolled back to v1.2.2 by itself.");
        stage.Slack.Messages.Count(message => message.Channel == "DCLEO").ShouldBe(1);
    }

    [Fact]
    public async Task A_source_that_flaps_takes_nothing_back_while_what_it_says_is_good_and_does_not_hide_what_is_bad()
    {
        var (asked, depth) = (0, 5);
        await using var source = await Loopback.StartAsync(context =>
        {
            // Every other question gets no answer; every fourth says that the limit is passed, for a moment.
            var number = Interlocked.Increment(ref asked);
            context.Response.StatusCode = number % 2 == 0 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync($$"""{"depth":{{(number % 4 == 3 ? 5000 : Volatile.Read(ref depth))}}}""");
        });
        Service("api", $"gates: {{ queue: {{ json: '{source.Urls.First()}/stats', path: depth, above: 1000, for: 2s, every: 200ms }} }}");
        stage.Settings["Http:AllowedHosts"] = "127.0.0.1";
        Runbook("{ deploy: rolling }, { soak: 4s, gates: all }");
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3") && message.Shows("succeeded"), 60);
        asked.ShouldBeGreaterThan(8);

        Volatile.Write(ref depth, 5000);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.4 prod");
        (await stage.CardAsync(message => message.Shows("Deploy api v1.2.4") && message.Shows("⚠️ Rolled back"), 60)).Says.ShouldContain("queue is 5000");
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.3");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    private void Service(string name, string more)
    {
        var path = Path.Combine(stage.Folder, "config", "services", $"{name}.yaml");
        stage.Write($"services/{name}.yaml", File.ReadAllText(path).Replace("protected: true", "protected: false", StringComparison.Ordinal).TrimEnd() + (more.Length == 0 ? "\n" : $"\n    {more}\n"));
    }

    private void Runbook(string steps) => stage.Write("runbooks/rolling-deploy.yaml", $"runbook: rolling-deploy\nsteps: [{steps}]\non-failure: {{ rollback: automatic, page: oncall }}\n");

    /// <summary>The message to whoever is on call, once it says this.</summary>
    private Task<KeptMessage> PageAsync(string says) => stage.Slack.MessageAsync("DCLEO", message => message.Shows(says), Patience);

    private int PatchesOf(string name) => stage.Cluster.Requests.Count(request => request.Verb == "patch" && request.PathAndQuery.Contains($"/deployments/{name}", StringComparison.Ordinal));

    /// <summary>A container that ended and was begun again, as the node tells it.</summary>
    private static void End(JsonObject pod, string reason, int exitCode)
    {
        var container = pod["status"]!["containerStatuses"]![0]!;
        container["restartCount"] = 3;
        container["lastState"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = exitCode, ["reason"] = reason, ["finishedAt"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) } };
    }
}
