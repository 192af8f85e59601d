using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Slack;

/// <summary>The token of an installed workspace.</summary>
/// <param name="Refused">Told, with Slack's word for it, when Slack takes the token no more.</param>
internal sealed record SlackAccess(string Token, Func<string, Task> Refused)
{
    /// <summary>Without the token, which must get into no log.</summary>
    public override string ToString() => nameof(SlackAccess);
}

/// <summary>The calls of Slack's Web API that the bot makes in one workspace. One try each: it neither loops nor sleeps.</summary>
public sealed partial class SlackClient
{
    private readonly HttpClient http;
    private readonly IOptionsMonitor<SlackOptions> options;
    private readonly SlackPace pace;
    private readonly ILogger<SlackClient> logger;
    private readonly SlackAccess? access;

    /// <param name="access">Null = home, by the token of the settings.</param>
    internal SlackClient(HttpClient http, IOptionsMonitor<SlackOptions> options, SlackPace pace, ILogger<SlackClient> logger, SlackAccess? access = null)
    {
        this.access = access;
        this.http = http;
        this.options = options;
        this.pace = pace;
        this.logger = logger;
    }

    private string Token => access?.Token ?? options.CurrentValue.BotToken;

    /// <summary>Shows a card to one person in a channel, and to nobody else. It is not kept and can't be changed.</summary>
    public async Task<Outcome<Nothing>> ShowAsync(string channel, string user, SlackMessage message, string? thread, CancellationToken cancellationToken)
    {
        // Where there is no channel, as after a shortcut, it goes to them directly.
        if (channel == user) return (await PostAsync(new PostMessage(user, message.Text) { Blocks = message.Blocks }, cancellationToken)) is SlackAnswer<PostedBody>.Failed f ? SlackErrors.Judge<Nothing>(f.Failure) : new Outcome<Nothing>.Done(Nothing.Value);
        var body = new PostEphemeral(channel, user, message.Text) { Blocks = message.Blocks, ThreadTs = thread };
        return Settle(await PostJsonAsync("chat.postEphemeral", body, SlackJson.Default.PostEphemeral, SlackJson.Default.SlackBody, null, cancellationToken));
    }

    /// <summary>Opens a dialog; the trigger is good for 3 seconds and once.</summary>
    public async Task<Outcome<Nothing>> OpenViewAsync(string trigger, JsonObject view, CancellationToken cancellationToken) =>
        Settle(await PostJsonAsync(
            "views.open", new OpenView(trigger, view), SlackJson.Default.OpenView, SlackJson.Default.SlackBody, null, cancellationToken));

    /// <summary>Draws an open dialog anew; Slack keeps what was filled in where a field is the same.</summary>
    /// <param name="hash">The view's as it was seen: one that has changed since is left alone.</param>
    public async Task<Outcome<Nothing>> UpdateViewAsync(string id, string? hash, JsonObject view, CancellationToken cancellationToken) =>
        Settle(await PostJsonAsync("views.update", new UpdateView(id, hash, view), SlackJson.Default.UpdateView, SlackJson.Default.SlackBody, null, cancellationToken));

    /// <summary>Puts a reaction to a message; one that is there already stays.</summary>
    public async Task<Outcome<Nothing>> ReactAsync(string channel, string message, string name, CancellationToken cancellationToken) =>
        await PostJsonAsync("reactions.add", new AddReaction(channel, message, name), SlackJson.Default.AddReaction, SlackJson.Default.SlackBody, null, cancellationToken) is SlackAnswer<SlackBody>.Failed { Failure: { Error: not "already_reacted" } failure }
            ? SlackErrors.Judge<Nothing>(failure) : new Outcome<Nothing>.Done(Nothing.Value);

    /// <summary>Shows something beside links in a message.</summary>
    /// <param name="unfurls">Blocks by the link as it was shared.</param>
    public async Task<Outcome<Nothing>> UnfurlAsync(string channel, string message, JsonObject unfurls, CancellationToken cancellationToken) =>
        Settle(await PostJsonAsync("chat.unfurl", new UnfurlLinks(channel, message, unfurls), SlackJson.Default.UnfurlLinks, SlackJson.Default.SlackBody, null, cancellationToken));

    /// <summary>Shows a view on the app's Home tab of one person, in place of what was there.</summary>
    public async Task<Outcome<Nothing>> PublishHomeAsync(string user, JsonObject view, CancellationToken cancellationToken) =>
        Settle(await PostJsonAsync("views.publish", new PublishView(user, view), SlackJson.Default.PublishView, SlackJson.Default.SlackBody, null, cancellationToken));

