using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>What every request to the console passes: who may come in, what browsers may do with the answer, and sentences for what goes wrong.</summary>
internal sealed partial class ConsoleDoor(SignIn signIn, TimeProvider time, ILogger<ConsoleDoor> logger) : IEndpointFilter
{
    private const string NoVisit = "This page was opened too long ago, by somebody else, or the browser keeps no cookies. Open it again; nothing was done.";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        Guard(context.HttpContext.Response.Headers);
        return await AnswerAsync(context, next);
    }

    /// <summary>Nothing inline, nothing from elsewhere, in nobody's frame, kept by nobody.</summary>
    public static void Guard(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private async Task<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            if (await signIn.RefuseAsync(http, IsPage(http)) is { } refused) return refused;
            if (IsPage(http))
            {
                if (ComesFromElsewhere(http.Request)) return PageResults.Page(PlainPages.Arrive);
                Viewers.Welcome(http);
            }

            // A field that only our own pages know: without it, whatever was posted was not posted by one of them.
            if (LoopbackOnly.Changes(http.Request.Method) && http.GetEndpoint()?.Metadata.GetMetadata<ForAnybody>() is null && (Viewers.VisitOf(http.Request) is not { } visit || !FormToken.Fits(visit, (await PageResults.FormAsync(http))[FormToken.Field])))
                return Sorry(http, StatusCodes.Status403Forbidden, "Nothing was done", NoVisit);
            return await next(context);
        }
        catch (BadHttpRequestException bad)
        {
            return Sorry(http, bad.StatusCode, "That can't be read", bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "It is longer than a command or a reason can be. Nothing was done." : "The form is not one of this bot's. Nothing was done.");
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.StoreGone(logger, http.Request.Path, unavailable.Message);
            return Sorry(http, StatusCodes.Status503ServiceUnavailable, "The database does not answer", "Nothing is lost; the page can't be made now. Try again in a minute, and if it stays so, tell whoever runs the bot.");
        }
        catch (Exception bug) when (!http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted)
        {
            Log.Failed(logger, bug, http.Request.Path);
            return Sorry(http, StatusCodes.Status500InternalServerError, "Something went wrong here", "It was the bot's fault, and it is in the bot's log. If you were changing something, look at the run before you try again.");
        }
    }

    private IResult Sorry(HttpContext http, int status, string title, string says) => PageResults.IsScript(http)
        ? Results.Text(says, statusCode: status)
        : PageResults.Page(PlainPages.Sorry(new Viewer(Caller.Unknown("Whoever reads here"), [], null, time.GetUtcNow()), title, says), status);

    private static bool IsPage(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method) && !PageResults.IsScript(http)
        && http.GetEndpoint()?.Metadata.GetMetadata<NoPage>() is null;

    /// <summary>Somebody followed a link in a chat: the browser keeps our cookies back until our own page asks.</summary>
    private static bool ComesFromElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] == "cross-site" && request.Headers["Sec-Fetch-Mode"] == "navigate";

    private static partial class Log
    {
        [LoggerMessage(500, LogLevel.Error, "The console could not answer {Path}")]
        public static partial void Failed(ILogger logger, Exception exception, string path);

        [LoggerMessage(501, LogLevel.Warning, "The console could not answer {Path}: {Why}")]
        public static partial void StoreGone(ILogger logger, string path, string why);
    }
}

/// <summary>Marks an endpoint whose answers are for scripts and the browser itself.</summary>
internal sealed class NoPage;
