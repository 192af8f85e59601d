using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatOps.Integrations.PostgreSql;

/// <summary>Hears of other processes' commits by LISTEN, on a connection of its own.</summary>
/// <remarks>What was said while nobody listened is lost; so each time listening begins, everything counts as changed.</remarks>
internal sealed partial class Listener(Database database, Action<CommitNotice> heard, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    public const string ChannelName = "chatops_commits";

    /// <summary>PostgreSQL takes payloads below 8000 bytes.</summary>
    private const int LongestPayload = 7999;

    /// <summary>A connection that died silently is found out after this.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BeforeReconnecting = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _self = Guid.NewGuid().ToString("N");
    private Task? _listening;

    private static CommitNotice Everything => new([], WorkAdded: true) { Everything = true };

    /// <summary>Begins to listen, once; there is no need before somebody wants to hear.</summary>
    public void Start()
    {
        lock (_lock) _listening ??= Task.Run(() => ListenAsync(_stopping.Token));
    }

    /// <summary>A notice as the other processes get it. One with too many names says that everything may have changed.</summary>
    public string Write(CommitNotice notice)
    {
        var payload = JsonSerializer.Serialize(new Payload(_self, [.. notice.Streams.Select(s => s.Name)], notice.WorkAdded, false), Json.Default.Payload);
        return System.Text.Encoding.UTF8.GetByteCount(payload) <= LongestPayload
            ? payload
            : JsonSerializer.Serialize(new Payload(_self, [], true, true), Json.Default.Payload);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        if (_listening is { } listening) await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(cancellationToken);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                Log.Lost(logger, Database.Means(fault) ? database.Says(fault) : fault.Message);
                await Task.Delay(BeforeReconnecting, time, cancellationToken);
            }
        }
    }

    private async Task ListenOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        connection.Notification += (_, said) => Hear(said.Payload);
        await using var listen = new NpgsqlCommand($"listen {ChannelName}", connection);
        await listen.ExecuteNonQueryAsync(cancellationToken);
        Log.Listening(logger);
        heard(Everything);
        while (true)
        {
            if (await connection.WaitAsync(Quiet, cancellationToken)) continue;
            await using var alive = new NpgsqlCommand("select 1", connection);
            await alive.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private void Hear(string text)
    {
        CommitNotice notice;
        try
        {
            var payload = JsonSerializer.Deserialize(text, Json.Default.Payload)!;
            if (payload.From == _self) return;   // told directly, when it was kept
            notice = payload.Everything ? Everything : new([.. payload.Streams.Select(s => new StreamId(s))], payload.WorkAdded);
        }
        catch (JsonException)
        {
            notice = Everything;   // a version of the bot that says it in another way
        }
        heard(notice);
    }

    internal sealed record Payload(string From, ImmutableArray<string> Streams, bool WorkAdded, bool Everything);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Payload))]
    internal sealed partial class Json : JsonSerializerContext;

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Debug, "Listening for other processes' commits.")]
        public static partial void Listening(ILogger logger);

        [LoggerMessage(2102, LogLevel.Warning, "Not hearing of other processes' commits at the moment: {Why}")]
        public static partial void Lost(ILogger logger, string why);
    }
}
