using System.Collections.Immutable;

namespace ChatOps.Bot.Engine;

/// <summary>Every service in every environment, and what is live there.</summary>
internal sealed class Board(ImmutableArray<BoardLine> lines)
{
    private readonly ILookup<string, BoardLine> byService = lines.ToLookup(line => line.Service);

    public ImmutableArray<BoardLine> Lines => lines;

    /// <summary>The lines of a service, of an environment, or of one in the other; null = all. Names as they are configured.</summary>
    public ImmutableArray<BoardLine> Of(string? service, string? environment)
    {
        var some = service is null ? lines : byService[service];
        return environment is null ? [.. some] : [.. some.Where(line => line.Environment == environment)];
    }
}

/// <summary>One service in one environment, and what is live there.</summary>
/// <param name="Live">The version seen at the target, or null when it can't be told now; then <paramref name="Says"/> tells why.</param>
/// <param name="By">Who brought it, where a run did.</param>
/// <param name="ByHand">A sentence when the target was changed by something other than a run.</param>
/// <param name="Open">The run that is changing or waiting to change it, if any.</param>
internal sealed record BoardLine(
    string Service, string Environment, bool Protected, bool Simulated, string? Live, string? By, DateTimeOffset? Since,
    int? Ready, int? Replicas, string? ByHand, Runbooks.Work.RunRow? Open, string Says)
{
    /// <summary>Versions that failed there and were not well since, the newest first.</summary>
    public ImmutableArray<Runbooks.Versions.FailedVersion> Failed { get; init; } = [];

    /// <summary>Until when what is live is watched behind its run; null = it is not.</summary>
    public DateTimeOffset? WatchedUntil { get; init; }
}
