using ChatOps.Runbooks.Calendar;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Calendar.Times;

namespace ChatOps.Runbooks.Tests.Calendar;

/// <summary>Events of a calendar file become freezes, or a fault with its line.</summary>
public sealed class CalendarFileTests
{
    private const string Christmas = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas";

    [Theory]
    [InlineData(Christmas, "2026-12-23T23:00Z", "2026-12-26T23:00Z", "Christmas")]
    [InlineData("DTSTART;VALUE=DATE:20261224", "2026-12-23T23:00Z", "2026-12-24T23:00Z", "a calendar's event")]            // 3.6.1: a day
    [InlineData("DTSTART:20261224T090000Z\nDTEND:20261224T100000Z", "2026-12-24T09:00Z", "2026-12-24T10:00Z", "a calendar's event")]
    [InlineData("DTSTART;TZID=America/New_York:20261224T090000\nDURATION:PT2H30M", "2026-12-24T14:00Z", "2026-12-24T16:30Z", "a calendar's event")]
    [InlineData("DTSTART;TZID=\"America/New_York\":20261224T090000\nDURATION:P1W", "2026-12-24T14:00Z", "2026-12-31T14:00Z", "a calendar's event")]
    [InlineData("DTSTART:20261224T090000\nDTEND:20261224T100000", "2026-12-24T08:00Z", "2026-12-24T09:00Z", "a calendar's event")]   // floating: the calendar's zone
    [InlineData(Christmas + "\\, New\n  Year\\; and\\nmore \\\\o/", "2026-12-23T23:00Z", "2026-12-26T23:00Z", "Christmas, New Year; and more \\o/")]
    [InlineData("DTST\n ART;VALUE=D\n\tATE:2026\n 1224", "2026-12-23T23:00Z", "2026-12-24T23:00Z", "a calendar's event")]
    [InlineData("DTSTART:20260329T023000\nDTEND:20260329T040000", "2026-03-29T01:30Z", "2026-03-29T02:00Z", "a calendar's event")]   // 3.3.5: skipped, by the offset before
    [InlineData("DTSTART:20261025T023000\nDTEND:20261025T040000", "2026-10-25T00:30Z", "2026-10-25T03:00Z", "a calendar's event")]   // 3.3.5: twice, the first
    [InlineData(Christmas + "\nLOCATION:Home\nX-ANY:thing\nBEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM", "2026-12-23T23:00Z", "2026-12-26T23:00Z", "Christmas")]
    [InlineData("DTSTART:20261224T090000Z\nDTEND:20261224T100000Z\nSUMMARY;ALTREP=\"http://example.com/a;b:c\":Christmas: all day", "2026-12-24T09:00Z", "2026-12-24T10:00Z", "Christmas: all day")]
    public void An_event_is_a_freeze(string lines, string from, string until, string name)
    {
        var file = Read(lines);
        file.Faults.ShouldBeEmpty();
        file.Freezes.ShouldHaveSingleItem().ShouldBe(new Freeze(name, At(from), At(until), Scope.Everything));
        Read(lines.Replace("\n", "\r\n", StringComparison.Ordinal)).Freezes.ShouldBe(file.Freezes);
    }

    [Theory]
    [InlineData("FREQ=DAILY;COUNT=3", "24 25 26")]
    [InlineData("FREQ=DAILY;INTERVAL=2;COUNT=3", "24 26 28")]
    [InlineData("FREQ=DAILY;UNTIL=20261226T080000Z", "24 25 26")]
    [InlineData("FREQ=DAILY;UNTIL=20261226T075959Z", "24 25")]
    [InlineData("FREQ=DAILY;UNTIL=20261226", "24 25 26")]
    [InlineData("FREQ=WEEKLY;COUNT=2", "24 31")]
    [InlineData("FREQ=WEEKLY;BYDAY=TH;WKST=MO;COUNT=2", "24 31")]
    [InlineData("FREQ=YEARLY;COUNT=2;BYMONTH=12;BYMONTHDAY=24", "24 24")]
    public void An_event_comes_again(string rule, string days)
    {
        var file = Read($"DTSTART:20261224T090000\nDTEND:20261224T100000\nRRULE:{rule}");
        file.Faults.ShouldBeEmpty();
        file.Freezes.Select(one => one.From.Day).ShouldBe(days.Split(' ').Select(int.Parse));
        file.Freezes.ShouldAllBe(one => one.Until - one.From == TimeSpan.FromHours(1));
    }

    [Fact]
    public void Repeats_go_by_the_wall_and_leave_out_what_is_excepted()
    {
        Read("DTSTART:20261022T090000\nDTEND:20261022T100000\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE:20261023T090000,20261024T090000").Freezes.Select(one => one.From)
            .ShouldBe([At("2026-10-22T07:00Z"), At("2026-10-25T08:00Z"), At("2026-10-26T08:00Z")]);
        Read("DTSTART;VALUE=DATE:20261024\nRRULE:FREQ=DAILY;COUNT=2").Freezes.Select(one => one.Until - one.From).ShouldBe([TimeSpan.FromHours(24), TimeSpan.FromHours(25)]);
        Read("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=3").Freezes.Select(one => one.From.AddHours(1).Year).ShouldBe([2024, 2028, 2032]);
        Read("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY").Freezes.Length.ShouldBe(101);
        Read(Christmas + "\nSTATUS:CANCELLED").ShouldSatisfyAllConditions(file => file.Freezes.ShouldBeEmpty(), file => file.Faults.ShouldBeEmpty());
    }

