using System.Text;
using ChatOps.Integrations.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

public sealed class SlackFrameTests
{
    [Fact]
    public void Hello_says_how_many_connections_there_are() =>
        Read("""{"type":"hello","num_connections":2,"debug_info":{"host":"applink-111-xxx","build_number":10,"approximate_connection_time":18060},"connection_info":{"app_id":"A111"}}""")
            .ShouldBe(new SlackFrame.Hello(2));

    [Theory]
    [InlineData("warning")]
    [InlineData("refresh_requested")]
    [InlineData("link_disabled")]
    public void A_goodbye_says_why(string reason) =>
        Read("""{"type":"disconnect","reason":"R","debug_info":{"host":"wss-111.slack.com"}}""".Replace("R", reason, StringComparison.Ordinal)).ShouldBe(new SlackFrame.Disconnect(reason));

    [Fact]
    public void An_envelope_carries_what_http_would_have()
    {
        var envelope = Read("""{"envelope_id":"xxx-11","payload":{"command":"/deploy","text":"","trigger_id":"111.222.xxx"},"type":"slash_commands","accepts_response_payload":true}""").ShouldBeOfType<SlackFrame.Envelope>();
        (envelope.Id, envelope.Type, envelope.TakesAnswer).ShouldBe(("xxx-11", "slash_commands", true));
        envelope.Payload.GetProperty("trigger_id").GetString().ShouldBe("111.222.xxx");
    }

    [Theory]
    [InlineData("secret-words")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("""{"type":1}""")]
    [InlineData("""{"type":"\ud800"}""")]
    [InlineData("""{"type":"interactive","envelope_id":"1","payload":"secret-words"}""")]
    public void What_makes_no_sense_is_not_repeated(string text) => Read(text).ShouldBeOfType<SlackFrame.Unreadable>().Why.ShouldNotContain("secret-words");

    [Fact]
    public void A_frame_of_a_kind_to_come_is_left_alone() => Read("""{"type":"news"}""").ShouldBe(new SlackFrame.Other());

    private static SlackFrame Read(string text) => SlackFrame.Read(Encoding.UTF8.GetBytes(text));
}
