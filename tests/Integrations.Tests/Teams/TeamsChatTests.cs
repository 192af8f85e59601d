using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Teams;

public sealed class TeamsChatTests : IAsyncLifetime
{
    private static readonly Card Card = new("Deploy api", Tone.Waiting, "waiting", "Run 1 waits for approval.") { Body = [new CardBlock.Text("Hello")] };
    private static readonly Place Deploys = new("teams", TeamsStandIn.Deploys);
    private TeamsBed bed = null!;

    public async ValueTask InitializeAsync() => bed = await TeamsBed.MakeAsync();

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    [Theory]
    [InlineData("19:deploys@thread.tacv2")]
    [InlineData("Deploys")]
    [InlineData("#deploys")]
    [InlineData("payments/DEPLOYS")]
    public async Task A_card_is_posted_in_the_channel_that_is_named_and_updated_in_place(string channel)
    {
        var posted = (await bed.Chat.PostAsync(new Place("teams", channel), Card, "run-1", null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>().Value;
        posted.Channel.ShouldBe(TeamsStandIn.Deploys);
        posted.Permalink!.AbsoluteUri.ShouldStartWith("https://teams.microsoft.com/l/message/19%3Adeploys%40thread.tacv2/");
        (await bed.Chat.UpdateAsync(posted, Card with { State = "running" }, default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        var message = bed.Teams.Messages.ShouldHaveSingleItem();
        (message.Updates, message.Summary).ShouldBe((1, "Run 1 waits for approval."));
        message.Says.ShouldContain("Running");
    }

    [Fact]
    public async Task A_person_is_written_to_alone_where_a_team_knows_their_address()
    {
        bed.Teams.AddUser("ana", "ana@example.com");
        var posted = (await bed.Chat.PostAsync(new Place("teams", "@Ana@example.com"), Card, "inform-1", null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>().Value;
        posted.Channel.ShouldBe("a:ana");
        (await bed.Chat.UpdateAsync(posted, Card with { State = "running" }, default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        bed.Teams.Messages.ShouldHaveSingleItem().Conversation.ShouldBe("a:ana");
        (await bed.Chat.PostAsync(new Place("teams", "@zoe@example.com"), Card, "inform-2", null, null, default)).ShouldBeOfType<Outcome<Posted>.Never>().Fault.Code.ShouldBe("teams-person-unknown");
        bed.Teams.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Whom_nobody_can_be_asked_about_now_is_not_taken_for_a_stranger()
    {
        bed.Teams.AddUser("ana", "ana@example.com");
        bed.Teams.Fail("/pagedmembers", 503, "ServiceUnavailable");
        (await bed.Chat.PostAsync(new Place("teams", "@ana@example.com"), Card, "inform-1", null, null, default)).ShouldBeOfType<Outcome<Posted>.Later>();
    }

    [Fact]
    public async Task A_line_goes_into_the_cards_thread_as_words()
    {
        var posted = ((Outcome<Posted>.Done)await bed.Chat.PostAsync(Deploys, Card, "run-1", null, null, default)).Value;
        await bed.Chat.PostAsync(Deploys, new Card("ben approved", Tone.Neutral, null, "ben approved"), "line-1", null, posted, default);
        bed.Teams.Messages[^1].ShouldSatisfyAllConditions(line => line.Thread.ShouldBe(posted.Message), line => line.Text.ShouldBe("ben approved"), line => line.Card.ShouldBeNull());
    }

    [Fact]
    public async Task A_message_that_was_posted_with_this_key_is_not_posted_again()
    {
        var first = (Outcome<Posted>.Done)await bed.Chat.PostAsync(Deploys, Card, "run-1", null, null, default);
        var again = (Outcome<Posted>.Done)await bed.Chat.PostAsync(Deploys, Card, "run-1", bed.Clock.Now, null, default);
        again.Value.ShouldBe(first.Value);
        bed.Teams.Messages.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(429, "Throttled", true)]
    [InlineData(412, "PreconditionFailed", true)]
    [InlineData(500, "ServiceError", true)]
    [InlineData(503, "ServiceUnavailable", true)]
    [InlineData(400, "BadSyntax", false)]
    [InlineData(403, "BotDisabledByAdmin", false)]
    [InlineData(403, "MessageWritesBlocked", false)]
    [InlineData(404, "ConversationNotFound", false)]
    [InlineData(413, "MessageSizeTooBig", false)]
    public async Task What_passes_is_waited_for_and_what_does_not_is_said(int status, string code, bool later)
    {
        bed.Teams.Fail("POST /amer", status, code);
        var outcome = await bed.Chat.PostAsync(Deploys, Card, "run-1", null, null, default);
        if (later) outcome.ShouldBeOfType<Outcome<Posted>.Later>();
        else outcome.ShouldBeOfType<Outcome<Posted>.Never>().Fault.ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe($"teams-{code}"), fault => fault.Next.ShouldNotBeNullOrEmpty());
    }

    [Fact]
    public async Task A_long_pause_is_kept_for_that_conversation_without_asking_again()
    {
        bed.Saw(TeamsStandIn.Deploys, "Deploys");
        bed.Teams.Fail("POST /amer", 429, "Throttled", retryAfter: 3600);
        ((Outcome<Posted>.Later)await bed.Chat.PostAsync(Deploys, Card, "a", null, null, default)).After.ShouldBe(TimeSpan.FromHours(1));
        var calls = bed.Teams.Calls.Count;
        bed.Clock.Now += TimeSpan.FromMinutes(30);
        ((Outcome<Posted>.Later)await bed.Chat.PostAsync(Deploys, Card, "a", null, null, default)).After.ShouldBe(TimeSpan.FromMinutes(30));
        bed.Teams.Calls.Count.ShouldBe(calls);
        (await bed.Chat.PostAsync(new Place("teams", TeamsStandIn.Team), Card, "b", null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>();
        bed.Clock.Now += TimeSpan.FromMinutes(30);
        (await bed.Chat.PostAsync(Deploys, Card, "a", null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Fact]
    public void A_conversation_takes_less_than_teams_allows_in_any_stretch_of_time()
    {
        var taken = new List<double>();
        var start = bed.Clock.Now;
        var pace = bed.Get<TeamsPace>();
        for (; bed.Clock.Now < start.AddHours(1); bed.Clock.Now += TimeSpan.FromMilliseconds(100))
        {
            // Somebody asks now and then: they are answered at once, whatever else is told, and all together keep to it.
            if (taken.Count % 7 == 3 && pace.Take("x", urgent: true) is null) taken.Add((bed.Clock.Now - start).TotalSeconds);
            if (pace.Take("x") is null) taken.Add((bed.Clock.Now - start).TotalSeconds);
        }

        foreach (var (most, within) in new[] { (7, 1.0), (8, 2), (60, 30), (1800, 3600) })
            taken.ShouldAllBe(from => taken.Count(at => at >= from && at < from + within) <= most);
        taken.Count.ShouldBeGreaterThan(1500);
    }

    [Fact]
    public void Whoever_waits_for_an_answer_gets_one_though_everything_else_takes_each_turn_that_it_can()
    {
        var pace = bed.Get<TeamsPace>();
        for (var step = 0; step < 200; step++, bed.Clock.Now += TimeSpan.FromMilliseconds(50))
        {
            while (pace.Take("x") is null) { }
            if (step % 40 == 39) pace.Take("x", urgent: true).ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_message_that_was_deleted_is_posted_anew_with_the_turn_that_its_update_took()
    {
        var posted = ((Outcome<Posted>.Done)await bed.Chat.PostAsync(Deploys, Card, "run-1", null, null, default)).Value;
        bed.Teams.Delete(bed.Teams.Messages[0]);
        var pace = bed.Get<TeamsPace>();
        while (pace.Take(TeamsStandIn.Deploys) is null) { }
        bed.Clock.Now += TimeSpan.FromSeconds(0.6);
        ((Outcome<Nothing>.Never)await bed.Chat.UpdateAsync(posted, Card, default)).Fault.Code.ShouldBe(ChatFaults.MessageGone);
        (await bed.Chat.PostAsync(Deploys, Card, "run-1", null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Fact]
    public async Task A_message_that_was_deleted_says_so()
    {
        var posted = ((Outcome<Posted>.Done)await bed.Chat.PostAsync(Deploys, Card, "run-1", null, null, default)).Value;
        bed.Teams.Delete(bed.Teams.Messages[0]);
        ((Outcome<Nothing>.Never)await bed.Chat.UpdateAsync(posted, Card, default)).Fault.Code.ShouldBe(ChatFaults.MessageGone);
    }

    [Fact]
    public async Task A_channel_that_the_bot_is_not_in_is_a_persons_to_mend()
    {
        ((Outcome<Posted>.Never)await bed.Chat.PostAsync(new Place("teams", "Random"), Card, "a", null, null, default)).Fault.Code.ShouldBe("teams-channel-unknown");
        bed.Saw("19:other@thread.tacv2", "Deploys");
        ((Outcome<Posted>.Never)await bed.Chat.PostAsync(new Place("teams", "Deploys"), Card, "a", null, null, default)).Fault.Code.ShouldBe("teams-channel-ambiguous");
        bed.Forget();
        ((Outcome<Posted>.Never)await bed.Chat.PostAsync(Deploys, Card, "a", null, null, default)).Fault.Next!.ShouldContain("Add the app");
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_replaced_once()
    {
        await bed.Chat.PostAsync(Deploys, Card, "a", null, null, default);
        bed.Teams.RevokeToken();
        (await bed.Chat.PostAsync(Deploys, Card, "b", null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>();
        bed.Teams.TokensGiven.ShouldBe(2);
        bed.Teams.Fail("POST /amer", 401, "BotNotRegistered");
        bed.Teams.Fail("POST /amer", 401, "BotNotRegistered");
        ((Outcome<Posted>.Never)await bed.Chat.PostAsync(Deploys, Card, "c", null, null, default)).Fault.Next!.ShouldContain("Teams:AppId");
    }

    [Fact]
    public async Task Buttons_for_some_are_shown_to_all_when_it_cannot_be_told_who_they_are()
    {
        bed.Teams.AddUser("ben", "ben@example.com");
        var card = Card with { Buttons = [new Button("Approve", ButtonStyle.Primary, new CardAction("approve", new RunId(1), new StepId("s1"), "x")) { For = [new GroupName("managers")] }] };
        async Task<string> PostAsync(string key)
        {
            await bed.Chat.PostAsync(Deploys, card, key, null, null, default);
            return bed.Teams.Messages[^1].Says;
        }

        bed.People = [new Person("ben@example.com")];
        (await PostAsync("a")).ShouldNotContain("[Approve]");
        ((string?)bed.Teams.Messages[^1].Card!["refresh"]!["userIds"]![0]).ShouldBe("29:ben");
        bed.People = null;
        (await PostAsync("b")).ShouldContain("[Approve]");
        bed.People = [new Person("nobody-here@example.com")];
        (await PostAsync("c")).ShouldContain("[Approve]");
    }

    [Fact]
    public async Task People_are_their_addresses_and_groups_are_entras()
    {
        var (ana, guest) = (bed.Teams.AddUser("ana", "Ana@Example.com"), bed.Teams.AddUser("gus", "gus@elsewhere.com", member => member["userRole"] = "guest"));
        var directory = bed.Directory("teams");
        (await directory.FindAccountAsync(ana, default))!.Person.ShouldBe(new Person("ana@example.com"));
        (await directory.FindAccountAsync(guest, default))!.Person.ShouldBeNull();
        (await directory.FindAccountAsync("29:stranger", default)).ShouldBeNull();
        (await directory.FindAccountAsync(TeamsStandIn.Bot, default))!.IsBot.ShouldBeTrue();
        bed.Teams.Groups["f3ec8cd2-e704-4344-8c47-9a3a21d683c0"] = ["ana@example.com", "ben@example.com"];
        (await bed.Directory("entra").FindMembersAsync("f3ec8cd2-e704-4344-8c47-9a3a21d683c0", default)).ShouldNotBeNull().ShouldBe([new Person("ana@example.com"), new Person("ben@example.com")], ignoreOrder: true);
        (await bed.Directory("entra").FindMembersAsync("00000000-e704-4344-8c47-9a3a21d683c0", default)).ShouldBeNull();
        (await bed.Directory("entra").FindMembersAsync("not-a-guid", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_is_sent_to_an_address_that_is_not_microsofts()
    {
        var stranger = await TeamsStandIn.StartAsync();
        await using (stranger)
        {
            var other = new TeamsConversation("19:x@thread.tacv2", "channel", new Uri(stranger.ServiceUrl.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)), TeamsStandIn.Bot);
            (await bed.Get<TeamsClient>().MemberAsync(other, "29:x", default)).ShouldBeOfType<TeamsAnswer<MemberBody>.Failed>().Failure.SignIn!.Code.ShouldBe("teams-service-host");
            stranger.Calls.ShouldBeEmpty();
            bed.Teams.TokensGiven.ShouldBe(0);
        }
    }
}
