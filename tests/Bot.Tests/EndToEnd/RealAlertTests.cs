using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>A real Prometheus judges a rule over numbers that the test drives, a real Alertmanager groups and sends, and the real process shows, silences and closes.</summary>
public sealed class RealAlertTests : IAsyncLifetime
{
    private Stage? stage;
    private AlertmanagerServer? alertmanager;
    private PrometheusServer? prometheus;
    private BotProcess? bot;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled && AlertmanagerServer.IsInstalled, "Prometheus or Alertmanager is not installed here, so no real alert was sent.");
        var cancellationToken = TestContext.Current.CancellationToken;
        stage = await Stage.SetAsync();
        stage.HearAlerts();
        alertmanager = await AlertmanagerServer.StartAsync(new Uri($"http://127.0.0.1:{stage.Port}/webhooks/alertmanager"), Alarms.Token, cancellationToken);
        stage.Settings["Alertmanager:Url"] = alertmanager.Address.AbsoluteUri;
        bot = await stage.StartBotAsync();
        prometheus = await PrometheusServer.StartAsync("""
            groups:
              - name: shop
                interval: 200ms
                rules:
                  - alert: HighErrorRate
                    expr: errors > 0.05
                    labels: { severity: critical, env: prod }
                    annotations: { summary: "{{ $labels.pod }} fails {{ $value | humanizePercentage }} of its requests <!channel>" }
            """, alertmanager.Address, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        stage?.Report(bot);
        if (prometheus is not null) await prometheus.DisposeAsync();
        if (alertmanager is not null) await alertmanager.DisposeAsync();
        if (bot is not null) await bot.DisposeAsync();
        if (stage is not null) await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_rule_that_fires_becomes_one_card_that_is_silenced_in_Alertmanager_and_turns_green()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await prometheus!.ExportAsync(Numbers(0.2, 0), cancellationToken);
        var card = await stage!.AlertCardAsync(message => message.Shows("HighErrorRate: api in prod"));
        card.Says.ShouldContain("pod-a fails 20% of its requests");
        Marks.In(card).ShouldNotContain(text => text.Contains("<!", StringComparison.Ordinal));

        // The second joins the same card.
        prometheus.Export(Numbers(0.2, 0.3));
        await stage!.AlertCardAsync(message => message.Shows("2 of 2 firing"));

        await stage!.User(stage.Cleo, bot!).ClickAsync(card, "Silence for 1 h");
        await stage!.AlertCardAsync(message => message.Shows("confirmed by alertmanager"));
        var silence = (await alertmanager!.SilencesAsync(cancellationToken)).ShouldHaveSingleItem();
        ((string?)silence["status"]!["state"]).ShouldBe("active");
        ((string?)silence["comment"]).ShouldBe("silenced from its card (cleo@example.com, A1/1)");
        silence["matchers"]!.AsArray().Select(matcher => (string?)matcher!["name"]).ShouldNotContain("pod");
        await Eventually.TrueAsync(async () => await alertmanager.AlertsAsync(cancellationToken) is { Count: 2 } alerts && alerts.All(alert => (string?)alert["status"]!["state"] == "suppressed"));

        // Somebody ends it over there; what is better then is told of again.
        await alertmanager.ExpireAsync((string)silence["id"]!, cancellationToken);
        prometheus.Export(Numbers(0.2, 0));
        await stage!.AlertCardAsync(message => message.Shows("1 of 2 firing"));
        prometheus.Export(Numbers(0, 0));
        var green = await stage!.AlertCardAsync(message => message.Text.Contains("is resolved", StringComparison.Ordinal));
        green.Ts.ShouldBe(card.Ts);
        stage.AlertCards().Count.ShouldBe(1);
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    /// <summary>Alertmanager drops what it is silenced about, its end too.</summary>
    [Fact]
    public async Task What_ends_under_its_silence_turns_green_all_the_same()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await prometheus!.ExportAsync(Numbers(0.2, 0), cancellationToken);
        var card = await stage!.AlertCardAsync(message => message.Shows("HighErrorRate: api in prod"));
        await stage!.User(stage.Cleo, bot!).TypeAsync(Stage.Channel, "/chatops silence A1 20s");
        await Eventually.TrueAsync(async () => await alertmanager!.AlertsAsync(cancellationToken) is { Count: 1 } alerts && (string?)alerts[0]["status"]!["state"] == "suppressed");
        prometheus.Export(Numbers(0, 0));
        var green = await stage!.AlertCardAsync(message => message.Text.Contains("is resolved", StringComparison.Ordinal));
        green.Ts.ShouldBe(card.Ts);
        bot!.Output.ShouldNotContain("AlertsReopened");
    }

    private static string Numbers(double first, double second) => FormattableString.Invariant($"errors{{service=\"api\",pod=\"pod-a\"}} {first}\nerrors{{service=\"api\",pod=\"pod-b\"}} {second}");
}
