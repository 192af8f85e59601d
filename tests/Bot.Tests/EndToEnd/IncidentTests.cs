using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Incidents by their front door: the real process, a channel in Slack, and a review at the end.</summary>
public sealed class IncidentTests : IAsyncLifetime
{
    private const string Token = "alertmanager-token";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string Room = $"inc-{DateTime.UtcNow:yyyy-MM-dd}-api";

    private Stage stage = null!;
    private BotProcess? bot;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.Slack.AddChannel("alerts");
        stage.Slack.AddChannel("incidents");
        stage.Settings["Alertmanager:Token"] = Token;
        stage.Write("access.yaml", """
            groups:
              everyone: { all: true }
              payments: { members: [ana@example.com] }
              release-managers: { slack: release-managers }
              oncall: { members: [cleo@example.com] }
            may:
              deploy: { prod: [owners, release-managers] }
              rollback: { prod: [owners, oncall, release-managers] }
              lock: { "*": [owners, oncall] }
              incident: { "*": [everyone] }
            """);
        Rules("30m");
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot?.Output + "\n" + string.Join("\n---\n", stage.Slack.Messages.Select(message => $"{message.Channel}: {message.Says}")));
        if (bot is not null) await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Declared_it_gets_a_channel_with_people_topic_and_pinned_card_and_resolved_its_review()
    {
        bot = await stage.StartBotAsync();
        var (ana, ben) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot));
        (await ben.TypeAsync(Stage.Channel, "/incident declare sev1 \"checkout is failing\" api --since 20m")).Reply!.Says.ShouldContain($"#{Room} is being made");
        var channel = await stage.Slack.ChannelAsync(Room, one => one.Pins.Count == 1 && one.Members.Count == 3, Patience);
        channel.Members.ShouldBe([stage.Ben, stage.Cleo, stage.Ana], ignoreOrder: true);
        channel.Topic.ShouldBe("INC-1 sev1: checkout is failing | investigating | no commander yet");
        channel.IsPrivate.ShouldBeFalse();
        var card = await RoomAsync(message => message.Shows("I am commander"));
        card.Ts.ShouldBe(channel.Pins[0]);
        await stage.Slack.MessageAsync("DCLEO", message => message.Shows("INC-1 sev1"), Patience);
        await stage.Slack.MessageAsync("#incidents", message => message.Shows("checkout is failing"), Patience);

        await ana.ClickAsync(card, "I am commander");
        await stage.Slack.ChannelAsync(Room, one => one.Topic.Contains("commander: ana", StringComparison.Ordinal), Patience);
        await stage.Slack.MessageAsync("DCLEO", message => message.Shows("acknowledged by ana"), Patience);
        await ana.TypeAsync(Room, "/incident update \"a bad migration, it is being undone\" --stage identified");
        await RoomAsync(message => message.Shows("Status update by ana: identified"));
        await ana.TypeAsync(Room, "/incident task \"tell support\" --owner ben@example.com");
        await ana.TypeAsync(Room, "/incident sev sev2 \"only the shop in the US\"");
        card = await RoomAsync(message => message.Ts == card.Ts && message.Shows("tell support") && message.Shows("sev2"));
        await ben.ClickAsync(card, card.Buttons.First(button => button.Label == "Done"));
        await RoomAsync(message => message.Shows("ben finished task 1: tell support"));
        var said = stage.Slack.Write(Room, stage.Dora, "the lock on *orders* was held for 40 min &amp; more");
        await ana.ReactAsync(said, "eyes");
        await ana.ReactAsync(said, "pushpin");
        await ana.ReactAsync(said, "pushpin");
        await RoomAsync(message => message.Ts == card.Ts && message.Shows("kept what dora wrote: the lock on *orders* was held for 40 min & more"), of: said);

        // Without a cause it asks, by a dialog.
        await ana.ClickAsync(card, "Resolve");
        await ana.FillAsync(await stage.Slack.ViewAsync(stage.Ana), ("cause", "a migration locked the table"), ("follow-ups", "test migrations on a copy; alert on locks"));
        var review = await RoomAsync(message => message.Shows("Review of INC-1"));
        review.Says.ShouldContain("a migration locked the table");
        await RoomAsync(message => message.Ts == card.Ts && message.Shows("resolved") && message.Shows("test migrations on a copy"));
        await stage.Slack.ChannelAsync(Room, one => one.Topic.Contains("resolved", StringComparison.Ordinal), Patience);

        using var http = bot.NewClient();
        var markdown = await http.GetStringAsync("/incidents/1/review");
        markdown.ShouldContain("| Time to detect | 20 min");
        markdown.ShouldContain("- [ ] alert on locks");
        markdown.ShouldContain("| Commander | ana\\@example.com |");
        markdown.Split("kept what dora wrote").Length.ShouldBe(2);
        (await http.GetStringAsync("/incidents")).ShouldContain("INC-1 sev2");
        (await http.GetStringAsync("/incidents/1")).ShouldContain("only the shop in the US");
        (await http.GetAsync("/incidents/99")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.GetStringAsync("/audit?q=incident-resolved")).ShouldContain("resolved INC-1");
        await ana.UntilAsync("/incident reopen INC-1 \"it is back\"", "INC-1 is open again");
        stage.Slack.Made.Count.ShouldBe(1);
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    private Task<KeptMessage> RoomAsync(Func<KeptMessage, bool> wanted, KeptMessage? of = null) => stage.Slack.MessageAsync(Room, message => message != of && wanted(message), Patience);

    private void Rules(string every, string more = "") => stage.Write("incidents.yaml", $"""
        severities:
          - {"{"} severity: sev1, says: Customers can't buy., page: oncall, update-every: {every} {"}"}
          - {"{"} severity: sev2, says: Part of it does not work. {"}"}
        announce: "#incidents"
        {more}
        """);

    private async Task<HttpStatusCode> SendAsync(string alert, string status, string severity = "critical")
    {
        using var http = bot!.NewClient();
        var body = $$$"""{"version":"4","groupKey":"{{{alert}}}","truncatedAlerts":0,"status":"{{{status}}}","receiver":"chatops","groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am.example.com","alerts":[{"status":"{{{status}}}","labels":{"alertname":"{{{alert}}}","service":"api","environment":"prod","severity":"{{{severity}}}"},"annotations":{"summary":"5 % fail"},"startsAt":"{{{DateTime.UtcNow.AddMinutes(-7):O}}}","endsAt":"{{{(status == "firing" ? "0001-01-01T00:00:00Z" : DateTime.UtcNow.ToString("O"))}}}","generatorURL":"http://p.example.com","fingerprint":"{{{alert.GetHashCode(StringComparison.Ordinal):x16}}}"}]}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/alertmanager") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
