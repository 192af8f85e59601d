using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Where all live in Teams, a page there carries the rollback as a signed link for whoever is paged.</summary>
public sealed class TeamsPageLinkTests : IAsyncLifetime
{
    private const string Token = "alertmanager-token";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private Stage stage = null!;
    private TeamsStandIn teams = null!;
    private BotProcess bot = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        teams = await TeamsStandIn.StartAsync();
        foreach (var (key, value) in teams.Settings) stage.Settings[key] = value;
        stage.Settings["Slack:BotToken"] = stage.Settings["Slack:SigningSecret"] = null;
        stage.Settings["Alertmanager:Token"] = Token;
        stage.Settings["ChatOps:PublicUrl"] = $"http://127.0.0.1:{stage.Port}";
        var (service, access) = (Path.Combine(stage.Folder, "config", "services", "api.yaml"), Path.Combine(stage.Folder, "config", "access.yaml"));
        stage.Write("services/api.yaml", (await File.ReadAllTextAsync(service)).Replace($"channel: \"{Stage.Channel}\"", "teams: Payments/Deploys", StringComparison.Ordinal).Replace("protected: true", "protected: false", StringComparison.Ordinal));
        stage.Write("access.yaml", (await File.ReadAllTextAsync(access)).Replace("slack: release-managers", "members: [ben@example.com]", StringComparison.Ordinal));
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps: [{ deploy: rolling }]\non-failure: { rollback: ask, page: oncall }\n");
        stage.Write("oncall.yaml", $$"""
            schedules:
              oncall:
                rotations: [{ people: [cleo@example.com, ben@example.com], every: 52w, from: "{{DateTimeOffset.UtcNow.AddDays(-2).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}}" }]
                escalate: 10m
            """);
        stage.Write("alerts.yaml", "routes:\n  - { route: all, channel: teams:Payments/Deploys, page: oncall }\n");
        bot = await stage.StartBotAsync();
        http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = bot.Address, Timeout = Patience };
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output + "\n" + string.Join("\n---\n", teams.Messages.Select(message => $"{message.Conversation}: {message.Says}")));
        http.Dispose();
        await bot.DisposeAsync();
        await teams.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task The_link_in_a_page_in_Teams_rolls_back_once_for_whoever_is_paged_and_the_page_follows()
    {
        var (ana, cleo) = (User("ana"), User("cleo"));
        User("ben");
        await ana.InstallAsync(TeamsStandIn.Team);
        await teams.MessageAsync(TeamsStandIn.Team, message => message.Shows("I walk deployments"), Patience);
        await ana.MentionAsync(TeamsStandIn.Deploys, "deploy api v1.2.3 prod");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Deploy api v1.2.3 to prod") && message.Shows("succeeded"), Patience);
        await AlertAsync();

        var page = await teams.MessageAsync(cleo.Personal, message => message.Shows("HighErrorRate: api in prod") && message.Shows("[Roll back to v1.2.2 (asks once)]"), Patience);
        var actions = AdaptiveCards.ActionsOf(page.Card);
        var link = (string)actions.Single(one => ((string?)one.Action["title"])!.StartsWith("Roll back", StringComparison.Ordinal)).Action["url"]!;
        link.ShouldStartWith($"http://127.0.0.1:{stage.Port}/page/");

        // The link is the only way back there, and opening it changes nothing.
        actions.ShouldNotContain(one => (string?)one.Action["type"] != "Action.OpenUrl" && ((string?)one.Action["title"])!.Contains("Roll", StringComparison.Ordinal));
        var asked = await http.GetStringAsync(link);
        var says = Regex.Replace(Regex.Replace(asked, "<[^>]+>", ""), "\\s+", " ");
        says.ShouldContain("Roll api in prod back from v1.2.3 to v1.2.2?");
        says.ShouldContain("You act as cleo@example.com.");
        stage.Cluster.Deployment("prod", "api").Image.ShouldEndWith(":v1.2.3");

        var shown = WebUtility.HtmlDecode(Regex.Match(asked, "name=\"shown\" value=\"([^\"]*)\"").Groups[1].Value);
        for (var i = 0; i < 2; i++)
        {
            using var pressed = await http.PostAsync(link, new FormUrlEncodedContent([KeyValuePair.Create("do", "rollback"), KeyValuePair.Create("shown", shown)]));
            pressed.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        }

        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Roll api back to v1.2.2 in prod") && message.Shows("succeeded"), Patience);
        stage.Cluster.Deployment("prod", "api").Image.ShouldEndWith(":v1.2.2");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        await teams.MessageAsync(cleo.Personal, message => message.Id == page.Id && message.Shows("acknowledged by cleo"), Patience);
        (await http.GetStringAsync(link)).ShouldContain("This link was used");
        teams.Messages.ShouldNotContain(message => message.Conversation == "a:ben");
        bot.Output.ShouldNotContain(link[(link.LastIndexOf('/') + 1)..]);
        teams.Refusals.ShouldBeEmpty();
    }

    private TeamsUser User(string name) => teams.User(teams.AddUser(name, $"{name}@example.com"), bot.NewClient());

    private async Task AlertAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/alertmanager")
        {
            Content = JsonContent.Create(new
            {
                version = "4", groupKey = "g", status = "firing",
                alerts = new[] { new { status = "firing", labels = new Dictionary<string, string> { ["alertname"] = "HighErrorRate", ["service"] = "api", ["severity"] = "critical", ["env"] = "prod" }, annotations = new { summary = "s" }, startsAt = DateTimeOffset.UtcNow.ToString("O"), fingerprint = "f" } },
            }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }
}
