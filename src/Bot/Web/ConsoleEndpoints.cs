using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>The web console: a chat, a page per run, what is live where. It works without scripts, and better with them.</summary>
internal static class ConsoleEndpoints
{
    private static readonly TimeSpan LongestSight = TimeSpan.FromMinutes(5);

    public static IServiceCollection AddConsole(this IServiceCollection services) => services
        .AddSingleton<Changes>()
        .AddSingleton<Conversations>()
        .AddSingleton<Viewers>()
        .AddSingleton<PageReads>()
        .AddSingleton<AuditReads>()
        .AddSingleton<RunbookReads>()
        .AddSingleton<LiveFeed>()
        .AddSingleton<ConsoleForms>();

    public static void MapConsole(this IEndpointRouteBuilder routes)
    {
        var console = routes.MapGroup("").ExcludeFromDescription().AddEndpointFilter<ConsoleDoor>();
        console.MapGet("/", ChatAsync);
        console.MapGet("/runs", RunsAsync);
        console.MapGet("/runs/{id}", RunAsync);
        console.MapGet("/services", ServicesAsync);
        console.MapGet("/runbooks", RunbooksAsync);
        console.MapGet("/runbooks/{name}", RunbookAsync);
        console.MapGet("/runbooks/{name}/picture.svg", PictureAsync).WithMetadata(new NoPage());
        console.MapGet("/audit", AuditAsync);
        console.MapAlerts();
        console.MapIncidents();
        console.MapGet("/reports", ReportPages.ShowAsync);
        console.MapGet("/live", LiveAsync).WithMetadata(new NoPage());
        console.MapGet("/words", WordsAsync).WithMetadata(new NoPage());
        console.MapGet("/assets/{hash}/{name}", Asset).WithMetadata(new NoPage(), new ForAnybody());
        console.MapSignIn();
        console.MapPageLinks();
        console.MapSettings();
        console.MapSlackInstalls();
        console.MapCards();
        console.MapGet("/waiting", WaitingAsync);
        console.MapPost("/say", SayAsync);
        console.MapPost("/fill", FillAsync);
        console.MapPost("/click", ClickAsync);
        console.MapPost("/be", BeAsync);
        console.MapGet("/say", Back);
        console.MapGet("/fill", Back);
        console.MapGet("/click", Back);
        console.MapGet("/be", Back);
        routes.MapFallback("{*path}", NothingThereAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> ChatAsync(HttpContext http, Viewers viewers, PageReads reads, Conversations conversations, Changes changes, string? say)
    {
        var since = changes.Now;
        var viewer = await viewers.OfAsync(http);
        var lines = conversations.Of(viewer);
        var runs = await reads.ChatAsync(lines.Where(line => line.Points is not null).Select(line => line.Points!.Value), http.RequestAborted);
        return PageResults.Page(ChatPage.Of(viewer, runs, lines, say, new Live("chat", since)));
    }

    private static async Task<IResult> RunsAsync(HttpContext http, Viewers viewers, PageReads reads, Changes changes, string? service)
    {
        var since = changes.Now;
        var named = string.IsNullOrWhiteSpace(service) ? null : service;
        var rows = await reads.ListAsync(named, http.RequestAborted);
        return PageResults.Page(RunPages.Many(await viewers.OfAsync(http), rows, named, new Live(named is null ? "runs" : $"runs:{named}", since)));
    }

    private static async Task<IResult> RunAsync(HttpContext http, Viewers viewers, PageReads reads, Conversations conversations, Changes changes, string id)
    {
        var since = changes.Now;
        var viewer = await viewers.OfAsync(http);
        return RunId.TryParse(id, out var run) && await reads.RunAsync(run, http.RequestAborted) is { } page
            ? PageResults.Page(RunPages.One(viewer, page, conversations.Of(viewer), new Live($"{run}", since)))
            : PageResults.Page(PlainPages.Sorry(viewer, "There is no such run", "Its number may be mistyped. The list of runs has them all."), StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> WaitingAsync(HttpContext http, Viewers viewers, PageReads reads, Changes changes)
    {
        var since = changes.Now;
        var viewer = await viewers.OfAsync(http);
        return PageResults.Page(WaitingPage.Of(viewer, WaitingPage.Of(viewer, await reads.OpenAsync(http.RequestAborted)), new Live("waiting", since)));
    }

    private static async Task<IResult> ServicesAsync(HttpContext http, Viewers viewers, PageReads reads, Changes changes)
    {
        var since = changes.Now;
        return PageResults.Page(ServicesPage.Of(await viewers.OfAsync(http), await reads.BoardAsync(http.RequestAborted), new Live("services", since)));
    }

    private static async Task<IResult> RunbooksAsync(HttpContext http, Viewers viewers, RunbookReads reads) =>
        PageResults.Page(RunbookPages.Many(await viewers.OfAsync(http), await reads.AllAsync(http.RequestAborted)));

    private static async Task<IResult> RunbookAsync(HttpContext http, Viewers viewers, RunbookReads reads, string name) => await reads.OneAsync(name, http.RequestAborted) is { } one
        ? PageResults.Page(RunbookPages.One(await viewers.OfAsync(http), one))
        : PageResults.Page(PlainPages.Sorry(await viewers.OfAsync(http), "There is no such runbook", "It may have been renamed. The list of runbooks has them all."), StatusCodes.Status404NotFound);

    private static async Task<IResult> PictureAsync(HttpContext http, RunbookReads reads, string name) => await reads.OneAsync(name, http.RequestAborted) is { Model: { } model } one
        ? Results.Text(Diagram.Svg(model, one.Stands), "image/svg+xml")
        : Results.NotFound();

    private static async Task<IResult> AuditAsync(HttpContext http, Viewers viewers, AuditReads reads, string? q, long? before)
    {
        var words = string.IsNullOrWhiteSpace(q) ? null : q.Trim()[..Math.Min(q.Trim().Length, 200)];
        return PageResults.Page(AuditPage.Of(await viewers.OfAsync(http), await reads.PageAsync(words, before, http.RequestAborted), words));
    }

    private static async Task LiveAsync(HttpContext http, LiveFeed feed, Viewers viewers, IHostApplicationLifetime life, string topic, string? since)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);

        // The browser asks again by itself, and then it is looked at again whether somebody is still signed in.
        if (http.Features.Get<Session>() is not null) either.CancelAfter(LongestSight);
        try
        {
            var last = http.Request.Headers["Last-Event-ID"].ToString();
            await feed.ServeAsync(http.Response, await viewers.OfAsync(http), topic, last.Length > 0 ? last : since, either.Token);
        }
        catch (OperationCanceledException)
        {
            // The page went away, or the bot stops.
        }
    }

    private static async Task<IResult> WordsAsync(HttpContext http, KnownWords words)
    {
        var known = await words.NowAsync(http.RequestAborted);
        return Results.Json(
            new Hints(
                [.. CommandWords.All.Select(command => new CommandHint(command.Name, command.Usage, command.What, command.Options))],
                [.. known.Services.Select(service => new ServiceHint(service.Name, [.. service.Environments.Select(environment => environment.Name)], [.. service.Versions.Take(8)]))],
                known.OpenRuns),
            PageJson.Plain.Hints);
    }

    private static IResult Asset(HttpContext http, string hash, string name)
    {
        if (Assets.Find(name) is not { } bytes) return Results.NotFound();
        http.Response.Headers.CacheControl = Assets.IsCurrent(hash) ? "public, max-age=31536000, immutable" : "no-cache";
        return Results.Bytes(bytes, Assets.TypeOf(name), entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue(Assets.Tag));
    }

    private static async Task<IResult> SayAsync(HttpContext http, Viewers viewers, ConsoleForms forms)
    {
        var form = await PageResults.FormAsync(http);
        var said = form["text"].ToString().Trim();
        if (said.Length == 0) return PageResults.SeeOther(http, "/");
        var told = await forms.SayAsync(await viewers.OfAsync(http), said, PageResults.DeliveryOf(form), http.RequestAborted);
        return PageResults.IsScript(http) ? PageResults.Json(told) : PageResults.SeeOther(http, $"/#{told.Look}");
    }

    /// <summary>A form that was filled in is the command it was asked for, with the answers.</summary>
    private static async Task<IResult> FillAsync(HttpContext http, Viewers viewers, ConsoleForms forms)
    {
        var form = await PageResults.FormAsync(http);
        if (form["command"].ToString() is not { Length: > 0 } command) throw new BadHttpRequestException("That is not a form of this bot.");
        var answers = form.Where(field => field.Key.StartsWith(FormHtml.Prefix, StringComparison.Ordinal)).Select(field => KeyValuePair.Create(field.Key[FormHtml.Prefix.Length..], field.Value.ToString().Trim()));
        var (viewer, filled) = (await viewers.OfAsync(http), new Filled(command, [.. answers], form["line"].ToString(), PageResults.DeliveryOf(form)));
        var told = form["again"] == "yes" ? await forms.AskAgainAsync(viewer, filled, http.RequestAborted) : await forms.FillAsync(viewer, filled, http.RequestAborted);
        return PageResults.IsScript(http) ? PageResults.Json(told) : PageResults.SeeOther(http, $"/#{told.Look}");
    }

    private static async Task<IResult> ClickAsync(HttpContext http, Viewers viewers, ConsoleForms forms)
    {
        var form = await PageResults.FormAsync(http);
        if (CardAction.Parse(form["action"]) is not { } action) throw new BadHttpRequestException("That is not a button of this bot.");
        var viewer = await viewers.OfAsync(http);
        var (back, delivery) = (PageResults.BackOf(http, form), PageResults.DeliveryOf(form));
        var isSure = form["sure"] == "yes" || form["ask"].Count == 0;
        if (!isSure) return PageResults.Page(PlainPages.AskFirst(viewer, action, await forms.ButtonAsync(action, http.RequestAborted), delivery, back));
        var reason = form["reason"].ToString().Trim() is { Length: > 0 } given ? given : null;
        var told = await forms.ClickAsync(viewer, new Click(action, reason, delivery, PageResults.IsChat(http)), http.RequestAborted);
        if (PageResults.IsScript(http)) return PageResults.Json(told);
        return PageResults.SeeOther(http, back == "/" ? $"/#{told.Look ?? $"entry-{action.Run}"}" : told.Go ?? back);
    }

    private static async Task<IResult> BeAsync(HttpContext http, Viewers viewers)
    {
        var form = await PageResults.FormAsync(http);
        viewers.Become(http, form["person"].ToString());
        return PageResults.SeeOther(http, PageResults.BackOf(http, form));
    }

    private static IResult Back(HttpContext http) => PageResults.SeeOther(http, "/");

    /// <summary>Other callers' addresses get a plain no; a person gets a page.</summary>
    private static async Task<IResult> NothingThereAsync(HttpContext http, Viewers viewers, SignIn signIn)
    {
        string[] callers = ["/slack", "/api", "/webhooks", "/health", "/openapi"];
        if (callers.Any(caller => http.Request.Path.StartsWithSegments(caller, StringComparison.OrdinalIgnoreCase))) return Results.NotFound();
        ConsoleDoor.Guard(http.Response.Headers);
        return await signIn.RefuseAsync(http, HttpMethods.IsGet(http.Request.Method)) ?? PageResults.Page(PlainPages.Sorry(await viewers.OfAsync(http), "There is no such page", "The address may be mistyped, or older than the bot."), StatusCodes.Status404NotFound);
    }
}
