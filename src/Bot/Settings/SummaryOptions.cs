using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Settings;

/// <summary>When a change is looked at again after its run.</summary>
/// <param name="Again">How long after its end, in order.</param>
internal sealed record SummaryOptions(ImmutableArray<TimeSpan> Again)
{
    public const string Key = "Summaries:Again";

    private const int Most = 8;

    /// <summary>The longest that a change can be looked at.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static readonly SummaryOptions Usual = new([TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromDays(1)]);

    /// <summary>Reads <c>15m, 1h, 1d</c>; <c>never</c> is nothing at all. Every fault names its key.</summary>
    public static SummaryOptions Read(IConfiguration configuration, List<string> faults)
    {
        if (configuration[Key] is not { Length: > 0 } text) return Usual;
        if (text.Trim() == "never") return new SummaryOptions([]);
        var again = ImmutableArray.CreateBuilder<TimeSpan>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (Durations.TryRead(part, out var after) && after <= Longest) again.Add(after);
            else faults.Add($"{Key}: \"{part}\" is no time up to 7d. Write 15m, 1h, 1d, or never.");
        }

        if (again.Count > Most) faults.Add($"{Key} names more than {Most} times.");
        return new SummaryOptions([.. again.Distinct().Order().Take(Most)]);
    }
}
