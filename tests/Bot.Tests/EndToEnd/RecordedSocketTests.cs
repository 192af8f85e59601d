using ChatOps.Testing;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The recorded frames of Socket Mode, byte for byte, to the real process.</summary>
public sealed class RecordedSocketTests : IAsyncLifetime
{
    private const string Frames = "slack/socket-mode";

    private readonly Socketed slack = new();

    private SlackSockets Sockets => slack.Stage.Slack.Sockets;

    public async ValueTask InitializeAsync()
    {
        await slack.InitializeAsync();
        await Sockets.UntilAsync(sockets => sockets.Open == 2);
    }

    public ValueTask DisposeAsync() => slack.DisposeAsync();

    [Fact]
    public void Every_recorded_frame_is_sent_by_a_test() => Recordings.Of(Frames, "").Select(Path.GetFileName).ShouldBe(
    [
        "disconnect-link_disabled.json", "disconnect-refresh_requested.json", "disconnect-too_many_websockets.json", "disconnect-warning.json",
        "envelope-events_api.json", "envelope-interactive.json", "envelope-slash_commands.json", "hello-2-connections.json", "hello.json",
    ]);

    public static TheoryData<string> Envelopes => [.. Recordings.Of(Frames, "envelope-")];

    [Theory]
    [MemberData(nameof(Envelopes))]
    public async Task An_envelope_is_acknowledged_with_what_it_takes_and_answered_as_over_http(string file)
    {
        var acknowledged = await Sockets.DeliverAsync(Recordings.Text(file));
        ((string?)acknowledged["envelope_id"]).ShouldBe("xxx-11-222-yyy-zzz");
        acknowledged.ContainsKey("payload").ShouldBe(file.Contains("slash_commands", StringComparison.Ordinal));
        switch (Path.GetFileName(file))
        {
            case "envelope-slash_commands.json":
                RecordedSlack.Shown(acknowledged["payload"]!.ToJsonString()).ShouldContain("There is no command");
                break;
            case "envelope-interactive.json":
                var answer = await slack.Hooks.AnswerAsync(one => one.Path == "/actions/T111/111/xxx", 0, RecordedSlack.Patience);
                answer.Says.ShouldContain("This button is not one of the bot's");
                answer.Faults.ShouldBeEmpty();
                break;
            case "envelope-events_api.json":
                await slack.Stage.Slack.ReplyAsync("U111", reply => reply.Channel == "C111" && reply.Shows("There is no command"), RecordedSlack.Patience);
                break;
            default:
                throw new InvalidOperationException($"{file} is new here: say what it gets.");
        }

        // Again, as when the acknowledgement was lost: the same answer, and nothing more.
        (await Sockets.DeliverAsync(Recordings.Text(file))).ToJsonString().ShouldBe(acknowledged.ToJsonString());
        slack.Hooks.Answers.Count.ShouldBeLessThanOrEqualTo(1);
        await slack.NothingChangedAsync();
    }

    [Fact]
    public async Task An_envelope_of_a_kind_that_is_not_known_is_acknowledged_and_a_frame_of_one_is_read_past()
    {
        await Sockets.SendRawAsync("""{"type":"something_new","debug_info":{"host":"applink-xxx-yyy"}}""");
        var acknowledged = await Sockets.DeliverAsync("""{"type":"something_new","envelope_id":"new-1","payload":{"type":"new"},"accepts_response_payload":true}""");
        acknowledged.ToJsonString().ShouldBe("""{"envelope_id":"new-1"}""");
        Sockets.Opened.ShouldBe(2);
    }

    [Theory]
    [InlineData("disconnect-warning.json")]
    [InlineData("disconnect-refresh_requested.json")]
    public async Task Connections_that_Slack_renews_are_followed_by_others(string file)
    {
        Sockets.Hello = Recordings.Text($"{Frames}/hello.json");
        await Sockets.SendRawToAllAsync(Recordings.Text($"{Frames}/{file}"));
        await Sockets.UntilAsync(sockets => sockets is { Opened: 4, Open: 2 });
        (await slack.Stage.Slack.SocketUser("W111").TypeAsync("C111", "/status")).Reply!.Says.ShouldContain("v1.2.2");
    }

    [Theory]
    [InlineData("disconnect-link_disabled.json", "Socket Mode is switched off for the app")]
    [InlineData("disconnect-too_many_websockets.json", "Make Slack:Connections smaller")]
    public async Task Connections_that_Slack_does_not_want_are_not_opened_again_at_once_and_it_is_said_why(string file, string says)
    {
        await Sockets.SendRawToAllAsync(Recordings.Text($"{Frames}/{file}"));
        using var patience = new CancellationTokenSource(RecordedSlack.Patience);
        while (!slack.Bot.Output.Contains(says, StringComparison.Ordinal)) await Task.Delay(50, patience.Token);

        // Still open, until Slack closes them: what comes meanwhile is answered.
        (await slack.Stage.Slack.SocketUser("W111").TypeAsync("C111", "/status")).Reply!.Says.ShouldContain("v1.2.2");
        Sockets.Opened.ShouldBe(2);
    }

    /// <summary>By Socket Mode, greeted as Slack greets.</summary>
    private sealed class Socketed : RecordedSlack
    {
        protected override IEnumerable<KeyValuePair<string, string?>> Further()
        {
            Stage.Settings.Remove("Slack:SigningSecret");
            Stage.Slack.Sockets.Hello = Recordings.Text($"{Frames}/hello-2-connections.json");
            return Stage.Slack.SocketSettings;
        }

        protected override SlackUser First => Stage.Slack.SocketUser("W111");
    }
}
