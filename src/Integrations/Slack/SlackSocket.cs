using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Slack;

/// <summary>One Socket Mode connection: frames come in, acknowledgements go out.</summary>
/// <remarks>
/// Reading is for one reader; acknowledging is for any number. A connection that answers no ping for twice <see cref="SlackOptions.KeepAlive"/> ends by itself.
/// Source: docs.slack.dev/apis/events-api/using-socket-mode.
/// </remarks>
public sealed class SlackSocket : IDisposable
{
    /// <summary>The longest frame that is read, in bytes.</summary>
    public const int MostBytes = 2 << 20;

    private readonly ClientWebSocket socket;
    private readonly TimeSpan timeout;
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly byte[] chunk = new byte[16 << 10];

    private SlackSocket(ClientWebSocket socket, TimeSpan timeout) => (this.socket, this.timeout) = (socket, timeout);

    internal static async Task<Outcome<SlackSocket>> ConnectAsync(Uri url, SlackOptions options, CancellationToken cancellationToken)
    {
        var opened = new ClientWebSocket();
        opened.Options.KeepAliveInterval = options.KeepAlive;
        opened.Options.KeepAliveTimeout = options.KeepAlive;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        try
        {
            await opened.ConnectAsync(url, limit.Token);
            return new Outcome<SlackSocket>.Done(new SlackSocket(opened, options.Timeout));
        }
        catch (Exception e) when (e is WebSocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Not the exception's own words: they may hold the address.
            opened.Dispose();
            return new Outcome<SlackSocket>.Later("The Socket Mode connection could not be opened.");
        }
    }

    /// <summary>The next frame; null when the connection has ended, by either side or by silence.</summary>
    public async Task<SlackFrame?> ReadAsync(CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(chunk.AsMemory(), cancellationToken);
                if (read.MessageType == WebSocketMessageType.Close) return null;
                // What is too long is read to its end and forgotten, so that the next frame is found.
                if (text.Length <= MostBytes) text.Write(chunk, 0, read.Count);
                if (!read.EndOfMessage) continue;
                return text.Length > MostBytes ? new SlackFrame.Unreadable("It is longer than 2 MB.") : SlackFrame.Read(text.GetBuffer().AsMemory(0, (int)text.Length));
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or SocketException or ObjectDisposedException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Tells Slack that an envelope has arrived, with what HTTP would have answered.</summary>
    /// <param name="payload">JSON; null for nothing.</param>
    /// <returns>False when the connection was gone: Slack sends the envelope again.</returns>
    public async Task<bool> AcknowledgeAsync(string envelope, string? payload, CancellationToken cancellationToken)
    {
        var answer = new JsonObject { ["envelope_id"] = envelope };
        if (payload is not null) answer["payload"] = JsonNode.Parse(payload);
        var bytes = Encoding.UTF8.GetBytes(answer.ToJsonString());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await sending.WaitAsync(limit.Token);
            try
            {
                await socket.SendAsync(bytes, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, limit.Token);
                return true;
            }
            finally
            {
                sending.Release();
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Says goodbye; <see cref="ReadAsync"/> then comes to its end.</summary>
    public async Task CloseAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            socket.Abort();
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        sending.Dispose();
    }
}

/// <summary>What comes over a Socket Mode connection.</summary>
public abstract record SlackFrame
{
    private SlackFrame() { }

    /// <summary>The connection is ready.</summary>
    /// <param name="Connections">How many the app has now, over all its processes.</param>
    public sealed record Hello(int Connections) : SlackFrame;

    /// <summary>The connection ends soon: <c>warning</c>, <c>refresh_requested</c>, <c>link_disabled</c>.</summary>
    public sealed record Disconnect(string Reason) : SlackFrame;

    /// <summary>A request, to be acknowledged within 3 seconds on the same connection.</summary>
    /// <param name="Type"><c>slash_commands</c>, <c>interactive</c> or <c>events_api</c>.</param>
    /// <param name="TakesAnswer">True when the acknowledgement may carry an answer.</param>
    public sealed record Envelope(string Id, string Type, JsonElement Payload, bool TakesAnswer) : SlackFrame;

    /// <summary>A frame of a kind that is not known here.</summary>
    public sealed record Other : SlackFrame;

    /// <summary>A frame that makes no sense; <paramref name="Why"/> holds nothing of it.</summary>
    public sealed record Unreadable(string Why) : SlackFrame;

    public static SlackFrame Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "type") is not { } type) return new Unreadable("It has no type.");
            if (type == "hello") return new Hello(root.TryGetProperty("num_connections", out var count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt32(out var many) ? many : 0);
            if (type == "disconnect") return new Disconnect(Text(root, "reason") ?? "");
            if (Text(root, "envelope_id") is not { Length: > 0 and <= 200 } id) return new Other();
            if (!root.TryGetProperty("payload", out var payload) || payload.ValueKind != JsonValueKind.Object) return new Unreadable("The envelope is empty.");
            return new Envelope(id, type, payload.Clone(), root.TryGetProperty("accepts_response_payload", out var takes) && takes.ValueKind == JsonValueKind.True);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new Unreadable("It is not JSON.");
        }
    }

    private static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
}
