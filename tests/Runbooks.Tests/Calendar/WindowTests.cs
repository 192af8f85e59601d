using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Calendar.Times;

namespace ChatOps.Runbooks.Tests.Calendar;

/// <summary>When a window is open, whatever clocks do.</summary>
public sealed class WindowTests
{
    private const string Amsterdam = "Europe/Amsterdam";
    private const string NewYork = "America/New_York";

    // 24 November 2026 is a Tuesday. In Amsterdam clocks skip 29 March 2026 02:00–03:00 and show 25 October 2026 02:00–03:00 twice.
    [Theory]
    [InlineData("Tue-Thu 10:00-14:00", NewYork, "2026-11-24T14:59Z", "2026-11-24T15:00Z", null)]
    [InlineData("Tue-Thu 10:00-14:00", NewYork, "2026-11-24T15:00Z", "2026-11-24T15:00Z", "2026-11-24T19:00Z")]
    [InlineData("Tue-Thu 10:00-14:00", NewYork, "2026-11-24T18:59Z", "2026-11-24T18:59Z", "2026-11-24T19:00Z")]
    [InlineData("Tue-Thu 10:00-14:00", NewYork, "2026-11-24T19:00Z", "2026-11-25T15:00Z", null)]
    [InlineData("Tue-Thu 10:00-14:00", NewYork, "2026-11-26T19:00Z", "2026-12-01T15:00Z", null)]
    [InlineData("Mon,Wed 09:00-10:00", "UTC", "2026-11-23T10:00Z", "2026-11-25T09:00Z", null)]
    [InlineData("Fri-Mon 22:00-02:00", "UTC", "2026-11-24T01:59Z", "2026-11-24T01:59Z", "2026-11-24T02:00Z")]   // began on Monday
    [InlineData("Fri-Mon 22:00-02:00", "UTC", "2026-11-24T22:00Z", "2026-11-27T22:00Z", null)]
    [InlineData("Tue 00:00-24:00", "UTC", "2026-11-24T23:59Z", "2026-11-24T23:59Z", "2026-11-25T00:00Z")]
    [InlineData("Tue 20:00-24:00;Wed 00:00-03:00", "UTC", "2026-11-24T21:00Z", "2026-11-24T21:00Z", "2026-11-25T03:00Z")]
    [InlineData("Tue 10:00-12:00;Tue 11:00-13:00", "UTC", "2026-11-24T10:30Z", "2026-11-24T10:30Z", "2026-11-24T13:00Z")]
    [InlineData("Tue 10:00-12:00;Tue 13:00-14:00", "UTC", "2026-11-24T10:30Z", "2026-11-24T10:30Z", "2026-11-24T12:00Z")]
    [InlineData("Mon-Sun 00:00-24:00", Amsterdam, "2026-11-24T10:30Z", "2026-11-24T10:30Z", null)]               // never closes
    [InlineData("Sun 02:00-03:00", Amsterdam, "2026-03-29T00:00Z", "2026-04-05T00:00Z", null)]                   // skipped whole
    [InlineData("Sun 01:30-02:30", Amsterdam, "2026-03-29T00:30Z", "2026-03-29T00:30Z", "2026-03-29T01:00Z")]    // its second half is
    [InlineData("Sun 02:30-04:00", Amsterdam, "2026-03-29T00:00Z", "2026-03-29T01:00Z", null)]                   // its first half is
    [InlineData("Sun 02:30-04:00", Amsterdam, "2026-03-29T01:00Z", "2026-03-29T01:00Z", "2026-03-29T02:00Z")]
    [InlineData("Sun 02:00-03:00", Amsterdam, "2026-10-25T00:00Z", "2026-10-25T00:00Z", "2026-10-25T02:00Z")]    // twice, in one
    [InlineData("Sun 02:00-02:30", Amsterdam, "2026-10-25T00:00Z", "2026-10-25T00:00Z", "2026-10-25T00:30Z")]    // twice, with a pause
    [InlineData("Sun 02:00-02:30", Amsterdam, "2026-10-25T00:30Z", "2026-10-25T01:00Z", null)]
    [InlineData("Sun 01:00-04:00", Amsterdam, "2026-10-24T23:00Z", "2026-10-24T23:00Z", "2026-10-25T03:00Z")]
    [InlineData("Sat 22:00-06:00", Amsterdam, "2026-03-28T21:00Z", "2026-03-28T21:00Z", "2026-03-29T04:00Z")]    // seven hours
    [InlineData("Fri 09:00-10:00", "Pacific/Apia", "2011-12-23T23:00Z", "2012-01-05T19:00Z", null)]              // Samoa had no 30 December 2011
    public void A_window_opens_and_closes(string windows, string zone, string now, string opening, string? closes)
    {
        var these = Of(windows, zone);
        these.NextOpening(At(now)).ShouldBe(At(opening));
        these.IsOpen(At(now)).ShouldBe(now == opening);
        these.Closes(At(now)).ShouldBe(AtOrNull(closes));
    }

