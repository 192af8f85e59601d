using System.Net;
using System.Text.RegularExpressions;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Where all live in Teams, a page there carries the rollback as a signed link for whoever is paged.</summary>
public sealed class TeamsPageLinkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private Stage stage = null!;
    private TeamsStandIn teams = null!;
    private BotProcess bot = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        teams = await stage.AddTeamsAsync();
        stage.Settings["Slack:BotToken"] = stage.Settings["Slack:SigningSecret"] = null;
        stage.Settings["Alertmanager:Token"] = Alarms.Token;
        stage.Settings["ChatOps:PublicUrl"] = $"http://127.0.0.1:{stage.Port}";
        stage.ShowInTeams(alone: true);
        stage.Unprotect();
        stage.Rewrite("access.yaml", "slack: release-managers", "members: [ben@example.com]");
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps: [{ deploy: rolling }]\non-failure: { rollback: ask, page: oncall }\n");
        stage.WriteOnCall();
        stage.Write("alerts.yaml", "routes:\n  - { route: all, channel: teams:Payments/Deploys, page: oncall }\n");
        bot = await stage.StartBotAsync();
        http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = bot.Address, Timeout = Patience };
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot, teams);
        http.Dispose();
        await bot.DisposeAsync();
        await teams.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task The_link_in_a_page_in_Teams_rolls_back_once_for_whoever_is_paged_and_the_page_follows()
    {
        var (ana, cleo) = (teams.Known("ana", bot), teams.Known("cleo", bot));
        teams.Known("ben", bot);
        await teams.InstallAsync(ana);
        await ana.MentionAsync(TeamsStandIn.Deploys, "deploy api v1.2.3 prod");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Deploy api v1.2.3 to prod") && message.Shows("succeeded"), Patience);
        await http.AlertAsync();

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
}
