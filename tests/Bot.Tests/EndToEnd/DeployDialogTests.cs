using System.Net;
using ChatOps.Testing.GitHub;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Whoever types only <c>/deploy</c> is asked for the rest, with the newest versions first.</summary>
public sealed class DeployDialogTests : IAsyncLifetime
{
    private Stage stage = null!;
    private GitHubStandIn github = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync(services: ["api", "web"]);
        github = await GitHubStandIn.StartAsync();
        foreach (var (key, value) in github.Settings) stage.Settings[key] = value;
        stage.Write("services/api.yaml", File.ReadAllText(Path.Combine(stage.Folder, "config", "services", "api.yaml")) + "\nrepository: octocat/Hello-World\n");
        github.Say("/graphql", """
            {"data":{"repository":{"refs":{"nodes":[
              {"name":"v1.3.0","target":{"committedDate":"2026-11-20T10:00:00Z","author":{"name":"Ana","user":{"login":"ana"}},"statusCheckRollup":{"state":"SUCCESS"}}},
              {"name":"v1.2.9","target":{"target":{"committedDate":"2026-11-10T10:00:00Z","author":{"name":"Ben","user":null},"statusCheckRollup":{"state":"FAILURE"}}}},
              {"name":"nightly","target":{}}]}}}}
            """);
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await github.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_command_without_words_opens_a_dialog_whose_fields_follow_the_service()
    {
        var ana = stage.User(stage.Ana, bot);
        (await ana.TypeAsync(Stage.Channel, "/deploy")).Body.ShouldBe("");
        var view = await stage.Slack.ViewAsync(stage.Ana);
        await ana.ChooseAsync(view, "service", "api");
        var offered = await ana.LookAsync(view, "version", "");
        offered.Select(one => one.Value).ShouldBe(["v1.3.0", "v1.2.9"]);
        offered[0].Label.ShouldStartWith("v1.3.0 · checks green, ");
        offered[0].Label.ShouldEndWith(", ana");
        offered[1].Label.ShouldContain("checks failed");
        offered[1].Label.ShouldEndWith(", Ben");
        (await ana.LookAsync(view, "version", "1.3")).Select(one => one.Value).ShouldBe(["v1.3.0", "1.3"]);
        (await ana.LookAsync(view, "version", "v1.2.3")).Select(one => one.Label).ShouldBe(["v1.2.3 · as typed"]);
        var sent = await ana.FillAsync(view, ("service", "api"), ("environment", "prod"), ("version", "v1.3.0"), ("reason", "fixes the \"login\""));
        sent.Errors.ShouldBeNull();
        await ana.RepeatAsync(sent);
        var card = await stage.CardAsync(message => message.Shows("Deploy api v1.3.0 to prod"));
        card.Says.ShouldContain("fixes the \"login\"");
        stage.Slack.Messages.Count(message => message.Key!.StartsWith("card:", StringComparison.Ordinal)).ShouldBe(1);
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_said_is_filled_in_and_what_does_not_fit_is_said_beside_its_field()
    {
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api --no-queue");
        var view = await stage.Slack.ViewAsync(stage.Ana);
        var refused = await ana.FillAsync(view, ("version", "latest"));
        ((string?)refused.Errors.ShouldNotBeNull()["version~api"]).ShouldNotBeNull().ShouldContain("\"latest\" is not a version");
        (await ana.FillAsync(view, ("version", "v1.3.0"))).Errors.ShouldBeNull();
        await stage.CardAsync(message => message.Shows("Deploy api v1.3.0 to prod"));
    }

    [Fact]
    public async Task The_shortcut_does_the_same_from_anywhere_and_strangers_see_no_versions()
    {
        var ana = stage.User(stage.Ana, bot);
        (await ana.ShortcutAsync("deploy")).Status.ShouldBe(HttpStatusCode.OK);
        var view = await stage.Slack.ViewAsync(stage.Ana);
        await ana.ChooseAsync(view, "service", "web");
        (await ana.FillAsync(view, ("service", "web"), ("environment", "prod"), ("version", "v7"))).Errors.ShouldBeNull();
        await stage.CardAsync(message => message.Shows("Deploy web v7 to prod"));

        var zoe = stage.User(stage.Zoe, bot);
        await zoe.ShortcutAsync("deploy");
        var theirs = await stage.Slack.ViewAsync(stage.Zoe);
        await zoe.ChooseAsync(theirs, "service", "api");
        (await zoe.LookAsync(theirs, "version", "")).ShouldBeEmpty();
        var no = await zoe.FillAsync(theirs, ("service", "api"), ("environment", "prod"), ("version", "v1.3.0"));
        no.Errors.ShouldNotBeNull();
        stage.Slack.Messages.ShouldNotContain(message => message.Shows("Deploy api"));
    }
}
