using System.Net;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The main job by Socket Mode: nothing comes in over HTTP, and connections break where it hurts.</summary>
public sealed class SocketModeTests : IAsyncLifetime
{
    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.Settings.Remove("Slack:SigningSecret");
        foreach (var (key, value) in stage.Slack.SocketSettings) stage.Settings[key] = value;
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_version_goes_live_although_connections_break_in_between()
    {
        var (ana, ben, dora) = (stage.Slack.SocketUser(stage.Ana), stage.Slack.SocketUser(stage.Ben), stage.Slack.SocketUser(stage.Dora));
        stage.Slack.Sockets.LoseAcknowledgements();
        var asked = await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        asked.Reply.ShouldNotBeNull().Says.ShouldContain("Run 1 ");
        stage.Slack.Sockets.Resent.ShouldBe(1);
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        stage.Slack.Sockets.Doubles = true;
        await ana.TickAsync(card, "Database backup taken");
        await ana.TickAsync(card, "Stakeholders know");
        card = await stage.CardAsync(message => message.Shows("waiting for approval"));
        stage.Slack.Sockets.Drop();
        await ben.ClickAsync(card, "Approve");
        await stage.Slack.Sockets.SayGoodbyeAsync("refresh_requested");
        await dora.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("succeeded"));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.3");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        stage.Slack.Messages.Count(message => message.Key!.StartsWith("card:", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_command_whose_acknowledgement_died_with_the_process_is_one_run()
    {
        stage.Slack.Sockets.LoseAcknowledgements(1000);
        var typing = stage.Slack.SocketUser(stage.Ana).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await bot.DisposeAsync();
        stage.Slack.Sockets.LoseAcknowledgements(0);
        bot = await stage.StartBotAsync();
        await typing;
        await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("Run 1 "), TimeSpan.FromSeconds(30));
        stage.Slack.Messages.Count(message => message.Key!.StartsWith("card:", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task What_comes_over_http_all_the_same_is_not_believed() =>
        (await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/status")).Status.ShouldBe(HttpStatusCode.Unauthorized);
}
