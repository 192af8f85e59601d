using System.Collections.Immutable;
using System.Net;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Http;

/// <summary>Addresses that people write into runbooks lead only where the settings allow.</summary>
public sealed class GuardedHttpTests : IAsyncLifetime
{
    private readonly List<string> heard = [];
    private WebApplication app = null!;
    private Uri url = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        url = new Uri(app.Urls.First());
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData("https://cdn.example.com/purge", "cdn.example.com", true)]
    [InlineData("https://CDN.example.com./purge", "cdn.example.com", true)]
    [InlineData("https://a.b.example.com/", "*.example.com", true)]
    [InlineData("https://example.com/", "*.example.com", false)]
    [InlineData("https://notexample.com/", "*.example.com", false)]
    [InlineData("https://example.com.evil.test/", "example.com", false)]
    [InlineData("https://cdn.example.com@evil.test/", "cdn.example.com", false)]
    [InlineData("https://me:secret@cdn.example.com/", "cdn.example.com", false)]
    [InlineData("ftp://cdn.example.com/", "cdn.example.com", false)]
    [InlineData("file:///etc/passwd", "", false)]
    [InlineData("http://169.254.169.254/latest/meta-data/", "cdn.example.com", false)]
    [InlineData("http://2852039166/", "cdn.example.com", false)]                     // the same, as one number
    [InlineData("https://cdn.example.com/", "", false)]
    public void Only_hosts_that_are_named_are_spoken_to(string address, string allowed, bool may) =>
        (new AllowedHosts(allowed).Refuse(new Uri(address)) is null).ShouldBe(may);

    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fc00::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("64:ff9b::169.254.169.254", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("224.0.0.1", false)]
    public void An_allowed_name_gains_nothing_by_leading_inside(string address, bool may) =>
        (new AllowedHosts("*.example.com").Refuse("cdn.example.com", IPAddress.Parse(address)) is null).ShouldBe(may);

    [Fact]
    public void Inside_is_spoken_to_only_by_a_name_that_is_written_out_and_never_where_credentials_are()
    {
        new AllowedHosts("cdn.internal").Refuse("cdn.internal", IPAddress.Parse("10.1.2.3")).ShouldBeNull();
        new AllowedHosts("*.internal").Refuse("cdn.internal", IPAddress.Parse("10.1.2.3")).ShouldNotBeNull();
        new AllowedHosts("cdn.internal").Refuse("cdn.internal", IPAddress.Parse("169.254.169.254")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_the_next_time_is_refused_when_it_is_connected_to()
    {
        using var http = Client("rebind.example.com", (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34"), IPAddress.Parse("169.254.169.254")]));
        var outcome = await http.SendAsync(Request("GET", new Uri("http://rebind.example.com/")), TestContext.Current.CancellationToken);
        outcome.ShouldBeOfType<Outcome<OutgoingAnswer>.Never>().Fault.ShouldSatisfyAllConditions(f => f.Code.ShouldBe("host-not-allowed"), f => f.Why.ShouldContain("credentials"));
    }

    [Theory]
    [InlineData("/ok", "200")]
    [InlineData("/once", "200")]                         // a redirect to the same host
    [InlineData("/away", "host-not-allowed")]            // to metadata
    [InlineData("/round", "302")]                        // in circles: the last one is the answer
    public async Task Redirects_are_looked_at_like_the_first_address(string path, string result)
    {
        using var http = Client("127.0.0.1");
        var outcome = await http.SendAsync(Request("GET", new Uri(url, path)), TestContext.Current.CancellationToken);
        (outcome switch
        {
            Outcome<OutgoingAnswer>.Done done => $"{done.Value.Status}",
            Outcome<OutgoingAnswer>.Never never => never.Fault.Code,
            _ => "later",
        }).ShouldBe(result);
    }

    [Fact]
    public async Task What_changes_something_is_not_sent_on()
    {
        using var http = Client("127.0.0.1");
        (await http.SendAsync(Request("POST", new Uri(url, "/once")), TestContext.Current.CancellationToken)).ShouldBeOfType<Outcome<OutgoingAnswer>.Done>().Value.Status.ShouldBe(302);
        heard.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Secrets_are_filled_in_only_when_it_is_sent_and_one_that_is_missing_stops_it()
    {
        using var http = Client("127.0.0.1");
        var with = Request("GET", new Uri(url, "/ok")) with { Headers = ImmutableSortedDictionary<string, string>.Empty.Add("Authorization", "Bearer {secret:cdn}") };
        (await http.SendAsync(with, TestContext.Current.CancellationToken)).ShouldBeOfType<Outcome<OutgoingAnswer>.Done>();
        heard.ShouldHaveSingleItem().ShouldContain("Bearer s3cret");
        var without = with with { Headers = with.Headers.SetItem("Authorization", "{secret:other}") };
        var fault = (await http.SendAsync(without, TestContext.Current.CancellationToken)).ShouldBeOfType<Outcome<OutgoingAnswer>.Never>().Fault;
        fault.Code.ShouldBe("secret-missing");
        heard.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_long_answer_is_not_kept_and_one_that_does_not_come_is_waited_for_so_long()
    {
        using var http = Client("127.0.0.1");
        (await http.SendAsync(Request("GET", new Uri(url, "/long")), TestContext.Current.CancellationToken)).ShouldBeOfType<Outcome<OutgoingAnswer>.Done>().Value.Body.ShouldBeEmpty();
        var slow = Request("GET", new Uri(url, "/never")) with { Timeout = TimeSpan.FromMilliseconds(100) };
        (await http.SendAsync(slow, TestContext.Current.CancellationToken)).ShouldBeOfType<Outcome<OutgoingAnswer>.Later>().Why.ShouldContain("does not answer within 100 ms");
    }

    [Theory]
    [InlineData("/ok", null, EvidenceVerdict.Holds, "127.0.0.1 answers 200")]
    [InlineData("/once", "302", EvidenceVerdict.Fails, "127.0.0.1 answers 200, expected 302")]
    [InlineData(null, null, EvidenceVerdict.Unknown, "the item names no address: with: { url: … }")]
    public async Task An_address_that_answers_ticks_its_item(string? path, string? status, EvidenceVerdict verdict, string says)
    {
        using var http = Client("127.0.0.1");
        var options = ImmutableSortedDictionary<string, string>.Empty;
        if (path is not null) options = options.Add("url", new Uri(url, path).ToString());
        if (status is not null) options = options.Add("status", status);
        var question = new Question("http", options, "api", "prod", null, "v1", null, new Runbooks.Access.Person("ana@example.com"));
        (await new HttpVerifier(http).LookAsync(question, TestContext.Current.CancellationToken)).ShouldSatisfyAllConditions(seen => seen.Verdict.ShouldBe(verdict), seen => seen.Says.ShouldBe(says));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        heard.Add($"{context.Request.Method} {context.Request.Path} {context.Request.Headers.Authorization}");
        switch (context.Request.Path.Value)
        {
            case "/once": context.Response.Redirect("/ok"); break;
            case "/round": context.Response.Redirect("/round"); break;
            case "/away": context.Response.Redirect("http://169.254.169.254/latest/meta-data/"); break;
            case "/long": await context.Response.WriteAsync(new string('x', 70_000)); break;
            case "/never": await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default); break;
            default: await context.Response.WriteAsync("ok"); break;
        }
    }

    private static OutgoingRequest Request(string method, Uri to) => new(method, to, ImmutableSortedDictionary<string, string>.Empty, null, TimeSpan.FromSeconds(10));

    private static GuardedHttp Client(string allowed, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        var options = new HttpOptions { AllowedHosts = allowed };
        options.Secrets["cdn"] = "s3cret";
        return new GuardedHttp(new Fixed(options), TimeProvider.System, resolve ?? Dns.GetHostAddressesAsync);
    }

    private sealed class Fixed(HttpOptions options) : IOptionsMonitor<HttpOptions>
    {
        public HttpOptions CurrentValue => options;

        public HttpOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<HttpOptions, string?> listener) => null;
    }
}
