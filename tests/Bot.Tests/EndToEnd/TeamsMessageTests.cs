using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What people write to each other in Teams finds the incident or the run that it is about: by the action on a message, by the thread that it is in, by a link.</summary>
public sealed class TeamsMessageTests : IAsyncLifetime
{
    private const string Pages = "https://ops.example.com/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly string Room = $"inc-{DateTime.UtcNow:yyyy-MM-dd}-api";

    private Stage stage = null!;
    private TeamsStandIn teams = null!;
    private BotProcess bot = null!;
    private TeamsUser ana = null!, ben = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        teams = await stage.AddTeamsAsync();
        stage.Settings["ChatOps:PublicUrl"] = Pages;
        stage.ShowInTeams(alone: true);
        stage.Write("access.yaml", """
            groups:
              everyone: { all: true }
              payments: { members: [ana@example.com] }
              release-managers: { members: [ben@example.com, dora@example.com] }
            may:
              deploy: { prod: [owners, release-managers] }
              incident: { "*": [everyone] }
            """);
        stage.Write("incidents.yaml", "severities:\n  - { severity: sev2, says: Part of it does not work. }\n");
        bot = await stage.StartBotAsync();
        (ana, ben) = (User("ana"), User("ben"));
        await teams.InstallAsync(ana);
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot, teams);
        await bot.DisposeAsync();
        await teams.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_message_of_an_incidents_channel_goes_on_its_timeline_once_with_who_wrote_it_and_when()
    {
        await DeclareAsync("checkout is failing");
        var message = ana.Wrote(RoomId, "<div>The <b>cache</b> was warm &amp; fine,<br>says <at id=\"0\">Ben Ng</at><script>alert(1)</script>: <a href=\"https://grafana.example.com/d/1\">the graph</a></div>", at: DateTimeOffset.UtcNow.AddDays(-1));
        (await KeepAsync(ben, RoomId, message)).Says.ShouldContain("It is on the timeline of INC-1.");
        await ben.RepeatAsync();
        (await KeepAsync(User("dora"), RoomId, message)).Says.ShouldContain("It is on the timeline of INC-1.");

        var kept = (await ReviewAsync(1)).Split('\n').Where(line => line.Contains("kept what", StringComparison.Ordinal)).ShouldHaveSingleItem();
        kept.ShouldStartWith($"| {DateTime.UtcNow.AddDays(-1):yyyy-MM-dd} ");
        kept.ShouldContain("| ben | kept what ana wrote: The cache was warm & fine, says \\@Ben Ng: the graph (https://grafana.example.com/d/1) ([message](<https://teams.microsoft.com/l/message/");
        (await bot.NewClient().GetStringAsync("incidents/1")).ShouldContain(">The message</a>");
        await InRoomAsync(card => card.Shows("I am commander") && card.Shows("kept what ana wrote"));

        // A clock that is ahead is not believed.
        (await KeepAsync(ana, RoomId, ben.Wrote(RoomId, "from tomorrow", at: DateTimeOffset.UtcNow.AddDays(1)))).Says.ShouldContain("INC-1");
        (await ReviewAsync(1)).Split('\n').Single(line => line.Contains("from tomorrow", StringComparison.Ordinal)).ShouldNotContain($"{DateTime.UtcNow.AddDays(1):yyyy-MM-dd}");
        teams.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_the_incident_is_talked_about_in_a_thread_it_is_that_thread_that_tells_which()
    {
        teams.Channels.Refuses = true;
        await ben.MentionAsync(TeamsStandIn.Deploys, "incident declare sev2 \"checkout is failing\" api");
        var card = await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread is null && message.Shows("checkout is failing") && message.Card is not null, Patience);
        var message = ana.Wrote(TeamsStandIn.Deploys, "<p>it is the index</p>", card.Id);

        // That the card was posted, and so which thread it is, is kept a moment after people see it.
        await Eventually.TrueAsync(async () => (await KeepAsync(ben, TeamsStandIn.Deploys, message)).Says.Contains("It is on the timeline of INC-1.", StringComparison.Ordinal));
        var elsewhere = await KeepAsync(ben, TeamsStandIn.Deploys, ana.Wrote(TeamsStandIn.Deploys, "<p>somewhere else</p>"));
        elsewhere.Dialog.ShouldNotBeNull();
        var review = await ReviewAsync(1);
        review.ShouldContain("kept what ana wrote: it is the index");
        review.ShouldNotContain("somewhere else");
    }

    [Fact]
    public async Task Elsewhere_the_incident_is_chosen_and_one_that_ended_meanwhile_still_takes_it()
    {
        await DeclareAsync("checkout is failing");
        await ben.MentionAsync(TeamsStandIn.Deploys, "incident declare sev2 \"search is slow\"");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread is null && message.Shows("search is slow") && message.Card is not null, Patience);
        var (first, second) = (ana.Wrote(TeamsStandIn.Deploys, "<p>disk is full</p>"), ana.Wrote(TeamsStandIn.Deploys, "<p>queue is long</p>"));

        var asked = await KeepAsync(ben, TeamsStandIn.Deploys, first);
        var offered = asked.Dialog!["body"]!.AsArray().Single(one => (string?)one!["id"] == "in.incident")!["choices"]!.AsArray();
        offered.Select(one => (string?)one!["title"]).ShouldBe(["INC-1 · checkout is failing", "INC-2 · search is slow"]);
        (await KeepAsync(ben, TeamsStandIn.Deploys, first, asked)).Says.ShouldContain("Which incident?");
        var wrong = await KeepAsync(ben, TeamsStandIn.Deploys, first, asked, ("other incident", "INC-9"));
        wrong.Says.ShouldContain("There is no incident INC-9.");
        (await KeepAsync(ben, TeamsStandIn.Deploys, first, wrong, ("incident", "INC-2"))).Says.ShouldContain("It is on the timeline of INC-2.");
        await ben.RepeatAsync();
        (await ReviewAsync(2)).Split('\n').Count(line => line.Contains("disk is full", StringComparison.Ordinal)).ShouldBe(1);
        (await ReviewAsync(1)).ShouldNotContain("disk is full");

        var late = await KeepAsync(ben, TeamsStandIn.Deploys, second);
        await ben.MentionAsync(TeamsStandIn.Deploys, "incident resolve INC-2 --cause \"a full disk\"");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("INC-2 is resolved"), Patience);
        (await KeepAsync(ben, TeamsStandIn.Deploys, second, late, ("incident", "INC-2"))).Says.ShouldContain("INC-2 is resolved: the review in the console has it too.");
        (await ReviewAsync(2)).ShouldContain("queue is long");
        teams.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_can_not_be_kept_says_why()
    {
        var message = ana.Wrote(TeamsStandIn.Deploys, "<p>it is slow</p>");
        (await KeepAsync(ben, TeamsStandIn.Deploys, message)).Says.ShouldBe("No incident is open. To declare one: incident declare sev1 \"what is wrong\".");
        await DeclareAsync("checkout is failing");
        foreach (var nobody in new[]
        {
            User("zoe", null), User("guest", "ana@example.com", member => member["userPrincipalName"] = "ana_example.com#EXT#@contoso.onmicrosoft.com"), User("stranger", "ana@example.com", member => member["tenantId"] = Guid.NewGuid().ToString()),
        })
        {
            (await KeepAsync(nobody, TeamsStandIn.Deploys, message)).Says.ShouldContain("is not known here and may only read");
            (await KeepAsync(nobody, RoomId, message)).Says.ShouldContain("may only read");
        }

        (await KeepAsync(ben, RoomId, ana.Wrote(RoomId, "<attachment id=\"1\"></attachment>"))).Says.ShouldContain("no words");
        (await KeepAsync(ben, RoomId, [])).Says.ShouldContain("came without a message");
        var foreign = (JsonObject)ben.Last!.DeepClone();
        foreign["conversation"]!["tenantId"] = Guid.NewGuid().ToString();
        (await ben.SendAsync(foreign)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var unknown = (JsonObject)ben.Last!.DeepClone();
        (unknown["conversation"]!["tenantId"], unknown["value"]!["commandId"]) = (TeamsStandIn.Tenant, "else");
        (await ben.SendAsync(unknown)).Status.ShouldBe(HttpStatusCode.NotImplemented);
        (await ReviewAsync(1)).ShouldNotContain("kept what");
    }

    [Fact]
    public async Task A_reply_in_the_thread_of_a_runs_card_is_a_note_on_the_run_once()
    {
        var card = await OpenAsync();
        var text = "the cache was warm &amp; fine, <at>Ben Ng</at>";
        (await ana.ReplyAsync(TeamsStandIn.Deploys, card.Id, text, ("Ben Ng", "29:ben"))).Status.ShouldBe(HttpStatusCode.OK);
        var before = await RunAsync();
        before.ShouldContain("the cache was warm &amp; fine, @Ben Ng");
        var said = (string)ana.Last!["id"]!;

        // Brought again, and kept by the menu as well, it is the same note.
        await ana.RepeatAsync();
        var same = ana.Wrote(TeamsStandIn.Deploys, "<p>the cache was warm</p>", card.Id);
        same["id"] = said;
        (await KeepAsync(ben, TeamsStandIn.Deploys, same)).Says.ShouldContain("It is a note on run 1.");
        Times(await RunAsync(), "the cache was warm").ShouldBe(Times(before, "the cache was warm"));
        (await KeepAsync(ben, TeamsStandIn.Deploys, ana.Wrote(TeamsStandIn.Deploys, "<p>and the index</p>", card.Id))).Says.ShouldContain("It is a note on run 1.");
        (await RunAsync()).ShouldContain("ana wrote: and the index");

        await User("zoe", null).ReplyAsync(TeamsStandIn.Deploys, card.Id, "I am nobody here");
        await ana.ReplyAsync(TeamsStandIn.Deploys, "1.000001", "another thread");
        var start = ana.Activity("message", TeamsStandIn.Deploys, card.Id);
        (start["conversation"]!["id"], start["text"]) = ($"{TeamsStandIn.Deploys};messageid={card.Id}", "what starts it");
        await ana.SendAsync(start);
        var edited = ana.Activity("messageUpdate", TeamsStandIn.Deploys, said);
        (edited["conversation"]!["id"], edited["text"]) = ($"{TeamsStandIn.Deploys};messageid={card.Id}", "what was edited");
        await ana.SendAsync(edited);
        var robot = ana.Activity("message", TeamsStandIn.Deploys, "77");
        (robot["conversation"]!["id"], robot["text"], robot["from"]!["id"]) = ($"{TeamsStandIn.Deploys};messageid={card.Id}", "what a bot says", "28:another");
        await ana.SendAsync(robot);
        var page = await RunAsync();
        foreach (var unheard in (string[])["I am nobody", "another thread", "what starts it", "what was edited", "what a bot says"]) page.ShouldNotContain(unheard);

        // Said to the bot, it is a command in the thread as anywhere.
        await ana.ReplyAsync(TeamsStandIn.Deploys, card.Id, "<at>Chat Ops</at> status api", ("Chat Ops", TeamsStandIn.Bot));
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread == card.Id && message.Shows("v1.2.2"), Patience);
        (await RunAsync()).ShouldNotContain("status api");
        teams.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_to_a_run_shows_how_it_stands_and_nothing_to_press()
    {
        await OpenAsync();
        JsonObject shown = null!;
        await Eventually.TrueAsync(async () => (await ana.PasteAsync(TeamsStandIn.Deploys, Pages + "runs/1?from=chat")).Preview is { } card && (shown = card) is not null);
        AdaptiveCards.TextOf(shown).ShouldContain("Deploy api v1.2.3 to prod");
        AdaptiveCards.TextOf(shown).ShouldContain("as it stood at");
        AdaptiveCards.ActionsOf(shown).ShouldBeEmpty();
        var small = (await ana.RepeatAsync()).Json!["composeExtension"]!["attachments"]![0]!["preview"]!;
        ((string?)small["contentType"], (string?)small["content"]!["title"], (string?)small["content"]!["subtitle"]).ShouldBe(("application/vnd.microsoft.card.thumbnail", "Deploy api v1.2.3 to prod", "waiting for its checklist"));

        foreach (var (who, url) in new[] { (ana, Pages + "runs/99"), (ana, Pages + "incidents/1"), (ana, "https://elsewhere.example.com/runs/1"), (ana, "no link"), (ana, Pages + "runs/1?" + new string('x', 3_000)), (User("zoe", null), Pages + "runs/1") })
            (await who.PasteAsync(TeamsStandIn.Deploys, url)).Body.ShouldBe("""{"composeExtension":{"type":"result","attachmentLayout":"list","attachments":[]}}""");
        (await ana.PasteAsync(TeamsStandIn.Deploys, Pages + "runs/1", otherwise: activity => activity["channelData"]!["channel"]!["type"] = "shared")).Preview.ShouldBeNull();
        (await ana.PasteAsync(TeamsStandIn.Deploys, Pages + "runs/1", "composeExtension/anonymousQueryLink")).Status.ShouldBe(HttpStatusCode.NotImplemented);

        // People use it where the bot is not: that makes no place of it where the bot would look for people or post.
        var dora = User("dora");
        await Eventually.TrueAsync(async () => (await dora.PasteAsync("19:elsewhere@thread.tacv2", Pages + "runs/1", otherwise: activity => activity["channelData"]!["team"]!["id"] = "19:others@thread.tacv2")).Preview is not null);
        teams.Calls.ShouldNotContain(call => call.Contains("elsewhere", StringComparison.Ordinal) || call.Contains("others", StringComparison.Ordinal));
    }

    private TeamsUser User(string name, string? email = "", Action<JsonObject>? otherwise = null) => teams.User(teams.AddUser(name, email == "" ? $"{name}@example.com" : email, otherwise), bot.NewClient());

    private static string RoomId => $"19:{Room}@thread.tacv2";

    private Task<KeptActivity> InRoomAsync(Func<KeptActivity, bool> wanted) => teams.MessageAsync(RoomId, wanted, Patience);

    private async Task DeclareAsync(string title)
    {
        await ben.MentionAsync(TeamsStandIn.Deploys, $"incident declare sev2 \"{title}\" api");
        await InRoomAsync(message => message.Shows(title) && message.Shows("I am commander"));
    }

    private async Task<KeptActivity> OpenAsync()
    {
        await ana.MentionAsync(TeamsStandIn.Deploys, "deploy api v1.2.3 prod");
        var card = await teams.MessageAsync(TeamsStandIn.Deploys, message => message is { Thread: null, Card: not null } && message.Shows("Deploy api v1.2.3 to prod"), Patience);
        await bot.CardKnownAsync();
        return card;
    }

    private async Task<string> RunAsync() => await bot.NewClient().GetStringAsync("runs/1");

    private async Task<string> ReviewAsync(int incident) => await bot.NewClient().GetStringAsync($"incidents/{incident}/review");

    private static int Times(string page, string words) => page.Split(words).Length - 1;

    /// <summary>Takes the action on a message. A slow machine says to use it again, and people do.</summary>
    private static async Task<TeamsReceipt> KeepAsync(TeamsUser who, string conversation, JsonObject message, TeamsReceipt? dialog = null, params (string Field, string Value)[] answers)
    {
        TeamsReceipt? answer = null;
        await Eventually.TrueAsync(async () => !(answer = dialog is null ? await who.KeepAsync(conversation, message) : await who.KeepAsync(conversation, message, dialog, answers)).Says.Contains("longer than it should", StringComparison.Ordinal));
        return answer!;
    }
}
