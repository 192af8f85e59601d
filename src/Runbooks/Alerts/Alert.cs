using System.Collections.Immutable;

namespace ChatOps.Runbooks.Alerts;

/// <summary>How bad an alert is. The order is the order of urgency.</summary>
public enum Severity
{
    Info,
    Warning,
    Critical,
}

/// <summary>What some system says is wrong, or no longer wrong: one shape for all of them.</summary>
/// <remarks>Every text in it came from outside: it was cut and freed of invisible characters by <see cref="AlertShaper"/>, and renderers escape it.</remarks>
/// <param name="Source">Which system says so: <c>alertmanager</c>, <c>datadog</c>, …</param>
/// <param name="Identity">The same for every message about this alert, unique with <paramref name="Source"/>.</param>
/// <param name="What">Its name: <c>HighLatency</c>.</param>
/// <param name="Since">Since when it fires, by the sender's clock.</param>
/// <param name="At">Of when this message is, by the sender's clock: what is older than what was taken before is out of order.</param>
public sealed record Alert(string Source, string Identity, string What, bool Firing, Severity Severity, DateTimeOffset Since, DateTimeOffset At)
{
    /// <summary>As the sender names it; null where it names none.</summary>
    public string? Service { get; init; }

    public string? Environment { get; init; }

    /// <summary>A sentence for people.</summary>
    public string? Summary { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableArray<AlertLink> Links { get; init; } = [];

    /// <summary>How its sender can be kept quiet about it; null = only the bot itself can be.</summary>
    public SilenceBy? Silence { get; init; }

    /// <summary>False where the sender never says that it is over.</summary>
    public bool Ends { get; init; } = true;
}

/// <param name="Url">http or https.</param>
public sealed record AlertLink(string Label, Uri Url);

/// <summary>What a sender calls what is to be silenced.</summary>
/// <param name="Handle">A monitor's or an incident's id; null where the labels say it.</param>
public sealed record SilenceBy(string System, string? Handle);
