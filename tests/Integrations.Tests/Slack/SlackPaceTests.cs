using ChatOps.Integrations.Http;
using ChatOps.Integrations.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

public sealed class SlackPaceTests
{
    private readonly Clock clock = new();
    private readonly SlackPace pace;

    public SlackPaceTests() => pace = new SlackPace(clock);

    [Fact]
    public void A_channel_takes_three_at_once_and_then_one_a_second()
    {
        for (var i = 0; i < 3; i++) Take("chat.postMessage", "C1").ShouldBeNull();
        Take("chat.postMessage", "C1").ShouldBe(TimeSpan.FromSeconds(1));
        Take("chat.postMessage", "C2").ShouldBeNull();
        clock.Now += TimeSpan.FromSeconds(1);
        Take("chat.postMessage", "C1").ShouldBeNull();
        Take("chat.postMessage", "C1").ShouldNotBeNull();
    }

    /// <summary>However they come: as fast as they are let, beginning at any moment.</summary>
    [Theory]
    [InlineData("usergroups.list", 20)]
    [InlineData("chat.update", 50)]
    [InlineData("users.info", 100)]
    public void No_minute_takes_more_calls_of_a_method_than_its_tier_says_and_most_of_them_are_taken(string method, int perMinute)
    {
        var taken = new List<DateTimeOffset>();
        for (var begin = clock.Now; clock.Now < begin + TimeSpan.FromMinutes(5); clock.Now += TimeSpan.FromMilliseconds(100))
        {
            while (Take(method, null, urgent: true) is null) taken.Add(clock.Now);
        }

        taken.ShouldAllBe(one => taken.Count(other => other >= one && other < one + TimeSpan.FromMinutes(1)) <= perMinute);
        taken.Count.ShouldBeGreaterThan(perMinute * 5 * 7 / 10);
    }

    [Fact]
    public void Those_that_are_sent_away_are_told_to_come_back_one_after_another()
    {
        while (Take("chat.update", null) is null) { }
        var waits = Enumerable.Range(0, 20).Select(one => Take("chat.update", null, who: $"message {one}")!.Value.TotalSeconds).ToList();
        waits.Zip(waits.Skip(1)).ShouldAllBe(pair => Math.Abs(pair.Second - pair.First - (60.0 / 38)) < 0.01);
        Take("chat.update", null, who: "message 7")!.Value.TotalSeconds.ShouldBe(waits[7], 0.01, "asking again changes nothing");
        for (var i = 0; i < 500; i++) Take("chat.update", null, who: $"more {i}")!.Value.ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Whoever_was_told_to_wait_gets_that_turn_however_many_come_meanwhile()
    {
        while (Take("chat.update", null, who: "busy") is null) { }
        var wait = Take("chat.update", null, who: "patient")!.Value;
        for (var told = clock.Now + wait; clock.Now < told; clock.Now += TimeSpan.FromMilliseconds(100)) Take("chat.update", null, who: "busy");
        Take("chat.update", null, who: "patient").ShouldBeNull();
    }

    [Fact]
    public void What_is_urgent_takes_a_turn_from_those_that_wait_but_not_their_place()
    {
        while (Take("chat.update", null, urgent: true) is null) { }
        var wait = Take("chat.update", null, who: "patient")!.Value;
        clock.Now += wait;
        while (Take("chat.update", null, urgent: true) is null) { }
        var more = Take("chat.update", null, who: "patient")!.Value;
        Take("chat.update", null, who: "new")!.Value.ShouldBeGreaterThan(more);
        clock.Now += more;
        Take("chat.update", null, who: "patient").ShouldBeNull();
    }

    [Fact]
    public void A_turn_that_nobody_comes_for_is_given_away()
    {
        while (Take("chat.update", null, who: "busy") is null) { }
        var wait = Take("chat.update", null, who: "gone")!.Value;
        clock.Now += wait + TimeSpan.FromSeconds(31);
        var taken = 0;
        while (Take("chat.update", null, who: $"next {taken}") is null) taken++;
        taken.ShouldBe(9, "all but those that are kept for what is urgent");
    }

    [Fact]
    public void A_post_that_its_channel_does_not_take_yet_takes_no_turn_of_the_workspace()
    {
        for (var i = 0; i < 3; i++) Take("chat.postMessage", "C1").ShouldBeNull();
        for (var i = 0; i < 1000; i++) Take("chat.postMessage", "C1").ShouldNotBeNull();
        Take("chat.postMessage", "C2").ShouldBeNull();
    }

    [Fact]
    public void What_is_urgent_goes_before_all_that_wait()
    {
        while (Take("chat.update", null) is null) { }
        for (var i = 0; i < 50; i++) Take("chat.update", null, who: $"message {i}");
        for (var i = 0; i < 3; i++) Take("chat.update", null, urgent: true).ShouldBeNull();
        Take("chat.update", null, urgent: true)!.Value.ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_method_that_slack_wants_left_alone_is_and_the_others_go_on()
    {
        pace.Hold("chat.update", TimeSpan.FromSeconds(7));
        Take("chat.update", null).ShouldBe(TimeSpan.FromSeconds(7));
        Take("users.info", null).ShouldBeNull();
        clock.Now += TimeSpan.FromSeconds(7);
        Take("chat.update", null).ShouldBeNull();
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

    private TimeSpan? Take(string method, string? channel, bool urgent = false, string? who = null) => pace.Take(method, channel, urgent, who);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
