using ChatOps.Runbooks.Calendar;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Calendar.Times;

namespace ChatOps.Runbooks.Tests.Calendar;

/// <summary>May it change now, and if not, why, and when may it?</summary>
public sealed class ChangeCalendarTests
{
    private static readonly ChangeWindows Weekdays = Of("Tue-Thu 10:00-14:00", "UTC");

    private static readonly ChangeCalendar Shop = ChangeCalendar.Empty with
    {
        Zone = In("Europe/Amsterdam"),
        Freezes =
        [
            new("Holidays", At("2026-12-24T00:00Z"), At("2027-01-05T09:00Z"), new(["prod"], ["*"])),
            new("Stocktaking", At("2027-01-05T09:00Z"), At("2027-01-06T12:00Z"), new(["*"], ["api"])),
            new("Short", At("2026-12-24T00:00Z"), At("2026-12-25T00:00Z"), Scope.Everything),
        ],
        Maintenance =
        [
            new("Move", At("2026-11-28T01:00Z"), At("2026-11-28T05:00Z"), new(["prod"], ["api", "web"])),
            new("In the freeze", At("2026-12-26T00:00Z"), At("2026-12-27T00:00Z"), Scope.Everything),
        ],
    };

    // 24 November 2026 is a Tuesday.
    [Theory]
    [InlineData("api", "prod", "2026-11-24T10:00Z", null, null, null)]
    [InlineData("api", "prod", "2026-11-24T09:00Z", "api changes in prod Tue–Thu 10:00–14:00 UTC.", "2026-11-24T10:00Z", null)]
    [InlineData("api", "prod", "2026-11-26T14:00Z", "api changes in prod Tue", "2026-11-28T01:00Z", null)]         // maintenance comes first
    [InlineData("api", "prod", "2026-11-28T02:00Z", null, null, null)]                                            // and opens
    [InlineData("API", "Prod", "2026-11-28T02:00Z", null, null, null)]
    [InlineData("api", "staging", "2026-11-28T02:00Z", "changes in staging", "2026-12-01T10:00Z", null)]          // only for its scope
    [InlineData("auth", "prod", "2026-11-28T02:00Z", "changes in prod", "2026-12-01T10:00Z", null)]
    [InlineData("api", "prod", "2026-11-28T05:00Z", "changes in prod", "2026-12-01T10:00Z", null)]
    [InlineData("web", "prod", "2026-12-24T11:00Z", "frozen until Tue 5 Jan 2027 10:00 (Europe/Amsterdam): Holidays.", "2027-01-05T10:00Z", "Holidays")]
    [InlineData("api", "prod", "2026-12-24T11:00Z", ": Holidays.", "2027-01-06T12:00Z", "Holidays")]              // one freeze after another
    [InlineData("api", "prod", "2026-12-26T11:00Z", ": Holidays.", "2027-01-06T12:00Z", "Holidays")]              // maintenance doesn't open a freeze
    [InlineData("web", "staging", "2026-12-26T11:00Z", null, null, null)]
    [InlineData("web", "staging", "2026-12-24T11:00Z", ": Short.", "2026-12-26T00:00Z", "Short")]
    [InlineData("api", "staging", "2027-01-05T10:00Z", ": Stocktaking.", "2027-01-06T12:00Z", "Stocktaking")]
    [InlineData("web", "prod", "2026-12-23T14:00Z", "changes in prod", "2027-01-05T10:00Z", null)]                // the next window is frozen
    public void A_place_is_open_or_says_why_not(string service, string environment, string now, string? why, string? opening, string? freeze)
    {
        var verdict = Shop.Judge(service, environment, Weekdays, At(now));
        if (why is null) verdict.ShouldBeOfType<Verdict.Open>();
        else verdict.ShouldBeOfType<Verdict.Closed>().ShouldSatisfyAllConditions(closed => closed.Why.ShouldContain(why), closed => closed.NextOpening.ShouldBe(AtOrNull(opening)), closed => (closed.Freeze?.Name).ShouldBe(freeze));
    }

    [Fact]
    public void Without_windows_only_freezes_close()
    {
        Shop.Judge("api", "prod", ChangeWindows.Always, At("2026-11-22T03:00Z")).ShouldBeOfType<Verdict.Open>();
        Shop.Judge("web", "prod", ChangeWindows.Always, At("2026-12-30T03:00Z")).ShouldBeOfType<Verdict.Closed>().NextOpening.ShouldBe(At("2027-01-05T09:00Z"));
        ChangeCalendar.Empty.Judge("web", "prod", ChangeWindows.Always, At("2026-12-30T03:00Z")).ShouldBeOfType<Verdict.Open>();
    }

    [Fact]
    public void What_never_opens_says_so()
    {
        var never = new ChangeWindows([new Window(WeekDays.Of(), new(0), new(60), Zone.Utc)]);
        ChangeCalendar.Empty.Judge("api", "prod", never, At("2026-12-30T03:00Z")).ShouldBeOfType<Verdict.Closed>().ShouldSatisfyAllConditions(one => one.NextOpening.ShouldBeNull(), one => one.Why.ShouldContain("none of them ever opens"));
    }

    [Fact]
    public void Ten_thousand_freezes_are_looked_past_in_time()
    {
        var days = Enumerable.Range(0, 10_000).Select(day => new Freeze("Day", At("2026-01-01T00:00Z").AddDays(day), At("2026-01-01T23:00Z").AddDays(day), Scope.Everything));
        var calendar = ChangeCalendar.Empty with { Freezes = [.. days] };
        calendar.Judge("api", "prod", Weekdays, At("2026-01-01T05:00Z")).ShouldBeOfType<Verdict.Closed>().NextOpening.ShouldBeNull();
        calendar.Judge("api", "prod", ChangeWindows.Always, At("2026-01-01T05:00Z")).ShouldBeOfType<Verdict.Closed>().NextOpening.ShouldBe(At("2026-01-01T23:00Z"));
    }

    [Fact]
    public void The_next_opening_is_open_and_nothing_before_it_is() => Prop.ForAll(Some(), some =>
    {
        var (calendar, now) = some;
        if (calendar.Judge("api", "prod", Weekdays, now) is not Verdict.Closed closed) return;
        var opening = closed.NextOpening.ShouldNotBeNull();
        calendar.Judge("api", "prod", Weekdays, opening).ShouldBeOfType<Verdict.Open>();
        for (var at = now; at < opening; at += TimeSpan.FromMinutes(31)) calendar.Judge("api", "prod", Weekdays, at).ShouldBeOfType<Verdict.Closed>($"{at}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static Arbitrary<(ChangeCalendar, DateTimeOffset)> Some()
    {
        var stretch = from start in Gen.Choose(0, 400) from length in Gen.Choose(1, 60) select (From: At("2026-11-20T00:00Z").AddHours(start), Until: At("2026-11-20T00:00Z").AddHours(start + length));
        return (
            from freezes in Gen.ListOf(stretch, 3)
            from extra in Gen.ListOf(stretch, 2)
            from now in Gen.Choose(0, 20_000)
            select (ChangeCalendar.Empty with
            {
                Freezes = [.. freezes.Select(one => new Freeze("Some", one.From, one.Until, Scope.Everything))],
                Maintenance = [.. extra.Select(one => new Maintenance("Some", one.From, one.Until, Scope.Everything))],
            }, At("2026-11-20T00:00Z").AddMinutes(now))).ToArbitrary();
    }
}