    [Theory]
    [InlineData("Tue-Thu", "Tue–Thu")]
    [InlineData("Fri-Mon", "Fri–Mon")]
    [InlineData("mon,WEDNESDAY", "Mon, Wed")]
    [InlineData("Sat,Sun", "Sat, Sun")]
    [InlineData("Sun", "Sun")]
    [InlineData("Thu-Wed", "every day")]
    [InlineData("Mon-Wed, Fri", "Mon–Wed, Fri")]
    [InlineData("Fri-Mon,Wed", "Wed, Fri–Mon")]
    [InlineData("Mon-Mon", "Mon")]
    public void Days_are_read_and_said(string text, string says)
    {
        Value(WeekDays.Read(text)).ToString().ShouldBe(says);
        Value(WeekDays.Read(text.Replace("-", " - ", StringComparison.Ordinal))).ToString().ShouldBe(says);
    }

    [Theory]
    [InlineData("Mo", 1)]
    [InlineData("Mon,Tuseday", 5)]
    [InlineData("", 1)]
    [InlineData("Mon-Tue-Wed", 1)]
    [InlineData("Mon-", 1)]
    public void What_is_no_day_is_pointed_at(string text, int column) => WeekDays.Read(text).Fault.ShouldNotBeNull().Column.ShouldBe(column);

    [Theory]
    [InlineData("24:01")]
    [InlineData("9")]
    [InlineData("09:60")]
    [InlineData("9:5")]
    [InlineData("-1:00")]
    [InlineData("600")]
    public void What_is_no_time_of_day_is_a_fault(string text) => WallTime.Read(text).Fault.ShouldNotBeNull().What.ShouldContain(text);

    [Theory]
    [InlineData("Tue-Thu 10:00-14:00", NewYork, "Tue–Thu 10:00–14:00 America/New_York")]
    [InlineData("Mon-Sun 9:00-24:00;Sat 08:00-12:00", "UTC", "every day 09:00–24:00 UTC or Sat 08:00–12:00 UTC")]
    public void Windows_say_when_they_are_open(string windows, string zone, string says) => Of(windows, zone).Says().ShouldBe(says);

    [Fact]
    public void Without_windows_it_is_always_open()
    {
        var now = At("2026-11-24T10:00Z");
        ChangeWindows.Always.IsOpen(now).ShouldBeTrue();
        ChangeWindows.Always.NextOpening(now).ShouldBe(now);
        ChangeWindows.Always.Closes(now).ShouldBeNull();
        ChangeWindows.Always.NeverOpens.ShouldBeFalse();
        ChangeWindows.Always.Says().ShouldBe("at any time");
    }

    [Fact]
    public void A_window_that_never_opens_is_known_for_it()
    {
        var (utc, now) = (Zone.Utc, At("2026-11-24T10:00Z"));
        Window[] never = [new(WeekDays.Of(), new(60), new(120), utc), new(WeekDays.Of(DayOfWeek.Monday), new(60), new(60), utc), new(WeekDays.Of(DayOfWeek.Monday), new(1440), new(60), utc)];
        never.ShouldAllBe(one => one.NeverOpens);
        new ChangeWindows([.. never]).NeverOpens.ShouldBeTrue();
        new ChangeWindows([.. never]).NextOpening(now).ShouldBeNull();
        new ChangeWindows([.. never]).IsOpen(now).ShouldBeFalse();
        new ChangeWindows([.. never, .. Of("Tue 10:00-11:00", "UTC").All]).NeverOpens.ShouldBeFalse();
    }

