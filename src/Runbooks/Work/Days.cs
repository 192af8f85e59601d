using System.Collections.Immutable;

namespace ChatOps.Runbooks.Work;

/// <summary>Days of the week by their English names: <c>Mon</c>, <c>monday</c>.</summary>
public static class Days
{
    /// <summary>From Monday to Sunday.</summary>
    public static ImmutableArray<DayOfWeek> All { get; } =
        [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday, DayOfWeek.Saturday, DayOfWeek.Sunday];

    /// <summary><c>Mon</c>.</summary>
    public static string Short(DayOfWeek day) => day.ToString()[..3];

    /// <summary>The day of that name, short or whole, in any case; null for anything else.</summary>
    public static DayOfWeek? Of(string word) => All.Select(day => (DayOfWeek?)day)
        .FirstOrDefault(day => word.Equals(day.ToString(), StringComparison.OrdinalIgnoreCase) || word.Equals(Short(day!.Value), StringComparison.OrdinalIgnoreCase));
}
