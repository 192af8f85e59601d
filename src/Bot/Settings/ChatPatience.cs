using System.Globalization;

namespace ChatOps.Bot.Settings;

/// <summary>How long a chat may not answer before people are reached in another way.</summary>
internal sealed record ChatPatience(TimeSpan For)
{
    public const string Key = "ChatOps:ChatPatience";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static readonly ChatPatience Usual = new(TimeSpan.FromSeconds(30));

    /// <summary>Reads <c>00:00:30</c>. A fault names its key.</summary>
    public static ChatPatience Read(IConfiguration configuration, List<string> faults)
    {
        if (configuration[Key] is not { Length: > 0 } text) return Usual;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var patience) && patience > TimeSpan.Zero && patience <= Longest) return new ChatPatience(patience);
        faults.Add($"{Key} must be more than nothing and at most 10 minutes, written as 00:00:30.");
        return Usual;
    }
}
