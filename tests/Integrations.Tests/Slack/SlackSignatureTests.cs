using System.Text;
using ChatOps.Integrations.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

public sealed class SlackSignatureTests
{
    // The example of docs.slack.dev, "Verifying requests from Slack".
    private const string Secret = "8f742231b10e8888abcd99yyyzzz85a5";
    private const string Timestamp = "1531420618";
    private const string Signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    private const string Body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    private static readonly DateTimeOffset Then = DateTimeOffset.FromUnixTimeSeconds(1531420618);

    [Theory]
    [InlineData(Secret, Timestamp, Signature, Body, 0, true)]
    [InlineData(Secret, Timestamp, Signature, Body, 300, true)]
    [InlineData(Secret, Timestamp, Signature, Body, -300, true)]
    [InlineData(Secret, Timestamp, Signature, Body, 301, false)]
    [InlineData(Secret, Timestamp, Signature, Body, -301, false)]
    [InlineData(Secret, Timestamp, Signature, Body + "x", 0, false)]
    [InlineData(Secret, Timestamp, Signature, "", 0, false)]
    [InlineData(Secret, "1531420619", Signature, Body, 0, false)]
    [InlineData(Secret, " 1531420618", Signature, Body, 0, false)]
    [InlineData(Secret, "-1531420618", Signature, Body, 0, false)]
    [InlineData(Secret, "9223372036854775807", Signature, Body, 0, false)]
    [InlineData(Secret, "99999999999999999999999", Signature, Body, 0, false)]
    [InlineData(Secret, "soon", Signature, Body, 0, false)]
    [InlineData(Secret, null, Signature, Body, 0, false)]
    [InlineData(Secret, Timestamp, null, Body, 0, false)]
    [InlineData(Secret, Timestamp, "", Body, 0, false)]
    [InlineData(Secret, Timestamp, "v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503", Body, 0, false)]
    [InlineData(Secret, Timestamp, "v0=A2114D57B48EAC39B9AD189DD8316235A7B4A8D21A10BD27519666489C69B503", Body, 0, false)]
    [InlineData("", Timestamp, Signature, Body, 0, false)]
    [InlineData("another", Timestamp, Signature, Body, 0, false)]
    public void Only_the_bytes_that_were_signed_are_believed_and_only_for_five_minutes(
        string secret, string? timestamp, string? signature, string body, int late, bool believed) =>
        SlackSignature.Verify(secret, timestamp, signature, Encoding.UTF8.GetBytes(body), Then.AddSeconds(late)).ShouldBe(believed);

    [Theory]
    [InlineData(Secret, "", true)]
    [InlineData("new", Secret, true)]
    [InlineData("new", "", false)]
    [InlineData("", "", false)]
    public void The_secret_before_the_last_change_is_believed_too(string now, string before, bool believed) =>
        SlackSignature.Verify(new SlackOptions { SigningSecret = now, PreviousSigningSecret = before }, Timestamp, Signature, Encoding.UTF8.GetBytes(Body), Then)
            .ShouldBe(believed);
}
