using System.Globalization;
using System.Net;
using ChatOps.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What a runbook's file may say, by the front door: steps of every kind, what keeps changes away, and what passes that.</summary>
public sealed class LanguageTests : IAsyncLifetime
{
    private readonly List<string> requests = [];
    private Stage stage = null!;
    private BotProcess bot = null!;
    private WebApplication outside = null!;
    private string address = "";

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        outside = await Loopback.StartAsync(AnswerAsync);
        address = outside.Urls.First();
        stage.Settings["Http:AllowedHosts"] = "127.0.0.1";
        stage.Settings["Http:Secrets:cdn"] = "s3cret-of-the-cdn";
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output + "\n" + string.Join("\n", stage.Slack.Replies.Select(reply => $"{reply.User} was told: {reply.Text}")));
        await bot.DisposeAsync();
        await outside.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_procedure_walks_branches_requests_and_people_and_undoes_what_it_did()
    {
        stage.Write("runbooks/purge.yaml", $$"""
            runbook: purge
            starts-with: run
            inputs:
              zone: { choices: [eu, us], help: Which part }
            steps:
              - http: POST {{address}}/purge/{inputs.zone}
                id: purge
                headers: { Authorization: "Bearer {secret:cdn}" }
                expect: { status: 202, json: { accepted: "true" } }
                capture: { job: id }
                undo:
                  - http: POST {{address}}/restore/{values.job}
                    expect: { status: 202 }
              - parallel:
                  - manual: Look at the front page
                    id: look
                    do: Open it in {inputs.zone}, job {values.job}.
                    commands: ["curl -I https://www.example.com"]
                    note: true
                  - wait: go
                    id: go
              - notify: "Purged {inputs.zone} by job {values.job}"
            """);
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        (await ana.TypeAsync(Stage.Channel, "/run purge api prod")).Body.ShouldBeEmpty();
        (await stage.Slack.ViewAsync(stage.Ana)).View.ToJsonString().ShouldContain("Which part");
        (await ana.TypeAsync(Stage.Channel, "/run purge api prod zone=mars")).Body.ShouldBeEmpty();
        (await stage.Slack.ViewAsync(stage.Ana)).View.ToJsonString().ShouldContain("zone must be one of eu, us");
        await ana.TypeAsync(Stage.Channel, "/run purge api prod zone=eu");
        var card = await stage.CardAsync(message => message.Shows("waiting for somebody"));
        card.Says.ShouldContain("Run purge on api in prod");
        card.Says.ShouldContain("Open it in eu, job 42.");
        card.Says.ShouldContain("curl -I https://www.example.com");
        requests.ShouldBe(["POST /purge/eu Bearer s3cret-of-the-cdn"]);
        (await ana.TypeAsync(Stage.Channel, "/done 1")).Reply!.Says.ShouldContain("words-ambiguous");
        (await ana.TypeAsync(Stage.Channel, "/done 1 --step look")).Reply!.Says.ShouldContain("reason-missing");
        await ana.TypeAsync(Stage.Channel, "/done 1 --step look --note \"all green\"");
        await ana.TypeAsync(Stage.Channel, "/abort 1 --reason \"changed my mind\"");
        await stage.CardAsync(message => message.Shows("waiting for a decision"));
        await ana.ClickAsync(await stage.CardAsync(message => message.Buttons.Any(button => button.Label == "Undo what it did")), "Undo what it did");
        await stage.CardAsync(message => message.Shows("rolled back"));
        requests.ShouldBe(["POST /purge/eu Bearer s3cret-of-the-cdn", "POST /restore/42 "]);

        // A secret is in no card, no log and no event.
        bot.Output.ShouldNotContain("s3cret-of-the-cdn");
        stage.Slack.Messages.ShouldAllBe(message => !message.Says.Contains("s3cret", StringComparison.Ordinal));
        await bot.KillAsync();
        foreach (var file in Directory.EnumerateFiles(stage.Folder, "chatops.db*"))
            (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).AsSpan().IndexOf("s3cret-of-the-cdn"u8).ShouldBe(-1, file);
    }

    [Fact]
    public async Task A_checklist_ticks_itself_by_what_it_sees_and_says_why_when_it_does_not()
    {
        stage.Write("runbooks/rolling-deploy.yaml", $$"""
            runbook: rolling-deploy
            steps:
              - checklist: Before you deploy
                items:
                  - The shop answers: { verify: http, with: { url: {{address}}/shop } }
                  - Reviewed: { verify: github-review }
                  - Backup taken: { by: [release-managers] }
              - approval: Production change
                from: { release-managers: 1, oncall: 1 }
              - deploy: rolling
              - check: health
            on-failure: { rollback: automatic }
            """);
        bot = await stage.StartBotAsync();
        var (ana, ben) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("/shop answers 200") && message.Shows("nothing verifies github-review here"));
        card.Says.ShouldContain("1 of 3 done");
        await ana.TickAsync(card, "Reviewed");
        await ana.TypeAsync(Stage.Channel, "/tick 1 1");
        (await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("item-verifies-itself"), TimeSpan.FromSeconds(20))).Says.ShouldContain("ticks itself");
        (await ana.TypeAsync(Stage.Channel, "/tick 1 3")).Reply!.Says.ShouldContain("not-in-group");
        await ben.TypeAsync(Stage.Channel, "/tick 1 3");
        card = await stage.CardAsync(message => message.Shows("waiting for approval"));
        await ben.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("1 of 2: ben"));
        await stage.User(stage.Dora, bot).ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("2 of 2") && message.Shows("waiting for approval"));      // two of the managers, none of the on-call
        await stage.User(stage.Cleo, bot).ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("succeeded"));
    }

    [Fact]
    public async Task A_lock_stops_changes_and_whoever_held_it_is_told_when_it_goes()
    {
        await WithLocksAsync();
        var (ana, ben, cleo) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot), stage.User(stage.Cleo, bot));
        (await ana.TypeAsync(Stage.Channel, "/lock api prod \"investigating\"")).Reply!.Says.ShouldContain("unlock 1");
        (await ben.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod")).Reply!.ShouldSatisfyAllConditions(reply => reply.Says.ShouldContain("ana locked api in prod: investigating"), reply => reply.Says.ShouldContain("locked"));
        (await ben.TypeAsync(Stage.Channel, "/locks")).Reply!.Says.ShouldContain("investigating");
        (await ben.TypeAsync(Stage.Channel, "/unlock api prod \"x\"")).Reply!.Says.ShouldContain("not-allowed");
        (await cleo.TypeAsync(Stage.Channel, "/unlock api prod")).Reply!.Says.ShouldContain("reason-missing");
        await cleo.TypeAsync(Stage.Channel, "/unlock api prod \"it was the cache\"");
        (await stage.CardAsync(message => message.Shows("released your lock"))).Says.ShouldContain("ana: cleo released your lock on api in prod (investigating): it was the cache");
        await ben.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("waiting for its checklist"));
    }

    [Fact]
    public async Task A_lock_that_comes_after_the_approval_still_holds_the_change_back()
    {
        await WithLocksAsync();
        var (ana, ben, dora, cleo) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot), stage.User(stage.Dora, bot), stage.User(stage.Cleo, bot));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await ana.TickAsync(card, "Database backup taken");
        await ana.TickAsync(card, "Stakeholders know");
        card = await stage.CardAsync(message => message.Shows("waiting for approval"));
        await cleo.TypeAsync(Stage.Channel, "/lock everything \"the database moves\"");
        await ben.ClickAsync(card, "Approve");
        await dora.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("cleo locked everything: the database moves"));
        stage.Cluster.Changes.ShouldBeEmpty();
        await cleo.TypeAsync(Stage.Channel, "/unlock everything");
        await stage.CardAsync(message => message.Shows("succeeded"), 90);
    }

    [Fact]
    public async Task After_a_rollback_the_place_is_locked_until_somebody_says_that_the_cause_is_fixed()
    {
        await WithLocksAsync();
        var (ana, ben, dora) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot), stage.User(stage.Dora, bot));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.4-bad prod");
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await ana.TickAsync(card, "Database backup taken");
        await ana.TickAsync(card, "Stakeholders know");
        card = await stage.CardAsync(message => message.Shows("waiting for approval"));
        await ben.ClickAsync(card, "Approve");
        await dora.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("rolled back"));
        await ana.UntilAsync("/locks", "v1.2.4-bad was taken back");
        (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.5 prod")).Reply!.Says.ShouldContain("unlock 1");
        (await ana.TypeAsync(Stage.Channel, "/unlock 1")).Reply!.Says.ShouldContain("reason-missing");
        await ana.TypeAsync(Stage.Channel, "/unlock 1 \"the image was never pushed\"");
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.5 prod");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.5 to prod") && message.Shows("waiting for its checklist"));
    }

    [Fact]
    public async Task Outside_its_window_a_change_is_refused_with_the_next_opening_and_can_wait_for_it()
    {
        var tomorrow = DateTimeOffset.UtcNow.AddDays(1).ToString("ddd", CultureInfo.InvariantCulture);
        await WithWindowAsync($"[{{ days: {tomorrow}, from: \"10:00\", to: \"14:00\", zone: UTC }}]");
        var ana = stage.User(stage.Ana, bot);
        var reply = (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod")).Reply.ShouldNotBeNull();
        reply.Says.ShouldContain("window-closed");
        var button = reply.Buttons.Single(one => one.Label.StartsWith("Start it ", StringComparison.Ordinal));
        button.Label.ShouldContain("10:00");
        await ana.ClickAsync(reply, button.Label);
        await ana.UntilAsync("/schedules", "deploy api v1.2.3 prod");
        (await ana.TypeAsync(Stage.Channel, "/unschedule 1")).Reply!.Says.ShouldContain("taken back");
        (await ana.TypeAsync(Stage.Channel, "/schedules")).Reply!.Says.ShouldContain("Nothing is to be started later");
        stage.Slack.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_freeze_is_passed_by_an_exception_that_others_approve()
    {
        await WithWindowAsync("[]");
        var (ana, ben, cleo) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot), stage.User(stage.Cleo, bot));
        await cleo.TypeAsync(Stage.Channel, "/freeze prod until tomorrow \"holiday\"");
        (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod")).Reply!.Says.ShouldContain("cleo froze prod: holiday");
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --exception \"the tax rate changes tonight\"");
        var card = await stage.CardAsync(message => message.Shows("Exception from the freeze"));
        card.Says.ShouldContain("the tax rate changes tonight");
        await ben.ClickAsync(card, "Approve");
        (await stage.Slack.ReplyAsync(stage.Ben, reply => reply.Shows("not in oncall"), TimeSpan.FromSeconds(20))).ShouldNotBeNull();
        await cleo.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("waiting for its checklist"));
    }

    [Fact]
    public async Task An_emergency_passes_everything_with_the_on_calls_word_and_asks_for_a_review()
    {
        await WithWindowAsync("[]");
        var (ana, cleo) = (stage.User(stage.Ana, bot), stage.User(stage.Cleo, bot));
        await cleo.TypeAsync(Stage.Channel, "/lock everything \"fire\"");
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --emergency \"the login is down\"");
        var card = await stage.CardAsync(message => message.Shows("Emergency change"));
        card.Says.ShouldContain("the login is down");
        (await ana.ClickAsync(card, "Approve")).Status.ShouldBe(HttpStatusCode.OK);
        await cleo.ClickAsync(card, "Approve");
        card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await ana.TickAsync(card, "Database backup taken");
        await ana.TickAsync(card, "Stakeholders know");
        await stage.CardAsync(message => message.Shows("succeeded"));
        await stage.CardAsync(message => message.Shows("It needs a review"));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.3");
    }

    [Fact]
    public async Task What_was_given_for_later_starts_then_as_if_it_were_said_then()
    {
        await WithWindowAsync("[]");
        var ana = stage.User(stage.Ana, bot);
        (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --at \"in 1m\"")).Reply!.Says.ShouldContain("unschedule 1");
        await bot.KillAsync();
        bot = await stage.StartBotAsync();
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to prod"), 90);
        await stage.User(stage.Ana, bot).UntilAsync("/schedules", "Nothing is to be started later");
    }

    private async Task WithLocksAsync() => await WithWindowAsync("[]");

    private async Task WithWindowAsync(string windows)
    {
        var service = Path.Combine(stage.Folder, "config", "services", "api.yaml");
        if (windows != "[]") File.AppendAllText(service, $"\n    windows: {windows}\n");
        stage.Write("calendar.yaml", "exceptions: { from: [oncall], within: 4h }\nemergency: { from: [oncall] }\n");
        var access = Path.Combine(stage.Folder, "config", "access.yaml");
        File.AppendAllText(access, "\n  lock: { \"*\": [owners, oncall] }\n");
        bot = await stage.StartBotAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path != "/shop") requests.Add($"{context.Request.Method} {path} {context.Request.Headers.Authorization}");
        context.Response.StatusCode = path == "/shop" ? 200 : 202;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("""{"accepted":true,"id":42}""");
    }
}
