using System.Net;

namespace ChatOps.Bot.Web;

/// <summary>Until sign-in exists, the console and its API answer on this machine only.</summary>
internal static class LoopbackOnly
{
    public const string Says = "The console and its API answer on this machine only: sign-in does not exist yet.";

    public static TBuilder OnLoopbackOnly<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            if (!IsLocal(http.Connection.RemoteIpAddress, http.Request.Host.Host)) return Results.Text(Says, statusCode: StatusCodes.Status403Forbidden);
            return Changes(http.Request.Method) && !SameOrigin(http.Request)
                ? Results.Text("This request came from another site.", statusCode: StatusCodes.Status403Forbidden)
                : await next(context);
        });

    /// <summary>From this machine, and asked for by a name of this machine: a foreign name that resolves to loopback is a trick (DNS rebinding).</summary>
    public static bool IsLocal(IPAddress? remote, string host) =>
        remote is not null && IPAddress.IsLoopback(remote)
        && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));

    /// <summary>Whether the console's own pages sent it, or no browser did.</summary>
    public static bool SameOrigin(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0) return site is "same-origin" or "none";
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0) return Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value;

        // Neither header: not a browser. It has no cookie that could be misused either.
        return request.Headers.Cookie.Count == 0;
    }

    private static bool Changes(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method);
}
