using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Summaries;

/// <summary>How far the run is that another system is told of.</summary>
public enum MarkPhase
{
    /// <summary>The target is being changed.</summary>
    Began,
    Succeeded,

    /// <summary>It ended without success, and was left as it is.</summary>
    Failed,
    RolledBack,
}

/// <summary>A system that keeps a record of deployments: GitHub, Sentry, Datadog, PagerDuty.</summary>
/// <remarks>Safe to repeat where the system can be searched: what an earlier try made is found by its run's number. It neither loops nor sleeps.</remarks>
public interface IDeploymentMarker
{
    /// <summary>Stable, since it is stored: <c>github-deployment</c>.</summary>
    string System { get; }

    /// <summary>Whether a service's file asks for it in this phase.</summary>
    bool Wants(Service service, MarkPhase phase);

    Task<Outcome<Record>> MarkAsync(Mark mark, CancellationToken cancellationToken);
}

/// <param name="Handle">What the system calls its record; null where it has no name.</param>
/// <param name="Link">Where people see it.</param>
public sealed record Record(string? Handle, Uri? Link = null);

/// <summary>What a system is told.</summary>
/// <param name="Version">What was deployed; for a rollback, what it went back to.</param>
/// <param name="Began">When the target began to change.</param>
/// <param name="Link">The run's page.</param>
/// <param name="Handle">What the system called its record when it was told before.</param>
/// <param name="MaybeSent">An earlier try may have got through unseen.</param>
public sealed record Mark(
    RunId Run, Service Service, string Environment, bool Protected, MarkPhase Phase, string Version, string? FromVersion, Person By,
    DateTimeOffset Began, DateTimeOffset At, Uri? Link, string? Handle, bool MaybeSent)
{
    /// <summary>What the version brought, as far as it is known.</summary>
    public ChangeSet? Changes { get; init; }

    /// <summary>What it all comes to, in one sentence.</summary>
    public string Says => Phase switch
    {
        MarkPhase.Began => $"{Service.Name} {Version} is being deployed to {Environment} by {By.ShortName}",
        MarkPhase.Succeeded => $"{Service.Name} {Version} is live in {Environment}, deployed by {By.ShortName}",
        MarkPhase.RolledBack => $"{Service.Name} {Version} was rolled back{(FromVersion is null ? "" : $" to {FromVersion}")} in {Environment}",
        _ => $"{Service.Name} {Version} failed in {Environment}, and was left as it is",
    };

    /// <summary>By which a record is found again: the run's number, and nothing that could be in somebody else's text by chance.</summary>
    public string Key => $"chatops-run-{Run}";
}
