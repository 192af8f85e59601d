using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Slack;

/// <summary>What Slack gave for a code: where the app was installed, and the token for it.</summary>
/// <param name="Token">In clear: to be sealed before it is kept.</param>
public sealed record SlackGrant(string Id, string Name, bool IsGrid, string Bot, string App, ImmutableArray<string> Scopes, string Token)
{
    /// <summary>Without the token, which must get into no log.</summary>
    public override string ToString() => $"{Id} {Name}";
}

/// <summary>OAuth 2.0 as Slack has it: sends somebody to where they let the app in, and takes the token for the code they come back with.</summary>
/// <remarks>Source: docs.slack.dev/authentication/installing-with-oauth.</remarks>
public sealed class SlackOAuth(SlackClient client, IOptionsMonitor<SlackOptions> options)
{
    /// <summary>Longer than any code of Slack's.</summary>
    private const int LongestCode = 500;

    /// <summary>Slack's page that asks whether the app may come in.</summary>
    /// <param name="state">Comes back with the code.</param>
    /// <param name="back">Where people are sent afterwards; it is registered with the app.</param>
    public Uri AuthorizeAt(string state, Uri back) => new(options.CurrentValue.ApiUrl,
        $"/oauth/v2/authorize?client_id={Uri.EscapeDataString(options.CurrentValue.ClientId)}&scope={Uri.EscapeDataString(string.Join(',', SlackCheckUp.Scopes.Select(one => one.Scope)))}&redirect_uri={Uri.EscapeDataString(back.AbsoluteUri)}&state={Uri.EscapeDataString(state)}");

    /// <summary>Takes the token for a code. A code holds once.</summary>
    public async Task<Outcome<SlackGrant>> ExchangeAsync(string code, Uri back, CancellationToken cancellationToken)
    {
        if (code.Length is 0 or > LongestCode) return Refused("code", "What Slack sent back holds no code.", "Begin again at /slack/install.");
        var current = options.CurrentValue;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(current.ApiUrl, "oauth.v2.access"))
        {
            Content = new FormUrlEncodedContent([new("code", code), new("redirect_uri", back.AbsoluteUri)]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{current.ClientId}:{current.ClientSecret}")));
        var answer = await client.SendAsync("oauth.v2.access", request, response => response.Content.ReadFromJsonAsync(SlackJson.Default.AccessBody, cancellationToken), cancellationToken);
        return answer switch
        {
            SlackAnswer<AccessBody>.Ok { Value: var body } => Judge(body, current),
            SlackAnswer<AccessBody>.Failed { Failure: var failure } => SlackErrors.Judge<SlackGrant>(failure),
            _ => throw new InvalidOperationException("An answer is one of two."),
        };
    }

    private static Outcome<SlackGrant> Judge(AccessBody body, SlackOptions current)
    {
        var place = body.IsEnterpriseInstall ? body.Enterprise : body.Team;
        if (body is not { AccessToken.Length: > 0, BotUserId.Length: > 0, AppId.Length: > 0 } || place is not { Id.Length: > 0 } || !SlackOptions.IsWorkspace(place.Id))
            return Refused("unreadable", "Slack's answer does not say what was installed where.", "Begin again at /slack/install.");
        if (body.RefreshToken is not null || body.ExpiresIn is not null)
            return Refused("rotation", "The app's tokens expire: token rotation is switched on for it.", "Make an app without token rotation from manifests/slack-app.yaml: it can't be switched off again.");
        if (current.KnownApp is { } app && app != body.AppId)
            return Refused("app", "What was installed is another app than this bot's.", "Check Slack:ClientId and Slack:AppId: both are under Basic Information of the app.");
        if (!current.MayInstall(place.Id))
            return Refused("workspace", $"{place.Id} is not among Slack:Workspaces.", "Add its id there if the app should be in it, restart, and install it again; else uninstall it there.");
        return new Outcome<SlackGrant>.Done(new SlackGrant(
            place.Id, place.Name is { Length: > 0 } name ? Http.BoundedReads.Printable(name, 80) : place.Id, body.IsEnterpriseInstall, body.BotUserId, body.AppId,
            [.. (body.Scope ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)], body.AccessToken));
    }

    private static Outcome<SlackGrant> Refused(string code, string why, string next) => new Outcome<SlackGrant>.Never(new Fault("slack-install-" + code, why, next));
}
