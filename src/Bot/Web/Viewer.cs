using System.Collections.Immutable;
using System.Security.Cryptography;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Access;

namespace ChatOps.Bot.Web;

/// <summary>Who looks at a page, and whom they could be.</summary>
/// <param name="Visit">Names the browser; null where it keeps no cookie of ours, and then it can change nothing.</param>
internal sealed record Viewer(Caller Caller, ImmutableArray<Persona> Personas, string? Visit, DateTimeOffset Now)
{
    public bool ReadOnly => Caller.Person is null;

    /// <summary>Whether they proved who they are, rather than chose it.</summary>
    public bool SignedIn { get; init; }

    /// <summary>Whether the page is one that people see before they have signed in.</summary>
    public bool Outside { get; init; }

    /// <summary>What each of their forms carries.</summary>
    public string? Token => FormToken.Of(Visit);
}

/// <summary>Tells who looks: whoever signed in; in the demo whom the switch says; anybody else is a reader.</summary>
internal sealed class Viewers(Callers callers, TimeProvider time)
{
    private const string WhoCookie = "chatops-who";
    private const string VisitCookie = "chatops-visit";

    /// <summary>Never sent along with a request that another site's page makes, nor readable by a script.</summary>
    private static readonly CookieOptions Ours = new() { HttpOnly = true, SameSite = SameSiteMode.Strict, IsEssential = true, Path = "/", MaxAge = TimeSpan.FromDays(30) };

    public async Task<Viewer> OfAsync(HttpContext http)
    {
        if (http.Features.Get<Session>() is { } session)
            return new Viewer(await callers.KnownAsync(session.Who.Person, session.Who.Name, http.RequestAborted), [], session.Visit, time.GetUtcNow()) { SignedIn = true };
        var personas = callers.Personas;
        var chosen = http.Request.Cookies[WhoCookie];
        var who = personas.FirstOrDefault(one => one.Person.Email == chosen) ?? personas.FirstOrDefault();
        return new Viewer(await callers.PersonaAsync(who?.Person.Email, http.RequestAborted), personas, VisitOf(http.Request), time.GetUtcNow());
    }

    /// <summary>Gives a browser its name with its first page.</summary>
    public static string Welcome(HttpContext http)
    {
        if (http.Features.Get<Session>() is { } session) return session.Visit;
        if (VisitOf(http.Request) is { } known) return known;
        var visit = RandomNumberGenerator.GetHexString(32, lowercase: true);
        http.Response.Cookies.Append(VisitCookie, visit, Ours);
        http.Items[VisitCookie] = visit;
        return visit;
    }

    /// <summary>Lets the viewer be somebody else of the demo; nothing happens when there is nobody with that address.</summary>
    public void Become(HttpContext http, string email)
    {
        if (callers.Personas.Any(one => one.Person.Email == email)) http.Response.Cookies.Append(WhoCookie, email, Ours);
    }

    /// <summary>The browser's name, of its sign-in or of its cookie; null where it has none.</summary>
    public static string? VisitOf(HttpRequest request) =>
        request.HttpContext.Features.Get<Session>()?.Visit ?? request.HttpContext.Items[VisitCookie] as string ?? CookieOf(request);

    private static string? CookieOf(HttpRequest request) =>
        request.Cookies[VisitCookie] is { Length: 32 } visit && visit.All(char.IsAsciiHexDigit) ? visit : null;
}
