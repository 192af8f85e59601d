using ChatOps.Runbooks.Access;
using Microsoft.AspNetCore.Authentication;

namespace ChatOps.Bot.Web;

/// <summary>Where people sign in and out, and what they read when they can't.</summary>
internal static partial class SignInPages
{
    public static void MapSignIn(this IEndpointRouteBuilder console)
    {
        console.MapGet("/signin", Choose).WithMetadata(new NoSignIn());
        console.MapGet("/signin/{system}", BeginAsync).WithMetadata(new NoSignIn());
        console.MapPost("/signout", EndAsync);
        console.MapGet("/signout", Leave);
    }

    /// <summary>Nobody was signed in: in a sentence, and with the way back to the start. Whoever forged something learns nothing from it.</summary>
    public static async Task FailedAsync(RemoteFailureContext context)
    {
        var http = context.HttpContext;
        var logger = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("ChatOps.Bot.Web.SignIn");
        var (says, log) = context.Failure switch
        {
            SignInRefusedException refused => ($"You can't be signed in: {refused.Message}.", refused.Message),
            HttpRequestException lost => ("The sign-in service does not answer, or not as it should. Try again in a minute.", lost.Message),
            _ => ("This sign-in was begun too long ago, in another browser, or was used already. Begin again.", context.Failure?.GetType().Name ?? "unknown"),
        };
        Log.Refused(logger, context.Scheme.Name, log);
        context.HandleResponse();
        ConsoleDoor.Guard(http.Response.Headers);
        await PageResults.Page(Sorry(http, says), StatusCodes.Status403Forbidden).ExecuteAsync(http);
    }

    private static IResult Choose(HttpContext http, SignIn signIn, TimeProvider time, string? back)
    {
        if (!signIn.On) return PageResults.SeeOther(http, "/");
        var to = Uri.EscapeDataString(PageResults.IsOurPath(back) ? back! : "/");
        return PageResults.Page(Layout.Of("Sign in", null, Nobody(time), null, Html.Of($"""
            <div class="plain-page"><h1>Sign in</h1><p>What you may do here is what you may do in chat: you are your e-mail address.</p>
            <p class="buttons">{signIn.Settings.Providers.Select(one => Html.Of($"""<a class="primary" data-provider="{one.System}" href="{SignIn.PathOf(one.System)}?back={to}">Sign in with {one.Name}</a>"""))}</p></div>
            """)));
    }

    private static async Task<IResult> BeginAsync(HttpContext http, SignIn signIn, string system, string? back)
    {
        if (signIn.Settings.Providers.All(one => one.System != system)) return PageResults.SeeOther(http, "/signin");
        try
        {
            await http.ChallengeAsync(system, new AuthenticationProperties { RedirectUri = PageResults.IsOurPath(back) ? back : "/" });
            return Results.Empty;
        }
        catch (HttpRequestException lost)
        {
            return PageResults.Page(Sorry(http, $"{lost.Message} Try again in a minute."), StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<IResult> EndAsync(HttpContext http, EndedSessions ended)
    {
        if (http.Features.Get<Session>() is { } session)
        {
            // Whoever closes the window meanwhile meant it all the same.
            await ended.EndAsync(session, CancellationToken.None);
            await http.SignOutAsync(Session.Scheme);
        }

        return PageResults.SeeOther(http, "/signin");
    }

    /// <summary>A link must not sign anybody out; it leads to the button that does.</summary>
    private static async Task<IResult> Leave(HttpContext http, Viewers viewers)
    {
        var viewer = await viewers.OfAsync(http);
        return viewer.SignedIn ? PageResults.Page(Layout.Of("Sign out", null, viewer, null, Html.Of($"""
            <div class="plain-page"><h1>Sign out?</h1><p>You are signed in as {viewer.Caller.Person}.</p>{Layout.SignOut(viewer)}</div>
            """))) : PageResults.SeeOther(http, "/");
    }

    private static Html Sorry(HttpContext http, string says) => Layout.Of("Not signed in", null, Nobody(http.RequestServices.GetRequiredService<TimeProvider>()), null, Html.Of($"""
        <div class="plain-page"><h1>You are not signed in</h1><p role="alert">{says}</p><p><a href="/signin">Sign in</a></p></div>
        """));

    private static Viewer Nobody(TimeProvider time) => new(Caller.Unknown("Nobody yet"), [], null, time.GetUtcNow()) { Outside = true };

    private static partial class Log
    {
        [LoggerMessage(510, LogLevel.Warning, "Somebody could not sign in with {System}: {Why}")]
        public static partial void Refused(ILogger logger, string system, string why);
    }
}