    /// <summary>Answers by the address that came with a command or a click: at most 5 times within 30 minutes.</summary>
    /// <remarks>The address lets anybody who has it post: it is neither logged nor followed elsewhere.</remarks>
    public async Task<Outcome<Nothing>> RespondAsync(Uri responseUrl, SlackReply reply, CancellationToken cancellationToken)
    {
        if (!options.CurrentValue.MayAnswerAt(responseUrl))
        {
            Log.ForeignAnswerAddress(logger);
            return new Outcome<Nothing>.Never(new Fault("slack-response-host", "The address to answer at is not Slack's.", "Add its host to Slack:ResponseHosts if it should be."));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, responseUrl) { Content = JsonContent.Create(reply, SlackJson.Default.SlackReply) };
        return Settle(await SendAsync("response_url", request, response => Task.FromResult<SlackBody?>(new SlackBody
        {
            Ok = response.IsSuccessStatusCode,
            Error = response.StatusCode == HttpStatusCode.NotFound ? "used_url" : $"http_{(int)response.StatusCode}",
        }), cancellationToken));
    }

    /// <summary>Asks where a Socket Mode connection may be opened, and opens it.</summary>
    /// <returns>The connection before its first frame; later or never as Slack's refusal says.</returns>
    public async Task<Outcome<SlackSocket>> ConnectAsync(CancellationToken cancellationToken)
    {
        var answer = await CallAsync("apps.connections.open", new FormUrlEncodedContent([]), SlackJson.Default.ConnectionBody, null, urgent: false, null, options.CurrentValue.AppToken, cancellationToken);
        if (answer is SlackAnswer<ConnectionBody>.Failed failed) return SlackErrors.Judge<SlackSocket>(failed.Failure);
        if (((SlackAnswer<ConnectionBody>.Ok)answer).Value.Url is not { } url || !options.CurrentValue.MayConnectTo(url))
            return new Outcome<SlackSocket>.Never(new Fault("slack-socket-address", "The address that Slack gave for Socket Mode is not an encrypted one.", "Look whether Slack:ApiUrl is right."));
        return await SlackSocket.ConnectAsync(url, options.CurrentValue, cancellationToken);
    }

    internal Task<SlackAnswer<PostedBody>> PostAsync(PostMessage message, CancellationToken cancellationToken) =>
        CallAsync("chat.postMessage", JsonContent.Create(message, SlackJson.Default.PostMessage), SlackJson.Default.PostedBody, message.Channel, urgent: false, (string?)message.Metadata?.EventPayload?["key"], Token, cancellationToken);

    /// <param name="urgent">It goes before updates that wait for their turn.</param>
    internal Task<SlackAnswer<PostedBody>> UpdateAsync(UpdateMessage message, bool urgent, CancellationToken cancellationToken) =>
        CallAsync("chat.update", JsonContent.Create(message, SlackJson.Default.UpdateMessage), SlackJson.Default.PostedBody, null, urgent, $"{message.Channel} {message.Ts}", Token, cancellationToken);

    internal Task<SlackAnswer<SlackBody>> JoinAsync(string channel, CancellationToken cancellationToken) =>
        PostJsonAsync("conversations.join", new JoinChannel(channel), SlackJson.Default.JoinChannel, SlackJson.Default.SlackBody, null, cancellationToken);

    /// <summary>The account with an address.</summary>
    internal Task<SlackAnswer<UserBody>> UserByEmailAsync(string email, CancellationToken cancellationToken) =>
        PostFormAsync("users.lookupByEmail", [("email", email)], SlackJson.Default.UserBody, cancellationToken);

    /// <summary>The conversation with one person; it is opened where there is none yet.</summary>
    internal Task<SlackAnswer<DirectBody>> OpenDirectAsync(string user, CancellationToken cancellationToken) =>
        PostJsonAsync("conversations.open", new OpenDirect(user), SlackJson.Default.OpenDirect, SlackJson.Default.DirectBody, null, cancellationToken);

    /// <summary>Makes a channel. Not repeatable: a second try says <c>name_taken</c>.</summary>
    internal Task<SlackAnswer<ChannelMadeBody>> CreateAsync(string name, bool isPrivate, string? team, CancellationToken cancellationToken) =>
        PostJsonAsync("conversations.create", new CreateChannel(name, isPrivate, team), SlackJson.Default.CreateChannel, SlackJson.Default.ChannelMadeBody, null, cancellationToken);

    internal Task<SlackAnswer<SlackBody>> InviteAsync(string channel, IEnumerable<string> users, CancellationToken cancellationToken) =>
        PostJsonAsync("conversations.invite", new InvitePeople(channel, string.Join(',', users)), SlackJson.Default.InvitePeople, SlackJson.Default.SlackBody, null, cancellationToken);

