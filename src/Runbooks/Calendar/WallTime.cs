using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Calendar;

/// <summary>A time as a clock on the wall shows it, to the minute; <c>24:00</c> is the end of the day.</summary>
public readonly record struct WallTime(int Minutes)
{
    public const int Day = 24 * 60;

    /// <summary><c>09:30</c>, <c>9:30</c>, <c>24:00</c>.</summary>
    public static Reading<WallTime> Read(string text)
    {
        if (text.Trim().Split(':') is [{ Length: 1 or 2 } hours, { Length: 2 } minutes] && hours.All(char.IsAsciiDigit) && minutes.All(char.IsAsciiDigit)
            && (int.Parse(hours) * 60) + int.Parse(minutes) is var time and <= Day && int.Parse(minutes) < 60) return new WallTime(time);
        return new TextFault(1, $"\"{(text.Length > 40 ? text[..39] + "…" : text)}\" is no time of day.", "Write hours and minutes, in quotes: \"09:30\".");
    }

    public override string ToString() => $"{Minutes / 60:00}:{Minutes % 60:00}";
}
