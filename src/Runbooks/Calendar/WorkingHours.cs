namespace ChatOps.Runbooks.Calendar;

/// <summary>Hours at which people can be expected to answer; none at all: always.</summary>
public sealed record WorkingHours(ChangeWindows Windows)
{
    public static WorkingHours Always { get; } = new(ChangeWindows.Always);

    /// <summary>The moment by which that much time inside working hours has passed; null when it takes more than about three years.</summary>
    public DateTimeOffset? Add(DateTimeOffset start, TimeSpan duration)
    {
        if (Windows.IsAlways || duration <= TimeSpan.Zero) return start + duration;
        foreach (var stretch in Windows.From(start))
        {
            var length = stretch.Until - stretch.From;
            if (duration <= length) return stretch.From + duration;
            duration -= length;
        }

        return null;
    }
}
