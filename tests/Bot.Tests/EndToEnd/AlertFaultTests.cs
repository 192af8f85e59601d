using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ChatOps.Runbooks.Alerts;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What is forged, replayed, broken, too large, late or early, through the front door of the real process.</summary>
public sealed class AlertFaultTests : IAsyncLifetime
{
    private const string Secret = "one-secret-for-all";

    private Stage stage = null!;
    private BotProcess bot = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Slack.AddChannel("alerts");
        foreach (var key in (string[])["Alertmanager:Token", "Grafana:WebhookSecret", "Datadog:WebhookToken", "Sentry:ClientSecret", "PagerDuty:WebhookSecret", "GitHub:WebhookSecret", "Webhooks:Generic:uptime:Token"]) stage.Settings[key] = Secret;
        stage.Write("alerts.yaml", "routes: [{ route: all, channel: \"#alerts\" }]\nstorm: 50\ngeneric: { uptime: { alert: check, status: state } }\n");
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
    public async Task Each_sender_is_let_in_by_its_own_proof_only_and_nothing_that_is_broken_is_an_error_of_the_bot()
    {
        foreach (var (sender, recording, header, value) in new (string, string, string, string)[]
        {
            ("alertmanager", "alertmanager/webhook-v4-firing.json", "", ""), ("grafana", "grafana/webhook-firing.json", "", ""), ("datadog", "datadog/monitor-webhook-triggered.json", "", ""),
            ("sentry", "sentry/webhook-metric-alert-resolved.json", "Sentry-Hook-Resource", "metric_alert"), ("pagerduty", "pagerduty/webhook-v3-incident-priority_updated.json", "", ""),
            ("github", "github/webhook-workflow-run-completed.json", "X-GitHub-Event", "workflow_run"),
        })
        {
            var body = Recordings.Bytes(recording);
            (string, string)[] kind = header.Length > 0 ? [(header, value)] : [];
            (await SendAsync(sender, body, Proof(sender, body, "forged"), kind)).ShouldBe(HttpStatusCode.Unauthorized, sender);
            (await SendAsync(sender, body, [], kind)).ShouldBe(HttpStatusCode.Unauthorized, sender);
            if (sender is not ("alertmanager" or "datadog")) (await SendAsync(sender, [.. body, (byte)' '], Proof(sender, body), kind)).ShouldBe(HttpStatusCode.Unauthorized, $"{sender}: another body under the same signature");

            // A header that comes twice is no header; PagerDuty's is a list by itself.
            if (sender != "pagerduty") (await SendAsync(sender, body, [.. Proof(sender, body), .. Proof(sender, body)], kind)).ShouldBe(HttpStatusCode.Unauthorized, sender);
            (await SendAsync(sender, body, Proof(sender, body), kind)).ShouldBe(HttpStatusCode.Accepted, sender);
            foreach (var broken in (byte[][])[body[..(body.Length / 2)], [.. Enumerable.Repeat((byte)'[', 100_000)], "{\"\\ud800\":{\"\\udfff\":1},\"version\":\"4\",\"alerts\":[{\"\\ud800\":1}]}"u8.ToArray(), "[]"u8.ToArray(), [0xff, 0xfe, 0], []])
                ((int)await SendAsync(sender, broken, Proof(sender, broken), kind)).ShouldBeOneOf(200, 202, 400);
        }

        // Its length is not announced: it is counted while it comes.
        using var endless = new HttpRequestMessage(HttpMethod.Post, "/webhooks/alertmanager") { Content = new StreamContent(new MemoryStream(new byte[13 << 20])) };
        endless.Headers.TransferEncodingChunked = true;
        endless.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        (await http.SendAsync(endless)).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Without_a_service_with_markup_in_its_labels_it_is_shown_as_plain_text_and_calls_nobody()
    {
        await FireAsync("<!channel> @everyone <at>all</at>", "firing", DateTimeOffset.UtcNow, labels: ("pod", "<@U012AB3CD> *x* <script>alert(1)</script> <https://evil.example|ok>"));
        var card = await stage.AlertCardAsync(message => message.Shows("everyone"));
        card.Says.ShouldContain("no service named");
        foreach (var text in Marks.In(card)) foreach (var call in (string[])["<!", "<@", "<https://evil"]) text.ShouldNotContain(call);
        var page = await http.GetStringAsync("/alerts/A1");
        page.ShouldNotContain("<script>alert(1)");
        page.ShouldNotContain("<at>");
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public async Task Clocks_an_hour_apart_neither_hide_the_beginning_nor_the_end(int minutes)
    {
        var theirs = DateTimeOffset.UtcNow.AddMinutes(minutes);
        await FireAsync("Skewed", "firing", theirs);
        var card = await stage.AlertCardAsync(message => message.Shows("1 alert fires") && message.Shows("Skewed"));
        await FireAsync("Skewed", "resolved", theirs, theirs.AddSeconds(30));
        var green = await stage.AlertCardAsync(message => message.Text.Contains("is resolved", StringComparison.Ordinal));
        green.Ts.ShouldBe(card.Ts);

        // And once more, as it goes on.
        await FireAsync("Skewed", "firing", theirs.AddMinutes(1));
        (await stage.AlertCardAsync(message => message.Shows("Fires again"))).Ts.ShouldBe(card.Ts);
    }

    [Fact]
    public async Task An_end_before_its_beginning_makes_no_card_and_a_delivery_is_taken_once_also_after_a_restart()
    {
        var since = DateTimeOffset.UtcNow.AddMinutes(-1);
        (await FireAsync("Late", "resolved", since, since.AddSeconds(20))).ShouldBe(HttpStatusCode.Accepted);
        await FireAsync("Late", "firing", since);
        await FireAsync("Other", "firing", since);
        await stage.AlertCardAsync(message => message.Shows("Other"));
        await bot.KillAsync();
        await bot.DisposeAsync();
        http.Dispose();
        bot = await stage.StartBotAsync();
        http = bot.NewClient();
        foreach (var status in await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => FireAsync("Other", "firing", since)))) status.ShouldBe(HttpStatusCode.Accepted);
        var why = await stage.User(stage.Cleo, bot).UntilAsync("/chatops why A1", "older than what was known");
        why.Says.ShouldContain("Late");
        await FireAsync("Third", "firing", since);

        // What the killed process had claimed is taken over when its lease has run out.
        await stage.Slack.MessageAsync("#alerts", message => message.Shows("Third"), TimeSpan.FromSeconds(60));
        stage.AlertCards().Count.ShouldBe(2);
        stage.AlertCards().ShouldNotContain(message => message.Shows("Late"));
        await stage.User(stage.Cleo, bot).UntilAsync("/chatops why A2", "nothing was held back");
    }

