using System.Globalization;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Work;
using Shouldly;

namespace ChatOps.Runbooks.Tests.Calendar;

/// <summary>Moments and windows, written as short as tests want them.</summary>
internal static class Times
{
    /// <summary><c>2026-11-24T09:00Z</c>, <c>2026-11-24T09:00+01:00</c>.</summary>
    public static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    public static DateTimeOffset? AtOrNull(string? text) => text is null ? null : At(text);

    public static Zone In(string id) => Zone.Find(id).ShouldNotBeNull(id);

    /// <summary><c>Tue-Thu 10:00-14:00</c>, one or more with a semicolon between.</summary>
    public static ChangeWindows Of(string text, string zone) => new([.. text.Split(';').Select(one =>
    {
        var (days, times) = (one.Trim().Split(' ')[0], one.Trim().Split(' ')[1].Split('-'));
        return new Window(Value(WeekDays.Read(days)), Value(WallTime.Read(times[0])), Value(WallTime.Read(times[1])), In(zone));
    })]);

    public static T Value<T>(Reading<T> reading) => reading is Reading<T>.Understood read ? read.Value : throw new ShouldAssertException(reading.Fault!.ToString());
}
