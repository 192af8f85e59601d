using ChatOps.Runbooks.Calendar;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Calendar.Times;

namespace ChatOps.Runbooks.Tests.Calendar;

/// <summary>What people mean when they type a moment.</summary>
public sealed class MomentTests
{
    private const string Now = "2026-11-24T10:00+01:00";    // a Tuesday, in Amsterdam

    [Theory]
    [InlineData("18:00", "2026-11-24T18:00+01:00")]
    [InlineData("9:30", "2026-11-25T09:30+01:00")]              // past today: tomorrow
    [InlineData("10:00", "2026-11-25T10:00+01:00")]             // now is past
    [InlineData("tomorrow 10:00", "2026-11-25T10:00+01:00")]
    [InlineData("Tomorrow, at 10:00", "2026-11-25T10:00+01:00")]
    [InlineData("10:00 tomorrow", "2026-11-25T10:00+01:00")]
    [InlineData("tomorrow", "2026-11-25T00:00+01:00")]
    [InlineData("today 18:00", "2026-11-24T18:00+01:00")]
    [InlineData("Monday", "2026-11-30T00:00+01:00")]
    [InlineData("on monday at 14:30", "2026-11-30T14:30+01:00")]
    [InlineData("Tue", "2026-12-01T00:00+01:00")]               // a week from now
    [InlineData("Tue 14:30", "2026-11-24T14:30+01:00")]         // still to come today
    [InlineData("Tue 09:30", "2026-12-01T09:30+01:00")]
    [InlineData("in 2h", "2026-11-24T12:00+01:00")]
    [InlineData("in 1h30m", "2026-11-24T11:30+01:00")]
    [InlineData("in 2 hours", "2026-11-24T12:00+01:00")]
    [InlineData("in 90 minutes", "2026-11-24T11:30+01:00")]
    [InlineData("in 1 day 2 hrs", "2026-11-25T12:00+01:00")]
    [InlineData("2026-12-24 09:00", "2026-12-24T09:00+01:00")]
    [InlineData("2026-12-24T09:00", "2026-12-24T09:00+01:00")]
    [InlineData("2026-12-24", "2026-12-24T00:00+01:00")]
    [InlineData("2027-03-28 02:30", "2027-03-28T03:00+02:00")]  // skipped: when the skip ends
    [InlineData("2027-10-31 02:30", "2027-10-31T02:30+02:00")]  // twice: the first
    public void A_moment_is_understood(string text, string moment) => Value(Moment.Read(text, At(Now), In("Europe/Amsterdam"))).ShouldBe(At(moment));

    [Theory]
    [InlineData("", "no moment")]
    [InlineData("soon", "no moment")]
    [InlineData("25:00", "no moment")]
    [InlineData("tomorrow Monday", "no moment")]
    [InlineData("10:00 11:00", "no moment")]
    [InlineData("tomorrow 10:00 sharp", "no moment")]
    [InlineData("2026-13-01", "no moment")]
    [InlineData("in a while", "length of time")]
    [InlineData("in 0h", "length of time")]
    [InlineData("in 900d", "length of time")]
    [InlineData("today 09:00", "is past")]
    [InlineData("today", "is past")]
    [InlineData("2026-11-23 23:00", "Mon 23 Nov 2026 23:00 (Europe/Amsterdam) is past: it is Tue 24 Nov 2026 10:00 there.")]
    public void What_is_not_understood_says_what_is(string text, string what)
    {
        var fault = Moment.Read(text, At(Now), In("Europe/Amsterdam")).Fault.ShouldNotBeNull();
        fault.What.ShouldContain(what);
        fault.Mend.ShouldStartWith("Write ");
    }

    [Theory]
    [InlineData("2026-12-24", "2026-12-24T00:00+01:00")]
    [InlineData("2026-12-24 9:00", "2026-12-24T09:00+01:00")]
    [InlineData("2026-12-24T09:00", "2026-12-24T09:00+01:00")]
    [InlineData("2020-07-01", "2020-07-01T00:00+02:00")]
    [InlineData("2026-12-24 24:00", null)]
    [InlineData("2026-02-29", null)]
    [InlineData("tomorrow", null)]
    [InlineData("2026-12-24 09:00 sharp", null)]
    [InlineData("", null)]
    public void A_file_writes_dates(string text, string? moment)
    {
        if (moment is null) Moment.ReadDate(text, In("Europe/Amsterdam")).Fault.ShouldNotBeNull().What.ShouldContain("no date");
        else Value(Moment.ReadDate(text, In("Europe/Amsterdam"))).ShouldBe(At(moment));
    }

    [Fact]
    public void A_moment_is_always_to_come() => Prop.ForAll(
        Gen.Elements("18:00", "Mon 02:30", "Sunday", "tomorrow 02:00", "in 3h", "today 23:59", "2026-03-29 02:30").ToArbitrary(),
        Gen.Choose(0, 600_000).ToArbitrary(),
        Gen.Elements("Europe/Amsterdam", "America/Sao_Paulo", "Pacific/Apia", "UTC").ToArbitrary(),
        (text, minutes, zone) =>
        {
            var now = At("2026-01-01T00:00Z").AddMinutes(minutes);
            if (Moment.Read(text, now, In(zone)).Fault is null) Value(Moment.Read(text, now, In(zone))).ShouldBeGreaterThan(now);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Theory]
    [InlineData("Europe/Amstedam", "Did you mean Europe/Amsterdam?")]
    [InlineData("europe/amsterdam", "Write Europe/Amsterdam.")]
    [InlineData("my zone", "IANA")]
    public void A_zone_that_does_not_exist_is_mended(string id, string mend)
    {
        Zone.Find(id).ShouldBeNull();
        Zone.Mend(id).ShouldContain(mend);
    }
}
