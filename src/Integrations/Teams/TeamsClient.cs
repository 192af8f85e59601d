using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>The calls of the Bot Connector that the bot makes. One try each, except that a refused token is replaced once: it neither loops nor sleeps.</summary>
/// <remarks>Our token goes only to addresses that <see cref="TeamsOptions.MaySendTo"/> knows, however they came here.</remarks>
internal sealed partial class TeamsClient(HttpClient http, BotTokens tokens, IOptionsMonitor<TeamsOptions> options, TeamsPace pace, TimeProvider clock, ILogger<TeamsClient> logger)
{
    private const int MostBytes = 8 << 20;

    /// <param name="thread">The message that starts the thread; null = a thread of its own, or just a message where there are no threads.</param>
    /// <param name="urgent">Somebody waits for it: it goes before what is told by itself.</param>
    public Task<TeamsAnswer<SentBody>> PostAsync(TeamsConversation to, string? thread, SentActivity activity, CancellationToken cancellationToken, bool urgent = false)
    {
        var conversation = thread is not null && to.HasThreads ? $"{to.Id};messageid={thread}" : to.Id;
        return WriteAsync(to, HttpMethod.Post, $"v3/conversations/{Uri.EscapeDataString(conversation)}/activities", Addressed(activity, to, conversation), "posting", urgent, cancellationToken);
    }

    public Task<TeamsAnswer<SentBody>> UpdateAsync(TeamsConversation to, string message, SentActivity activity, CancellationToken cancellationToken) => WriteAsync(
        to, HttpMethod.Put, $"v3/conversations/{Uri.EscapeDataString(to.Id)}/activities/{Uri.EscapeDataString(message)}", Addressed(activity, to, to.Id), "an update", urgent: false, cancellationToken);

    /// <summary>Opens the chat with one person, or finds the one that is open: safe to repeat.</summary>
    /// <param name="near">A conversation whose connector knows the person.</param>
    public Task<TeamsAnswer<SentBody>> OpenAsync(TeamsConversation near, NewConversation wanted, CancellationToken cancellationToken) => SendAsync(
        near.ServiceUrl, HttpMethod.Post, "v3/conversations", JsonSerializer.SerializeToUtf8Bytes(wanted, TeamsJson.Default.NewConversation), TeamsJson.Default.SentBody, "opening a chat", cancellationToken);

    public Task<TeamsAnswer<MemberBody>> MemberAsync(TeamsConversation of, string member, CancellationToken cancellationToken) => SendAsync(
        of.ServiceUrl, HttpMethod.Get, $"v3/conversations/{Uri.EscapeDataString(of.Id)}/members/{Uri.EscapeDataString(member)}", null, TeamsJson.Default.MemberBody, "a look-up", cancellationToken);

    public Task<TeamsAnswer<MembersBody>> MembersAsync(TeamsConversation of, string? from, CancellationToken cancellationToken) => SendAsync(
        of.ServiceUrl, HttpMethod.Get, $"v3/conversations/{Uri.EscapeDataString(of.Id)}/pagedmembers?pageSize=500{(from is null ? "" : "&continuationToken=" + Uri.EscapeDataString(from))}",
        null, TeamsJson.Default.MembersBody, "a look-up", cancellationToken);

    public Task<TeamsAnswer<ChannelsBody>> ChannelsAsync(Uri serviceUrl, string team, CancellationToken cancellationToken) => SendAsync(
        serviceUrl, HttpMethod.Get, $"v3/teams/{Uri.EscapeDataString(team)}/conversations", null, TeamsJson.Default.ChannelsBody, "a look-up", cancellationToken);

    /// <summary>The team that a conversation belongs to.</summary>
    public Task<TeamsAnswer<TeamBody>> TeamAsync(Uri serviceUrl, string team, CancellationToken cancellationToken) => SendAsync(
        serviceUrl, HttpMethod.Get, $"v3/teams/{Uri.EscapeDataString(team)}", null, TeamsJson.Default.TeamBody, "a look-up", cancellationToken);

    private static SentActivity Addressed(SentActivity activity, TeamsConversation to, string conversation) =>
        activity with { From = new SentAccount(to.Bot), Conversation = new SentConversation(conversation) };

