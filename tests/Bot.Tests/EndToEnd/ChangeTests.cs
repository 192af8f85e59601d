using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Changes that no run made, by the front door: seen in the cluster, or told by a webhook; named on alerts, incidents and summaries.</summary>
public sealed class ChangeTests : IAsyncLifetime
{
    private const string FlagToken = "flags-token";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private Stage stage = null!;
    private BotProcess bot = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.HearAlerts();
        stage.Settings["Webhooks:Changes:flags:Token"] = FlagToken;
        stage.Write("alerts.yaml", """
            routes:
              - { route: all, channel: "#alerts" }
            changes:
              flags: { kind: flag, what: flag.key, now: flag.on, by: member.email, environment: env, at: date, link: url, about: api, delivery-header: X-Delivery }
            """);
        stage.Write("access.yaml", """
            groups:
              everyone: { all: true }
              payments: { members: [ana@example.com] }
              release-managers: { slack: release-managers }
            may:
              deploy: { prod: [owners, release-managers] }
              rollback: { prod: [owners, release-managers] }
              incident: { "*": [everyone] }
            """);
        bot = await stage.StartBotAsync();
        http = bot.NewClient();
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot);
        http.Dispose();
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task What_is_changed_by_hand_in_the_cluster_is_named_on_the_alert_and_on_the_incidents_timeline()
    {
        // An autoscaler is nobody's hand.
        stage.Cluster.ChangeByHand("prod", "api", one => one["spec"]!["replicas"] = 5, "kube-controller-manager");
        stage.Cluster.SetImageByHand("prod", "api", "registry.example.com/api:v6.6.6", "kubectl-edit");
        await AuditAsync("image changed from v1.2.2 to v6.6.6, by kubectl-edit");
        await http.AlertAsync();
        var card = await stage.Slack.MessageAsync("#alerts", message => message.Shows("HighErrorRate: api in prod"), Patience);
        card.Says.ShouldMatch("api in prod: image changed from v1.2.2 to v6.6.6, by kubectl-edit, .* before");
        card.Says.ShouldContain("changed by hand");
        card.Says.ShouldNotContain("replicas");

        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/incident declare sev1 \"checkout is failing\" api");
        await TimelineAsync("before: api in prod: image changed from v1.2.2 to v6.6.6, by kubectl-edit");

        // What is changed while it is open is heard, and once although the bot begins to watch anew.
        stage.Cluster.ChangeByHand("prod", "api", one => one["spec"]!["replicas"] = 9, "kubectl-scale");
        await TimelineAsync("replicas changed from 5 to 9, by kubectl-scale");
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await SendAsync("""{"flag":{"key":"x","on":true},"member":{"email":"ana@example.com"}}""", "after");
        (await AuditAsync("flag x is now true")).Split("image changed").Length.ShouldBe(2, "once");
    }

    [Fact]
    public async Task A_run_of_the_bots_own_is_no_change_by_hand_and_its_summary_names_those_that_are()
    {
        stage.WriteRunbook("1s", "ask", "Database backup taken");

        // What is edited under a run changes its plan: the run is to begin with this.
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        var (ana, ben, dora) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot), stage.User(stage.Dora, bot));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var run = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await ana.TickAsync(run, "Database backup taken");
        await SendAsync("""{"flag":{"key":"new-checkout","on":true},"member":{"email":"eve@example.com"},"env":"production"}""", "1");
        await ana.TickAsync(run, "Stakeholders know");
        run = await stage.CardAsync(message => message.Shows("waiting for approval"));
        await ben.ClickAsync(run, "Approve");
        await dora.ClickAsync(run, "Approve");
        var summary = await stage.CardAsync(message => message.Shows("Summary: Deploy api v1.2.3"));
        summary.Says.ShouldContain("Changed there by no run");
        summary.Says.ShouldContain("flag new-checkout is now true, by eve@example.com");
        summary.Says.ShouldNotContain("image changed");
        (await http.GetStringAsync("/audit?q=change-seen")).ShouldNotContain("(kubernetes)");
    }

    [Fact]
    public async Task A_flag_is_taken_once_from_who_may_tell_it_and_shown_without_its_markup()
    {
        var now = DateTimeOffset.UtcNow;
        var told = JsonSerializer.Serialize(new { flag = new { key = "<!channel> *pay*", on = false }, member = new { email = "eve@example.com" }, env = "prod", date = now.AddMinutes(-4).ToUnixTimeMilliseconds(), url = "https://flags.example.com/pay" });
        (await SendAsync(told, "7", "wrong")).ShouldBe((HttpStatusCode.Unauthorized, ""));
        (await SendAsync(told, "7", "wrong", "nobody")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(told[..40], "7")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync("{\"other\":1}", "8")).Answer.ShouldContain("Nothing in it is where the mapping of flags");
        var many = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SendAsync(told, "7")));
        many.ShouldAllBe(one => one.Status == HttpStatusCode.Accepted);
        many.Count(one => one.Answer.Contains("\"taken\":1", StringComparison.Ordinal)).ShouldBe(1);
        await http.AlertAsync();
        var card = await stage.Slack.MessageAsync("#alerts", message => message.Shows("HighErrorRate: api in prod"), Patience);
        card.Says.ShouldMatch("is now false, by eve@example.com, [45] min before");
        card.Says.ShouldContain("a feature flag");
        card.Blocks!.ToJsonString().ShouldContain("https://flags.example.com/pay");
        Marks.In(card).ShouldNotContain(text => text.Contains("<!", StringComparison.Ordinal));
        (await stage.User(stage.Ben, bot).UntilAsync("/chatops why A1", "Likely cause")).Says.ShouldMatch("[45] min before");
    }

    private async Task<string> AuditAsync(string words)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var browser = bot.NewClient();
            var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/audit?q=change-seen", patience.Token));
            if (page.Contains(words, StringComparison.Ordinal)) return page;
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task TimelineAsync(string words)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var page = await http.GetAsync("/incidents/1", patience.Token);
            if (page.IsSuccessStatusCode && WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync(patience.Token)).Contains(words, StringComparison.Ordinal)) return;
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task<(HttpStatusCode Status, string Answer)> SendAsync(string body, string delivery, string token = FlagToken, string sender = "flags")
    {
        using var client = bot.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/changes/{sender}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("X-Delivery", delivery);
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
