using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The one-click rollback that a page carries outside of Slack: a signed link to a page that asks once. Whatever speaks against it is said in words.</summary>
public sealed class PageLinkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stage stage = null!;
    private PagerDutyStandIn pagerDuty = null!;
    private BotProcess bot = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.HearAlerts();
        pagerDuty = await PagerDutyStandIn.StartAsync();
        stage.Settings["PagerDuty:EventsUrl"] = pagerDuty.Address;
        stage.Settings["PagerDuty:RoutingKey"] = PagerDutyStandIn.RoutingKey;
        stage.Settings["ChatOps:PublicUrl"] = $"http://127.0.0.1:{stage.Port}";
        stage.Unprotect();
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps: [{ deploy: rolling }]\non-failure: { rollback: ask, page: oncall }\n");
        stage.WriteOnCall();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot);
        http?.Dispose();
        if (bot is not null) await bot.DisposeAsync();
        await pagerDuty.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task The_link_in_PagerDuty_rolls_back_once_and_opening_it_changes_nothing()
    {
        var link = await PagedAsync();
        var asked = await GetAsync(link);
        asked.Status.ShouldBe(HttpStatusCode.OK);
        asked.Says.ShouldContain("Roll api in prod back from v1.2.3 to v1.2.2?");
        asked.Says.ShouldContain("You act as cleo@example.com.");
        asked.Says.ShouldContain("HighErrorRate: api in prod");

        // Scanners of mail and previews of chats open links, and with whatever they like.
        for (var i = 0; i < 3; i++) await GetAsync(link, message => message.Headers.Add("Sec-Fetch-Site", "cross-site"));
        using (var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, link))) ((int)head.StatusCode).ShouldBeGreaterThanOrEqualTo(400);
        (await RunsAsync()).ShouldBe(1);
        pagerDuty.Said.ShouldBe(["trigger chatops/A1/1"]);

        var both = await Task.WhenAll(PostAsync(link, asked), PostAsync(link, asked));
        both.Select(one => one.Status).ShouldAllBe(status => status == HttpStatusCode.SeeOther);
        await stage.CardAsync(message => message.Shows("Roll api back to v1.2.2 in prod") && message.Shows("succeeded") && message.Shows("by the link of the page about A1"));
        stage.Cluster.Deployment("prod", "api").Image.ShouldEndWith(":v1.2.2");
        var after = await GetAsync(link);
        after.Says.ShouldContain("This link was used, and works once. Run 2 is what it began");
        (await PostAsync(link, asked)).Status.ShouldBe(HttpStatusCode.SeeOther);
        (await RunsAsync()).ShouldBe(2);

        // Whoever took it back looks after it: nobody else is called.
        await Eventually.TrueAsync(() => pagerDuty.Said.Count == 2);
        pagerDuty.Said[1].ShouldBe("acknowledge chatops/A1/1");
        bot.Output.ShouldNotContain(link[(link.LastIndexOf('/') + 1)..]);
    }

    [Fact]
    public async Task It_can_be_answered_by_the_link_alone_and_that_shows_everywhere()
    {
        var link = await PagedAsync();
        (await PostAsync(link, await GetAsync(link), "answer")).Status.ShouldBe(HttpStatusCode.SeeOther);
        (await GetAsync(link)).Says.ShouldContain("cleo looks after it.");
        await Eventually.TrueAsync(() => pagerDuty.Said.Count == 2);
        await stage.Slack.MessageAsync("#alerts", message => message.Shows("acknowledged by cleo"), Patience);
        (await RunsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_restart_keeps_the_key_and_what_was_altered_or_is_too_old_is_refused()
    {
        var link = await PagedAsync();
        await bot.KillAsync();
        await bot.DisposeAsync();
        http.Dispose();
        await StartAsync();
        var asked = await GetAsync(link);
        asked.Says.ShouldContain("Roll api in prod back");

        // Somebody makes it say another person, another run, a later end.
        foreach (var (from, to) in new[] { ("cleo@example.com", "dora@example.com"), ("v1.2.2", "v1.2.1"), ("A1", "A2") })
        {
            var altered = await PostAsync(Altered(link, said => said.Replace(from, to, StringComparison.Ordinal)), asked);
            altered.Status.ShouldBe(HttpStatusCode.Forbidden);
            altered.Says.ShouldContain("This link can't be verified");
        }

        (await GetAsync(link[..^3])).Says.ShouldContain("link-unverified");
        (await GetAsync($"{stage.Settings["ChatOps:PublicUrl"]}/page/{new string('a', 3000)}")).Status.ShouldBe(HttpStatusCode.Forbidden);

        // Signed as the bot signs, but of an hour ago.
        var old = Altered(link, said => Regex.Replace(said, "\"until\":\"[^\"]*\"", $"\"until\":\"{DateTimeOffset.UtcNow.AddMinutes(-30):O}\""), File.ReadAllText(Path.Combine(stage.Folder, "keys", "links.key")));
        var late = await PostAsync(old, asked);
        late.Status.ShouldBe(HttpStatusCode.Gone);
        late.Says.ShouldContain("This link held for 30 min and is over since");
        late.Says.ShouldContain("say rollback 1");
        (await RunsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_lost_the_right_since_is_refused_and_that_is_kept()
    {
        var link = await PagedAsync();
        var asked = await GetAsync(link);
        stage.Rewrite("access.yaml", "[owners, oncall, release-managers]", "[owners, release-managers]");
        await Eventually.TrueAsync(async () => (await GetAsync(link)).Says.Contains("not-allowed", StringComparison.Ordinal));
        var refused = await PostAsync(link, asked);
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        (await RunsAsync()).ShouldBe(1);
        (await http.GetStringAsync("/audit")).ShouldContain("rollback by the link of A1");
    }

    [Fact]
    public async Task A_version_that_is_no_longer_live_is_not_taken_back()
    {
        var link = await PagedAsync();
        var asked = await GetAsync(link);
        stage.Cluster.SetImageByHand("prod", "api", "registry.example.com/api:v1.2.4");
        var refused = await PostAsync(link, asked);
        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Says.ShouldContain("v1.2.3 is no longer live");
        stage.Cluster.Deployment("prod", "api").Image.ShouldEndWith(":v1.2.4");
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.5 prod");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.5") && message.Shows("succeeded"));
        (await GetAsync(link)).Says.ShouldContain("Run 1 is no longer what is live: run 2 brought v1.2.5.");
    }

    [Fact]
    public async Task While_another_run_holds_the_place_it_waits_and_the_link_still_works_afterwards()
    {
        stage.Write("runbooks/long.yaml", "runbook: long\nstarts-with: run\nsteps:\n  - restart: target\n  - manual: Look at it\n    do: Open it.\n");
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/runbooks")).Contains("long", StringComparison.Ordinal));
        var link = await PagedAsync();
        var asked = await GetAsync(link);
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/chatops run long api prod");
        await stage.CardAsync(message => message.Shows("Look at it") && message.Shows("waiting"));
        var refused = await PostAsync(link, asked);
        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Says.ShouldContain("Run 2 holds api");
        refused.Says.ShouldContain("rollback 2");
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/chatops done 2");
        await stage.CardAsync(message => message.Shows("long") && message.Shows("succeeded"));
        (await PostAsync(link, await GetAsync(link))).Status.ShouldBe(HttpStatusCode.SeeOther);
        await stage.CardAsync(message => message.Shows("Roll api back to v1.2.2 in prod") && message.Shows("succeeded"));
    }

    [Fact]
    public async Task A_run_that_failed_and_asks_can_be_turned_around_by_the_link()
    {
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps: [{ deploy: rolling }, { check: health }]\non-failure: { rollback: ask, page: oncall }\n");
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/runbooks/rolling-deploy")).Contains("health", StringComparison.OrdinalIgnoreCase));
        stage.Health = HttpStatusCode.InternalServerError;
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var link = await LinkAsync();
        stage.Health = HttpStatusCode.OK;
        var asked = await GetAsync(link);
        asked.Says.ShouldContain("It stops, and what it did is taken back.");
        (await PostAsync(link, asked)).Status.ShouldBe(HttpStatusCode.SeeOther);
        await stage.CardAsync(message => message.Shows("rolled back"));
        stage.Cluster.Deployment("prod", "api").Image.ShouldEndWith(":v1.2.2");
        (await GetAsync(link)).Says.ShouldContain("This link was used");
    }

    /// <summary>v1.2.3 goes out, then an alert fires: the link that PagerDuty got.</summary>
    private async Task<string> PagedAsync()
    {
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("succeeded"));
        await http.AlertAsync();
        return await LinkAsync();
    }

    private async Task<string> LinkAsync()
    {
        await Eventually.TrueAsync(() => pagerDuty.Events.Count > 0);
        var link = pagerDuty.Events[0]["links"].ShouldBeOfType<JsonArray>()[0]!;
        ((string?)link["text"]).ShouldBe("Roll back to v1.2.2 (as cleo, asks once)");
        return (string)link["href"]!;
    }

    private static string Altered(string link, Func<string, string> change, string? key = null)
    {
        var (path, token) = (link[..(link.LastIndexOf('/') + 1)], link[(link.LastIndexOf('/') + 1)..].Split('.'));
        var said = change(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token[0])));
        said.ShouldNotBe(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token[0])));
        return $"{path}{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(said))}.{(key is null ? token[1] : Base64Url.EncodeToString(HMACSHA256.HashData(Convert.FromHexString(key), Encoding.UTF8.GetBytes("page-link 1\n" + said))))}";
    }

    private async Task StartAsync()
    {
        bot = await stage.StartBotAsync();
        http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = bot.Address, Timeout = Patience };
    }

    private async Task<Seen> GetAsync(string link, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        with?.Invoke(request);
        return await SeenAsync(request);
    }

    private Task<Seen> PostAsync(string link, Seen asked, string wish = "rollback") => SeenAsync(new HttpRequestMessage(HttpMethod.Post, link)
    {
        Content = new FormUrlEncodedContent([KeyValuePair.Create("do", wish), KeyValuePair.Create("shown", WebUtility.HtmlDecode(Regex.Match(asked.Markup, "name=\"shown\" value=\"([^\"]*)\"").Groups[1].Value))]),
    });

    private async Task<Seen> SeenAsync(HttpRequestMessage request)
    {
        using var answer = await http.SendAsync(request);
        return new Seen(answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<int> RunsAsync() => Regex.Count(await http.GetStringAsync("/api/v1/runs"), "\"number\":");

    private sealed record Seen(HttpStatusCode Status, string Markup)
    {
        public string Says => WebUtility.HtmlDecode(Regex.Replace(Regex.Replace(Markup, "<[^>]+>", ""), "\\s+", " "));
    }
}
