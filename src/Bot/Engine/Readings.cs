using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>What is known, for pages and lists: reads, never changes anything.</summary>
public sealed class Readings
{
    /// <summary>A run's card and history, or null when there is no such run.</summary>
    public Task<RunPage?> RunAsync(RunId run, CancellationToken cancellationToken) => throw new NotSupportedException("still being built");

    /// <summary>Open runs and the latest ended ones, newest first.</summary>
    public Task<ImmutableArray<RunRow>> RunsAsync(RunQuery query, CancellationToken cancellationToken) => throw new NotSupportedException("still being built");

    /// <summary>Every service in every environment, and what is live there.</summary>
    public Task<ImmutableArray<BoardLine>> BoardAsync(CancellationToken cancellationToken) => throw new NotSupportedException("still being built");
}

/// <param name="Card">As every surface shows it.</param>
/// <param name="Timeline">Oldest first.</param>
/// <param name="Plan">What was shown to approvers, step by step.</param>
public sealed record RunPage(RunRow Row, Card Card, ImmutableArray<TimelineLine> Timeline, Card Plan);

/// <param name="Live">The version seen at the target, or null when it can't be told now; then <paramref name="Says"/> tells why.</param>
/// <param name="ByHand">A sentence when the target was changed by something other than a run.</param>
/// <param name="Open">The run that is changing or waiting to change it, if any.</param>
public sealed record BoardLine(
    string Service, string Environment, bool Protected, bool Simulated, string? Live, string? By, DateTimeOffset? Since,
    int? Ready, int? Replicas, string? ByHand, RunRow? Open, string Says);