    private static (string, string)[] Proof(string sender, byte[] body, string secret = Secret) => sender switch
    {
        "alertmanager" => [("Authorization", $"Bearer {secret}")],
        "grafana" => [("X-Grafana-Alerting-Signature", Signatures.Hmac(secret, body))],
        "datadog" => [("X-ChatOps-Token", secret)],
        "sentry" => [("Sentry-Hook-Signature", Signatures.Hmac(secret, body))],
        "pagerduty" => [("X-PagerDuty-Signature", $"v1={Signatures.Hmac(secret, body)}")],
        _ => [("X-Hub-Signature-256", $"sha256={Signatures.Hmac(secret, body)}")],
    };

    private Task<HttpStatusCode> FireAsync(string name, string status, DateTimeOffset since, DateTimeOffset? ended = null, (string Name, string Value)? labels = null)
    {
        var own = new Dictionary<string, string> { ["alertname"] = name, ["severity"] = "critical" };
        if (labels is { } more) own[more.Name] = more.Value;
        var body = JsonSerializer.SerializeToUtf8Bytes(new { version = "4", groupKey = name, status, alerts = new[] { new { status, labels = own, startsAt = since, endsAt = ended ?? DateTimeOffset.MinValue, fingerprint = name } } });
        return SendAsync("alertmanager", body, Proof("alertmanager", body), []);
    }

    private async Task<HttpStatusCode> SendAsync(string sender, byte[] body, (string Name, string Value)[] proof, (string Name, string Value)[] kind)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{sender}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in proof.Concat(kind)) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
