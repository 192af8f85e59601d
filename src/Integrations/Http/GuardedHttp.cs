using System.Net;
using System.Text;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Http;

/// <summary>Asks addresses that people wrote into runbooks: allowed hosts only, checked for every redirect and at every connection.</summary>
/// <remarks>No cookies, no proxy, no secrets of the bot's own.</remarks>
public sealed class GuardedHttp : IDisposable
{
    private const int BodyLimit = 64 * 1024;

    private readonly TimeProvider time;
    private readonly HttpClient http;

    internal GuardedHttp(GuardedDial dial, TimeProvider time)
    {
        this.time = time;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,                // a proxy would look the name up itself, after we have
            MaxResponseHeadersLength = 32,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = async (context, token) => await dial.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, token),
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends once. <c>Later</c> when nothing answers; <c>Never</c> when the request is refused here, <c>host-not-allowed</c> first of all.</summary>
    public async Task<Outcome<GuardedAnswer>> SendAsync(GuardedRequest asked, CancellationToken cancellationToken)
    {
        if (RefuseHeaders(asked) is { } fault) return new Outcome<GuardedAnswer>.Never(fault);
        using var limit = new CancellationTokenSource(asked.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await FollowAsync(asked, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Outcome<GuardedAnswer>.Later($"{asked.Url.IdnHost} did not answer within {asked.Timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException e) when (HostRefusedException.In(e) is { } refused)
        {
            return new Outcome<GuardedAnswer>.Never(refused);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new Outcome<GuardedAnswer>.Later($"{asked.Url.IdnHost} could not be asked: {Lost.InWords(e)}.");
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<Outcome<GuardedAnswer>> FollowAsync(GuardedRequest asked, CancellationToken cancellationToken)
    {
        var now = asked;
        for (var left = Math.Min(asked.Redirects, GuardedRequest.MostRedirects); ; left--)
        {
            if (RefuseAddress(now.Url) is { } fault) return new Outcome<GuardedAnswer>.Never(fault);
            using var request = NewRequest(now);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (Target(now.Url, response) is not { } target) return new Outcome<GuardedAnswer>.Done(await ReadAsync(now.Url, null, response, cancellationToken));
            if (asked.Redirects <= 0) return new Outcome<GuardedAnswer>.Done(await ReadAsync(now.Url, target, response, cancellationToken));
            if (left == 0) return new Outcome<GuardedAnswer>.Never(new Fault("too-many-redirects", $"{asked.Url.IdnHost} redirects more than {asked.Redirects} times.", "Write the address that it ends at."));
            if (RefuseRedirect(now.Url, target) is { } unsafely) return new Outcome<GuardedAnswer>.Never(unsafely);
            now = Redirected(now, target, response.StatusCode);
        }
    }

    /// <summary>The host itself is judged when it is connected to.</summary>
    private static Fault? RefuseAddress(Uri url)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")) return new Fault("address-not-usable", "Only full http and https addresses can be asked.", "Write it like https://api.example.com/path.");
        if (url.UserInfo.Length > 0) return new Fault("address-not-usable", $"The address at {url.IdnHost} has a user name or password in it.", "Take it out: runbooks are no place for secrets.");
        return null;
    }

    internal static Fault? RefuseRedirect(Uri from, Uri to) => from.Scheme == "https" && to.Scheme == "http"
        ? new Fault("redirect-not-safe", $"{from.IdnHost} redirects from https to http.", "Write the address that it ends at, if it is meant to be read without TLS.")
        : null;

    // With a Host of its own a request could reach another site at an allowed address; the others would change where it ends.
    private static Fault? RefuseHeaders(GuardedRequest asked) => asked.Headers
        .Where(header => header.Key.ToUpperInvariant() is "HOST" or "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "CONNECTION" or "UPGRADE" || !IsToken(header.Key) || header.Value.Any(char.IsControl))
        .Select(header => new Fault("header-not-usable", $"The header {BoundedReads.Printable(header.Key, 40)} can't be set.", "Take it out."))
        .FirstOrDefault();

    private static bool IsToken(string name) => name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    private static HttpRequestMessage NewRequest(GuardedRequest asked)
    {
        var request = new HttpRequestMessage(asked.Method, asked.Url);
        if (asked.Body is { } body) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in asked.Headers)
        {
            if (request.Headers.TryAddWithoutValidation(name, value) || request.Content is not { } content) continue;
            content.Headers.Remove(name);
            content.Headers.TryAddWithoutValidation(name, value);
        }

        if (request.Headers.UserAgent.Count == 0) request.Headers.UserAgent.ParseAdd("chatops");
        return request;
    }

    private static Uri? Target(Uri url, HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } to && Uri.TryCreate(url, to, out var target) ? target : null;

    private static GuardedRequest Redirected(GuardedRequest asked, Uri target, HttpStatusCode status)
    {
        var keeps = asked.Method == HttpMethod.Get || asked.Method == HttpMethod.Head || status is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        var sameOrigin = asked.Url.GetLeftPart(UriPartial.Authority) == target.GetLeftPart(UriPartial.Authority);
        return asked with
        {
            Url = target,
            Method = keeps ? asked.Method : HttpMethod.Get,
            Body = keeps ? asked.Body : null,
            Headers = sameOrigin ? asked.Headers : [],
        };
    }

    private static async Task<GuardedAnswer> ReadAsync(Uri url, Uri? target, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var (body, whole) = await response.Content.ReadAtMostAsync(BodyLimit, cancellationToken);
        return new GuardedAnswer((int)response.StatusCode, Encoding.UTF8.GetString(body), response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant())
        {
            Cut = !whole,
            Url = url,
            RedirectsTo = target,
        };
    }
}
