using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Slack;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

/// <summary>Channels of incidents: made once whatever is lost on the way, and never somebody else's.</summary>
public sealed class SlackRoomsTests : IAsyncLifetime
{
    private SlackStandIn slack = null!;
    private ServiceProvider services = null!;

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private IRooms Rooms => services.GetRequiredService<IRooms>();

    public async ValueTask InitializeAsync()
    {
        slack = await SlackStandIn.StartAsync();
        slack.RatesOn = false;
        services = new ServiceCollection().AddLogging().AddSlack(new ConfigurationBuilder().AddInMemoryCollection(slack.Settings).Build()).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await slack.DisposeAsync();
    }

    [Fact]
    public async Task A_channel_whose_answer_was_lost_is_found_again_and_not_made_twice()
    {
        slack.LoseAnswer("conversations.create");
        (await MakeAsync(Now)).ShouldBeOfType<Outcome<Room>.Later>();
        var room = (await MakeAsync(Now)).ShouldBeOfType<Outcome<Room>.Done>().Value;
        var made = slack.Made.ShouldHaveSingleItem();
        (room.Channel, room.Name, made.IsPrivate).ShouldBe((made.Id, "inc-1-api", true));
    }

    [Fact]
    public async Task A_name_that_somebody_has_is_left_to_them_and_so_is_an_older_channel_of_our_own()
    {
        slack.AddChannel("inc-1-api");
        (await MakeAsync(Now)).ShouldBeOfType<Outcome<Room>.Done>().Value.Name.ShouldBe("inc-1-api-2");

        // Wanted a day later, what was made today is another incident's.
        (await MakeAsync(Now.AddDays(1))).ShouldBeOfType<Outcome<Room>.Never>().Fault.Code.ShouldBe("slack-name_taken");
        slack.Made.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Who_has_no_account_is_named_and_the_others_are_invited_also_when_one_is_in_already()
    {
        var room = (await MakeAsync(Now)).ShouldBeOfType<Outcome<Room>.Done>().Value;
        var (ana, ben) = (slack.AddUser("ana", "ana@example.com"), slack.AddUser("ben", "ben@example.com"));
        (await InviteAsync(room, "ana@example.com")).ShouldBeEmpty();
        (await InviteAsync(room, "ana@example.com", "ben@example.com", "nobody@example.com")).ShouldBe([new NotInvited(new Person("nobody@example.com"), "no account in Slack")]);
        slack.Made.Single().Members.ShouldBe([ana, ben], ignoreOrder: true);
    }

    [Fact]
    public async Task Topics_are_set_messages_pinned_once_and_read_as_plain_words_until_they_are_gone()
    {
        var ana = slack.AddUser("ana", "ana@example.com");
        var room = (await MakeAsync(Now)).ShouldBeOfType<Outcome<Room>.Done>().Value;
        (await Rooms.SetTopicAsync(room.Channel, "sev1: checkout", default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        slack.Made.Single().Topic.ShouldBe("sev1: checkout");
        var message = slack.Write(room.Channel, ana, "It is the &lt;disk&gt; <https://example.com|again>");
        for (var time = 0; time < 2; time++) (await Rooms.PinAsync(room.Channel, message.Ts, default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        slack.Made.Single().Pins.ShouldBe([message.Ts]);
        var read = (await Rooms.ReadAsync(room.Channel, message.Ts, default)).ShouldBeOfType<Outcome<WrittenMessage?>.Done>().Value!;
        read.Text.ShouldStartWith("It is the <disk>");
        read.Author.ShouldBe("ana");
        (await Rooms.ReadAsync(room.Channel, "1.000001", default)).ShouldBeOfType<Outcome<WrittenMessage?>.Done>().Value.ShouldBeNull();
    }

    [Fact]
    public async Task A_missing_scope_is_for_a_person_and_a_rate_limit_for_later()
    {
        slack.MissingScopes["conversations.create"] = "groups:write";
        (await MakeAsync(Now)).ShouldBeOfType<Outcome<Room>.Never>().Fault.ToString().ShouldContain("groups:write");
        slack.FailWith("conversations.create", 429, retryAfter: 3);
        (await MakeAsync(Now)).ShouldBeOfType<Outcome<Room>.Later>().After.ShouldBe(TimeSpan.FromSeconds(3));
        slack.Made.ShouldBeEmpty();
    }

    private Task<Outcome<Room>> MakeAsync(DateTimeOffset since) => Rooms.MakeAsync(["inc-1-api", "inc-1-api-2"], isPrivate: true, since, null, TestContext.Current.CancellationToken);

    private async Task<IReadOnlyList<NotInvited>> InviteAsync(Room room, params string[] people) =>
        (await Rooms.InviteAsync(room.Channel, [.. people.Select(one => new Person(one))], default)).ShouldBeOfType<Outcome<System.Collections.Immutable.ImmutableArray<NotInvited>>.Done>().Value;
}