    // The event's first line is the file's third.
    [Theory]
    [InlineData("SUMMARY:Never", 2, "no DTSTART")]
    [InlineData(Christmas + "\nRDATE:20270101", 6, "RDATE")]
    [InlineData(Christmas + "\nRECURRENCE-ID:20270101", 6, "RECURRENCE-ID")]
    [InlineData(Christmas + "\nSUMMARY:Again", 6, "two SUMMARY")]
    [InlineData("DTSTART:tomorrow", 3, "no date or time")]
    [InlineData("DTSTART;VALUE=DATE:20261324", 3, "no date or time")]
    [InlineData("DTSTART;VALUE=DATE:20261224T090000", 3, "no date or time")]
    [InlineData("DTSTART;TZID=Europe/Amstedam:20261224T090000", 3, "no time zone")]
    [InlineData("DTSTART:20261224T090000Z", 2, "no end")]
    [InlineData("DTSTART:20261224T090000Z\nDTEND:20261224T090000Z", 4, "ends before")]
    [InlineData("DTSTART:20261224T090000Z\nDTEND:20261225", 4, "one end")]
    [InlineData("DTSTART:20261224T090000Z\nDURATION:-PT1H", 4, "duration")]
    [InlineData("DTSTART:20261224T090000Z\nDURATION:P999999999D", 4, "duration")]
    [InlineData(Christmas + "\nRRULE:FREQ=MONTHLY", 6, "FREQ=MONTHLY")]
    [InlineData(Christmas + "\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU", 6, "BYDAY=MO,TU")]
    [InlineData(Christmas + "\nRRULE:FREQ=DAILY;BYSETPOS=1", 6, "BYSETPOS")]
    [InlineData(Christmas + "\nRRULE:FREQ=DAILY;COUNT=0", 6, "COUNT=0")]
    [InlineData(Christmas + "\nRRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101", 6, "not both")]
    [InlineData(Christmas + "\nRRULE:FREQ=DAILY;UNTIL=soon", 6, "UNTIL=SOON")]
    [InlineData(Christmas + "\nRRULE:often", 6, "no rule")]
    [InlineData(Christmas + "\nRRULE:FREQ=DAILY", 2, "10,000")]
    [InlineData(Christmas + "\nnonsense", 6, "no line")]
    [InlineData(Christmas + "\nBEGIN:VTODO\nEND:VTODO", 6, "VTODO is no event")]
    [InlineData(Christmas + "\nEND:VALARM", 6, "ends nothing")]
    public void What_is_not_understood_is_a_fault_with_its_line(string lines, int line, string what)
    {
        var file = Read(lines);
        file.Faults.ShouldContain(fault => fault.Line == line && fault.What.Contains(what, StringComparison.OrdinalIgnoreCase), string.Join('\n', file.Faults));
        file.Faults.ShouldAllBe(fault => fault.Mend.Length > 0);
    }

    [Theory]
    [InlineData("", 1, "no calendar")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261224\n", 2, "no END")]
    [InlineData("SUMMARY:Outside\n", 1, "outside")]
    public void What_is_no_calendar_is_a_fault(string text, int line, string what) =>
        CalendarFile.Read(text, Zone.Utc, Scope.Everything).Faults.ShouldContain(fault => fault.Line == line && fault.What.Contains(what, StringComparison.Ordinal));

    [Fact]
    public void A_file_has_limits()
    {
        CalendarFile.Read(new string('x', CalendarFile.Longest + 1), Zone.Utc, Scope.Everything).Faults.ShouldHaveSingleItem().What.ShouldContain("1,048,576");
        CalendarFile.Read(string.Concat(Enumerable.Repeat("BEGIN:X\n", 100_000)), Zone.Utc, Scope.Everything).Faults.Length.ShouldBeInRange(1, 50);
        Read("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=YEARLY;INTERVAL=9999").Freezes.Length.ShouldBe(1);
        CalendarFile.Read("\uFEFF" + File(Christmas), Zone.Utc, Scope.Everything).Faults.ShouldBeEmpty();
        CalendarFile.Read(string.Concat(Enumerable.Repeat("x\n", 100_000)), Zone.Utc, Scope.Everything).Faults.Length.ShouldBe(50);
    }

    [Fact]
    public void A_zone_of_the_file_itself_is_known_by_its_name()
    {
        var zone = "BEGIN:VTIMEZONE\nTZID:Europe/Paris\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n";
        var file = CalendarFile.Read($"BEGIN:VCALENDAR\nVERSION:2.0\n{zone}BEGIN:VEVENT\nDTSTART;TZID=Europe/Paris:20261224T090000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n", Zone.Utc, Scope.Everything);
        file.Faults.ShouldBeEmpty();
        file.Freezes.ShouldHaveSingleItem().From.ShouldBe(At("2026-12-24T08:00Z"));
    }

    [Fact]
    public void A_broken_file_is_a_fault_and_never_a_crash()
    {
        var whole = File($"{Christmas}\nRRULE:FREQ=YEARLY;INTERVAL=2;UNTIL=20990101\nEXDATE:20281224\nDURATION:P1D\nDTSTART;TZID=Europe/Amsterdam:99991224T090000");
        Prop.ForAll(ArbMap.Default.ArbFor<(NonNegativeInt At, char Letter, bool Cut)>(), change =>
        {
            const string letters = ":;=,\"\\\n\r\t 09AZ\0Z-+T";
            var place = change.At.Get * 7919 % whole.Length;
            var broken = change.Cut ? whole[..place] : whole[..place] + letters[change.Letter % letters.Length] + whole[(place + 1)..];
            CalendarFile.Read(broken, Zone.Utc, Scope.Everything).Faults.ShouldAllBe(fault => fault.Line >= 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    private static CalendarFile Read(string lines) => CalendarFile.Read(File(lines), In("Europe/Amsterdam"), Scope.Everything);

    private static string File(string lines) => $"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n";
}
