using ChatOps.Runbooks.Calendar;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Calendar.Times;

namespace ChatOps.Runbooks.Tests.Calendar;

/// <summary>When a cron expression fires, by crontab(5) and, when clocks change, by cron(8).</summary>
public sealed class CronTests
{
    // 24 November 2026 is a Tuesday.
    [Theory]
    [InlineData("* * * * *", "UTC", "2026-11-24T10:00:30Z", "2026-11-24T10:01Z")]
    [InlineData("0 9 * * *", "UTC", "2026-11-24T09:00Z", "2026-11-25T09:00Z")]
    [InlineData("0 9 * * Mon-Fri", "Europe/Amsterdam", "2026-11-27T09:00Z", "2026-11-30T08:00Z")]
    [InlineData("*/15 9-10 * * *", "UTC", "2026-11-24T09:46Z", "2026-11-24T10:00Z")]
    [InlineData("5,10 9 * * *", "UTC", "2026-11-24T09:06Z", "2026-11-24T09:10Z")]
    [InlineData("0 0-12/4 * * *", "UTC", "2026-11-24T04:00Z", "2026-11-24T08:00Z")]
    [InlineData("0 0 1 JAN *", "UTC", "2026-11-24T00:00Z", "2027-01-01T00:00Z")]
    [InlineData("0 0 29 2 *", "UTC", "2026-11-24T00:00Z", "2028-02-29T00:00Z")]
    [InlineData("0 0 29 2 *", "UTC", "2096-03-01T00:00Z", "2104-02-29T00:00Z")]
    [InlineData("0 0 31 * *", "UTC", "2026-11-24T00:00Z", "2026-12-31T00:00Z")]
    [InlineData("0 0 * * 7", "UTC", "2026-11-24T00:00Z", "2026-11-29T00:00Z")]
    [InlineData("0 0 * * 5-7", "UTC", "2026-11-28T00:00Z", "2026-11-29T00:00Z")]
    [InlineData("0 0 13 * Fri", "UTC", "2026-11-24T00:00Z", "2026-11-27T00:00Z")]                 // either is enough
    [InlineData("0 0 13 * Fri", "UTC", "2026-12-11T12:00Z", "2026-12-13T00:00Z")]
    [InlineData("0 0 */2 * Fri", "UTC", "2026-11-24T00:00Z", "2026-11-27T00:00Z")]                // begins with *: both are needed
    [InlineData("0 0 */5 * Fri", "UTC", "2026-11-24T00:00Z", "2026-12-11T00:00Z")]
    [InlineData("0 0 31 2 Mon", "UTC", "2026-11-24T00:00Z", "2027-02-01T00:00Z")]                 // Mondays of February
    [InlineData("@daily", "America/New_York", "2026-11-24T00:00Z", "2026-11-24T05:00Z")]
    [InlineData("@HOURLY", "UTC", "2026-11-24T00:00Z", "2026-11-24T01:00Z")]
    [InlineData("@weekly", "UTC", "2026-11-24T00:00Z", "2026-11-29T00:00Z")]
    [InlineData("@monthly", "UTC", "2026-11-24T00:00Z", "2026-12-01T00:00Z")]
    [InlineData("@yearly", "UTC", "2026-11-24T00:00Z", "2027-01-01T00:00Z")]
    [InlineData("30 2 * * *", "Europe/Amsterdam", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]      // skipped: when the skip ends
    [InlineData("30 2 * * *", "Europe/Amsterdam", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("30 2 * * *", "Europe/Amsterdam", "2026-10-25T00:00Z", "2026-10-25T00:30Z")]      // twice: the first time
    [InlineData("30 2 * * *", "Europe/Amsterdam", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("30 * * * *", "Europe/Amsterdam", "2026-03-29T00:30Z", "2026-03-29T01:30Z")]      // by the wall
    [InlineData("30 * * * *", "Europe/Amsterdam", "2026-10-25T00:30Z", "2026-10-25T01:30Z")]
    [InlineData("30 */2 * * *", "Europe/Amsterdam", "2026-03-28T23:30Z", "2026-03-29T02:30Z")]    // 00:30, then 04:30: 02:30 is skipped
    [InlineData("30 * * * *", "America/St_Johns", "2010-11-07T02:30:30Z", "2010-11-07T03:00Z")]   // 00:01 was 23:01 of the day before again
    public void It_fires_next(string text, string zone, string after, string next) => Value(Cron.Read(text, In(zone))).NextAfter(At(after)).ShouldBe(At(next));

    [Theory]
    [InlineData("", 1, "0 fields", "0 9 * * Mon-Fri")]
    [InlineData("0 9 * *", 1, "4 fields", "0 9 * * Mon-Fri")]
    [InlineData("  0 0 9 * * *", 3, "6 fields", "0 9 * * Mon-Fri")]
    [InlineData("@reboot", 1, "no @reboot", "@daily")]
    [InlineData("60 * * * *", 1, "no minute", "0 to 59")]
    [InlineData("0 24 * * *", 3, "no hour", "0 to 23")]
    [InlineData("0 0 0 * *", 5, "no day of the month", "1 to 31")]
    [InlineData("0 0 * Foo *", 7, "no month", "jan to dec")]
    [InlineData("0 0 * 1,13 *", 9, "\"13\" is no month", "1 to 12")]
    [InlineData("0 0 * * 8", 9, "no day of the week", "sun to sat")]
    [InlineData("0 0 * * Fri-Mon", 9, "no day of the week", "write a list")]
    [InlineData("5/10 * * * *", 1, "no minute", "5-59/10")]
    [InlineData("*/0 * * * *", 1, "no minute", "*/2")]
    [InlineData("0 0 ? * *", 5, "no day of the month", "other crons")]
    [InlineData("0 0 L * *", 5, "no day of the month", "other crons")]
    [InlineData("1-2-3 * * * *", 1, "no minute", "0 to 59")]
    [InlineData(", * * * *", 1, "no minute", "0 to 59")]
    [InlineData("0 0 31 2 *", 5, "never happens", "another month")]
    [InlineData("0 0 31 2,4,6,9,11 *", 5, "never happens", "another month")]
    [InlineData("0 0 30,31 2 *", 5, "never happens", "another month")]
    [InlineData("0 0 30-31 feb */2", 5, "never happens", "another month")]
    public void What_is_wrong_is_pointed_at_and_can_be_mended(string text, int column, string what, string mend)
    {
        var fault = Cron.Read(text, Zone.Utc).Fault.ShouldNotBeNull();
        fault.Column.ShouldBe(column, fault.ToString());
        fault.What.ShouldContain(what);
        fault.Mend.ShouldContain(mend);
    }

    [Fact]
    public void An_expression_has_a_limit()
    {
        Cron.Read(string.Join(',', Enumerable.Repeat("1", 246)) + " * * * *", Zone.Utc).Fault.ShouldBeNull();
        Cron.Read(string.Join(',', Enumerable.Repeat("1", 247)) + " * * * *", Zone.Utc).Fault.ShouldNotBeNull().What.ShouldContain("500");
    }

    /// <summary>Against the fields themselves, minute by minute, where clocks don't change.</summary>
    [Fact]
    public void Nothing_between_is_passed_over() => Prop.ForAll(Some(), some =>
    {
        var (text, minutes, hours, start) = some;
        var next = Value(Cron.Read(text, Zone.Utc)).NextAfter(start).ShouldNotBeNull();
        bool Fires(DateTimeOffset at) => minutes.Contains(at.Minute) && hours.Contains(at.Hour) && at.Second == 0;
        Fires(next).ShouldBeTrue();
        for (var at = start.AddMinutes(1); at < next; at = at.AddMinutes(1)) Fires(at).ShouldBeFalse($"{text} at {at}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Arbitrary<(string, List<int>, List<int>, DateTimeOffset)> Some() => (
        from minutes in Gen.NonEmptyListOf(Gen.Choose(0, 59))
        from hours in Gen.NonEmptyListOf(Gen.Choose(0, 23))
        from start in Gen.Choose(0, 500_000)
        select ($"{string.Join(',', minutes.Distinct())} {string.Join(',', hours.Distinct())} * * *", minutes.ToList(), hours.ToList(), At("2026-01-01T00:00Z").AddMinutes(start))).ToArbitrary();
}
