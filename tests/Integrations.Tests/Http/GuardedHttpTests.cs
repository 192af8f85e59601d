using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Http;

public sealed class GuardedHttpTests : IAsyncLifetime
{
    private const string Names = "site.test=127.0.0.1 other.test=127.0.0.1 wild.inside.test=127.0.0.2 meta.test=169.254.169.254 mixed.inside.test=93.184.216.34/10.0.0.1";
    private readonly TaskCompletionSource never = new();
    private readonly List<string> seen = [];
    private GuardedHttp http = null!;
    private WebApplication app = null!;
    private int port;

    public async ValueTask InitializeAsync()
    {
        app = await Loopback.StartAsync(AnswerAsync);
        port = new Uri(app.Urls.First()).Port;
        http = new GuardedHttp(GuardStage.Dial("site.test, other.test, meta.test, *.inside.test, 127.0.0.1", Names), TimeProvider.System);
    }

    [Fact]
    public async Task What_is_allowed_is_asked_and_its_answer_comes_back()
    {
        var got = await DoneAsync(Get("/ok"));
        (got.Status, got.Body, got.ContentType, got.Cut).ShouldBe((200, "fine", "text/plain", false));
        (await DoneAsync(Get("/busy"))).Status.ShouldBe(503);
        var made = await DoneAsync(Get("/echo") with { Method = HttpMethod.Post, Body = "{}", Headers = Headers(("X-Mark", "1"), ("Content-Type", "text/x"), ("User-Agent", "mine")) });
        made.Body.ShouldBe("POST mark=1 type=text/x agent=mine body={}");
        (await DoneAsync(Get("/echo"))).Body.ShouldBe("GET mark= type= agent=chatops body=");
    }

    [Fact]
    public async Task No_more_than_64_KB_are_read()
    {
        var got = await DoneAsync(Get("/long"));
        (got.Body.Length, got.Cut).ShouldBe((64 * 1024, true));
    }