    internal Task<SlackAnswer<SlackBody>> SetTopicAsync(string channel, string topic, CancellationToken cancellationToken) =>
        PostJsonAsync("conversations.setTopic", new SetTopic(channel, topic), SlackJson.Default.SetTopic, SlackJson.Default.SlackBody, null, cancellationToken);

    internal Task<SlackAnswer<SlackBody>> PinAsync(string channel, string message, CancellationToken cancellationToken) =>
        PostJsonAsync("pins.add", new PinMessage(channel, message), SlackJson.Default.PinMessage, SlackJson.Default.SlackBody, null, cancellationToken);

    /// <summary>Channels that the bot itself is in.</summary>
    internal Task<SlackAnswer<ChannelsBody>> OwnChannelsAsync(string? cursor, string? team, CancellationToken cancellationToken) => PostFormAsync(
        "users.conversations", [("types", "public_channel,private_channel"), ("exclude_archived", "true"), ("limit", "200"), ("cursor", cursor), ("team_id", team)], SlackJson.Default.ChannelsBody, cancellationToken);

    /// <summary>One message, also one inside a thread.</summary>
    internal Task<SlackAnswer<HistoryBody>> MessageAsync(string channel, string message, CancellationToken cancellationToken) => PostFormAsync(
        "conversations.replies", [("channel", channel), ("ts", message), ("oldest", message), ("latest", message), ("inclusive", "true"), ("limit", "1")], SlackJson.Default.HistoryBody, cancellationToken);

    /// <summary>Messages since a time, with their metadata: of the channel, or of one thread in it.</summary>
    internal Task<SlackAnswer<HistoryBody>> HistoryAsync(
        string channel, string? thread, DateTimeOffset since, string? cursor, CancellationToken cancellationToken) => PostFormAsync(
        thread is null ? "conversations.history" : "conversations.replies",
        [
            ("channel", channel), ("ts", thread), ("oldest", (since.ToUnixTimeMilliseconds() / 1000m).ToString("0.000000", CultureInfo.InvariantCulture)),
            ("inclusive", "true"), ("include_all_metadata", "true"), ("limit", "200"), ("cursor", cursor),
        ],
        SlackJson.Default.HistoryBody, cancellationToken);

    /// <param name="team">Which workspace of an organization; null = the token's own.</param>
    internal Task<SlackAnswer<ChannelsBody>> ChannelsAsync(string? team, string? cursor, CancellationToken cancellationToken) => PostFormAsync(
        "conversations.list",
        [("team_id", team), ("types", "public_channel,private_channel"), ("exclude_archived", "true"), ("limit", "200"), ("cursor", cursor)],
        SlackJson.Default.ChannelsBody, cancellationToken);

    internal Task<SlackAnswer<UserBody>> UserAsync(string user, CancellationToken cancellationToken) =>
        PostFormAsync("users.info", [("user", user)], SlackJson.Default.UserBody, cancellationToken);

    internal Task<SlackAnswer<UserGroupsBody>> UserGroupsAsync(string? team, CancellationToken cancellationToken) =>
        PostFormAsync("usergroups.list", [("team_id", team)], SlackJson.Default.UserGroupsBody, cancellationToken);

    internal Task<SlackAnswer<GroupUsersBody>> GroupUsersAsync(string? team, string group, CancellationToken cancellationToken) =>
        PostFormAsync("usergroups.users.list", [("usergroup", group), ("team_id", team)], SlackJson.Default.GroupUsersBody, cancellationToken);

    /// <summary>The workspaces of the organization that the token is for.</summary>
    internal Task<SlackAnswer<TeamsBody>> TeamsAsync(CancellationToken cancellationToken) =>
        PostFormAsync("auth.teams.list", [("limit", "200")], SlackJson.Default.TeamsBody, cancellationToken);

    internal Task<SlackAnswer<AuthBody>> WhoAmIAsync(CancellationToken cancellationToken) =>
        PostFormAsync("auth.test", [], SlackJson.Default.AuthBody, cancellationToken);

    private Task<SlackAnswer<TBody>> PostJsonAsync<TRequest, TBody>(
        string method, TRequest body, JsonTypeInfo<TRequest> of, JsonTypeInfo<TBody> answer, string? channel, CancellationToken cancellationToken)
        where TBody : SlackBody =>
        CallAsync(method, JsonContent.Create(body, of), answer, channel, urgent: false, null, Token, cancellationToken);

    // The methods that read are not promised to take JSON.
    private Task<SlackAnswer<TBody>> PostFormAsync<TBody>(
        string method, (string Name, string? Value)[] fields, JsonTypeInfo<TBody> answer, CancellationToken cancellationToken)
        where TBody : SlackBody =>
        CallAsync(
            method, new FormUrlEncodedContent(fields.Where(f => f.Value is not null).Select(f => KeyValuePair.Create(f.Name, f.Value!))),
            answer, null, urgent: false, null, Token, cancellationToken);

