using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ChatOps.Integrations.Alertmanager;
using ChatOps.Integrations.Datadog;
using ChatOps.Integrations.Http;
using ChatOps.Integrations.Sentry;
using ChatOps.Integrations.Smtp;
using ChatOps.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Http;

/// <summary>What the doctor says of systems that alert, measure and take mail: each as its settings and its answers make it.</summary>
public sealed class CheckUpTests : IAsyncLifetime
{
    private const string Secret = "s3cret-4711";

    private readonly ConcurrentDictionary<string, (int Status, string Body)> answers = new();
    private readonly ConcurrentQueue<string> asked = new();
    private WebApplication server = null!;

    private string Address => server.Urls.Single() + "/";

    public async ValueTask InitializeAsync() => server = await Loopback.StartAsync(AnswerAsync);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(200, 200, "Good The API key is good.|Good It answers queries.")]
    [InlineData(403, 200, "Bad Datadog does not accept the key.")]
    [InlineData(200, 403, "Good The API key is good.|Bad Datadog knows the key but does not let it in.")]
    [InlineData(429, 200, "Weak Datadog answered 429.")]
    public async Task Datadog(int validate, int query, string says)
    {
        answers["/api/v1/validate"] = (validate, """{"valid":true}""");
        answers["/api/v1/query"] = (query, """{"status":"ok","series":[]}""");
        var found = await LookAsync(services => services.AddDatadogMetrics(With(("Datadog:ApiUrl", Address), ("Datadog:ApiKey", Secret), ("Datadog:AppKey", "app"))));
        Said(found).ShouldBe(says);
        asked.ShouldAllBe(one => one.StartsWith("GET ", StringComparison.Ordinal) && one.EndsWith($" {Secret} app", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Datadog_that_fails_with_200_and_one_whose_application_key_is_not_set()
    {
        (answers["/api/v1/validate"], answers["/api/v1/query"]) = ((200, "{}"), (200, """{"status":"error","error":"no"}"""));
        Said(await LookAsync(services => services.AddDatadogMetrics(With(("Datadog:ApiUrl", Address), ("Datadog:ApiKey", Secret), ("Datadog:AppKey", "app"))))).ShouldBe("Good The API key is good.|Weak It takes queries, but failed to answer one.");
        Said(await LookAsync(services => services.AddDatadogMetrics(With(("Datadog:ApiUrl", Address), ("Datadog:ApiKey", Secret)))))
            .ShouldBe("Good The API key is good.|Off No application key is set: gates can't ask it, and monitors are not muted.");
    }

    [Theory]
    [InlineData(200, 200, "Good It lets the bot read acme.|Good It lets the bot read issues.")]
    [InlineData(401, 200, "Bad Sentry does not accept the key.")]
    [InlineData(404, 200, "Bad Sentry has nothing at this address.")]
    [InlineData(200, 403, "Good It lets the bot read acme.|Bad Sentry knows the key but does not let it in.")]
    public async Task Sentry(int organisation, int issues, string says)
    {
        answers["/api/0/organizations/acme/"] = (organisation, "{}");
        answers["/api/0/organizations/acme/issues/"] = (issues, "[]");
        var found = await LookAsync(services => services.AddSentryReleases(With(("Sentry:ApiUrl", $"{Address}api/0/"), ("Sentry:Token", Secret), ("Sentry:Organization", "acme"))));
        Said(found).ShouldBe(says);
        asked.ShouldAllBe(one => one.Contains($"Bearer {Secret}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(200, "", "Off No token is set: its webhook is refused.|Good Its API answers.")]
    [InlineData(200, "hook", "Good A token is set for its webhook. Only an alert shows whether Alertmanager sends it.|Good Its API answers.")]
    [InlineData(502, "hook", "Good A token is set for its webhook. Only an alert shows whether Alertmanager sends it.|Weak Alertmanager answered 502.")]
    public async Task Alertmanager(int status, string token, string says)
    {
        // Behind a route prefix, as it is set up beside others: with or without its closing slash.
        answers["/alerting/api/v2/status"] = (status, "{}");
        var found = await LookAsync(services => services.AddAlertmanager(With(("Alertmanager:Url", $"{Address}alerting"), ("Alertmanager:ApiToken", Secret), ("Alertmanager:Token", token))));
        Said(found).ShouldBe(says);
    }

    [Fact]
    public async Task What_is_not_set_up_is_off_and_says_what_to_set()
    {
        var nothing = With();
        var found = await LookAsync(services => services.AddDatadogMetrics(nothing).AddSentryReleases(nothing).AddAlertmanager(nothing).AddSmtp(nothing));
        found.Select(one => (one.System, one.Health)).ShouldBe([("Datadog", Health.Off), ("Sentry", Health.Off), ("Alertmanager", Health.Off), ("Alertmanager", Health.Off), ("E-mail", Health.Off)]);
        found.ShouldAllBe(one => one.Mend!.StartsWith("Set ", StringComparison.Ordinal));
        asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_can_not_be_reached_is_bad()
    {
        var gone = Address;
        await server.DisposeAsync();
        var found = await LookAsync(services => services.AddDatadogMetrics(With(("Datadog:ApiUrl", gone), ("Datadog:ApiKey", Secret))).AddSentryReleases(With(("Sentry:ApiUrl", gone), ("Sentry:Token", Secret), ("Sentry:Organization", "acme")))
            .AddAlertmanager(With(("Alertmanager:Url", gone), ("Alertmanager:Token", "hook"))).AddSmtp(With(("Smtp:Host", "127.0.0.1"), ("Smtp:Port", "1"), ("Smtp:From", "chatops@example.com"))));
        found.Where(one => one.Health == Health.Bad).Select(one => one.System).ShouldBe(["Datadog", "Sentry", "Alertmanager", "E-mail"]);
    }

    [Fact]
    public async Task A_mail_server_is_greeted_and_nothing_is_sent()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var secure = new SmtpStandIn { Certificate = certificate, Login = $"chatops:{Secret}" }.Start();
        Said(await MailAsync(secure.Port, ("Smtp:User", "chatops"), ("Smtp:Password", Secret))).ShouldBe("Good 127.0.0.1 takes mail over STARTTLS. Only an e-mail shows whether it takes it from chatops@example.com and whether the password is right.");
        await using var open = new SmtpStandIn().Start();
        Said(await MailAsync(open.Port)).ShouldBe("Bad 127.0.0.1 offers no STARTTLS: it gets no e-mail.");
        Said(await MailAsync(open.Port, ("Smtp:StartTls", "false"))).ShouldBe("Good 127.0.0.1 takes mail. Only an e-mail shows whether it takes it from chatops@example.com.");
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var asked = MailAsync(((IPEndPoint)other.LocalEndpoint).Port);
        using (var connection = await other.AcceptTcpClientAsync(TestContext.Current.CancellationToken)) await connection.GetStream().WriteAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Said(await asked).ShouldStartWith("Bad What answers at 127.0.0.1");
        secure.Mails.Concat(open.Mails).ShouldBeEmpty();
        secure.Commands.Concat(open.Commands).ShouldAllBe(line => line.StartsWith("EHLO", StringComparison.Ordinal) || line == "QUIT");
    }

    private static async Task<IReadOnlyList<Symptom>> LookAsync(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton(TimeProvider.System);
        add(services);
        await using var built = services.BuildServiceProvider();
        var found = new List<Symptom>();
        foreach (var one in built.GetServices<ICheckUp>()) found.AddRange(await one.LookAsync(TestContext.Current.CancellationToken));
        found.ShouldAllBe(one => !one.Says.Contains(Secret, StringComparison.Ordinal) && (one.Mend == null || !one.Mend.Contains(Secret, StringComparison.Ordinal)));
        return found;
    }

    private static Task<IReadOnlyList<Symptom>> MailAsync(int port, params (string Key, string Value)[] more) =>
        LookAsync(services => services.AddSmtp(With([("Smtp:Host", "127.0.0.1"), ("Smtp:Port", $"{port}"), ("Smtp:From", "chatops@example.com"), .. more])));

    /// <summary>What was found, without the clocks.</summary>
    private static string Said(IEnumerable<Symptom> found) => string.Join('|', found.Where(one => one.What != "clock").Select(one => $"{one.Health} {one.Says}"));

    private static IConfiguration With(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))).Build();

    private async Task AnswerAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        asked.Enqueue($"{context.Request.Method} {context.Request.Path} {headers.Authorization}{headers["DD-API-KEY"]} {headers["DD-APPLICATION-KEY"]}");
        (context.Response.StatusCode, var body) = answers.GetValueOrDefault(context.Request.Path.Value ?? "", (404, "{}"));
        await context.Response.WriteAsync(body);
    }
}
