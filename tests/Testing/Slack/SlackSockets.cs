using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatOps.Testing.Slack;

/// <summary>Slack's side of Socket Mode: gives each envelope to one connection, and to another one when it is not acknowledged.</summary>
public sealed class SlackSockets
{
    /// <summary>Slack shows the person an error after 3 seconds; here a test machine may be slow.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Uri root;
    private readonly Lock gate = new();
    private readonly HashSet<string> tickets = [];
    private readonly List<StandInSocket> open = [];
    private readonly List<StandInSocket> deaf = [];
    private readonly Dictionary<string, TaskCompletionSource<JsonObject>> waiting = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int next;
    private int losing;

    internal SlackSockets(Uri root) => this.root = root;

    /// <summary>How many connections were opened, and how many are open now.</summary>
    public int Opened { get; private set; }

    /// <inheritdoc cref="Opened"/>
    public int Open => Locked(() => open.Count);

    /// <summary>How often an envelope was sent again because it was not acknowledged.</summary>
    public int Resent { get; private set; }

    /// <summary>How many acknowledgements were for nothing that waits: the second of a pair.</summary>
    public int Spare { get; private set; }

    /// <summary>Each envelope is sent twice, over different connections where there are several.</summary>
    public bool Doubles { get; set; }

    internal Uri NewAddress()
    {
        var ticket = Guid.NewGuid().ToString("N");
        Locked(() => tickets.Add(ticket));
        return new Uri(root, ticket);
    }

    /// <summary>Cuts all connections without a goodbye.</summary>
    public void Drop()
    {
        foreach (var socket in Locked(() => open.Concat(deaf).ToList())) socket.Cut();
    }

    /// <summary>The next acknowledgements are lost, and their connections with them.</summary>
    public void LoseAcknowledgements(int times = 1) => Interlocked.Exchange(ref losing, times);

    /// <summary>Says that all connections will be closed; they stay open until the bot closes them.</summary>
    public async Task SayGoodbyeAsync(string reason)
    {
        foreach (var socket in Locked(() => open.ToList())) await socket.SendAsync(new JsonObject { ["type"] = "disconnect", ["reason"] = reason, ["debug_info"] = new JsonObject { ["host"] = "stand-in" } });
    }

    /// <summary>The first frame of every connection as it is sent; null = one of our own.</summary>
    public string? Hello { get; set; }

    /// <summary>Connections are opened and greeted, and nothing is ever read from them: pings are not answered.</summary>
    public bool Deaf { get; set; }

    /// <summary>Sends a frame as it is to one connection.</summary>
    public async Task SendRawAsync(string frame) => await (await AnyAsync()).SendAsync(frame);

    /// <summary>Sends a frame as it is to every connection.</summary>
    public async Task SendRawToAllAsync(string frame)
    {
        foreach (var socket in Locked(() => open.ToList())) await socket.SendAsync(frame);
    }

    /// <summary>Sends an envelope as it is, once.</summary>
    /// <returns>The whole acknowledgement.</returns>
    public async Task<JsonObject> DeliverAsync(string envelope)
    {
        var answer = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        Locked(() => waiting[(string)JsonNode.Parse(envelope)!["envelope_id"]!] = answer);
        await SendRawAsync(envelope);
        return await answer.Task.WaitAsync(Patience);
    }

