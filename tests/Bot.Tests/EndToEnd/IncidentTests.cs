using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Testing.GitHub;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Incidents by their front door: the real process, a channel in Slack, and a review at the end.</summary>
public sealed class IncidentTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string Room = $"inc-{DateTime.UtcNow:yyyy-MM-dd}-api";

    private Stage stage = null!;
    private BotProcess? bot;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.HearAlerts();
        stage.Slack.AddChannel("incidents");
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
        stage.Report(bot);
        if (bot is not null) await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Declared_it_gets_a_channel_with_people_topic_and_pinned_card_and_resolved_its_review()
    {
        bot = await stage.StartBotAsync();
        var (ana, ben) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot));
        await ben.TypeAsync(Stage.Channel, "/incident declare sev1 \"checkout is failing\" api --since 20m");
        await stage.Slack.ReplyAsync(stage.Ben, reply => reply.Shows($"#{Room} is being made"), Patience);
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
        await ana.FillAsync(await stage.Slack.ViewAsync(stage.Ana, Patience), ("cause", "a migration locked the table"), ("follow-ups", "test migrations on a copy; alert on locks"));
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

    [Fact]
    public async Task An_alert_opens_one_the_next_joins_it_and_what_happens_on_the_service_is_told_there()
    {
        stage.Write("alerts.yaml", "routes:\n  - { route: worst, when: { severity: critical }, channel: \"#alerts\", incident: true }\n  - { route: rest, channel: \"#alerts\" }\n");
        bot = await stage.StartBotAsync();
        using var http = bot.NewClient();
        var since = DateTimeOffset.UtcNow.AddMinutes(-7);
        await http.AlertAsync(since: since);
        await stage.Slack.ChannelAsync(Room, one => one.Topic.StartsWith("INC-1 sev1: HighErrorRate: api in prod", StringComparison.Ordinal), Patience);
        await RoomAsync(message => message.Shows("HighErrorRate: api in prod") && message.Shows("Declared by A1"));
        await http.AlertAsync("SlowCheckout", since: since);
        var alert = await stage.Slack.MessageAsync("#alerts", message => message.Shows("SlowCheckout") && message.Shows("INC-1"), Patience);
        alert.Buttons.ShouldNotContain(button => button.Label == "Open an incident");

        // The alert's own card is shown in the channel too, and so is a run on the service.
        await RoomAsync(message => message.Shows("SlowCheckout") && message.Buttons.Any(button => button.Label == "Acknowledge"));
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await RoomAsync(message => message.Shows("Deploy api v1.2.3 to prod") && message.Shows("checklist"));
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/lock api prod \"until it is found\"");
        await RoomAsync(message => message.Shows("What happens on api") && message.Shows("until it is found"));

        // By the button, where the route does not say so.
        await http.AlertAsync("DiskFills", "warning", since: since);
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/incidents/1/review")) is var review && review.Contains("Time to detect | 7 min", StringComparison.Ordinal) && review.Contains("run 1", StringComparison.Ordinal) && review.Contains("DiskFills", StringComparison.Ordinal));
        stage.Slack.Made.Count.ShouldBe(1);
        (await http.GetStringAsync("/incidents/1")).ShouldContain("SlowCheckout: api in prod: fires");
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Killed_while_the_channel_is_made_there_is_one_channel_and_everything_in_it_once()
    {
        bot = await stage.StartBotAsync();

        // Slack makes the channel, and the bot dies before it hears of it.
        var never = new TaskCompletionSource();
        stage.Slack.HoldAnswer("conversations.create", never.Task);
        await stage.User(stage.Ben, bot).TypeAsync(Stage.Channel, "/incident declare sev1 \"checkout is failing\" api");
        await stage.Slack.ChannelAsync(Room, timeout: Patience);
        await bot.KillAsync();
        never.SetResult();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await stage.Slack.ChannelAsync(Room, one => one.Pins.Count == 1 && one.Members.Count == 3 && one.Topic.Length > 0, TimeSpan.FromSeconds(90));
        stage.Slack.Made.Count.ShouldBe(1);
        stage.Slack.Messages.Count(message => message.Key?.StartsWith("incident-card:INC-1", StringComparison.Ordinal) == true).ShouldBe(3);
        stage.Slack.Refusals.ShouldBe(["conversations.create: {\"ok\":false,\"error\":\"name_taken\"}"]);
    }

    [Fact]
    public async Task While_Slack_is_down_it_is_declared_all_the_same_and_the_channel_follows()
    {
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ben, bot).UntilAsync("/incidents", "none open");        // who Ben is, is known for a while
        stage.Slack.IsUnreachable = true;
        await stage.User(stage.Ben, bot).TypeAsync(Stage.Channel, "/incident declare sev1 \"checkout is failing\" api");
        using var http = bot.NewClient();
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/incidents")).Contains("no incident is open", StringComparison.OrdinalIgnoreCase) is false);
        (await http.GetStringAsync("/incidents/1")).ShouldContain("declared it: sev1, checkout is failing");
        stage.Slack.IsUnreachable = false;
        await stage.Slack.ChannelAsync(Room, one => one.Pins.Count == 1, TimeSpan.FromSeconds(90));
        stage.Slack.Made.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Where_no_channel_can_be_made_or_somebody_elses_has_the_name_it_says_so_and_goes_on()
    {
        stage.Slack.AddChannel(Room, isMember: false);
        bot = await stage.StartBotAsync();
        var ben = stage.User(stage.Ben, bot);
        await ben.TypeAsync(Stage.Channel, "/incident declare sev2 \"checkout is failing\" api");
        await stage.Slack.ChannelAsync($"{Room}-i1", one => one.Pins.Count == 1, Patience);
        stage.Slack.MissingScopes["conversations.create"] = "channels:manage";
        await ben.TypeAsync(Stage.Channel, "/incident declare sev2 \"search is slow\"");
        var card = await stage.CardAsync(message => message.Shows("INC-2 sev2") && message.Shows("There is no channel of its own") && message.Shows("channels:manage"));
        await ben.TypeAsync(Stage.Channel, "/incident update INC-2 \"the index is rebuilt\"");
        await stage.Slack.MessageAsync(Stage.Channel, message => message.ThreadTs == card.Ts && message.Shows("the index is rebuilt"), Patience);
        await stage.User(stage.Zoe, bot).UntilAsync("/incident resolve INC-2", "may only read");
        await ben.UntilAsync("/incident update \"x\"", "Which incident?");
        await ben.UntilAsync("/incident declare sve1 \"x\"", "did you mean sev1");
    }

    [Fact]
    public async Task A_status_update_is_asked_for_and_nobody_commanding_it_is_paged_again()
    {
        Rules("2s", "commander-within: 1s\nescalate: ben@example.com");
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/incident declare sev1 \"checkout is failing\" api");
        await RoomAsync(message => message.Shows("has no commander"));
        await stage.Slack.MessageAsync("DBEN", message => message.Shows("nobody is commander"), Patience);
        await RoomAsync(message => message.Shows("a status update, please"));
        await stage.User(stage.Ana, bot).TypeAsync(Room, "/incident role commander me");
        await stage.Slack.MessageAsync("DBEN", message => message.Shows("over: ana is commander"), Patience);
    }

    [Fact]
    public async Task Follow_ups_become_issues_and_the_review_a_pull_request_each_once()
    {
        await using var github = await GitHubStandIn.StartAsync();
        var (issues, writes) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        github.Also = (method, path, body) => (method, path) switch
        {
            ("GET", "/repos/example/ops/issues") => (200, $"[{string.Join(',', issues)}]"),
            ("POST", "/repos/example/ops/issues") => Kept(body),
            ("GET", "/repos/example/ops") => (200, """{"default_branch":"main"}"""),
            ("GET", "/repos/example/ops/git/ref/heads/main") => (200, """{"object":{"sha":"6dcb09b5b57875f334f61aebed695e2e4193db5e"}}"""),
            ("POST", "/repos/example/ops/git/refs") => Wrote(body, 201, """{"object":{"sha":"6dcb09b5b57875f334f61aebed695e2e4193db5e"}}"""),
            ("PUT", _) => Wrote(path, 201, """{"content":{"sha":"1"}}"""),
            ("POST", "/repos/example/ops/pulls") => Wrote(body, 201, """{"html_url":"https://github.example.com/example/ops/pull/7"}"""),
            _ => null,
        };
        foreach (var (key, value) in github.Settings) stage.Settings[key] = value;
        Rules("30m", "repository: example/ops\nreviews: postmortems");
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/incident declare sev1 \"checkout is failing\" api");
        await RoomAsync(message => message.Shows("I am commander"));
        await ana.TypeAsync(Room, "/incident resolve --cause \"a full disk\" --follow-ups \"alert at 80 %; rotate logs\"");
        await RoomAsync(message => message.Shows("rotate logs (https://github.example.com/example/ops/issues/2)"));
        await RoomAsync(message => message.Shows("The review is proposed: https://github.example.com/example/ops/pull/7"));
        issues.Count.ShouldBe(2);
        issues.ShouldContain(issue => issue.Contains("chatops:INC-1/1", StringComparison.Ordinal));
        writes.ShouldContain(one => one.Contains("refs/heads/chatops/inc-1-review", StringComparison.Ordinal));
        writes.ShouldContain($"/repos/example/ops/contents/postmortems/{DateTime.UtcNow:yyyy-MM-dd}-inc-1.md");

        (int, string)? Kept(string body)
        {
            var issue = JsonNode.Parse(body)!.AsObject();
            issue["html_url"] = $"https://github.example.com/example/ops/issues/{issues.Count + 1}";
            issues.Enqueue(issue.ToJsonString());
            return (201, issue.ToJsonString());
        }

        (int, string)? Wrote(string what, int status, string answer)
        {
            writes.Enqueue(what);
            return (status, answer);
        }
    }

    private Task<KeptMessage> RoomAsync(Func<KeptMessage, bool> wanted, KeptMessage? of = null) => stage.Slack.MessageAsync(Room, message => message != of && wanted(message), Patience);

    private void Rules(string every, string more = "") => stage.Write("incidents.yaml", $"""
        severities:
          - {"{"} severity: sev1, says: Customers can't buy., page: oncall, update-every: {every} {"}"}
          - {"{"} severity: sev2, says: Part of it does not work. {"}"}
        announce: "#incidents"
        {more}
        """);
}
