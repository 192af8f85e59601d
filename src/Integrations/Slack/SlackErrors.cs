using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Slack;

/// <summary>What a call came to: a value, or Slack's own word for why not.</summary>
internal abstract record SlackAnswer<T>
{
    private SlackAnswer() { }

    public sealed record Ok(T Value) : SlackAnswer<T>;

    public sealed record Failed(SlackFailure Failure) : SlackAnswer<T>;
}

/// <param name="Error">Slack's error code, or one of ours: <c>unreachable</c>, <c>request_timeout</c>, <c>http_503</c>.</param>
/// <param name="Needed">The scope that was missing.</param>
internal sealed record SlackFailure(string Method, string Error, TimeSpan? RetryAfter = null, string? Needed = null)
{
    /// <summary>Slack's remarks on which argument or block is bad.</summary>
    public ImmutableArray<string> Messages { get; init; } = [];
}

/// <summary>What to do about each of Slack's errors.</summary>
internal static class SlackErrors
{
    /// <summary>What to wait when Slack says "too many" without saying how long.</summary>
    private static readonly TimeSpan UnsaidWait = TimeSpan.FromSeconds(30);

    /// <summary>Ours, for a token of an installed workspace that Slack takes no more.</summary>
    public const string NotInstalled = "not-installed";

    public static Outcome<T> Judge<T>(SlackFailure failure) => failure.Error switch
    {
        "ratelimited" => new Outcome<T>.Later("Slack asks for a pause.", failure.RetryAfter ?? UnsaidWait) { Untouched = true },
        "rate_limited" => new Outcome<T>.Later("Slack asks for a pause in this channel.", failure.RetryAfter ?? TimeSpan.FromSeconds(2)) { Untouched = true },
        "message_limit_exceeded" => new Outcome<T>.Later("This workspace has sent too many messages.", failure.RetryAfter ?? TimeSpan.FromMinutes(5)),
        "unreachable" => new Outcome<T>.Later("Slack can't be reached.", failure.RetryAfter),
        "request_timeout" => new Outcome<T>.Later("Slack did not answer in time.", failure.RetryAfter),
        "service_unavailable" or "internal_error" or "fatal_error" or "update_failed" or "fetch_members_failed"
            or "external_channel_migrating" or "team_added_to_org" or "org_login_required" or "invalid_cursor" or "unreadable"
            => new Outcome<T>.Later($"Slack has trouble of its own ({failure.Error}).", failure.RetryAfter),
        var e when e.StartsWith("http_5", StringComparison.Ordinal) => new Outcome<T>.Later($"Slack has trouble of its own (HTTP {e[5..]}).", failure.RetryAfter),
        _ => new Outcome<T>.Never(new Fault("slack-" + failure.Error, Why(failure), Next(failure))),
    };

    /// <summary>True when a card was refused for how it is drawn, so that its text alone may still get through.</summary>
    public static bool IsAboutBlocks(string error) =>
        error is "invalid_blocks" or "invalid_blocks_format" or "msg_blocks_too_long" or "block_mismatch" or "metadata_too_large";

    private static string Why(SlackFailure failure) => failure.Error == NotInstalled ? "The app is not installed in this workspace any more." : $"Slack refused {failure.Method} ({failure.Error}).";

    private static string? Next(SlackFailure failure) => failure.Error switch
    {
        "missing_scope" or "invalid_auth" or "not_authed" or "token_revoked" or "token_expired" or "not_allowed_token_type" when failure.Method == "apps.connections.open"
            => "Make an app-level token with the scope connections:write under Basic Information and put it into Slack:AppToken.",
        "restricted_action" when failure.Method == "conversations.create" => "A workspace administrator has to let the app make channels.",
        NotInstalled => "Install it there again (/slack/install), or name another channel.",
        "invalid_code" or "bad_redirect_uri" or "code_already_used" => "Begin again at /slack/install; the app must name that address as a redirect URL.",
        "invalid_client_id" or "bad_client_secret" => "Check Slack:ClientId and Slack:ClientSecret: both are under Basic Information of the app.",
        "missing_scope" => $"Add the scope {failure.Needed ?? "that Slack names"} to the app and install it in the workspace again.",
        "invalid_auth" or "not_authed" or "token_revoked" or "token_expired" or "account_inactive" or "not_allowed_token_type"
            => "Install the app in the workspace again and put its bot token into Slack:BotToken.",
        "app_access_restricted" or "accesslimited" or "ekm_access_denied" or "two_factor_setup_required" or "team_access_not_granted"
            => "A workspace administrator has to let the app in.",
        "channel_not_found" => "Check the channel's name; the bot has to be invited to private channels.",
        "not_in_channel" => "Invite the bot to the channel.",
        "is_archived" => "Unarchive the channel, or name another one.",
        "user_not_found" or "users_not_found" or "user_disabled" => "Check that the person's Slack account is active.",
        "message_not_found" => "The message was deleted; the next run posts a new one.",
        "expired_trigger_id" or "exchanged_trigger_id" or "invalid_trigger_id" => "Press the button again.",
        "used_url" or "expired_url" => "Give the command again.",
        var error when error.StartsWith("restricted_action", StringComparison.Ordinal) => "The channel's posting rights have to include the bot.",
        _ => null,
    };
}