    /// <summary>Against the rule itself: a window is open while the wall shows a time in it.</summary>
    [Fact]
    public void The_next_opening_is_open_and_nothing_before_it_is() => Prop.ForAll(Some(), some =>
    {
        var (windows, now) = some;
        var opening = windows.NextOpening(now).ShouldNotBeNull();
        IsOpenByTheWall(windows, opening).ShouldBeTrue();
        for (var at = now; at < opening; at += TimeSpan.FromMinutes(7)) IsOpenByTheWall(windows, at).ShouldBeFalse($"{windows} at {at}");
        if (opening > now) IsOpenByTheWall(windows, opening.AddTicks(-1)).ShouldBeFalse();
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Fact]
    public void It_stays_open_until_it_closes() => Prop.ForAll(Some(), some =>
    {
        var (windows, now) = some;
        var opening = windows.NextOpening(now).ShouldNotBeNull();
        if (windows.Closes(opening) is not { } closes) return;
        closes.ShouldBeGreaterThan(opening);
        for (var at = opening; at < closes; at += TimeSpan.FromMinutes(7)) IsOpenByTheWall(windows, at).ShouldBeTrue($"{windows} at {at}");
        IsOpenByTheWall(windows, closes).ShouldBeFalse($"{windows} at {closes}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Theory]
    [InlineData("2026-11-24T10:00Z", "2h", "2026-11-24T12:00Z")]
    [InlineData("2026-11-24T16:00Z", "2h", "2026-11-25T10:00Z")]
    [InlineData("2026-11-24T03:00Z", "8h", "2026-11-24T17:00Z")]            // to the last minute of the day
    [InlineData("2026-11-27T16:30Z", "1h", "2026-11-30T09:30Z")]            // over the weekend
    [InlineData("2026-11-23T09:00Z", "2d", "2026-11-30T17:00Z")]            // 48 hours are six days of work
    public void Working_hours_leave_out_the_night(string start, string duration, string end)
    {
        Durations.TryRead(duration, out var time).ShouldBeTrue();
        new WorkingHours(Of("Mon-Fri 09:00-17:00", "UTC")).Add(At(start), time).ShouldBe(At(end));
        WorkingHours.Always.Add(At(start), time).ShouldBe(At(start) + time);
    }

    [Theory]
    [InlineData("366d", true)]
    [InlineData("367d", false)]
    [InlineData("999999999d", false)]
    [InlineData("366d999999999d", false)]
    [InlineData("0s", false)]
    public void A_duration_of_more_than_a_year_is_none(string text, bool read) => Durations.TryRead(text, out _).ShouldBe(read);

    [Fact]
    public void Working_hours_that_are_too_few_are_said_to_be() =>
        new WorkingHours(Of("Mon 09:00-09:01", "UTC")).Add(At("2026-11-24T10:00Z"), TimeSpan.FromDays(1)).ShouldBeNull();

    [Fact]
    public void As_much_time_passes_as_was_asked_for() => Prop.ForAll(Some(), ArbMap.Default.ArbFor<PositiveInt>(), (some, minutes) =>
    {
        var (windows, now) = some;
        var end = new WorkingHours(windows).Add(now, TimeSpan.FromMinutes(minutes.Get)).ShouldNotBeNull();
        var passed = 0;
        for (var at = now; at < end; at += TimeSpan.FromMinutes(1)) passed += IsOpenByTheWall(windows, at) ? 1 : 0;
        passed.ShouldBe(minutes.Get, $"{windows} from {now} to {end}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static bool IsOpenByTheWall(ChangeWindows windows, DateTimeOffset moment) => windows.All.Any(window =>
    {
        var (day, time) = window.Zone.Wall(moment);
        var minutes = time.ToTimeSpan().TotalMinutes;
        if (window.From.Minutes < window.To.Minutes) return window.Days.Has(day) && window.From.Minutes <= minutes && minutes < window.To.Minutes;
        var before = (DayOfWeek)(((int)day + 6) % 7);
        return (window.Days.Has(day) && window.From.Minutes <= minutes) || (window.Days.Has(before) && minutes < window.To.Minutes);
    });

    /// <summary>One to three windows, and a moment near a change of clocks.</summary>
    private static Arbitrary<(ChangeWindows, DateTimeOffset)> Some()
    {
        var window =
            from zone in Gen.Elements(Amsterdam, NewYork, "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
            from days in Gen.NonEmptyListOf(Gen.Elements<DayOfWeek>([.. Days.All]))
            from ends in Gen.Two(Gen.Elements(0, 60, 90, 119, 120, 150, 180, 181, 600, 1380, 1439))
            where ends.Item1 != ends.Item2
            select new Window(WeekDays.Of(days), new WallTime(ends.Item1), new WallTime(ends.Item2), In(zone));
        return (
            from windows in Gen.ListOf(window, 2)
            from around in Gen.Elements("2026-03-27T00:00Z", "2026-10-23T12:00Z", "2026-11-01T00:00Z", "2026-04-03T09:00Z", "2026-07-01T00:00Z")
            from minutes in Gen.Choose(0, 4 * 24 * 60)
            select (new ChangeWindows([.. windows]), At(around).AddMinutes(minutes))).ToArbitrary();
    }
}
