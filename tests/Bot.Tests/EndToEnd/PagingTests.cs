using System.Net;
using System.Security.Cryptography;
using System.Text;
using ChatOps.Testing;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Pages by their front door: an alert comes in or a run fails, people get direct messages or PagerDuty is told, and an answer in one place shows in the other.</summary>
public sealed class PagingTests : IAsyncLifetime
{
    private const string Secret = "pagerduty-secret";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset began = DateTimeOffset.UtcNow.AddMinutes(-1);
    private Stage stage = null!;
    private PagerDutyStandIn pagerDuty = null!;
    private BotProcess? bot;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.HearAlerts();
        stage.Settings["PagerDuty:WebhookSecret"] = Secret;
        stage.WriteOnCall();
        pagerDuty = await PagerDutyStandIn.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot);
        if (bot is not null)
        {
            http.Dispose();
            await bot.DisposeAsync();
        }

        await pagerDuty.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_is_on_call_gets_a_message_then_the_second_person_and_an_answer_shows_on_the_card()
    {
        stage.WriteOnCall("3s");
        await StartAsync();
        await http.AlertAsync("HighErrorRate", since: began);
        var first = await DirectAsync("DCLEO", message => message.Shows("HighErrorRate: api in prod"));
        first.Says.ShouldContain("ben is paged");
        var second = await DirectAsync("DBEN", message => message.Shows("HighErrorRate: api in prod"));
        await stage.AlertCardAsync(message => message.Shows("Nobody answered: ben was paged too."));
        await stage.User(stage.Ben, bot!).ClickAsync(second, "Acknowledge");
        await stage.AlertCardAsync(message => message.Shows("acknowledged by ben"));
        (await DirectAsync("DCLEO", message => message.Shows("acknowledged by ben"))).Buttons.ShouldNotContain(button => button.Label == "Acknowledge");
        await http.AlertAsync("HighErrorRate", status: "resolved", since: began);
        await DirectAsync("DCLEO", message => message.Shows("over: it is resolved"));
        stage.Slack.Messages.Count(message => message.Channel == "DCLEO").ShouldBe(1);
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_swap_decides_whom_to_call_and_an_answer_on_the_card_shows_in_the_message()
    {
        await StartAsync();
        var cleo = stage.User(stage.Cleo, bot!);
        (await cleo.UntilAsync("/chatops oncall", "On call")).Says.ShouldContain("cleo");
        await stage.User(stage.Dora, bot!).UntilAsync("/chatops oncall swap ana@example.com now \"in 2h\"", "takes no turns");
        await cleo.UntilAsync("/chatops oncall swap ana@example.com now \"in 2h\"", "ana is on call");
        (await cleo.UntilAsync("/chatops oncall oncall", "On call")).Says.ShouldContain("ana (swapped)");
        await http.AlertAsync("HighErrorRate", since: began);
        await DirectAsync("DANA", message => message.Shows("HighErrorRate"));
        await stage.User(stage.Ben, bot!).ClickAsync(await stage.AlertCardAsync(message => message.Shows("ana was paged")), "Acknowledge");
        await DirectAsync("DANA", message => message.Shows("acknowledged by ben"));
        stage.Slack.Messages.ShouldNotContain(message => message.Channel == "DCLEO");
    }

    [Fact]
    public async Task PagerDuty_is_told_what_happens_here_and_an_answer_there_shows_here()
    {
        UsePagerDuty();
        await StartAsync();
        await http.AlertAsync("HighErrorRate", since: began);
        await stage.User(stage.Ben, bot!).ClickAsync(await stage.AlertCardAsync(message => message.Shows("PagerDuty took the page")), "Acknowledge");
        await Eventually.TrueAsync(() => pagerDuty.Said.Count == 2);
        await http.AlertAsync("HighErrorRate", status: "resolved", since: began);
        await Eventually.TrueAsync(() => pagerDuty.Said.Count == 3);
        pagerDuty.Said.ShouldBe(["trigger chatops/A1/1", "acknowledge chatops/A1/1", "resolve chatops/A1/1"]);
        ((string?)pagerDuty.Events[0]["payload"]!["severity"]).ShouldBe("critical");
        ((string?)pagerDuty.Events[0]["payload"]!["summary"]).ShouldStartWith("HighErrorRate: api in prod");

        await http.AlertAsync("SlowLogin", since: began);
        await stage.AlertCardAsync(message => message.Shows("SlowLogin") && message.Shows("PagerDuty took the page"));
        (await HookAsync("incident.triggered", "chatops/A2/1", "e1", "wrong")).ShouldBe(HttpStatusCode.Unauthorized);
        (await HookAsync("incident.triggered", "chatops/A2/1", "e1")).ShouldBe(HttpStatusCode.OK);
        (await HookAsync("incident.acknowledged", "chatops/A2/1", "e2")).ShouldBe(HttpStatusCode.Accepted);
        (await HookAsync("incident.acknowledged", "chatops/A2/1", "e2")).ShouldBe(HttpStatusCode.Accepted);
        await stage.AlertCardAsync(message => message.Shows("SlowLogin") && message.Shows("acknowledged by tenex engineer in pagerduty"));

        // What was said there is not said back, and the incident that it is about made no alert of its own.
        pagerDuty.Said.Count.ShouldBe(4);
        (await stage.User(stage.Ben, bot!).UntilAsync("/chatops alerts", "A2")).Says.ShouldNotContain("A3");
        stage.Slack.Messages.ShouldNotContain(message => message.Channel.StartsWith('D'));
    }

    [Fact]
    public async Task While_PagerDuty_is_down_the_bot_pages_by_itself_and_says_so_and_PagerDuty_learns_of_it_later()
    {
        UsePagerDuty();
        stage.Settings["PagerDuty:Patience"] = "00:00:02";
        pagerDuty.Status = 503;
        await StartAsync();
        await http.AlertAsync("HighErrorRate", since: began);
        await DirectAsync("DCLEO", message => message.Shows("HighErrorRate"));
        await stage.AlertCardAsync(message => message.Shows("PagerDuty did not take the page") && message.Shows("the bot pages by itself") && message.Shows("cleo was paged"));
        pagerDuty.Said.ShouldBeEmpty();
        pagerDuty.Status = 202;
        await stage.AlertCardAsync(message => message.Shows("PagerDuty took the page too, late"));
        await stage.User(stage.Cleo, bot!).ClickAsync(await DirectAsync("DCLEO", message => message.Shows("HighErrorRate")), "Acknowledge");
        await Eventually.TrueAsync(() => pagerDuty.Said.Count == 2);
        pagerDuty.Said.ShouldBe(["trigger chatops/A1/1", "acknowledge chatops/A1/1"]);
    }

    [Fact]
    public async Task A_run_that_fails_pages_whom_its_runbook_names_and_whoever_answers_looks_after_it()
    {
        stage.Unprotect();
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps: [{ deploy: rolling }, { check: health }]\non-failure: { rollback: ask, page: oncall }\n");
        stage.Health = HttpStatusCode.InternalServerError;
        await StartAsync();
        await stage.User(stage.Ana, bot!).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var page = await DirectAsync("DCLEO", message => message.Shows("Deploy api v1.2.3 to prod"));
        await stage.CardAsync(message => message.Shows("cleo was paged"));
        await stage.User(stage.Cleo, bot!).ClickAsync(page, "Acknowledge");
        await stage.CardAsync(message => message.Shows("Looked after by") && message.Shows("cleo@example.com"));
        await DirectAsync("DCLEO", message => message.Shows("acknowledged by cleo"));
    }

    private void UsePagerDuty()
    {
        stage.Settings["PagerDuty:EventsUrl"] = pagerDuty.Address;
        stage.Settings["PagerDuty:RoutingKey"] = PagerDutyStandIn.RoutingKey;
    }

    private async Task StartAsync()
    {
        bot = await stage.StartBotAsync();
        http = bot.NewClient();
    }

    private Task<KeptMessage> DirectAsync(string channel, Func<KeptMessage, bool> wanted) => stage.Slack.MessageAsync(channel, wanted, Patience);

    private async Task<HttpStatusCode> HookAsync(string type, string key, string id, string secret = Secret)
    {
        var body = $$$$"""{"event":{"id":"{{{{id}}}}","event_type":"{{{{type}}}}","resource_type":"incident","occurred_at":"2026-11-20T18:45:22.169Z","agent":{"id":"PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"data":{"id":"PGR0VU2","type":"incident","number":2,"status":"acknowledged","incident_key":"{{{{key}}}}","created_at":"2026-11-20T18:15:27Z","title":"x","urgency":"high"}}}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/pagerduty") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-PagerDuty-Signature", "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body))));
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
