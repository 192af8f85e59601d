using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Conditions;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Xunit;

namespace ChatOps.Runbooks.Tests.Language;

/// <summary>Readers of small languages, on what people write broken in many ways: read or refused, and soon.</summary>
public sealed class FuzzTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);
    private static readonly Zone NewYork = Zone.Find("America/New_York")!;

    [Fact]
    public void Durations_are_read_or_refused() => Say(Fuzz.TryText("duration", ["500ms", "30s", "10m", "1h30m", "2d", "366d", "90min"], text => Durations.TryRead(text, out var read) && read > TimeSpan.Zero && read <= TimeSpan.FromDays(366)));

    [Fact]
    public void Cron_expressions_are_read_or_refused_and_what_is_read_fires() => Say(Fuzz.TryText("cron", ["0 9 * * Mon-Fri", "*/15 * * * *", "30 2 29 2 *", "@daily", "0,15,30 0-23/2 1-7 jan,jul 7", "5 4 * * sun"], text =>
    {
        if (Cron.Read(text, NewYork) is not Reading<Cron>.Understood cron) return false;
        return cron.Value.NextAfter(Now) is not { } next || next > Now ? true : throw new InvalidOperationException($"{text} fires before it is asked.");
    }));

    [Fact]
    public void Moments_are_read_or_refused() => Say(Fuzz.TryText("moment", ["2026-12-24 10:00", "18:00", "tomorrow 10:00", "Friday 09:30", "in 2h", "2026-12-24"], text => Moment.Read(text, Now, NewYork) is Reading<DateTimeOffset>.Understood));

    [Fact]
    public void Conditions_are_read_or_refused() => Say(Fuzz.TryText("condition", ["environment.protected and version >= \"1.2.0\"", "not (service.name == \"api\" or inputs.keep > 3)", "environment.name in [\"prod\", \"staging\"]", "major"], text => Condition.Read(text) is Reading<Condition>.Understood));

    [Fact]
    public void Numbers_of_gates_are_read_or_refused() => Say(Fuzz.TryText("gate value", ["5%", "500ms", "0.05", "1.5s", "2"], text => GateValue.TryRead(text, out _)));

    [Fact]
    public void Actions_of_buttons_are_read_or_refused() => Say(Fuzz.TryText("action", ["approve|run-12|s3|0123abcd", "say|||deploy api v1.2.3 prod", "rollback|12||"], text => CardAction.Parse(text) is not null));

    [Fact]
    public void Calendars_are_read_or_refused() => Say(Fuzz.TryText("calendar", ["BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Freeze\r\nDTSTART;TZID=America/New_York:20261224T000000\r\nDTEND;TZID=America/New_York:20261226T000000\r\nRRULE:FREQ=YEARLY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Day off\nDTSTART;VALUE=DATE:20261231\nDURATION:P1D\nEXDATE:20270101\nEND:VEVENT\nEND:VCALENDAR"],
        text => CalendarFile.Read(text, NewYork, Scope.Everything) is { Faults.IsEmpty: true }));

    private static void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);
}
