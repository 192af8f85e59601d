using ChatOps.Bot.Web;
using ChatOps.Runbooks.Access;
using Microsoft.AspNetCore.DataProtection;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

public sealed class SlackInstallVisitTests
{
    private static readonly Person Ana = new("ana@example.com");
    private readonly LaterClock clock = new();
    private readonly EphemeralDataProtectionProvider keys = new();

    [Theory]
    [InlineData(9, true)]
    [InlineData(11, false)]
    public void A_state_is_good_for_ten_minutes(int minutes, bool good)
    {
        var visit = new SlackInstallVisit(keys, clock);
        var (state, half) = visit.Begin(Ana);
        clock.Later += TimeSpan.FromMinutes(minutes);
        (visit.Read(state, half, Ana) is not null).ShouldBe(good);
    }

    [Fact]
    public void It_is_good_for_its_own_browser_and_person_only()
    {
        var visit = new SlackInstallVisit(keys, clock);
        var (state, half) = visit.Begin(Ana);
        var (otherState, otherHalf) = visit.Begin(Ana);
        visit.Read(state, half, Ana).ShouldNotBeNull().ShouldNotBe(visit.Read(otherState, otherHalf, Ana));
        visit.Read(state, otherHalf, Ana).ShouldBeNull();
        visit.Read(state, half, new Person("ben@example.com")).ShouldBeNull();
        visit.Read(state, null, Ana).ShouldBeNull();
        visit.Read(null, half, Ana).ShouldBeNull();
        visit.Read(new string('a', 5_000), half, Ana).ShouldBeNull();
        new SlackInstallVisit(new EphemeralDataProtectionProvider(), clock).Read(state, half, Ana).ShouldBeNull();
        state.ShouldNotContain(half);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(-1)]
    public void A_single_changed_letter_makes_it_nobodys(int at)
    {
        var visit = new SlackInstallVisit(keys, clock);
        var (state, half) = visit.Begin(Ana);
        var place = at < 0 ? state.Length - 3 : at;
        var forged = state[..place] + (state[place] == 'A' ? 'B' : 'A') + state[(place + 1)..];
        visit.Read(forged, half, Ana).ShouldBeNull();
    }

    private sealed class LaterClock : TimeProvider
    {
        public TimeSpan Later { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(56) + Later;
    }
}
