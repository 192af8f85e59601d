using System.Net;

namespace ChatOps.Bot.Web;

/// <summary>Tells what comes from this machine, and what another site's page sent: where nobody can sign in, the console and its API answer on this machine only.</summary>
internal static class LoopbackOnly
{
    public const string Says = "The console and its API answer on this machine only, until sign-in is set up: docs/console.md says how.";

    public const string Foreign = "This came from another site's page, so nothing was done.";

    /// <summary>For a group or an endpoint. Proxies' headers are not believed: a request through one is not local.</summary>
    public static TBuilder OnLoopbackOnly<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilter(async (context, next) =>
            Refuse(context.HttpContext) is { } why ? Results.Text(why, statusCode: StatusCodes.Status403Forbidden) : await next(context));

    /// <summary>Why a request is not let in; null when it is.</summary>
    public static string? Refuse(HttpContext http)
    {
        if (!IsLocal(http)) return Says;
        return Changes(http.Request.Method) && !IsOurs(http.Request, $"{http.Request.Scheme}://{http.Request.Host.Value}") ? Foreign : null;
    }

    /// <summary>As below, and through no proxy: one on this machine brings everybody's requests.</summary>
    public static bool IsLocal(HttpContext http) => IsLocal(http.Connection.RemoteIpAddress, http.Request.Host.Host)
        && !((string[])["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"]).Any(http.Request.Headers.ContainsKey);

    /// <summary>From this machine, and asked for by a name of this machine: another name that leads here is a trick (DNS rebinding).</summary>
    /// <param name="remote">Null where the connection has no address, which is refused.</param>
    public static bool IsLocal(IPAddress? remote, string host) => remote is not null && IPAddress.IsLoopback(remote) && IsLoopbackName(host);

    /// <summary>Whether a page of ours sent this, or no browser did.</summary>
    /// <param name="ours">The scheme and host of our pages, as a browser says it.</param>
    public static bool IsOurs(HttpRequest request, string ours)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();

        // Browsers say one or the other. Who says neither must not come with what only a browser keeps.
        if (site.Length == 0 && origin.Length == 0) return request.Headers.Cookie.Count == 0;
        return site is "" or "same-origin" or "none"
            && (origin.Length == 0 || string.Equals(origin, ours, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IsAddress(host) && IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>As browsers write addresses; the parser alone would take <c>127.1</c> and <c>0x7f000001</c> too.</summary>
    private static bool IsAddress(string host) => host.StartsWith('[') || host.Count(letter => letter == '.') == 3;

    /// <summary>Whether a request asks for more than to see something.</summary>
    public static bool Changes(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method);
}
