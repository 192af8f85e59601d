using System.Net;

namespace ChatOps.Bot.Web;

/// <summary>Until sign-in exists, the console and its API answer on this machine only, and change nothing for another site's page.</summary>
internal static class LoopbackOnly
{
    public const string Says = "The console and its API answer on this machine only: sign-in does not exist yet.";

    public const string Foreign = "This came from another site's page, so nothing was done.";

    /// <summary>For a group or an endpoint. Proxies' headers are not believed: a request through one is not local.</summary>
    public static TBuilder OnLoopbackOnly<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilter(async (context, next) =>
            Refuse(context.HttpContext) is { } why ? Results.Text(why, statusCode: StatusCodes.Status403Forbidden) : await next(context));

    /// <summary>Why a request is not let in; null when it is.</summary>
    public static string? Refuse(HttpContext http)
    {
        if (!IsLocal(http.Connection.RemoteIpAddress, http.Request.Host.Host)) return Says;
        return Changes(http.Request.Method) && !IsOurs(http.Request) ? Foreign : null;
    }

    /// <summary>From this machine, and asked for by a name of this machine: another name that leads here is a trick (DNS rebinding).</summary>
    /// <param name="remote">Null where the connection has no address, which is refused.</param>
    public static bool IsLocal(IPAddress? remote, string host) => remote is not null && IPAddress.IsLoopback(remote) && IsLoopbackName(host);

    /// <summary>Whether a page of ours sent this, or no browser did.</summary>
    public static bool IsOurs(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();

        // Browsers say one or the other. Who says neither must not come with what only a browser keeps.
        if (site.Length == 0 && origin.Length == 0) return request.Headers.Cookie.Count == 0;
        return site is "" or "same-origin" or "none"
            && (origin.Length == 0 || string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IsAddress(host) && IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>As browsers write addresses; the parser alone would take <c>127.1</c> and <c>0x7f000001</c> too.</summary>
    private static bool IsAddress(string host) => host.StartsWith('[') || host.Count(letter => letter == '.') == 3;

    private static bool Changes(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method);
}
