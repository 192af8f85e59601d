using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Tells a page what changed, by server-sent events: whole fragments, freshly rendered, a few times a second at most.</summary>
internal sealed class LiveFeed(IStore store, Readings readings)
{
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private const string RunStream = "run-";

    /// <param name="topic">A run's number, or <c>all</c>.</param>
    public async Task ServeAsync(HttpContext context, string topic, CancellationToken stopping)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var gate = new Lock();
        var changed = new HashSet<long>();
        using var news = new SemaphoreSlim(1, 1);
        using var subscription = store.OnCommitted(notice =>
        {
            lock (gate)
            {
                foreach (var stream in notice.Streams)
                {
                    if (stream.Name.StartsWith(RunStream, StringComparison.Ordinal) && long.TryParse(stream.Name.AsSpan(RunStream.Length), out var run) && (topic == "all" || topic == $"{run}")) changed.Add(run);
                }

                if (changed.Count > 0 && news.CurrentCount == 0) news.Release();
            }
        });
        var first = true;
        while (!stopping.IsCancellationRequested)
        {
            if (!await news.WaitAsync(Heartbeat, stopping))
            {
                await context.Response.WriteAsync(": still here\n\n", stopping);
                await context.Response.Body.FlushAsync(stopping);
                continue;
            }

            long[] runs;
            lock (gate)
            {
                runs = [.. changed];
                changed.Clear();
            }

            // What happened while the page was loading, or while the line was cut, is in the first patch.
            if (first) runs = topic == "all" ? [.. (await readings.RunsAsync(new RunQuery(AtMost: 12), stopping)).Select(row => row.Number).Order()] : long.TryParse(topic, out var one) ? [one] : [];
            first = false;
            await SendAsync(context, topic, runs, stopping);
            await Task.Delay(Coalesce, stopping);
        }
    }

    private async Task SendAsync(HttpContext context, string topic, long[] runs, CancellationToken stopping)
    {
        foreach (var number in runs.Order())
        {
            if (await readings.RunAsync(new RunId(number), stopping) is not { } page) continue;
            await PatchAsync(context, $"run-{number}", topic == "all" ? Pages.Run(page.Row, page.Card) : CardHtml.Of(page.Card, $"run-{number}", new RunId(number)), "feed", stopping);
            if (topic != "all") await PatchAsync(context, "timeline", Pages.TimelineOf(page), null, stopping);
        }

        if (topic == "all")
        {
            await PatchAsync(context, "runs", Pages.RunsTable(await readings.RunsAsync(new RunQuery(AtMost: 100), stopping)), null, stopping);
            await PatchAsync(context, "board", Pages.Board(await readings.BoardAsync(stopping)), null, stopping);
        }

        await context.Response.Body.FlushAsync(stopping);
    }

    /// <param name="into">The list that a new element joins; null = it only changes where it already is.</param>
    private static async Task PatchAsync(HttpContext context, string id, Html html, string? into, CancellationToken stopping)
    {
        var json = JsonSerializer.Serialize(new Patch(id, html.Markup, into), PatchJson.Default.Patch);
        await context.Response.WriteAsync($"event: patch\ndata: {json}\n\n", Encoding.UTF8, stopping);
    }

    internal sealed record Patch(string Id, string Html, string? Into);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LiveFeed.Patch))]
internal sealed partial class PatchJson : JsonSerializerContext;
