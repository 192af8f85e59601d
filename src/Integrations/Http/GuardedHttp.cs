using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Http;

/// <summary>Sends the requests that runbooks write: only to allowed hosts, by addresses that were checked, with bounded answers.</summary>
internal sealed partial class GuardedHttp : IOutgoing, IDisposable
{
    private const int BodyLimit = 64 * 1024;
    private const int MostRedirects = 5;

    private readonly IOptionsMonitor<HttpOptions> options;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    public GuardedHttp(IOptionsMonitor<HttpOptions> options, TimeProvider time) : this(options, time, Dns.GetHostAddressesAsync) { }

    internal GuardedHttp(IOptionsMonitor<HttpOptions> options, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        (this.options, this.time, this.resolve) = (options, time, resolve);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<Outcome<OutgoingAnswer>> SendAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(request.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await FollowAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new Outcome<OutgoingAnswer>.Later($"{request.Url.Host} does not answer within {Words.Duration(request.Timeout)}.", null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            {
                if (inner is NotAllowedException no) return Never(no.Message);
            }

            return new Outcome<OutgoingAnswer>.Later($"{request.Url.Host} can't be reached: {Lost.InWords(e)}.", null);
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>Each redirect is looked at like the first address; what could change something is not sent on to another one.</summary>
    private async Task<Outcome<OutgoingAnswer>> FollowAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        var (url, hosts) = (request.Url, new AllowedHosts(options.CurrentValue.AllowedHosts));
        for (var redirects = 0; ; redirects++)
        {
            if (hosts.Refuse(url) is { } no) return Never(no);
            if (Message(request, url) is not { } message) return new Outcome<OutgoingAnswer>.Never(new Fault("secret-missing", "A header names a secret that the settings do not have.", "Set Http:Secrets:NAME."));
            using (message)
            {
                using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if ((int)response.StatusCode is >= 301 and <= 308 and not 304 and not 305 and not 306 && request.Method is "GET" or "HEAD" && response.Headers.Location is { } next && redirects < MostRedirects)
                {
                    var to = new Uri(url, next);

                    // Headers may hold secrets: they stay with the host that they were written for.
                    if (!to.Host.Equals(url.Host, StringComparison.OrdinalIgnoreCase)) request = request with { Headers = request.Headers.Clear() };
                    url = to;
                    continue;
                }

                var body = await response.Content.ReadBoundedAsync(BodyLimit, cancellationToken);
                return new Outcome<OutgoingAnswer>.Done(new OutgoingAnswer((int)response.StatusCode, body is null ? "" : Encoding.UTF8.GetString(body)));
            }
        }
    }

    private HttpRequestMessage? Message(OutgoingRequest request, Uri url)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), url);
        message.Headers.UserAgent.ParseAdd("chatops");
        string? type = null;
        foreach (var (name, value) in request.Headers)
        {
            if (Filled(value) is not { } filled)
            {
                message.Dispose();
                return null;
            }

            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) type = filled;
            else message.Headers.TryAddWithoutValidation(name, filled);
        }

        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            message.Content.Headers.TryAddWithoutValidation("Content-Type", type ?? (body.TrimStart().StartsWith('{') ? "application/json" : "text/plain"));
        }

        return message;
    }

    private string? Filled(string value)
    {
        var secrets = options.CurrentValue.Secrets;
        var missing = false;
        var filled = Secret().Replace(value, match =>
        {
            missing |= !secrets.TryGetValue(match.Groups["name"].Value, out var secret);
            return missing ? "" : secrets[match.Groups["name"].Value];
        });
        return missing || filled.AsSpan().IndexOfAny('\r', '\n') >= 0 ? null : filled;
    }

    /// <summary>Connects to an address that was checked, and to no other one that the name may lead to meanwhile.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, hosts) = (context.DnsEndPoint.Host, new AllowedHosts(options.CurrentValue.AllowedHosts));
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await resolve(host, cancellationToken);
        var refused = addresses.Select(address => hosts.Refuse(host, address)).FirstOrDefault(why => why is not null);
        if (refused is not null) throw new NotAllowedException(refused);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Outcome<OutgoingAnswer>.Never Never(string why) =>
        new(new Fault("host-not-allowed", $"This is not spoken to: {why}.", "Whoever runs the bot allows hosts in the setting Http:AllowedHosts."));

    [GeneratedRegex(@"\{secret:(?<name>[A-Za-z0-9_.-]+)\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Secret();

    private sealed class NotAllowedException(string why) : IOException(why);
}
