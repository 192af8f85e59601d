using System.Text.Json.Nodes;
using ChatOps.Testing.GitHub;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Where words are missing Teams asks for them in a dialog, page by page, and what is sent is judged as if it were typed.</summary>
public sealed class TeamsDialogTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stage stage = null!;
    private TeamsStandIn teams = null!;
    private GitHubStandIn github = null!;
    private BotProcess bot = null!;
    private TeamsUser ana = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync(services: ["api", "web"]);
        (teams, github) = (await TeamsStandIn.StartAsync(), await GitHubStandIn.StartAsync());
        foreach (var (key, value) in teams.Settings.Concat(github.Settings)) stage.Settings[key] = value;
        foreach (var service in (string[])["api", "web"])
        {
            var path = Path.Combine(stage.Folder, "config", "services", $"{service}.yaml");
            var repository = service == "api" ? "\nrepository: octocat/Hello-World\n" : "";
            stage.Write($"services/{service}.yaml", File.ReadAllText(path).Replace($"channel: \"{Stage.Channel}\"", $"channel: \"{Stage.Channel}\"\nteams: Payments/Deploys", StringComparison.Ordinal) + repository);
        }

        var access = Path.Combine(stage.Folder, "config", "access.yaml");
        stage.Write("access.yaml", File.ReadAllText(access).Replace("may:\n", "may:\n  incident: { \"*\": [release-managers, owners] }\n", StringComparison.Ordinal));
        stage.Write("runbooks/purge.yaml", """
            runbook: purge
            starts-with: run
            inputs:
              why: { help: What it is for }
              keep: { type: number, default: "14", help: Days to keep }
              zone: { type: choice, choices: [eu, us] }
            steps:
              - checklist: Before you purge
                items:
                  - Keep {inputs.keep} days in {inputs.zone} for {inputs.why}
            """);
        github.Say("/graphql", """
            {"data":{"repository":{"refs":{"nodes":[
              {"name":"v1.3.0","target":{"committedDate":"2026-11-20T10:00:00Z","author":{"name":"Ana","user":{"login":"ana"}},"statusCheckRollup":{"state":"SUCCESS"}}},
              {"name":"v1.2.9","target":{"target":{"committedDate":"2026-11-10T10:00:00Z","author":{"name":"Ben","user":null},"statusCheckRollup":{"state":"FAILURE"}}}}]}}}}
            """);
        bot = await stage.StartBotAsync();
        ana = User("ana");
        await ana.InstallAsync(TeamsStandIn.Team);
        await teams.MessageAsync(TeamsStandIn.Team, message => message.Shows("I walk deployments"), Patience);
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output + "\n" + string.Join("\n---\n", teams.Messages.Select(message => $"{message.Conversation}: {message.Says}")));
        await bot.DisposeAsync();
        await github.DisposeAsync();
        await teams.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Deploy_alone_asks_for_the_service_and_then_for_what_follows_from_it()
    {
        var asked = await AskedAsync("deploy", "Fill it in");
        var first = await ana.PressAsync(asked, "Fill it in");
        Asks(first).ShouldBe(["in.service"]);
        var second = await ana.FillAsync(asked, first, ("service", "api"));
        Asks(second).ShouldBe(["in.service", "in.environment", "in.version", "or.version", "in.reason"]);
        Offered(second, "in.version").ShouldBe(["v1.3.0", "v1.2.9"]);
        Titles(second, "in.version")[0].ShouldStartWith("v1.3.0 · checks green, ");

        // Another service has other versions, and what was typed for the first is no longer there.
        var third = await ana.FillAsync(asked, second, ("service", "web"), ("other version", "v9"), ("environment", "prod"), ("reason", "the cart"));
        Asks(third).ShouldBe(["in.service", "in.environment", "in.version", "in.reason"]);
        ValueOf(third, "in.version").ShouldBeNull();
        ValueOf(third, "in.reason").ShouldBe("the cart");
        var fourth = await ana.FillAsync(asked, third, ("service", "api"), ("version", "v1"));
        var sent = await ana.FillAsync(asked, fourth, ("version", "v1.3.0"));
        Tells(sent.Says, "Run 1 is waiting for its checklist: Deploy api v1.3.0 to prod.");
        await ana.RepeatAsync();
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Deploy api v1.3.0 to prod") && message.Shows("the cart"), Patience);
        await stage.CardAsync(message => message.Shows("Deploy api v1.3.0 to prod"));
        stage.Slack.Messages.Count(message => message.Key!.StartsWith("card:", StringComparison.Ordinal)).ShouldBe(1);
        teams.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_said_is_filled_in_and_what_does_not_fit_is_said_beside_its_field()
    {
        var asked = await AskedAsync("deploy api --reason \"a fix\"", "Fill it in");
        var dialog = await ana.PressAsync(asked, "Fill it in");
        ValueOf(dialog, "in.service").ShouldBe("api");
        ValueOf(dialog, "in.reason").ShouldBe("a fix");
        var refused = await ana.FillAsync(asked, dialog, ("other version", "latest"), ("environment", "prod"));
        var body = refused.Dialog!["body"]!.AsArray();
        var field = body.Index().Single(one => (string?)one.Item!["id"] == "or.version").Index;
        AdaptiveCards.TextOf(body[field + 1]).ShouldContain("is not a version");
        ValueOf(refused, "or.version").ShouldBe("latest");
        Tells((await ana.FillAsync(asked, refused, ("other version", "v1.2.3"))).Says, "Run 1 is waiting");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Deploy api v1.2.3 to prod") && message.Shows("a fix"), Patience);
    }

    [Fact]
    public async Task A_runbook_asks_for_its_inputs_and_whoever_may_not_start_it_is_told_so()
    {
        var asked = await AskedAsync("run purge api prod", "Fill it in");
        (await User("zoe", null).PressAsync(asked, "Fill it in")).Says.ShouldContain("read");
        var dialog = await ana.PressAsync(asked, "Fill it in");
        var refused = await ana.FillAsync(asked, dialog, ("why", "a \"big\" clean-up"), ("keep", "many"), ("zone", "eu"));
        refused.Says.ShouldContain("keep must be a number, not \"many\".");
        ValueOf(refused, "in.zone").ShouldBe("eu");
        await ana.FillAsync(asked, refused, ("keep", "3"));
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Keep 3 days in eu for a \"big\" clean-up"), Patience);
    }

    [Fact]
    public async Task A_form_that_is_sent_after_what_it_is_about_ended_is_refused_in_words()
    {
        var asked = await AskedAsync("incident declare", "Fill it in");
        var dialog = await ana.PressAsync(asked, "Fill it in");
        var wrong = await ana.FillAsync(asked, dialog, ("severity", "sev3"), ("title", "checkout is failing"), ("services", "nope"));
        wrong.Says.ShouldContain("There is no service \"nope\"");
        (ValueOf(wrong, "in.severity"), ValueOf(wrong, "in.title")).ShouldBe(("sev3", "checkout is failing"));
        (await ana.FillAsync(asked, wrong, ("services", "api"))).Says.ShouldContain("is declared");
        var card = await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread is null && message.Shows("checkout is failing") && message.Card is not null, Patience);

        var resolve = await ana.PressAsync(card, "Resolve");
        Asks(resolve).ShouldBe(["in.cause", "in.follow-ups"]);
        var twice = await User("ben").PressAsync(card, "Resolve");
        var empty = await ana.FillAsync(card, resolve, ("cause", "  "), ("follow-ups", "alert on it; test it"));
        empty.Says.ShouldContain("What was the cause of INC-1?");
        ValueOf(empty, "in.follow-ups").ShouldBe("alert on it; test it");
        (await ana.FillAsync(card, empty, ("cause", "a bad index"))).Says.ShouldContain("is resolved");
        (await User("ben").FillAsync(card, twice, ("cause", "something else"))).Json!["task"]!["value"]!.GetValue<string>().ShouldContain("INC-1 is resolved.");
        var seen = await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Id == card.Id && message.Shows("a bad index"), Patience);

        // Cards that were drawn before it ended still open nothing.
        (await User("ben").PressAsync(seen, card.Card!, "Open it again")).Says.ShouldContain("Why?");
        (await ana.ExecuteAsync(card, new JsonObject { ["type"] = "Action.Execute", ["data"] = new JsonObject { ["chatops"] = "fill|||incident resolve INC-1" } }, "manual")).Says.ShouldContain("is resolved");
    }

    [Fact]
    public async Task A_form_that_is_sent_while_the_bot_is_slow_is_taken_in_and_survives_a_kill()
    {
        var asked = await AskedAsync("deploy", "Fill it in");
        var dialog = await ana.FillAsync(asked, await ana.PressAsync(asked, "Fill it in"), ("service", "api"));
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // Who somebody is can't be told in time: a look is given up, and what was sent is kept.
        foreach (var _ in (int[])[1, 2]) teams.Hold("members/", killed.Task);
        (await User("dora").PressAsync(asked, "Fill it in")).Says.ShouldContain("takes longer than it should. Nothing was changed.");
        (await User("ben").FillAsync(asked, dialog, ("environment", "prod"), ("other version", "v1.2.3"))).Says.ShouldStartWith("Working on it");
        await bot.KillAsync();
        killed.SetResult();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Deploy api v1.2.3 to prod") && message.Shows("asked for by ben"), Patience);
        stage.Slack.Messages.Count(message => message.Key?.StartsWith("card:", StringComparison.Ordinal) == true).ShouldBeLessThanOrEqualTo(1);
    }

    private TeamsUser User(string name, string? email = "") => teams.User(teams.AddUser(name, email == "" ? $"{name}@example.com" : email), bot.NewClient());

    private async Task<KeptActivity> AskedAsync(string words, string button)
    {
        await ana.MentionAsync(TeamsStandIn.Deploys, words);
        return await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Card is { } card && AdaptiveCards.ActionsOf(card).Any(one => (string?)one.Action["title"] == button), Patience);
    }

    private static IEnumerable<JsonObject> Inputs(TeamsReceipt dialog) =>
        (dialog.Dialog ?? throw new InvalidOperationException(dialog.Body))["body"]!.AsArray().OfType<JsonObject>().Where(one => ((string?)one["type"])!.StartsWith("Input.", StringComparison.Ordinal));

    private static IEnumerable<string> Asks(TeamsReceipt dialog) => Inputs(dialog).Select(one => (string)one["id"]!);

    private static JsonObject Input(TeamsReceipt dialog, string id) => Inputs(dialog).Single(one => (string?)one["id"] == id);

    private static string? ValueOf(TeamsReceipt dialog, string id) => (string?)Input(dialog, id)["value"];

    private static IEnumerable<string> Offered(TeamsReceipt dialog, string id) => Input(dialog, id)["choices"]!.AsArray().Select(one => (string)one!["value"]!);

    private static IReadOnlyList<string> Titles(TeamsReceipt dialog, string id) => [.. Input(dialog, id)["choices"]!.AsArray().Select(one => (string)one!["title"]!)];

    /// <summary>A slow machine says that it works on it; the card, which is awaited next, shows the rest.</summary>
    private static void Tells(string said, string words) => (said.StartsWith("Working on it", StringComparison.Ordinal) ? words : said).ShouldContain(words);
}
