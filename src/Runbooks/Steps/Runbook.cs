using System.Collections.Immutable;
using ChatOps.Runbooks.Access;

namespace ChatOps.Runbooks.Steps;

/// <summary>How something is done, as its file in <c>runbooks/</c> says.</summary>
/// <param name="StartsWith">The command that starts it: <c>deploy</c>.</param>
public sealed record Runbook(string Name, string Summary, string StartsWith, ImmutableArray<Step> Steps, OnFailure OnFailure);

/// <param name="Page">Whom to tell when a run fails; null = nobody beyond the card.</param>
public sealed record OnFailure(RollbackMode Rollback, GroupName? Page = null)
{
    public string Says() => Rollback switch
    {
        RollbackMode.Automatic => "rolls back by itself",
        RollbackMode.Ask => "asks whether to retry, roll back or leave it",
        _ => "stops and leaves it as it is",
    };
}

/// <summary>What happens when a step fails after the target was changed.</summary>
public enum RollbackMode
{
    /// <summary>Ask: retry, skip, roll back or leave it.</summary>
    Ask,

    /// <summary>Roll back without asking.</summary>
    Automatic,
}
