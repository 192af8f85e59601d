using System.Net;
using System.Text.RegularExpressions;
using ChatOps.Bot.Tests.EndToEnd;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

/// <summary>The console by its front door: the real program, asked as a browser without scripts asks.</summary>
public sealed class ConsoleTests(ConsoleTests.Demo demo) : IClassFixture<ConsoleTests.Demo>
{
    [Theory]
    [InlineData("/", HttpStatusCode.OK, "id=\"composer\"")]
    [InlineData("/runs", HttpStatusCode.OK, "<h1>Runs</h1>")]
    [InlineData("/services", HttpStatusCode.OK, "data-site=\"api/prod\"")]
    [InlineData("/runs/999999", HttpStatusCode.NotFound, "There is no such run")]
    [InlineData("/runs/%3Cb%3E", HttpStatusCode.NotFound, "There is no such run")]
    [InlineData("/nowhere", HttpStatusCode.NotFound, "There is no such page")]
    [InlineData("/nowhere.txt", HttpStatusCode.NotFound, "There is no such page")]
    public async Task Every_address_answers_with_a_page_in_plain_sentences(string path, HttpStatusCode status, string says)
    {
        using var browser = demo.NewBrowser();
        using var answer = await browser.GetAsync(path, Now);
        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsStringAsync(Now)).ShouldContain(says);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
    }

    [Theory]
    [InlineData("GET", "/", "evil.example.com", null)]
    [InlineData("GET", "/live?topic=chat", "evil.example.com", null)]
    [InlineData("GET", "/nowhere", "evil.example.com", null)]
    [InlineData("GET", "/api/v1/runs", "evil.example.com", null)]
    [InlineData("POST", "/say", null, "http://evil.example.com")]
    [InlineData("POST", "/click", null, "http://evil.example.com")]
    [InlineData("POST", "/be", null, "null")]
    [InlineData("POST", "/say", null, null)]
    public async Task Foreign_names_and_foreign_pages_are_refused_in_one_sentence(string method, string path, string? host, string? origin)
    {
        using var browser = demo.NewBrowser();
        await browser.GetStringAsync("/", Now);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (host is not null) request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (method == "POST") request.Content = new FormUrlEncodedContent([new("text", "help"), new("person", "ben@example.com")]);
        using var answer = await browser.SendAsync(request, Now);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync(Now)).ShouldNotContain("<form");
    }

    [Fact]
    public async Task A_form_sent_twice_is_done_once()
    {
        using var browser = demo.NewBrowser();
        var delivery = Guid.NewGuid().ToString("N");
        for (var times = 0; times < 3; times++) await demo.SendAsync(browser, "/say", ("text", "deploy worker v0.9.5 staging"), ("delivery", delivery));
        var run = RunsOf(await browser.GetStringAsync("/runs?service=worker", Now)).ShouldHaveSingleItem();
        (await browser.GetStringAsync($"/runs/{run}", Now)).ShouldContain("Deploy worker v0.9.5 to staging");
    }

    [Theory]
    [InlineData("/say", 20_000, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("/click", 20_000, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("/click", 10, HttpStatusCode.BadRequest)]
    public async Task What_is_too_long_or_no_form_of_ours_is_refused_in_a_sentence(string path, int length, HttpStatusCode status)
    {
        using var browser = demo.NewBrowser();
        var token = Visitor.TokenOf(await browser.GetStringAsync("/", Now));
        foreach (var chunked in (bool[])[false, true])
        {
            using var request = demo.Form(path, ("token", token), ("text", new string('x', length)), ("action", new string('x', length)));
            request.Headers.TransferEncodingChunked = chunked;
            using var answer = await browser.SendAsync(request, Now);
            answer.StatusCode.ShouldBe(status);
            (await answer.Content.ReadAsStringAsync(Now)).ShouldContain("Nothing was done");
        }
    }

    [Fact]
    public async Task What_somebody_says_is_shown_as_they_said_it_and_to_nobody_else()
    {
        using var browser = demo.NewBrowser();
        var page = await demo.SendAsync(browser, "/say", ("text", "<script>alert(1)</script>"));
        page.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
        page.ShouldNotContain("<script>alert");
        page.ShouldContain("data-reply=\"command-unknown\"");
        page.ShouldContain("Only you see this");
        using var other = demo.NewBrowser();
        (await other.GetStringAsync("/", Now)).ShouldNotContain("alert(1)");
    }

    [Fact]
    public async Task Its_own_files_are_named_by_what_is_in_them_and_not_sent_twice()
    {
        using var browser = demo.NewBrowser();
        var sheet = Regex.Match(await browser.GetStringAsync("/", Now), "href=\"([^\"]+console.css)\"").Groups[1].Value;
        using var answer = await browser.GetAsync(sheet, Now);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/css");
        using var again = new HttpRequestMessage(HttpMethod.Get, sheet);
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var unchanged = await browser.SendAsync(again, Now);
        unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task An_open_page_is_told_what_changed_and_one_that_was_away_is_shown_everything()
    {
        using var browser = demo.NewBrowser();
        await demo.SendAsync(browser, "/say", ("text", "deploy auth v2.7.1 prod"));
        using var live = await browser.GetStreamAsync("/live?topic=chat&since=unknown", Now);
        using var lines = new StreamReader(live);
        var patch = await NextAsync(lines, "event: patch");
        patch.ShouldContain("id: ");
        patch.ShouldContain("data-run=");
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static string[] RunsOf(string page) => [.. Regex.Matches(page, " data-run=\"(\\d+)\"").Select(match => match.Groups[1].Value).Distinct().Order()];

    /// <summary>The next event with this line in it.</summary>
    private static async Task<string> NextAsync(StreamReader lines, string with)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Now);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        var one = "";
        while (await lines.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Length > 0) one += line + "\n";
            else if (one.Contains(with, StringComparison.Ordinal)) return one;
            else one = "";
        }

        throw new EndOfStreamException("The bot hung up.");
    }

    /// <summary>The demo, started once for all of these.</summary>
    public sealed class Demo : IAsyncLifetime
    {
        private readonly string folder = Directory.CreateTempSubdirectory("chatops-console-").FullName;
        private BotProcess bot = null!;

        public async ValueTask InitializeAsync() => bot = await BotProcess.StartAsync(folder, new Dictionary<string, string?>
        {
            ["ChatOps:Config"] = Path.Combine(Repository.Root, "examples", "demo"),
            ["ChatOps:Database"] = $"sqlite:{Path.Combine(folder, "chatops.db")}",
        });

        public async ValueTask DisposeAsync()
        {
            await bot.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }

        /// <summary>One that keeps cookies and follows where it is sent.</summary>
        public HttpClient NewBrowser() => new() { BaseAddress = bot.Address, Timeout = TimeSpan.FromSeconds(30) };

        public HttpRequestMessage Form(string path, params (string Name, string Value)[] fields)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))) };
            request.Headers.Add("Origin", bot.Address.GetLeftPart(UriPartial.Authority));
            return request;
        }

        /// <summary>Sends a form as a page of the console does, and gives the page that comes of it.</summary>
        public async Task<string> SendAsync(HttpClient browser, string path, params (string Name, string Value)[] fields)
        {
            var token = Visitor.TokenOf(await browser.GetStringAsync("/", Now));
            using var request = Form(path, [.. fields, ("token", token)]);
            using var answer = await browser.SendAsync(request, Now);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            return await answer.Content.ReadAsStringAsync(Now);
        }
    }
}
