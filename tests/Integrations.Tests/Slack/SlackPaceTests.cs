using ChatOps.Integrations.Http;
using ChatOps.Integrations.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

public sealed class SlackPaceTests
{
    private readonly Clock clock = new();

    [Fact]
    public void A_channel_takes_three_at_once_and_then_one_a_second()
    {
        var pace = new SlackPace(clock);
        for (var i = 0; i < 3; i++) pace.Take("chat.postMessage", "C1").ShouldBeNull();
        pace.Take("chat.postMessage", "C1").ShouldBe(TimeSpan.FromSeconds(1));
        pace.Take("chat.postMessage", "C2").ShouldBeNull();
        clock.Now += TimeSpan.FromSeconds(1);
        pace.Take("chat.postMessage", "C1").ShouldBeNull();
        pace.Take("chat.postMessage", "C1").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("usergroups.list", 20)]
    [InlineData("chat.update", 50)]
    [InlineData("users.info", 100)]
    public void A_method_takes_as_many_a_minute_as_its_tier_says(string method, int perMinute)
    {
        var pace = new SlackPace(clock);
        for (var i = 0; i < perMinute; i++) pace.Take(method, null).ShouldBeNull();
        pace.Take(method, null)!.Value.TotalSeconds.ShouldBe(60.0 / perMinute, 0.01);
    }

    [Fact]
    public void A_method_that_slack_wants_left_alone_is_and_the_others_go_on()
    {
        var pace = new SlackPace(clock);
        pace.Hold("chat.update", TimeSpan.FromSeconds(7));
        pace.Take("chat.update", null).ShouldBe(TimeSpan.FromSeconds(7));
        pace.Take("users.info", null).ShouldBeNull();
        clock.Now += TimeSpan.FromSeconds(7);
        pace.Take("chat.update", null).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_remembered_is_asked_for_again_after_its_time_and_what_is_missing_sooner()
    {
        var cache = new AnswerCache<string>(clock, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30));
        var calls = 0;
        Task<string?> Ask(string key, bool full) => cache.GetAsync(key, () => Task.FromResult(((string?)$"{++calls}", full)), default);
        (await Ask("a", true)).ShouldBe("1");
        (await Ask("b", false)).ShouldBe("2");
        clock.Now += TimeSpan.FromSeconds(31);
        (await Ask("a", true)).ShouldBe("1");
        (await Ask("b", false)).ShouldBe("3");
        clock.Now += TimeSpan.FromMinutes(5);
        (await Ask("a", true)).ShouldBe("4");
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