    private async Task<SlackAnswer<TBody>> CallAsync<TBody>(
        string method, HttpContent content, JsonTypeInfo<TBody> answer, string? channel, bool urgent, string? who, string token, CancellationToken cancellationToken)
        where TBody : SlackBody
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.CurrentValue.ApiUrl, method)) { Content = content };
        if (pace.Take(method, channel, urgent, who) is { } wait) return new SlackAnswer<TBody>.Failed(new SlackFailure(method, "ratelimited", wait));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var answered = await SendAsync(
            method, request, response => response.Content.ReadFromJsonAsync(answer, cancellationToken), cancellationToken);
        if (access is null || answered is not SlackAnswer<TBody>.Failed { Failure.Error: "invalid_auth" or "token_revoked" or "token_expired" or "account_inactive" } ended) return answered;
        await access.Refused(ended.Failure.Error);
        return new SlackAnswer<TBody>.Failed(ended.Failure with { Error = SlackErrors.NotInstalled });
    }

    internal async Task<SlackAnswer<TBody>> SendAsync<TBody>(
        string method, HttpRequestMessage request, Func<HttpResponseMessage, Task<TBody?>> read, CancellationToken cancellationToken)
        where TBody : SlackBody
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.CurrentValue.Timeout);
        try
        {
            using var response = await http.SendAsync(request, limit.Token);
            Log.Answered(logger, method, (int)response.StatusCode);
            if (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500) return Fail<TBody>(method, response);
            return Judge(method, response, await read(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SlackAnswer<TBody>.Failed(new SlackFailure(method, "request_timeout"));
        }
        catch (HttpRequestException e)
        {
            Log.Unreachable(logger, method, e.HttpRequestError);
            return new SlackAnswer<TBody>.Failed(new SlackFailure(method, "unreachable"));
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or IOException)
        {
            Log.Unreadable(logger, method, e.GetType().Name);
            return new SlackAnswer<TBody>.Failed(new SlackFailure(method, "unreadable"));
        }
    }

    private SlackAnswer<TBody>.Failed Fail<TBody>(string method, HttpResponseMessage response)
    {
        var pause = response.Headers.RetryAfter?.Delta;
        if (response.StatusCode != HttpStatusCode.TooManyRequests)
            return new(new SlackFailure(method, $"http_{(int)response.StatusCode}", pause));
        pace.Hold(method, pause ?? TimeSpan.FromSeconds(30));
        Log.Paused(logger, method, pause);
        return new(new SlackFailure(method, "ratelimited", pause));
    }

    private SlackAnswer<TBody> Judge<TBody>(string method, HttpResponseMessage response, TBody? body)
        where TBody : SlackBody
    {
        if (body is { Ok: true }) return new SlackAnswer<TBody>.Ok(body);
        var failure = new SlackFailure(method, body?.Error ?? $"http_{(int)response.StatusCode}", response.Headers.RetryAfter?.Delta, body?.Needed)
        {
            Messages = body?.ResponseMetadata?.Messages ?? [],
        };
        Log.Refused(logger, method, failure.Error);
        return new SlackAnswer<TBody>.Failed(failure);
    }

    private static Outcome<Nothing> Settle(SlackAnswer<SlackBody> answer) => answer switch
    {
        SlackAnswer<SlackBody>.Failed f => SlackErrors.Judge<Nothing>(f.Failure),
        _ => new Outcome<Nothing>.Done(Nothing.Value),
    };

    private static partial class Log
    {
        [LoggerMessage(200, LogLevel.Debug, "Slack answered {Method} with {Status}")]
        public static partial void Answered(ILogger logger, string method, int status);

        [LoggerMessage(201, LogLevel.Warning, "Slack refused {Method}: {Error}")]
        public static partial void Refused(ILogger logger, string method, string error);

        [LoggerMessage(202, LogLevel.Information, "Slack asks to leave {Method} alone for {Pause}")]
        public static partial void Paused(ILogger logger, string method, TimeSpan? pause);

        [LoggerMessage(203, LogLevel.Warning, "Slack can't be reached for {Method}: {Problem}")]
        public static partial void Unreachable(ILogger logger, string method, HttpRequestError problem);

        [LoggerMessage(204, LogLevel.Warning, "Slack's answer to {Method} could not be read: {Problem}")]
        public static partial void Unreadable(ILogger logger, string method, string problem);

        [LoggerMessage(205, LogLevel.Warning, "An address to answer at was not Slack's, and nothing was sent there")]
        public static partial void ForeignAnswerAddress(ILogger logger);
    }
}
