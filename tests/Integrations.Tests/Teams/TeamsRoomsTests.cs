using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Teams;

public sealed class TeamsRoomsTests : IAsyncLifetime
{
    private const string Name = "inc-7-checkout-fails";
    private static readonly Person Ana = new("ana@example.com"), Ben = new("ben@example.com"), Zoe = new("zoe@example.com");
    private TeamsBed bed = null!;

    public async ValueTask InitializeAsync() => bed = await TeamsBed.MakeAsync();

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("19:deploys@thread.tacv2")]
    [InlineData("Payments/Deploys")]
    public async Task A_channel_is_made_in_the_team_where_it_belongs_and_written_in_at_once(string? near)
    {
        var room = Made(await MakeNearAsync(near));
        (room.Channel, room.Name).ShouldBe((bed.Teams.Channels.Id(Name), Name));
        bed.Book.Find(room.Channel).ShouldNotBeNull().ShouldSatisfyAllConditions(place => place.Team.ShouldBe(TeamsStandIn.Team), place => place.Kind.ShouldBe("channel"), place => place.Name.ShouldBe(Name));
        (await bed.Chat.PostAsync(new Place("teams", room.Channel), new("Hello", Tone.Neutral, null, "Hello"), "k", null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Fact]
    public async Task No_private_channel_is_made_since_the_bot_would_not_be_let_in()
    {
        Refused(await Rooms.MakeAsync([Name], true, bed.Clock.Now, null, default)).Code.ShouldBe("teams-private");
        bed.Teams.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_that_somebody_else_has_is_left_to_them_and_the_next_one_taken()
    {
        bed.Teams.Channels.Add(Name.ToUpperInvariant(), bed.Clock.Now.AddHours(-1));
        Made(await MakeAsync(Name, $"{Name}-2")).Name.ShouldBe($"{Name}-2");
        bed.Teams.Channels.Add("a", bed.Clock.Now.AddHours(-1));
        bed.Teams.Channels.Add("b", bed.Clock.Now.AddHours(-1));
        Refused(await MakeAsync("a", "b")).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("teams-name-taken"), fault => fault.Why.ShouldContain("a and b"));
    }

    [Theory]
    [InlineData(-60, true)]
    [InlineData(-61, false)]
    [InlineData(30, true)]
    public async Task A_channel_of_that_name_is_an_earlier_trys_when_it_is_no_older_than_the_wish_but_for_the_clocks(int seconds, bool ours)
    {
        bed.Teams.Channels.Add(Name, bed.Clock.Now.AddSeconds(seconds));
        Made(await MakeAsync(Name, "other")).Name.ShouldBe(ours ? Name : "other");
    }

    [Fact]
    public async Task A_try_whose_answer_was_lost_is_found_again_and_nothing_is_made_twice()
    {
        bed.Teams.LoseAnswer("POST /graph");
        var since = bed.Clock.Now;
        (await Rooms.MakeAsync([Name, $"{Name}-2"], false, since, null, default)).ShouldBeOfType<Outcome<Room>.Later>();
        bed.Clock.Now += TimeSpan.FromMinutes(20);
        Made(await Rooms.MakeAsync([Name, $"{Name}-2"], false, since, null, default)).Name.ShouldBe(Name);
        bed.Teams.Channels.Names.ShouldBe([Name]);
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_cut_and_what_sets_it_apart_stays()
    {
        var name = "inc-7-" + new string('x', 43) + "-and-more";
        bed.Teams.Channels.Add(name[..49], bed.Clock.Now.AddHours(-1));
        var made = Made(await MakeAsync(name, $"{name}-2")).Name;
        made.Length.ShouldBeInRange(48, 50);
        made.ShouldStartWith("inc-7-xxx");
        made.ShouldEndWith("x-2");
    }

    [Fact]
    public async Task Without_the_teams_consent_a_person_is_told_what_to_do()
    {
        bed.Teams.Channels.Refuses = true;
        Refused(await MakeAsync()).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("teams-channel-forbidden"), fault => fault.Next!.ShouldContain("Channel.Create.Group"));
    }

    [Theory]
    [InlineData("POST /graph", 429)]
    [InlineData("POST /graph", 503)]
    [InlineData("GET /amer", 503)]
    public async Task What_passes_is_tried_again_later(string call, int status)
    {
        bed.Teams.Fail(call, status, "busy");
        (await MakeNearAsync(TeamsStandIn.Team)).ShouldBeOfType<Outcome<Room>.Later>();
        bed.Teams.Channels.Names.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_that_can_not_be_had_leaves_it_open_whose_a_name_is()
    {
        bed.Teams.Channels.Add(Name, bed.Clock.Now.AddHours(-1));
        bed.Teams.Fail("GET /graph", 503, "busy");
        (await MakeAsync(Name, "other")).ShouldBeOfType<Outcome<Room>.Later>();
        bed.Teams.Channels.Names.ShouldBe([Name]);
    }

    [Fact]
    public async Task What_is_refused_though_nobody_has_the_name_is_said_and_not_tried_under_other_names()
    {
        bed.Teams.Fail("POST /graph", 400, "ChannelLimitReached");
        Refused(await MakeAsync(Name, "other")).Code.ShouldBe("teams-channel-refused");
        bed.Teams.Channels.Names.ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_it_can_not_be_told_which_team_is_meant_nothing_is_made()
    {
        bed.Saw("a:ana", null, "personal");
        Refused(await MakeNearAsync("a:ana")).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("teams-team"), fault => fault.Why.ShouldContain("in no team"));
        bed.Saw("19:other@thread.tacv2", "General", team: "19:other@thread.tacv2");
        Refused(await MakeAsync()).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("teams-team"), fault => fault.Next!.ShouldContain("announce: teams:TEAM/CHANNEL"));
        bed.Forget();
        Refused(await MakeAsync()).Next!.ShouldContain("Add the app");
        bed.Teams.Channels.Names.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_in_the_team_is_called_by_one_message_and_who_is_not_is_named()
    {
        bed.Teams.AddUser("ana", Ana.Email);
        bed.Teams.AddUser("ben", Ben.Email);
        var missing = ((Outcome<ImmutableArray<NotInvited>>.Done)await Rooms.InviteAsync(TeamsStandIn.Deploys, [Ben, Zoe, Ana], default)).Value;
        missing.ShouldBe([new NotInvited(Zoe, "not in the team")]);
        bed.Teams.Messages.ShouldHaveSingleItem().Text.ShouldBe("<at>ben</at>, <at>ana</at>: you are wanted here.");
    }

    [Fact]
    public async Task The_same_people_are_called_once_in_whatever_order_they_are_named()
    {
        bed.Teams.AddUser("ana", Ana.Email);
        bed.Teams.AddUser("ben", Ben.Email);
        await Rooms.InviteAsync(TeamsStandIn.Deploys, [Ana, Ben], default);
        (await Rooms.InviteAsync(TeamsStandIn.Deploys, [Ben, Ana], default)).ShouldBeOfType<Outcome<ImmutableArray<NotInvited>>.Done>();
        bed.Teams.Messages.ShouldHaveSingleItem();
        await Rooms.InviteAsync(TeamsStandIn.Deploys, [Ben], default);
        await Rooms.InviteAsync(TeamsStandIn.Team, [Ana, Ben], default);
        bed.Teams.Messages.Count.ShouldBe(3, "Others, and another channel, are another call.");
    }

    [Fact]
    public async Task A_name_can_not_become_markup_in_the_call()
    {
        bed.Teams.AddUser("odd", "a<b&c>@example.com");
        await Rooms.InviteAsync(TeamsStandIn.Deploys, [new Person("a<b&c>@example.com")], default);
        bed.Teams.Messages.ShouldHaveSingleItem().Text.ShouldBe("<at>a b c </at>: you are wanted here.");
    }

    [Fact]
    public async Task Nobody_is_called_where_nobody_is_there()
    {
        ((Outcome<ImmutableArray<NotInvited>>.Done)await Rooms.InviteAsync(TeamsStandIn.Deploys, [Zoe], default)).Value.Single().Person.ShouldBe(Zoe);
        bed.Teams.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task While_the_team_can_not_be_read_nobody_is_said_to_be_missing()
    {
        bed.Teams.AddUser("ana", Ana.Email);
        bed.Teams.Fail("/pagedmembers", 503, "busy");
        (await Rooms.InviteAsync(TeamsStandIn.Deploys, [Ana], default)).ShouldBeOfType<Outcome<ImmutableArray<NotInvited>>.Later>();
        bed.Clock.Now += TimeSpan.FromMinutes(1);
        ((Outcome<ImmutableArray<NotInvited>>.Done)await Rooms.InviteAsync(TeamsStandIn.Deploys, [Ana], default)).Value.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_that_was_refused_is_made_the_next_time()
    {
        bed.Teams.AddUser("ana", Ana.Email);
        bed.Teams.Fail("POST /amer", 503, "busy");
        (await Rooms.InviteAsync(TeamsStandIn.Deploys, [Ana], default)).ShouldBeOfType<Outcome<ImmutableArray<NotInvited>>.Later>();
        await Rooms.InviteAsync(TeamsStandIn.Deploys, [Ana], default);
        bed.Teams.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_topic_is_the_channels_description()
    {
        var room = Made(await MakeAsync());
        (await Rooms.SetTopicAsync(room.Channel, "Checkout fails · ana leads", default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        bed.Teams.Channels.Description(Name).ShouldBe("Checkout fails · ana leads");
        bed.Teams.Fail("PATCH /graph", 503, "busy");
        (await Rooms.SetTopicAsync(room.Channel, "Over", default)).ShouldBeOfType<Outcome<Nothing>.Later>();
    }

    [Fact]
    public async Task A_chat_outside_of_teams_has_no_topic_and_nothing_is_asked_for_it()
    {
        bed.Saw("a:ana", null, "personal");
        (await Rooms.SetTopicAsync("a:ana", "Over", default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        (await Rooms.PinAsync("a:ana", "1", default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        (await Rooms.ReadAsync("a:ana", "1", default)).ShouldBeOfType<Outcome<WrittenMessage?>.Done>().Value.ShouldBeNull();
        bed.Teams.Calls.ShouldBeEmpty();
    }

    private IRooms Rooms => bed.Get<IRooms>();

    private Task<Outcome<Room>> MakeAsync(params ImmutableArray<string> names) => Rooms.MakeAsync(names.IsEmpty ? [Name] : names, false, bed.Clock.Now, null, default);

    private Task<Outcome<Room>> MakeNearAsync(string? near) => Rooms.MakeAsync([Name], false, bed.Clock.Now, near, default);

    private static Room Made(Outcome<Room> outcome) => outcome.ShouldBeOfType<Outcome<Room>.Done>().Value;

    private static Fault Refused(Outcome<Room> outcome) => outcome.ShouldBeOfType<Outcome<Room>.Never>().Fault;
}
