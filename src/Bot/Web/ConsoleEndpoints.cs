using System.Security.Cryptography;
using System.Text;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using Microsoft.Net.Http.Headers;

namespace ChatOps.Bot.Web;

/// <summary>The web console: a chat pane, a page per run, what is live where. It works without scripts, and better with them.</summary>
internal static class ConsoleEndpoints
{
    private const string WhoCookie = "chatops-who";
    private const int LongestForm = 16 * 1024;

    public static IServiceCollection AddConsole(this IServiceCollection services) => services.AddSingleton<LiveFeed>();

    public static void MapConsole(this IEndpointRouteBuilder routes)
    {
        var console = routes.MapGroup("").OnLoopbackOnly().ExcludeFromDescription();
        console.AddEndpointFilter(async (context, next) =>
        {
            Guard(context.HttpContext.Response.Headers);
            return await next(context);
        });
        console.MapGet("/", async (HttpContext http, Callers callers, Readings readings) => Page(await ChatAsync(http, callers, readings, Html.Nothing, null)));
        console.MapGet("/runs", async (HttpContext http, Callers callers, Readings readings) =>
            Page(Pages.Runs(await ViewerAsync(http, callers), await readings.RunsAsync(new RunQuery(AtMost: 100), http.RequestAborted))));
        console.MapGet("/services", async (HttpContext http, Callers callers, Readings readings) =>
            Page(Pages.Services(await ViewerAsync(http, callers), await readings.BoardAsync(http.RequestAborted))));
        console.MapGet("/runs/{id}", RunAsync);
        console.MapGet("/live", async (HttpContext http, LiveFeed feed, IHostApplicationLifetime life, string topic) =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
            try
            {
                await feed.ServeAsync(http, topic, either.Token);
            }
            catch (OperationCanceledException)
            {
                // The page went away, or the bot stops.
            }
        });
        console.MapPost("/say", SayAsync);
        console.MapPost("/click", ClickAsync);
        console.MapPost("/be", BeAsync);
        console.MapGet("/assets/{name}", Asset);
        console.MapFallback(async (HttpContext http, Callers callers) =>
            Page(Pages.Sorry(await ViewerAsync(http, callers), "There is no such page", "The address may be mistyped, or older than the bot."), StatusCodes.Status404NotFound));
    }

    private static async Task<IResult> RunAsync(HttpContext http, Callers callers, Readings readings, string id)
    {
        var viewer = await ViewerAsync(http, callers);
        return RunId.TryParse(id, out var run) && await readings.RunAsync(run, http.RequestAborted) is { } page
            ? Page(Pages.RunPage(viewer, page))
            : Page(Pages.Sorry(viewer, "There is no such run", "Its number may be mistyped."), StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> SayAsync(HttpContext http, Callers callers, Desk desk, Readings readings)
    {
        if (await FormAsync(http) is not { } form) return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        var viewer = await ViewerAsync(http, callers);
        var said = form["text"].ToString();
        var reply = await desk.HearAsync(new Speaker(viewer.Caller, null), said, Delivery(viewer, form), http.RequestAborted);

        // A run that opened shows its own card in the feed.
        var answer = reply is { Refusal: null, Run: not null } && IsOpening(said) ? Html.Nothing : Pages.Answer(said, reply);
        return IsScript(http) ? Fragment(answer) : Page(await ChatAsync(http, callers, readings, answer, null));
    }

    private static async Task<IResult> ClickAsync(HttpContext http, Callers callers, Desk desk, Readings readings)
    {
        if (await FormAsync(http) is not { } form) return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        var viewer = await ViewerAsync(http, callers);
        if (CardAction.Parse(form["action"]) is not { } action) return Results.StatusCode(StatusCodes.Status400BadRequest);
        if (form["asks"].Count > 0 && form["sure"].Count == 0) return Page(Pages.AskFirst(viewer, action, form["asks"] == "reason", form["delivery"].ToString()));
        var reason = form["reason"].ToString() is { Length: > 0 } given ? given : null;
        var reply = await desk.ClickAsync(new Speaker(viewer.Caller, null), action, reason, Delivery(viewer, form), http.RequestAborted);
        var answer = reply.Card is null || (reply.Refusal is null && reply.Run is not null) ? Html.Nothing : Pages.Answer(action.Verb == "say" ? action.Argument : null, reply);
        return IsScript(http) ? Fragment(answer) : Page(await ChatAsync(http, callers, readings, answer, null));
    }

    private static async Task<IResult> BeAsync(HttpContext http, Callers callers)
    {
        if (await FormAsync(http) is not { } form) return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        var known = callers.Personas.Any(one => one.Person.Email == form["person"].ToString());
        if (known) http.Response.Cookies.Append(WhoCookie, form["person"].ToString(), new CookieOptions { HttpOnly = true, SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Strict, IsEssential = true, MaxAge = TimeSpan.FromDays(30) });
        var back = Uri.TryCreate(http.Request.Headers.Referer, UriKind.Absolute, out var from) && from.Authority == http.Request.Host.Value ? from.AbsolutePath : "/";
        return Results.LocalRedirect(back);
    }

    private static async Task<Html> ChatAsync(HttpContext http, Callers callers, Readings readings, Html answer, string? said)
    {
        var runs = new List<(RunRow, Card)>();
        foreach (var row in (await readings.RunsAsync(new RunQuery(AtMost: 12), http.RequestAborted)).Reverse())
        {
            if (await readings.CardAsync(new RunId(row.Number), http.RequestAborted) is { } card) runs.Add((row, card));
        }

        return Pages.Chat(await ViewerAsync(http, callers), runs, answer, said);
    }

    /// <summary>Who the cookie says: in the demo a switch, and outside it nobody.</summary>
    private static async Task<Viewer> ViewerAsync(HttpContext http, Callers callers)
    {
        var personas = callers.Personas;
        var email = http.Request.Cookies[WhoCookie] ?? (personas.IsEmpty ? null : personas[0].Person.Email);
        return new Viewer(await callers.PersonaAsync(email, http.RequestAborted), personas);
    }

    private static async Task<IFormCollection?> FormAsync(HttpContext http)
    {
        if (http.Request.ContentLength is > LongestForm || !http.Request.HasFormContentType) return null;
        return await http.Request.ReadFormAsync(new() { BufferBodyLengthLimit = LongestForm, ValueLengthLimit = LongestForm, ValueCountLimit = 16 }, http.RequestAborted);
    }

    private static string Delivery(Viewer viewer, IFormCollection form)
    {
        var given = form["delivery"].ToString();
        return $"web:{viewer.Caller.Person}:{(given.Length is > 0 and <= 64 ? given : Guid.NewGuid().ToString("N"))}";
    }

    private static bool IsOpening(string said) => !said.Contains("plan", StringComparison.OrdinalIgnoreCase) && CommandWords.Find(said.TrimStart(' ', '/').Split(' ')[0].ToLowerInvariant())?.Name is "deploy" or "rollback";

    private static bool IsScript(HttpContext http) => http.Request.Headers["X-Fragment"].Count > 0;

    private static IResult Page(Html html, int status = StatusCodes.Status200OK) => Results.Content(html.Markup, "text/html; charset=utf-8", Encoding.UTF8, status);

    private static IResult Fragment(Html html) => Results.Content(html.Markup, "text/html; charset=utf-8", Encoding.UTF8);

    private static IResult Asset(HttpContext http, string name)
    {
        if (Assets.Find(name) is not { } asset) return Results.NotFound();
        http.Response.Headers.CacheControl = "no-cache";
        return Results.Bytes(asset.Bytes, asset.Type, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}\""));
    }

    /// <summary>Nothing inline, nothing from elsewhere, in nobody's frame.</summary>
    private static void Guard(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}

/// <summary>The console's own files, kept in the program.</summary>
internal static class Assets
{
    private static readonly Dictionary<string, Asset> All = Read();

    public static Asset? Find(string name) => All.GetValueOrDefault(name);

    private static Dictionary<string, Asset> Read()
    {
        var assembly = typeof(Assets).Assembly;
        var all = new Dictionary<string, Asset>(StringComparer.Ordinal);
        foreach (var (name, type) in ((string, string)[])[("console.css", "text/css; charset=utf-8"), ("console.js", "text/javascript; charset=utf-8"), ("morph.js", "text/javascript; charset=utf-8"), ("icon.svg", "image/svg+xml")])
        {
            using var stream = assembly.GetManifestResourceStream($"assets/{name}") ?? throw new InvalidOperationException($"The program holds no {name}.");
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            all[name] = new Asset(copy.ToArray(), type, Convert.ToHexStringLower(SHA256.HashData(copy.ToArray()))[..16]);
        }

        return all;
    }

    internal sealed record Asset(byte[] Bytes, string Type, string Hash);
}
