using System.Collections.Concurrent;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Endpoints;
using ChatOps.Integrations.Slack;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Slack;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Slack;

public sealed class SlackSocketTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> heard = new();
    private readonly string folder = Directory.CreateTempSubdirectory("chatops-socket-").FullName;
    private Func<string, Task<Reply>> desk = words => Task.FromResult(new Reply(Card("You said: " + words)));
    private SlackStandIn slack = null!;
    private WebApplication? bot;
    private SlackUser ana = null!;

    public async ValueTask InitializeAsync()
    {
        slack = await SlackStandIn.StartAsync();
        ana = slack.SocketUser(slack.AddUser("ana", "ana@example.com"));
    }

    public async ValueTask DisposeAsync()
    {
        if (bot is not null) await bot.DisposeAsync();
        await slack.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Two_connections_are_kept_and_a_command_is_answered_in_its_acknowledgement()
    {
        await StartAsync();
        await slack.Sockets.UntilAsync(sockets => sockets.Open == 2);
        (await ana.TypeAsync("#general", "/deploy api v1.2.3 prod")).Reply!.Says.ShouldContain("You said: deploy api v1.2.3 prod");
        heard.ShouldHaveSingleItem().ShouldStartWith("UANA in CGENERAL: deploy api v1.2.3 prod [slack:cmd:");
    }

    [Fact]
    public async Task An_envelope_that_comes_twice_is_done_once_and_acknowledged_twice()
    {
        await StartAsync();
        await slack.Sockets.UntilAsync(sockets => sockets.Open == 2);
        slack.Sockets.Doubles = true;
        await ana.TypeAsync("#general", "/status");
        await slack.Sockets.UntilAsync(sockets => sockets.Spare == 1);
        heard.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_acknowledgement_that_is_lost_is_given_again_over_another_connection()
    {
        await StartAsync();
        await slack.Sockets.UntilAsync(sockets => sockets.Open == 2);
        slack.Sockets.LoseAcknowledgements();
        (await ana.TypeAsync("#general", "/status")).Reply!.Says.ShouldContain("You said: status");
        slack.Sockets.Resent.ShouldBe(1);
        heard.ShouldHaveSingleItem();
        await slack.Sockets.UntilAsync(sockets => sockets.Open == 2);
    }

    [Fact]
    public async Task Before_an_old_connection_is_closed_a_new_one_is_ready()
    {
        await StartAsync();
        await slack.Sockets.UntilAsync(sockets => sockets.Open == 2);
        var slow = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        desk = _ => slow.Task;
        var typing = ana.TypeAsync("#general", "/status");
        await slack.Sockets.SayGoodbyeAsync("refresh_requested");
        await slack.Sockets.UntilAsync(sockets => sockets.Opened == 4);
        slow.SetResult(new Reply(Card("Done on the old one")));
        (await typing).Reply!.Says.ShouldContain("Done on the old one");
        slack.Sockets.Resent.ShouldBe(0);
        await slack.Sockets.UntilAsync(sockets => sockets.Open == 2);
    }

    [Fact]
    public async Task A_connection_that_is_silent_is_given_up()
    {
        slack.Sockets.Deaf = true;
        await StartAsync(("KeepAlive", "00:00:00.200"));
        await slack.Sockets.UntilAsync(sockets => sockets.Opened >= 2);
        slack.Sockets.Deaf = false;
        await slack.Sockets.UntilAsync(sockets => sockets.Open == 2);
        (await ana.TypeAsync("#general", "/status")).Reply!.Says.ShouldContain("You said: status");
    }

    [Fact]
    public async Task Frames_that_make_no_sense_do_not_end_the_connection()
    {
        await StartAsync(("Connections", "1"));
        await slack.Sockets.SendRawAsync("secret-words");
        await slack.Sockets.SendRawAsync(new string('x', SlackSocket.MostBytes + 100_000));
        await slack.Sockets.SendRawAsync("""{"type":"slash_commands","envelope_id":"e1","payload":{},"accepts_response_payload":true}""");
        (await ana.TypeAsync("#general", "/status")).Reply!.Says.ShouldContain("You said: status");
        slack.Sockets.Opened.ShouldBe(1);
    }

    [Fact]
    public async Task A_try_that_fails_is_followed_by_another()
    {
        slack.FailWith("apps.connections.open", 503);
        await StartAsync(("Connections", "1"));
        (await ana.TypeAsync("#general", "/status")).Reply!.Says.ShouldContain("You said: status");
    }

    [Fact]
    public async Task A_mention_and_a_click_go_the_same_way()
    {
        await StartAsync();
        await ana.MentionAsync("#general", "status api");
        (await slack.ReplyAsync(ana.Id, reply => reply.Via == "chat.postEphemeral")).Says.ShouldContain("You said: status api");
        var skip = new Button("Skip", ButtonStyle.Danger, new CardAction("skip", new RunId(128), new StepId("s2"), null), AsksReason: true);
        await bot!.Services.GetRequiredService<IChat>().PostAsync(new Place("slack", "#general"), Card("A run") with { Buttons = [skip] }, "run-128", null, null, default);
        await ana.ClickAsync(await slack.MessageAsync("#general", message => message.Key == "run-128"), "Skip");
        var view = await slack.ViewAsync(ana.Id);
        ((string?)(await ana.SubmitAsync(view, " ")).Errors!["reason"])!.ShouldContain("Say why");
        (await ana.SubmitAsync(view, "fine")).Body.ShouldBeEmpty();
        heard.Last().ShouldStartWith("UANA in CGENERAL clicks skip|128|s2|, reason 'fine' [slack:view:UANA:");
    }

    private static Card Card(string says) => new("Answer", Tone.Neutral, null, says) { Body = [new CardBlock.Text(says)] };

    private async Task StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(slack.SocketSettings).AddInMemoryCollection(settings.Select(one => KeyValuePair.Create("Slack:" + one.Key, (string?)one.Value)));
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System).AddSqlite(new SqliteAddress(Path.Combine(folder, "late.db")));
        builder.Services.AddSlack(builder.Configuration).AddSlackEndpoints();
        builder.Services.AddSingleton(new SlackDoor(
            (account, channel, words, delivery, _) => Heard($"{account} in {channel}: {words} [{delivery}]", words),
            (account, channel, action, reason, delivery, _) => Heard($"{account} in {channel} clicks {action}, reason '{reason}' [{delivery}]", action.Verb)));
        bot = builder.Build();
        await bot.Services.GetRequiredService<IStore>().MigrateAsync(CancellationToken.None);
        await bot.StartAsync();
    }

    private Task<Reply> Heard(string what, string words)
    {
        heard.Enqueue(what);
        return desk(words);
    }
}