    private async Task<TeamsAnswer<SentBody>> WriteAsync(TeamsConversation to, HttpMethod method, string path, SentActivity activity, string call, bool urgent, CancellationToken cancellationToken)
    {
        if (pace.Take(to.Id, urgent) is { } wait) return new TeamsAnswer<SentBody>.Failed(new TeamsFailure(call, 0, "pace", wait));
        var body = JsonSerializer.SerializeToUtf8Bytes(activity, TeamsJson.Sent.SentActivity);
        var answer = await SendAsync(to.ServiceUrl, method, path, body, TeamsJson.Default.SentBody, call, cancellationToken);
        if (answer is TeamsAnswer<SentBody>.Failed { Failure.Status: 404 }) pace.GiveBack(to.Id);
        if (answer is TeamsAnswer<SentBody>.Failed { Failure: { Status: 429 } failure }) pace.Hold(to.Id, failure.After ?? TimeSpan.FromSeconds(5));
        return answer;
    }

    private async Task<TeamsAnswer<T>> SendAsync<T>(Uri serviceUrl, HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type, string call, CancellationToken cancellationToken)
        where T : class
    {
        var current = options.CurrentValue;
        if (!current.MaySendTo(serviceUrl))
        {
            Log.Foreign(logger);
            var fault = new Fault("teams-service-host", "The address of this conversation is not Microsoft's, and nothing is sent there.", "Add its host to Teams:ServiceHosts if it should be.");
            return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "service-host") { SignIn = fault });
        }

        var url = new Uri(new Uri(serviceUrl.AbsoluteUri.TrimEnd('/') + "/"), path);
        for (var fresh = false; ; fresh = true)
        {
            string? token = null;
            if (current.Registered)
            {
                switch (await tokens.GetAsync(current.Scope, cancellationToken))
                {
                    case Outcome<string>.Done done: token = done.Value; break;
                    case Outcome<string>.Never never: return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "sign-in") { SignIn = never.Fault });
                    case Outcome<string>.Later later: return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "sign-in", later.After));
                }
            }

            var answer = await OnceAsync(url, method, body, token, type, call, cancellationToken);
            if (fresh || token is null || answer is not TeamsAnswer<T>.Failed { Failure.Status: 401 }) return answer;

            // It may have been revoked before its time: a new one, once.
            tokens.Forget(current.Scope, token);
        }
    }

    private async Task<TeamsAnswer<T>> OnceAsync<T>(Uri url, HttpMethod method, byte[]? body, string? token, JsonTypeInfo<T> type, string call, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(method, url);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.CurrentValue.Timeout);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            Log.Answered(logger, call, (int)response.StatusCode);
            var bytes = await response.Content.ReadBoundedAsync(MostBytes, limit.Token);
            if (!response.IsSuccessStatusCode) return Fail<T>(call, response, bytes ?? []);
            var read = bytes is null or { Length: 0 } ? null : JsonSerializer.Deserialize(bytes, type);
            return read is not null ? new TeamsAnswer<T>.Ok(read) : new TeamsAnswer<T>.Failed(new TeamsFailure(call, (int)response.StatusCode, "unreadable"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "timeout"));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            Log.Unreachable(logger, call, fault.GetType().Name);
            return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "unreachable"));
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "unreadable"));
        }
    }

    private TeamsAnswer<T>.Failed Fail<T>(string call, HttpResponseMessage response, byte[] body)
    {
        var code = BoundedReads.Printable(CodeOf(body), 60);
        if (response.StatusCode != HttpStatusCode.TooManyRequests) Log.Refused(logger, call, (int)response.StatusCode, code);
        return new(new TeamsFailure(call, (int)response.StatusCode, code, Retry.After(response, clock)));
    }

    /// <summary>The connector's word for what is wrong: in <c>error.code</c>, or in JSON inside of a text.</summary>
    private static string CodeOf(byte[] body)
    {
        try
        {
            var error = JsonSerializer.Deserialize(body, TeamsJson.Default.ErrorBody);
            if (error?.Error?.Code is { } code) return code;
            if (error?.Message is not { } message || !message.StartsWith('{')) return "";
            using var inner = JsonDocument.Parse(message);
            return inner.RootElement.TryGetProperty("subCode", out var sub) && sub.ValueKind == JsonValueKind.String ? sub.GetString()! : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(310, LogLevel.Debug, "Teams answered {Call} with {Status}")]
        public static partial void Answered(ILogger logger, string call, int status);

        [LoggerMessage(311, LogLevel.Warning, "Teams refused {Call}: {Status} {Code}")]
        public static partial void Refused(ILogger logger, string call, int status, string code);

        [LoggerMessage(312, LogLevel.Warning, "Teams can't be reached for {Call}: {Problem}")]
        public static partial void Unreachable(ILogger logger, string call, string problem);

        [LoggerMessage(313, LogLevel.Error, "An address to write to was not Microsoft's, and nothing was sent there")]
        public static partial void Foreign(ILogger logger);
    }
}
