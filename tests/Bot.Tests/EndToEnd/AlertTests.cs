using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ChatOps.Testing;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Alerts by their front door: webhooks to the real process, cards in Slack, clicks back.</summary>
public sealed class AlertTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private Stage stage = null!;
    private BotProcess bot = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync(rollback: "ask");
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.HearAlerts();
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
    public async Task A_recorded_alert_becomes_one_card_that_is_acknowledged_and_turns_green()
    {
        (await http.SendAlertsAsync(Recordings.Text("alertmanager/webhook-v4-firing-2.json"))).ShouldBe(HttpStatusCode.Accepted);
        var card = await stage.AlertCardAsync(message => message.Shows("HighLatency"));
        card.Says.ShouldContain("p95 above 500 ms");
        card.Says.ShouldContain("critical");
        card.Says.ShouldContain("2 of 2 firing");
        card.Buttons.ShouldContain(button => button.Label == "Acknowledge");

        await stage.User(stage.Zoe, bot).ClickAsync(card, "Acknowledge");
        (await stage.Slack.ReplyAsync(stage.Zoe, reply => reply.Shows("may only read"), Patience)).ShouldNotBeNull();
        await stage.User(stage.Ben, bot).ClickAsync(card, "Acknowledge");
        await stage.AlertCardAsync(message => message.Shows("acknowledged by ben"));
        using (var http = bot.NewClient()) (await http.GetStringAsync("/audit?q=ben+alert-acknowledged")).ShouldContain("acknowledged A1");

        (await http.SendAlertsAsync(Recordings.Text("alertmanager/webhook-v4-partly-resolved.json"))).ShouldBe(HttpStatusCode.Accepted);
        await stage.AlertCardAsync(message => message.Shows("1 of 2 firing"));
        (await http.SendAlertsAsync(Recordings.Text("alertmanager/webhook-v4-resolved.json"))).ShouldBe(HttpStatusCode.Accepted);
        var green = await stage.AlertCardAsync(message => message.Text.Contains("is resolved", StringComparison.Ordinal));
        green.Ts.ShouldBe(card.Ts);
        green.Says.ShouldContain("p95 above 500 ms");
        green.Says.ShouldContain("ben looks after it");
        stage.AlertCards().Count.ShouldBe(1);
        stage.Slack.Refusals.ShouldBeEmpty();

        (await http.GetStringAsync("/alerts")).ShouldContain("HighLatency");
        var page = await http.GetStringAsync("/alerts/A1");
        page.ShouldContain("looks after it");
        page.ShouldContain("grouped: its card shows them");
        (await http.GetAsync("/alerts/A99")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_not_verifiably_from_there_is_refused_and_the_same_delivery_counts_once()
    {
        var body = Recordings.Text("alertmanager/webhook-v4-firing.json");
        (await http.SendAlertsAsync(body, "wrong")).ShouldBe(HttpStatusCode.Unauthorized);
        (await http.SendAlertsAsync(body, null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await http.SendAlertsAsync("{\"version\":\"4\",\"alerts\":[{")).ShouldBe(HttpStatusCode.BadRequest);
        (await http.SendAlertsAsync("{\"text\":\"a template of somebody's own\"}")).ShouldBe(HttpStatusCode.Accepted);
        (await http.SendAlertsAsync(new string(' ', 13 << 20))).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await http.PostAsync("/webhooks/nobody", new StringContent("{}"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        stage.AlertCards().ShouldBeEmpty();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => http.SendAlertsAsync(body)));
        statuses.ShouldAllBe(status => status == HttpStatusCode.Accepted);
        var card = await stage.AlertCardAsync(message => message.Shows("2 of 2 firing"));
        card.Says.ShouldContain("2 alerts fire.");
        card.Says.ShouldNotContain("3 of");
        var list = await stage.User(stage.Ben, bot).UntilAsync("/chatops alerts", "HighErrorRate");
        list.Says.ShouldContain("A1");
        list.Says.ShouldNotContain("A2");
    }

    [Fact]
    public async Task The_card_names_the_change_behind_it_and_takes_it_back_with_one_click_of_whoever_may()
    {
        var (ana, ben, dora) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot), stage.User(stage.Dora, bot));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var run = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await ana.TickAsync(run, "Database backup taken");
        await ana.TickAsync(run, "Stakeholders know");
        run = await stage.CardAsync(message => message.Shows("waiting for approval"));
        await ben.ClickAsync(run, "Approve");
        await dora.ClickAsync(run, "Approve");
        await stage.CardAsync(message => message.Shows("succeeded"));

        var now = DateTimeOffset.UtcNow;
        await http.AlertAsync("HighErrorRate", "critical", since: now);
        var card = await stage.AlertCardAsync(message => message.Shows("HighErrorRate: api in prod"));
        card.Says.ShouldMatch("api v1\\.2\\.3 went to prod .*before, by ana");
        card.Buttons.Single(button => button.Label == "Roll back to v1.2.2").Confirms.ShouldBeTrue();
        await stage.User(stage.Zoe, bot).ClickAsync(card, "Roll back to v1.2.2");
        await stage.Slack.ReplyAsync(stage.Zoe, reply => reply.Shows("may only read"), Patience);
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.3");
        await stage.User(stage.Cleo, bot).ClickAsync(card, "Roll back to v1.2.2");
        await stage.CardAsync(message => message.Shows("Roll api back to v1.2.2") || message.Shows("back to v1.2.2") && message.Shows("cleo"));
        await Eventually.TrueAsync(() => stage.Cluster.Deployment("prod", "api").Version == "v1.2.2");

        await http.AlertAsync("SlowLogin", "warning", since: now);
        (await stage.CardAsync(message => message.Shows("SlowLogin: api in prod"))).Channel.ShouldBe(card.Channel == stage.Slack.IdOf(Stage.Channel) ? "" : stage.Slack.IdOf(Stage.Channel));
        await http.AlertAsync("DiskHalfFull", "info", since: now);
        var why = await cleoAsync("/chatops why A3", "collected for a digest");
        why.Says.ShouldContain("DiskHalfFull");
        Task<KeptReply> cleoAsync(string line, string words) => stage.User(stage.Cleo, bot).UntilAsync(line, words);
    }

    [Fact]
    public async Task A_silence_is_made_in_Alertmanager_and_confirmed_by_reading_it_back()
    {
        await using var alertmanager = await AlertmanagerStandIn.StartAsync();
        stage.Settings["Alertmanager:Url"] = alertmanager.Address;
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await http.SendAlertsAsync(Recordings.Text("alertmanager/webhook-v4-firing-2.json"));
        var card = await stage.AlertCardAsync(message => message.Shows("HighLatency"));
        alertmanager.LoseNextAnswer = true;
        await stage.User(stage.Cleo, bot).TypeAsync(Stage.Channel, "/chatops silence A1 1h \"being worked on\"");
        card = await stage.AlertCardAsync(message => message.Shows("confirmed by alertmanager"));
        card.Says.ShouldContain("being worked on");
        var silence = alertmanager.Silences.Single();
        silence["matchers"]!.AsArray().Select(matcher => $"{matcher!["name"]}={matcher["value"]}").ShouldBe(["alertname=HighLatency", "service=api", "severity=page"], ignoreOrder: true);
        ((string?)silence["comment"]).ShouldBe("being worked on (cleo@example.com, A1/1)");
        await stage.User(stage.Dora, bot).TypeAsync(Stage.Channel, "/chatops silence A1 30d");
        alertmanager.Silences.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Killed_right_after_it_answered_it_has_lost_nothing()
    {
        await http.SendAlertsAsync(Storm("svc1", 0, 20, "firing"));
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();

        // What the killed process had claimed is taken over when its lease has run out.
        (await stage.Slack.MessageAsync("#alerts", message => message.Shows("Down: svc1"), TimeSpan.FromSeconds(60))).Says.ShouldContain("20 of 20 firing");
        stage.AlertCards().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Ten_thousand_alerts_in_a_burst_become_a_handful_of_cards_and_commands_stay_quick()
    {
        var ben = stage.User(stage.Ben, bot);
        await ben.TypeAsync(Stage.Channel, "/status");
        var calm = await MedianAsync(ben);
        var watch = Stopwatch.StartNew();
        using var over = new CancellationTokenSource();
        var storm = Task.Run(async () =>
        {
            // Fifty services, ten messages each, twenty alerts in a message.
            await Parallel.ForEachAsync(Enumerable.Range(0, 500), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (at, _) =>
                (await http.SendAlertsAsync(Storm($"svc{at % 50}", at / 50, 20, "firing"))).ShouldBe(HttpStatusCode.Accepted));
        });
        var during = await MedianAsync(ben);
        await storm;
        var took = watch.Elapsed;
        var last = Stopwatch.StartNew();
        await stage.Slack.MessageAsync("#alerts", _ => stage.AlertCards().Sum(Firing) == 10_000, Patience);
        TestContext.Current.TestOutputHelper?.WriteLine($"10,000 alerts taken in {took.TotalSeconds:0.0} s; shown {last.Elapsed.TotalSeconds:0.0} s after the last; a command took {calm.TotalMilliseconds:0} ms before and {during.TotalMilliseconds:0} ms during.");
        last.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        stage.AlertCards().Count.ShouldBeLessThanOrEqualTo(6);
        stage.AlertCards().Sum(message => message.Updates).ShouldBeLessThan(50);
        during.ShouldBeLessThan(TimeSpan.FromMilliseconds(Math.Max(250, calm.TotalMilliseconds * 10)));
        var crowd = stage.AlertCards().Single(message => message.Shows("Many alerts at once"));
        crowd.Shows("45 kinds").ShouldBeTrue(crowd.Says);
        (await ben.TypeAsync(Stage.Channel, "/chatops why A6")).Reply!.Says.ShouldContain("too many at once");
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    private static int Firing(KeptMessage message) =>
        System.Text.RegularExpressions.Regex.Match(message.Says, @"(?<firing>[0-9]+) of [0-9]+ firing\b") is { Success: true } match ? int.Parse(match.Groups["firing"].Value, CultureInfo.InvariantCulture) : 0;

    private static string Storm(string service, int batch, int count, string status) => JsonSerializer.Serialize(new
    {
        version = "4", groupKey = $"{{}}:{{service={service}}}", status, receiver = "chatops", externalURL = "http://alertmanager.example.com",
        alerts = Enumerable.Range(0, count).Select(at => new
        {
            status, labels = new Dictionary<string, string> { ["alertname"] = "Down", ["service"] = service, ["severity"] = "critical", ["pod"] = $"{service}-{batch}-{at}" },
            annotations = new { summary = "It is <!channel> *down* @here" }, startsAt = "2026-11-20T21:21:01.494225583Z", endsAt = "0001-01-01T00:00:00Z", fingerprint = $"{service}-{batch}-{at}",
        }),
    });

    private static async Task<TimeSpan> MedianAsync(SlackUser user)
    {
        var took = new List<TimeSpan>();
        for (var i = 0; i < 15; i++)
        {
            var watch = Stopwatch.StartNew();
            await user.TypeAsync(Stage.Channel, "/runs");
            took.Add(watch.Elapsed);
        }

        return took.Order().ElementAt(took.Count / 2);
    }
}
