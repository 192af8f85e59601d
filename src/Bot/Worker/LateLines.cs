using System.Globalization;

namespace ChatOps.Bot.Worker;

/// <summary>Lines of a thread whose card is not there yet: many may wait for their turn before it, or its chat can't be reached. They are filled in afterwards, and say of when they are.</summary>
internal static class LateLines
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12), Late = TimeSpan.FromMinutes(1);

    /// <summary>A card follows within moments, or once its chat is back; one that never comes is given up. Nothing was said yet, so nothing has to be looked for afterwards.</summary>
    /// <param name="at">Of when the line is.</param>
    public static Done Wait(DateTimeOffset at, DateTimeOffset now) =>
        now - at > Longest ? new Done.Finished() : new Done.Again(TimeSpan.FromSeconds(now - at < Late ? 2 : 20), Untried: true);

    public static string Of(string text, DateTimeOffset at, DateTimeOffset now) =>
        now - at < Late ? text : string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:HH:mm} UTC: {text}");
}
