using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Slack;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

public sealed class SlackChatTests : IAsyncLifetime
{
    private static readonly Card Card = new("Deploy api", Tone.Waiting, "waiting", "Run 1 waits for approval.") { Body = [new CardBlock.Text("Hello")] };
    private static readonly Place General = new("slack", "#general");
    private SlackStandIn slack = null!;
    private ServiceProvider services = null!;

    private IChat Chat => services.GetRequiredService<IChat>();

    private IDirectory Directory => services.GetRequiredService<IDirectory>();

    public async ValueTask InitializeAsync()
    {
        slack = await SlackStandIn.StartAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(slack.Settings).Build();
        services = new ServiceCollection().AddLogging().AddSlack(configuration).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await slack.DisposeAsync();
    }

    [Fact]
    public async Task A_card_is_posted_once_and_updated_in_place()
    {
        var posted = await PostAsync("run-1");
        posted.Channel.ShouldBe("CGENERAL");
        posted.Permalink!.AbsoluteUri.ShouldStartWith("https://stand-in.slack.com/archives/CGENERAL/p");
        (await Chat.UpdateAsync(posted, Card with { State = "running" }, default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        var message = slack.Messages.ShouldHaveSingleItem();
        (message.Updates, message.Key, message.Text).ShouldBe((1, "run-1", "Run 1 waits for approval."));
        message.Says.ShouldContain("Running");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_post_whose_answer_was_lost_is_found_again(bool inThread)
    {
        var since = DateTimeOffset.UtcNow;
        var thread = inThread ? await PostAsync("root") : null;
        slack.LoseAnswer("chat.postMessage");
        (await Chat.PostAsync(General, Card, "run-1", null, thread, default)).ShouldBeOfType<Outcome<Posted>.Later>();
        var again = (await Chat.PostAsync(General, Card, "run-1", since, thread, default)).ShouldBeOfType<Outcome<Posted>.Done>();
        var message = slack.Messages.Where(m => m.Key == "run-1").ShouldHaveSingleItem();
        again.Value.Message.ShouldBe(message.Ts);
        message.ThreadTs.ShouldBe(thread?.Message);
    }

    [Fact]
    public async Task A_post_that_never_got_through_is_posted_when_it_is_not_found()
    {
        slack.FailWith("chat.postMessage", 503);
        (await Chat.PostAsync(General, Card, "run-1", null, null, default)).ShouldBeOfType<Outcome<Posted>.Later>();
        (await Chat.PostAsync(General, Card, "run-1", DateTimeOffset.UtcNow, null, default)).ShouldBeOfType<Outcome<Posted>.Done>();
        slack.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_public_channel_is_joined_and_a_private_one_asks_for_an_invitation()
    {
        slack.AddChannel("deploys", isMember: false);
        slack.AddChannel("secret", isPrivate: true, isMember: false);
        (await Chat.PostAsync(new Place("slack", "#deploys"), Card, "a", null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>();
        (await Chat.PostAsync(new Place("slack", "#secret"), Card, "b", null, null, default))
            .ShouldBeOfType<Outcome<Posted>.Never>().Fault.Code.ShouldBe("slack-channel_not_found");
    }

    [Fact]
    public async Task A_card_that_slack_will_not_draw_is_shown_as_text()
    {
        slack.Fail("chat.postMessage", "invalid_blocks");
        var posted = await PostAsync("run-1");
        slack.Messages.ShouldHaveSingleItem().Blocks.ShouldBeNull();
        slack.Fail("chat.update", "invalid_blocks");
        (await Chat.UpdateAsync(posted, Card with { Fallback = "Now it runs." }, default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        slack.Messages.ShouldHaveSingleItem().Says.ShouldBe("Now it runs.");
    }

    [Fact]
    public async Task Too_many_means_later_and_the_method_is_left_alone_meanwhile()
    {
        var posted = await PostAsync("run-1");
        slack.FailWith("chat.update", 429, retryAfter: 7);
        (await Chat.UpdateAsync(posted, Card, default)).ShouldBeOfType<Outcome<Nothing>.Later>().After.ShouldBe(TimeSpan.FromSeconds(7));
        var calls = slack.Calls.Count;
        (await Chat.UpdateAsync(posted, Card, default)).ShouldBeOfType<Outcome<Nothing>.Later>().After!.Value.TotalSeconds.ShouldBeInRange(5, 7);
        slack.Calls.Count.ShouldBe(calls);
        (await Chat.PostAsync(General, Card, "run-2", null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Fact]
    public async Task A_channel_gets_a_few_posts_at_once_and_then_one_a_second()
    {
        var outcomes = new List<Outcome<Posted>>();
        for (var i = 0; i < 6; i++) outcomes.Add(await Chat.PostAsync(General, Card, $"run-{i}", null, null, default));
        outcomes.OfType<Outcome<Posted>.Done>().Count().ShouldBeInRange(3, 4);
        var later = outcomes.OfType<Outcome<Posted>.Later>().Select((outcome, place) => (outcome, place)).ToList();
        later.ShouldAllBe(one => one.outcome.Untouched && one.outcome.After > TimeSpan.FromSeconds(one.place) && one.outcome.After <= TimeSpan.FromSeconds(one.place + 1));
        slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unreachable_slack_means_later()
    {
        slack.IsUnreachable = true;
        (await Chat.PostAsync(new Place("slack", "CGENERAL"), Card, "run-1", null, null, default)).ShouldBeOfType<Outcome<Posted>.Later>();
    }

    [Fact]
    public async Task People_are_known_by_their_address_and_guests_bots_and_leavers_are_nobody()
    {
        slack.AddUser("ana", "Ana@Example.com");
        slack.AddUser("guest", "guest@example.com", u => u["is_restricted"] = true);
        slack.AddUser("single", "single@example.com", u => u["is_ultra_restricted"] = true);
        slack.AddUser("gone", "gone@example.com", u => u["deleted"] = true);
        slack.AddUser("robot", "robot@example.com", u => u["is_bot"] = true);
        slack.AddUser("shy", null);
        slack.AddUser("outside", "outside@example.com", u => u["team_id"] = "T2");
        (await Directory.FindAccountAsync("UANA", default))!.Person.ShouldBe(new Person("ana@example.com"));
        foreach (var nobody in new[] { "UGUEST", "USINGLE", "UGONE", "UROBOT", "USHY", "UOUTSIDE" }) (await Directory.FindAccountAsync(nobody, default))!.Person.ShouldBeNull();
        (await Directory.FindAccountAsync("UROBOT", default))!.IsBot.ShouldBeTrue();
        (await Directory.FindAccountAsync("UNOBODY", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Many_who_ask_for_the_same_person_at_once_share_one_call()
    {
        slack.AddUser("ana", "ana@example.com");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Directory.FindAccountAsync("UANA", default)));
        await Directory.FindAccountAsync("UANA", default);
        slack.Calls.Count(c => c == "users.info").ShouldBe(1);
    }

    [Fact]
    public async Task Members_of_a_user_group_are_people()
    {
        slack.AddGroup("release-managers", slack.AddUser("ben", "ben@example.com"), slack.AddUser("robot", null, u => u["is_bot"] = true));
        (await Directory.FindMembersAsync("release-managers", default))!.ShouldBe([new Person("ben@example.com")]);
        (await Directory.FindMembersAsync("@release-managers", default))!.Count.ShouldBe(1);
        (await Directory.FindMembersAsync("nobody", default)).ShouldBeNull();
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("http://hooks.slack.com/commands/1")]
    [InlineData("https://hooks.slack.com.example.com/commands/1")]
    [InlineData("https://hooks.slack.com:8443/commands/1")]
    public async Task Answers_go_to_slack_only(string address) =>
        (await services.GetRequiredService<SlackClient>().RespondAsync(new Uri(address), new SlackReply("x"), default))
            .ShouldBeOfType<Outcome<Nothing>.Never>().Fault.Code.ShouldBe("slack-response-host");

    private async Task<Posted> PostAsync(string key) =>
        (await Chat.PostAsync(General, Card, key, null, null, default)).ShouldBeOfType<Outcome<Posted>.Done>().Value;
}
