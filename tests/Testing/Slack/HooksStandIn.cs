using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Slack;

/// <summary>A firm's outgoing proxy on loopback, with <c>hooks.slack.com</c> behind it: answers go there as they would to Slack, over TLS, and nothing goes anywhere else.</summary>
/// <remarks>It takes <c>CONNECT</c> alone (RFC 9110, 9.3.6). Its certificate comes from an authority that is made for the test and trusted by whoever is started with <see cref="Settings"/>.</remarks>
public sealed class HooksStandIn : IAsyncDisposable
{
    public const string Host = "hooks.slack.com";

    private const int LongestHead = 8 << 10;
    private readonly Lock gate = new();
    private readonly WebApplication hooks;
    private readonly X509Certificate2 certificate;
    private readonly TcpListener proxy = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly string trusted = Path.GetTempFileName();
    private readonly List<HookAnswer> answers = [];
    private readonly List<string> refused = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task accepting = Task.CompletedTask;

    private HooksStandIn()
    {
        string authority;
        (certificate, authority) = Certify(Host);
        File.WriteAllText(trusted, authority);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        hooks = builder.Build();
        hooks.Run(TakeAsync);
    }

    /// <summary>What a process has to be started with to go out by this proxy, as environment variables.</summary>
    /// <remarks>Of each name the small spelling is looked at first: both are set, whatever this machine has.</remarks>
    public IReadOnlyDictionary<string, string?> Settings
    {
        get
        {
            var way = $"http://127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}";
            return new Dictionary<string, string?>
            {
                ["HTTPS_PROXY"] = way, ["https_proxy"] = way, ["NO_PROXY"] = "127.0.0.1,localhost", ["no_proxy"] = "127.0.0.1,localhost", ["SSL_CERT_FILE"] = trusted,
            };
        }
    }

    /// <summary>Whether every address is used up: nothing is taken any more, as after five answers or half an hour.</summary>
    public bool UsedUp { get; set; }

    /// <summary>What was answered, in order.</summary>
    public IReadOnlyList<HookAnswer> Answers => Locked(() => answers.ToList());

    /// <summary>Whatever else somebody wanted of the proxy, by its first line: a test asks that there is nothing.</summary>
    public IReadOnlyList<string> Refused => Locked(() => refused.ToList());

    public static async Task<HooksStandIn> StartAsync()
    {
        var it = new HooksStandIn();
        await it.hooks.StartAsync();
        it.proxy.Start();
        it.accepting = it.AcceptAsync();
        return it;
    }

    /// <summary>Waits for an answer beyond the first <paramref name="after"/>.</summary>
    public async Task<HookAnswer> AnswerAsync(Func<HookAnswer, bool> wanted, int after, TimeSpan timeout) =>
        (await UntilAsync(all => all.Skip(after).Any(wanted), timeout)).Skip(after).First(wanted);

    /// <summary>Waits until the answers are as they should be.</summary>
    public async Task<IReadOnlyList<HookAnswer>> UntilAsync(Func<IReadOnlyList<HookAnswer>, bool> wanted, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        while (true)
        {
            var news = Volatile.Read(ref changed).Task;
            var all = Answers;
            if (wanted(all)) return all;
            try
            {
                await news.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException("The answer did not come. There are:\n" + string.Join("\n---\n", Answers.Select(one => $"{one.Path} {one.Says}")) + "\nRefused: " + string.Join(", ", Refused), e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        proxy.Stop();
        await accepting;
        await hooks.DisposeAsync();
        certificate.Dispose();
        stop.Dispose();
        File.Delete(trusted);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = TunnelAsync(await proxy.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TunnelAsync(TcpClient client)
    {
        try
        {
            using var near = client;
            var caller = near.GetStream();
            var wanted = await ReadHeadAsync(caller);
            if (wanted != $"CONNECT {Host}:443 HTTP/1.1")
            {
                Locked(() => refused.Add(wanted));
                await caller.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop.Token);
                return;
            }

            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, new Uri(hooks.Urls.First()).Port, stop.Token);
            await caller.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), stop.Token);
            var behind = far.GetStream();
            await Task.WhenAny(caller.CopyToAsync(behind, stop.Token), behind.CopyToAsync(caller, stop.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side hung up.
        }
    }

    /// <summary>The first line of what is asked; the rest, up to the empty line, is read past. Nothing of the tunnel comes before it was let through.</summary>
    private async Task<string> ReadHeadAsync(NetworkStream caller)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < LongestHead && await caller.ReadAsync(one, stop.Token) == 1)
        {
            head.Append((char)one[0]);
            if (one[0] == '\n' && head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) break;
        }

        return head.ToString().Split("\r\n")[0];
    }

    private async Task TakeAsync(HttpContext context)
    {
        var text = await new StreamReader(context.Request.Body).ReadToEndAsync();
        var body = context.Request.Method == HttpMethods.Post ? JsonNode.Parse(text) as JsonObject : null;
        if (body is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            Locked(() => refused.Add($"{context.Request.Method} {context.Request.Path}"));
            return;
        }

        if (UsedUp)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("used_url");
            return;
        }

        Locked(() => answers.Add(new HookAnswer(context.Request.Path, context.Request.Host.Value ?? "", context.Request.ContentType ?? "", body)));
        await context.Response.WriteAsync("ok");
        Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private static (X509Certificate2 Certificate, string Authority) Certify(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = new CertificateRequest("CN=ChatOps test authority", key, HashAlgorithmName.SHA256);
        asked.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = asked.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        server.CertificateExtensions.Add(names.Build());
        using var signed = server.Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(key), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(own);
        return (X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null), root.ExportCertificatePem());
    }

    private T Locked<T>(Func<T> read)
    {
        lock (gate) return read();
    }

    private void Locked(Action act)
    {
        lock (gate) act();
    }
}

/// <summary>An answer that was posted to a <c>response_url</c>.</summary>
public sealed record HookAnswer(string Path, string Host, string ContentType, JsonObject Body)
{
    /// <summary>All that a reader sees.</summary>
    public string Says => Body["blocks"] is JsonArray blocks ? BlockKit.TextOf(blocks) : (string?)Body["text"] ?? "";

    /// <summary>Whatever Slack would refuse it for; and that it is for one person alone.</summary>
    public IReadOnlyList<string> Faults =>
    [
        .. Body["blocks"] is JsonArray blocks ? BlockKit.FaultsOf(blocks) : [],
        .. string.IsNullOrEmpty((string?)Body["text"]) ? (string[])["no text"] : [],
        .. (string?)Body["response_type"] == "ephemeral" ? Array.Empty<string>() : ["it is shown to everybody"],
    ];
}