    /// <summary>Waits until the connections are as they should be.</summary>
    public async Task UntilAsync(Func<SlackSockets, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var news = Volatile.Read(ref changed).Task;
            if (wanted(this)) return;
            await news.WaitAsync(limit.Token);
        }
    }

    internal async Task AcceptAsync(HttpContext context, string ticket)
    {
        if (!context.WebSockets.IsWebSocketRequest || !Locked(() => tickets.Remove(ticket)))
        {
            context.Response.StatusCode = (int)HttpStatusCode.Forbidden;
            return;
        }

        using var socket = new StandInSocket(await context.WebSockets.AcceptWebSocketAsync());
        var count = Locked(() =>
        {
            (Deaf ? deaf : open).Add(socket);
            Opened++;
            return open.Count;
        });
        await socket.SendAsync(Hello ?? new JsonObject { ["type"] = "hello", ["num_connections"] = count, ["connection_info"] = new JsonObject { ["app_id"] = "A1" } }.ToJsonString());
        Tell();
        if (Locked(() => deaf.Contains(socket))) await socket.Gone;
        while (await socket.ReadAsync() is { } frame) Hear(socket, frame);
        Remove(socket);
        await socket.Gone;
    }

    /// <summary>Sends what would come over HTTP, again and again until it is acknowledged.</summary>
    /// <returns>The acknowledgement's payload as text; empty when it has none.</returns>
    internal async Task<string> SendAsync(SlackRequestSent request)
    {
        var envelope = Envelope(request);
        var id = (string)envelope["envelope_id"]!;
        var answer = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        Locked(() => waiting[id] = answer);
        using var patience = new CancellationTokenSource(Patience);
        for (var tries = 0; ; tries++)
        {
            patience.Token.ThrowIfCancellationRequested();
            if (tries > 0) Resent++;
            var socket = await AnyAsync();
            await socket.SendAsync(envelope);
            if (Doubles && tries == 0) await (await AnyAsync()).SendAsync(envelope);
            if (await Task.WhenAny(answer.Task, socket.Gone, Task.Delay(Patience, patience.Token)) == answer.Task || answer.Task.IsCompleted) break;
        }

        return (await answer.Task)["payload"]?.ToJsonString() ?? "";
    }

    private void Hear(StandInSocket socket, string frame)
    {
        if (JsonNode.Parse(frame) is not JsonObject answer || (string?)answer["envelope_id"] is not { } id) return;
        if (Interlocked.Decrement(ref losing) >= 0)
        {
            socket.Cut();
            return;
        }

        var found = Locked(() => waiting.Remove(id, out var one) ? one : null);
        if (found is null) Spare++;
        else found.TrySetResult(answer);
        Tell();
    }

    private async Task<StandInSocket> AnyAsync()
    {
        StandInSocket? found = null;
        await UntilAsync(_ => (found = Locked(() => open.Count == 0 ? null : open[next++ % open.Count])) is not null);
        return found!;
    }

    private static JsonObject Envelope(SlackRequestSent request)
    {
        var (type, payload) = request.Path switch
        {
            "slack/commands" => ("slash_commands", new JsonObject(QueryHelpers.ParseQuery(request.Body).Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value.ToString())))),
            "slack/interactions" or "slack/options" => ("interactive", (JsonObject)JsonNode.Parse(QueryHelpers.ParseQuery(request.Body)["payload"].ToString())!),
            _ => ("events_api", (JsonObject)JsonNode.Parse(request.Body)!),
        };
        return new JsonObject { ["envelope_id"] = Guid.NewGuid().ToString("D"), ["type"] = type, ["payload"] = payload, ["accepts_response_payload"] = type != "events_api" };
    }

    private void Remove(StandInSocket socket)
    {
        Locked(() => open.Remove(socket));
        Tell();
    }

    private T Locked<T>(Func<T> act)
    {
        lock (gate) return act();
    }

    private void Tell() => Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}

/// <summary>One connection, from Slack's side.</summary>
internal sealed class StandInSocket(WebSocket socket) : IDisposable
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task last = Task.CompletedTask;

    /// <summary>Ends when nothing can come over it any more.</summary>
    public Task Gone => gone.Task;

    public Task SendAsync(JsonObject frame) => SendAsync(frame.ToJsonString());

    /// <summary>One frame after the other.</summary>
    public Task SendAsync(string frame)
    {
        lock (gate) return last = SendAfterAsync(last, frame);
    }

    private async Task SendAfterAsync(Task before, string frame)
    {
        await before;
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException or IOException or OperationCanceledException)
        {
            gone.TrySetResult();
        }
    }

    /// <summary>The next frame; null when it has ended.</summary>
    public async Task<string?> ReadAsync()
    {
        var text = new MemoryStream();
        var chunk = new byte[4096];
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(chunk.AsMemory(), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    break;
                }

                text.Write(chunk, 0, read.Count);
                if (read.EndOfMessage) return Encoding.UTF8.GetString(text.ToArray());
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException or IOException or OperationCanceledException)
        {
            // It was cut, by either side.
        }

        gone.TrySetResult();
        return null;
    }

    public void Cut()
    {
        socket.Abort();
        gone.TrySetResult();
    }

    public void Dispose() => socket.Dispose();
}