    [Theory]
    [InlineData("http://unlisted.test/", "host-not-allowed")]
    [InlineData("http://unlisted.test@site.test/", "address-not-usable")]
    [InlineData("http://site.test@unlisted.test/", "address-not-usable")]
    [InlineData("ftp://site.test/", "address-not-usable")]
    [InlineData("file:///etc/passwd", "address-not-usable")]
    [InlineData("http://meta.test/", "host-not-allowed")]
    [InlineData("http://mixed.inside.test/", "host-not-allowed")]
    [InlineData("http://wild.inside.test/", "host-not-allowed")]
    [InlineData("http://169.254.169.254/latest/meta-data/", "host-not-allowed")]
    [InlineData("http://[::ffff:169.254.169.254]/", "host-not-allowed")]
    [InlineData("http://[fd00:ec2::254]/", "host-not-allowed")]
    [InlineData("http://2852039166/", "host-not-allowed")]
    [InlineData("http://0xa9fea9fe/", "host-not-allowed")]
    [InlineData("http://0251.0376.0251.0376/", "host-not-allowed")]
    [InlineData("http://localhost/", "host-not-allowed")]
    [InlineData("http://[::1]/", "host-not-allowed")]
    [InlineData("http://10.0.0.1/", "host-not-allowed")]
    public async Task Addresses_that_lead_elsewhere_are_refused(string url, string code)
    {
        (await NeverAsync(GuardedRequest.Get(new Uri(url), TimeSpan.FromSeconds(10)))).Code.ShouldBe(code);
        seen.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://2130706433")]
    [InlineData("http://0x7f.1")]
    public async Task An_address_written_oddly_is_the_address_that_it_means(string odd)
    {
        (await DoneAsync(GuardedRequest.Get(new Uri($"{odd}:{port}/ok"), TimeSpan.FromSeconds(10)))).Body.ShouldBe("fine");
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/", "host-not-allowed")]
    [InlineData("http://[::ffff:a9fe:a9fe]/", "host-not-allowed")]
    [InlineData("http://meta.test/", "host-not-allowed")]
    [InlineData("http://wild.inside.test/", "host-not-allowed")]
    [InlineData("http://unlisted.test/", "host-not-allowed")]
    [InlineData("file:///etc/passwd", "address-not-usable")]
    public async Task A_redirect_is_judged_like_an_address(string to, string code) =>
        (await NeverAsync(Get("/to?" + Uri.EscapeDataString(to)))).Code.ShouldBe(code);

    [Theory]
    [InlineData(5, "Done")]
    [InlineData(6, "too-many-redirects")]
    public async Task Five_redirects_are_followed_and_no_more(int hops, string ends)
    {
        var outcome = await http.SendAsync(Get($"/hops/{hops}"), default);
        (outcome is Outcome<GuardedAnswer>.Never never ? never.Fault.Code : outcome.GetType().Name).ShouldBe(ends);
        seen.Count.ShouldBe(6);
    }

    [Theory]
    [InlineData("site.test", 307, "POST mark=1 type=application/json; charset=utf-8 agent=chatops body={}")]
    [InlineData("other.test", 307, "POST mark= type=application/json; charset=utf-8 agent=chatops body={}")]
    [InlineData("other.test", 302, "GET mark= type= agent=chatops body=")]
    public async Task Headers_are_not_carried_to_another_origin(string host, int status, string echo)
    {
        var request = Get($"/to{status}?" + Uri.EscapeDataString($"http://{host}:{port}/echo")) with { Method = HttpMethod.Post, Body = "{}", Headers = Headers(("X-Mark", "1")) };
        (await DoneAsync(request)).Body.ShouldBe(echo);
    }

    [Theory]
    [InlineData("https://site.test/", "http://site.test/", "redirect-not-safe")]
    [InlineData("https://site.test/", "https://other.test/", null)]
    [InlineData("http://site.test/", "https://site.test/", null)]
    [InlineData("http://site.test/", "http://other.test/", null)]
    public void No_redirect_leads_out_of_TLS(string from, string to, string? code) => (GuardedHttp.RefuseRedirect(new Uri(from), new Uri(to))?.Code).ShouldBe(code);

    [Theory]
    [InlineData("Host", "unlisted.test")]
    [InlineData("content-length", "0")]
    [InlineData("X-A", "b\r\nHost: unlisted.test")]
    [InlineData("X A", "b")]
    public async Task Headers_that_change_where_a_request_goes_are_refused(string name, string value) =>
        (await NeverAsync(Get("/ok") with { Headers = Headers((name, value)) })).Code.ShouldBe("header-not-usable");

    [Fact]
    public async Task Nothing_answering_means_later()
    {
        (await LaterAsync(Get("/never") with { Timeout = TimeSpan.FromMilliseconds(50) })).ShouldBe("site.test did not answer within 0.1 s.");
        (await LaterAsync(Get("/hangup"))).ShouldStartWith("site.test could not be asked: it hung up");
        using var nameless = new GuardedHttp(GuardStage.Dial("site.test"), TimeProvider.System);
        (await nameless.SendAsync(Get("/ok"), default)).ShouldBeOfType<Outcome<GuardedAnswer>.Later>().Why.ShouldBe("site.test could not be asked: its name is not known.");
    }

    [Fact]
    public async Task A_stop_is_a_stop_and_no_answer()
    {
        using var stop = new CancellationTokenSource();
        var asking = http.SendAsync(Get("/never"), stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(asking);
    }

    [Theory]
    [InlineData("url=http://site.test:PORT/ok", EvidenceVerdict.Holds, "http://site.test:PORT/ok answers 200.")]
    [InlineData("url=http://site.test:PORT/ok?token=secret", EvidenceVerdict.Holds, "http://site.test:PORT/ok answers 200.")]
    [InlineData("url=http://site.test:PORT/busy status=503", EvidenceVerdict.Holds, "http://site.test:PORT/busy answers 503.")]
    [InlineData("url=http://site.test:PORT/busy", EvidenceVerdict.Fails, "http://site.test:PORT/busy answers 503; expected is 200.")]
    [InlineData("url=http://site.test:PORT/hops/1", EvidenceVerdict.Fails, "http://site.test:PORT/hops/1 answers 302 and leads to http://site.test:PORT/hops/0; expected is 200.")]
    [InlineData("url=http://site.test:PORT/hangup", EvidenceVerdict.Unknown, "site.test could not be asked: it hung up")]
    [InlineData("url=http://unlisted.test/", EvidenceVerdict.Unknown, "unlisted.test is not among the hosts that runbooks may reach. Add it to Http:AllowedHosts if it should be.")]
    [InlineData("url=/ok", EvidenceVerdict.Unknown, "url: has to be a full http or https address.")]
    [InlineData("status=200", EvidenceVerdict.Unknown, "url: has to be a full http or https address.")]
    [InlineData("url=http://site.test:PORT/ok status=fine", EvidenceVerdict.Unknown, "status: has to be a number from 100 to 599.")]
    public async Task An_address_holds_when_it_answers_as_expected(string options, EvidenceVerdict verdict, string says)
    {
        var answer = await new HttpVerifier(http).LookAsync(GuardStage.Ask("http", options.Replace("PORT", $"{port}", StringComparison.Ordinal)), default);
        answer.Verdict.ShouldBe(verdict, answer.Says);
        answer.Says.ShouldStartWith(says.Replace("PORT", $"{port}", StringComparison.Ordinal));
        (answer.Link?.Query ?? "").ShouldBe("", "a query may hold a secret");
    }

    [Theory]
    [InlineData("localhost", EvidenceVerdict.Holds)]
    [InlineData("", EvidenceVerdict.Unknown)]
    public async Task The_settings_say_which_hosts_runbooks_reach(string allowed, EvidenceVerdict verdict)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Http:AllowedHosts", (string?)allowed)]).Build();
        await using var services = new ServiceCollection().AddGuardedHttp(configuration).BuildServiceProvider();
        var verifiers = services.GetServices<IVerifier>().ToDictionary(verifier => verifier.Names.Single());
        verifiers.Keys.ShouldBe(["http", "certificate"]);
        (await verifiers["http"].LookAsync(GuardStage.Ask("http", $"url=http://localhost:{port}/ok"), default)).Verdict.ShouldBe(verdict);
        (await verifiers["certificate"].LookAsync(GuardStage.Ask("certificate", $"host=localhost:{port}"), default)).Verdict.ShouldBe(EvidenceVerdict.Unknown);
    }

    public async ValueTask DisposeAsync()
    {
        never.TrySetResult();
        http.Dispose();
        await app.DisposeAsync();
    }

    private static ImmutableDictionary<string, string> Headers(params (string Name, string Value)[] headers) => headers.ToImmutableDictionary(h => h.Name, h => h.Value);

    private GuardedRequest Get(string path) => GuardedRequest.Get(new Uri($"http://site.test:{port}{path}"), TimeSpan.FromSeconds(10));

    private async Task<GuardedAnswer> DoneAsync(GuardedRequest request) => (await http.SendAsync(request, default)).ShouldBeOfType<Outcome<GuardedAnswer>.Done>().Value;

    private async Task<Fault> NeverAsync(GuardedRequest request) => (await http.SendAsync(request, default)).ShouldBeOfType<Outcome<GuardedAnswer>.Never>().Fault;

    private async Task<string> LaterAsync(GuardedRequest request) => (await http.SendAsync(request, default)).ShouldBeOfType<Outcome<GuardedAnswer>.Later>().Why;

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        lock (seen) seen.Add(request.Path);
        switch (request.Path.Value!.Split('/')[1])
        {
            case "busy": response.StatusCode = 503; break;
            case "to" or "to302": response.Redirect(Uri.UnescapeDataString(request.QueryString.Value![1..])); break;
            case "to307": response.Redirect(Uri.UnescapeDataString(request.QueryString.Value![1..]), permanent: false, preserveMethod: true); break;
            case "hops" when request.Path.Value[6..] is not "0" and var left: response.Redirect($"/hops/{int.Parse(left) - 1}"); break;
            case "long": await response.WriteAsync(new string('x', 300_000)); break;
            case "hangup": context.Abort(); break;
            case "never": await never.Task; break;
            case "echo":
                using (var reader = new StreamReader(request.Body))
                    await response.WriteAsync($"{request.Method} mark={request.Headers["X-Mark"]} type={request.ContentType} agent={request.Headers.UserAgent} body={await reader.ReadToEndAsync()}");
                break;
            default:
                response.ContentType = "text/plain; charset=utf-8";
                await response.WriteAsync("fine");
                break;
        }
    }
}
