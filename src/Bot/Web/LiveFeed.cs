using System.Collections.Immutable;
using System.Text.Json;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Tells an open page what changed, by server-sent events: whole elements, freshly rendered, a few times a second at most.</summary>
internal sealed class LiveFeed(Changes changes, PageReads reads, TimeProvider time)
{
    /// <summary>What happens within this becomes one update.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <param name="since">The id of the last event the page has, or where the count stood when it was made.</param>
    public async Task ServeAsync(HttpResponse response, Viewer viewer, string topic, string? since, CancellationToken stopping)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.WriteAsync("retry: 2000\n\n", stopping);
        await response.Body.FlushAsync(stopping);
        var sent = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!stopping.IsCancellationRequested)
        {
            var news = changes.After(since);
            var patches = await TryRenderAsync(viewer with { Now = time.GetUtcNow() }, topic, news, stopping);
            if (patches is null)
            {
                await Task.Delay(TimeSpan.FromSeconds(2), time, stopping);
                await BeatAsync(response, stopping);
                continue;
            }

            since = news?.At ?? since ?? changes.Now;
            await SendAsync(response, since, patches.Value.Where(patch => IsNew(sent, patch)), stopping);
            await Task.Delay(Gather, time, stopping);
            await changes.WaitAsync(since, Heartbeat, stopping);
        }
    }

    /// <summary>What a page of this topic shows differently now.</summary>
    /// <param name="news">Null = nothing is known to have changed; targets may have, without a run.</param>
    public async Task<ImmutableArray<Patch>> RenderAsync(Viewer viewer, string topic, News? news, CancellationToken cancellationToken)
    {
        if (topic == "services")
        {
            return [new Patch("board", ServicesPage.Board(await reads.BoardAsync(cancellationToken)).Markup)];
        }

        if (news is null) return [];
        if (topic == "waiting") return [WaitingPage.Patch(viewer, WaitingPage.Of(viewer, await reads.OpenAsync(cancellationToken)))];
        if (topic == "chat") return await ChatAsync(viewer, news, cancellationToken);
        if (topic == "runs" || topic.StartsWith("runs:", StringComparison.Ordinal))
            return [new Patch("runs", RunPages.List(await reads.ListAsync(topic.Length > 5 ? topic[5..] : null, cancellationToken)).Markup)];
        return RunId.TryParse(topic, out var run) && news.Tells(run.Number) && await reads.RunAsync(run, cancellationToken) is { } page
            ? [new Patch($"run-{run}", RunPages.CardOf(viewer, new ShownRun(page.Row, page.Card)).Markup), new Patch("gates", GateChartHtml.Of(page.Charts).Markup), new Patch("logs", JobLogHtml.Of(page.Logs).Markup), new Patch("timeline", RunPages.Timeline(page).Markup), new Patch("plan", RunPages.Plan(viewer, page).Markup)]
            : [];
    }

    private async Task<ImmutableArray<Patch>> ChatAsync(Viewer viewer, News news, CancellationToken cancellationToken)
    {
        if (news.Runs is null) return [.. (await reads.ChatAsync([], cancellationToken)).Select(run => Entry(viewer, run))];
        var patches = ImmutableArray.CreateBuilder<Patch>();
        foreach (var number in news.Runs.Order())
        {
            if (await reads.ShownAsync(new RunId(number), cancellationToken) is { } run) patches.Add(Entry(viewer, run));
        }

        return patches.ToImmutable();
    }

    public static Patch Entry(Viewer viewer, ShownRun run) => new($"entry-{run.Row.Number}", ChatPage.Run(viewer, run).Markup, Into: ChatPage.Feed);

    /// <summary>Null while the database does not answer: the page keeps what it has, and is told once it does.</summary>
    private async Task<ImmutableArray<Patch>?> TryRenderAsync(Viewer viewer, string topic, News? news, CancellationToken stopping)
    {
        try
        {
            return await RenderAsync(viewer, topic, news, stopping);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    private static bool IsNew(Dictionary<string, string> sent, Patch patch)
    {
        if (sent.TryGetValue(patch.Id, out var before) && before == patch.Html) return false;

        // Only the board is looked at without news; remembering more would hold every card of every page in memory.
        if (patch.Id == "board") sent[patch.Id] = patch.Html;
        return true;
    }

    private static async Task SendAsync(HttpResponse response, string id, IEnumerable<Patch> patches, CancellationToken stopping)
    {
        var any = false;
        foreach (var patch in patches)
        {
            any = true;
            await response.WriteAsync($"event: patch\nid: {id}\ndata: {JsonSerializer.Serialize(patch, PageJson.Plain.Patch)}\n\n", stopping);
        }

        if (any) await response.Body.FlushAsync(stopping);
        else await BeatAsync(response, stopping);
    }

    private static async Task BeatAsync(HttpResponse response, CancellationToken stopping)
    {
        await response.WriteAsync(": still here\n\n", stopping);
        await response.Body.FlushAsync(stopping);
    }
}
