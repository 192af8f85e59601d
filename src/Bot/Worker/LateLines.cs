using System.Globalization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Lines of a thread whose card is not there yet, since the chat could not be reached: they are filled in afterwards, and say of when they are.</summary>
internal static class LateLines
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12), Late = TimeSpan.FromMinutes(1);

    /// <summary>A card follows within moments, or once its chat is back; one that never comes is given up.</summary>
    public static Done Wait(ClaimedWork work, DateTimeOffset now) =>
        now - work.FirstClaimedAt > Longest ? new Done.Finished() : new Done.Again(TimeSpan.FromSeconds(work.Attempt < 20 ? 2 : 20));

    public static string Of(ClaimedWork work, string text, DateTimeOffset now) =>
        now - work.FirstClaimedAt < Late ? text : string.Create(CultureInfo.InvariantCulture, $"{work.FirstClaimedAt.UtcDateTime:HH:mm} UTC: {text}");
}
