using System.Collections.Immutable;
using System.Text.Json;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Tells an open page what changed, by server-sent events: whole elements, freshly rendered, a few times a second at most.</summary>
internal sealed class LiveFeed(Changes changes, PageReads reads, TimeProvider time)
{
    /// <summary>What happens within this becomes one update.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly SharedReads shared = new(time);

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
        // Before anything is read: what is read from here on knows all that was counted so far.
        var at = changes.Now;
        Task<T> OnceAsync<T>(Func<Task<T>> read) => shared.OfAsync(topic, at, read, cancellationToken);
        if (topic == "services")
            return [await OnceAsync(async () => new Patch("board", ServicesPage.Board(await reads.BoardAsync(CancellationToken.None)).Markup))];
        if (news is null) return [];
        if (topic == "waiting") return [WaitingPage.Patch(viewer, WaitingPage.Of(viewer, await OnceAsync(() => reads.OpenAsync(CancellationToken.None))))];
        if (topic == "chat") return await ChatAsync(viewer, news, at, cancellationToken);
        if (topic == "runs" || topic.StartsWith("runs:", StringComparison.Ordinal))
            return [await OnceAsync(async () => new Patch("runs", RunPages.List(await reads.ListAsync(topic.Length > 5 ? topic[5..] : null, CancellationToken.None)).Markup))];
        if (!RunId.TryParse(topic, out var run) || !news.Tells(run.Number) || await OnceAsync(() => DrawAsync(run)) is not { } drawn) return [];
        var page = drawn.Page;
        return [new Patch($"run-{run}", RunPages.CardOf(viewer, new ShownRun(page.Row, page.Card)).Markup), .. drawn.Same, new Patch("plan", RunPages.Plan(viewer, page).Markup)];
    }

    /// <summary>A run's page, and of it what is the same for everybody.</summary>
    private async Task<Drawn?> DrawAsync(RunId run) => await reads.RunAsync(run, CancellationToken.None) is { } page
        ? new Drawn(page, [new Patch("gates", GateChartHtml.Of(page.Charts).Markup), new Patch("logs", JobLogHtml.Of(page.Logs).Markup), new Patch("timeline", RunPages.Timeline(page).Markup)])
        : null;

    private async Task<ImmutableArray<Patch>> ChatAsync(Viewer viewer, News news, string at, CancellationToken cancellationToken)
    {
        if (news.Runs is null) return [.. (await shared.OfAsync("chat", at, () => reads.ChatAsync([], CancellationToken.None), cancellationToken)).Select(run => Entry(viewer, run))];
        var patches = ImmutableArray.CreateBuilder<Patch>();
        foreach (var number in news.Runs.Order())
        {
            if (await shared.OfAsync($"chat {number}", at, () => reads.ShownAsync(new RunId(number), CancellationToken.None), cancellationToken) is { } run) patches.Add(Entry(viewer, run));
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

    private sealed record Drawn(RunPage Page, ImmutableArray<Patch> Same);
}
