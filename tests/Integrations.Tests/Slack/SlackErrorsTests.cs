using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

public sealed class SlackErrorsTests
{
    [Theory]
    [InlineData("ratelimited", true)]
    [InlineData("rate_limited", true)]
    [InlineData("unreachable", true)]
    [InlineData("request_timeout", true)]
    [InlineData("service_unavailable", true)]
    [InlineData("internal_error", true)]
    [InlineData("fatal_error", true)]
    [InlineData("http_503", true)]
    [InlineData("message_limit_exceeded", true)]
    [InlineData("invalid_cursor", true)]
    [InlineData("invalid_auth", false)]
    [InlineData("token_revoked", false)]
    [InlineData("account_inactive", false)]
    [InlineData("missing_scope", false)]
    [InlineData("channel_not_found", false)]
    [InlineData("not_in_channel", false)]
    [InlineData("is_archived", false)]
    [InlineData("restricted_action_read_only_channel", false)]
    [InlineData("message_not_found", false)]
    [InlineData("expired_trigger_id", false)]
    [InlineData("invalid_blocks", false)]
    [InlineData("http_403", false)]
    [InlineData("something_new", false)]
    public void Each_error_is_either_tried_again_or_told_to_a_person(string error, bool later)
    {
        var outcome = SlackErrors.Judge<Nothing>(new SlackFailure("chat.postMessage", error, TimeSpan.FromSeconds(7), "chat:write"));
        if (later) outcome.ShouldBeOfType<Outcome<Nothing>.Later>().After.ShouldBe(TimeSpan.FromSeconds(7));
        else outcome.ShouldBeOfType<Outcome<Nothing>.Never>().Fault.Code.ShouldBe("slack-" + error);
    }

    [Fact]
    public void A_missing_scope_is_named() =>
        SlackErrors.Judge<Nothing>(new SlackFailure("users.info", "missing_scope", null, "users:read.email"))
            .ShouldBeOfType<Outcome<Nothing>.Never>().Fault.Next!.ShouldContain("users:read.email");

    [Fact]
    public void Too_many_without_a_time_means_half_a_minute() =>
        SlackErrors.Judge<Nothing>(new SlackFailure("chat.update", "ratelimited")).ShouldBeOfType<Outcome<Nothing>.Later>().After.ShouldBe(TimeSpan.FromSeconds(30));
}
