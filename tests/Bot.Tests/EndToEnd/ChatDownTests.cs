using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using ChatOps.Testing;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Slack can't be reached: pages and approvals go by Teams or e-mail meanwhile, that is said, and what Slack missed is filled in once.</summary>
public sealed class ChatDownTests : IAsyncLifetime
{
    private const string AnasToken = "ana-0123456789-0123456789-0123456789";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SmtpStandIn mail = new();
    private Stage stage = null!;
    private TeamsStandIn teams = null!;
    private BotProcess bot = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.HearAlerts();
        teams = await stage.AddTeamsAsync();
        mail.Start();
        foreach (var (key, value) in new[]
        {
            ("ChatOps:PublicUrl", $"http://127.0.0.1:{stage.Port}"), ("ChatOps:ChatPatience", "00:00:01"), ("ChatOps:ApiTokens:ana@example.com", AnasToken),
            ("Smtp:Host", "localhost"), ("Smtp:Port", $"{mail.Port}"), ("Smtp:From", "chatops@example.com"), ("Smtp:StartTls", "false"),
        }) stage.Settings[key] = value;
        stage.Rewrite("access.yaml", "slack: release-managers", "members: [ben@example.com, dora@example.com]");
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps:\n  - approval: Production change\n    from: [release-managers]\n    within: 30m\n  - deploy: rolling\non-failure: { rollback: ask }\n");
        stage.WriteOnCall();
        bot = await stage.StartBotAsync();
        http = bot.NewClient();
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot, teams);
        http?.Dispose();
        if (bot is not null) await bot.DisposeAsync();
        await mail.DisposeAsync();
        await teams.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_page_goes_by_Teams_with_a_link_and_Slack_learns_of_it_once_when_it_is_back()
    {
        var (ana, cleo) = (teams.Known("ana", bot), teams.Known("cleo", bot));
        await teams.InstallAsync(ana);
        stage.Slack.IsUnreachable = true;
        await http.AlertAsync();
        var page = await teams.MessageAsync(cleo.Personal, message => message.Shows("HighErrorRate: api in prod"), Patience);
        (await cleo.PressAsync(page, "Acknowledge")).Status.ShouldBe(HttpStatusCode.OK);
        await teams.MessageAsync(cleo.Personal, message => message.Shows("acknowledged by cleo"), Patience);
        stage.Slack.Messages.ShouldBeEmpty();
        stage.Slack.IsUnreachable = false;
        var card = await stage.Slack.MessageAsync("#alerts", message => message.ThreadTs is null && message.Shows("acknowledged by cleo"), TimeSpan.FromSeconds(75));
        card.Says.ShouldContain("Slack can't be reached: cleo was paged in Teams.");
        stage.Slack.Messages.Count(message => message.ThreadTs is null && message.Channel == card.Channel).ShouldBe(1);

        // Whoever was told is not told again, late.
        stage.Slack.Messages.ShouldNotContain(message => message.Channel == "DCLEO");
        mail.Mails.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_no_chat_reaches_gets_an_email_with_a_link_that_answers()
    {
        stage.Slack.IsUnreachable = true;
        await http.AlertAsync();
        var letter = await mail.MailAsync(one => one.To[0] == "cleo@example.com");
        letter.Subject.ShouldStartWith("Page: HighErrorRate: api in prod");
        letter.Says.ShouldContain("The link below is for you alone.");
        var link = Regex.Match(letter.Says.Replace("=\r\n", "", StringComparison.Ordinal), @"http://127\.0\.0\.1:\d+/page/[A-Za-z0-9_.-]+").Value;
        (await http.GetStringAsync(link)).ShouldContain("Acknowledge");
        using (var answered = await http.PostAsync(link, new FormUrlEncodedContent([KeyValuePair.Create("do", "answer")]))) answered.StatusCode.ShouldBe(HttpStatusCode.OK);
        stage.Slack.IsUnreachable = false;
        (await stage.Slack.MessageAsync("#alerts", message => message.Shows("cleo acknowledged the page"), TimeSpan.FromSeconds(75))).Says.ShouldContain("cleo was paged by e-mail: Slack can't be reached.");
        mail.Mails.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Approvers_are_asked_in_Teams_and_by_email_and_the_card_in_Slack_is_filled_in_afterwards()
    {
        var (ana, ben) = (teams.Known("ana", bot), teams.Known("ben", bot));
        await teams.InstallAsync(ana);
        stage.Slack.IsUnreachable = true;
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/commands") { Content = JsonContent.Create(new { text = "deploy api v1.2.3 prod" }) })
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AnasToken);
            using var answer = await http.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var asked = await teams.MessageAsync(ben.Personal, message => message.Shows("\"Production change\" waits for 1 approval, from release-managers"), Patience);
        (await mail.MailAsync(one => one.To[0] == "dora@example.com")).Says.ShouldContain("approve 1 --plan-hash");
        (await ben.PressAsync(asked, "Approve")).Status.ShouldBe(HttpStatusCode.OK);
        using var patience = new CancellationTokenSource(Patience);
        while (!(await http.GetStringAsync("/api/v1/runs/1", patience.Token)).Contains("Succeeded", StringComparison.Ordinal)) await Task.Delay(100, patience.Token);
        stage.Slack.Messages.ShouldBeEmpty();
        stage.Slack.IsUnreachable = false;
        var card = await stage.Slack.MessageAsync(Stage.Channel, message => message.ThreadTs is null && message.Shows("Succeeded") && message.Shows("Deploy api"), TimeSpan.FromSeconds(75));
        card.Versions.Count.ShouldBe(1, "the newest state only");
        await stage.Slack.MessageAsync(Stage.Channel, message => message.ThreadTs == card.Ts && message.Shows("Slack can't be reached: whoever may approve is asked in another chat"), TimeSpan.FromSeconds(75));

        // Whoever asked for it can't approve it, and isn't asked.
        teams.Messages.ShouldNotContain(message => message.Conversation == ana.Personal);
        stage.Cluster.Deployment("prod", "api").Image.ShouldEndWith(":v1.2.3");
    }
}
