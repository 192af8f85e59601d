using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Locks;

/// <summary>Somebody keeps changes away from a place, or warns of them.</summary>
/// <param name="Id">A number that people say.</param>
/// <param name="By">Who set it; nobody in person for one that set itself.</param>
/// <param name="Until">When it ends by itself; null = when somebody releases it.</param>
/// <param name="Place">Where it was set, to remind whoever set it; null = nowhere.</param>
public sealed record Lock(long Id, LockScope Scope, LockKind Kind, Person By, string Reason, DateTimeOffset From, DateTimeOffset? Until, string? Place)
{
    /// <summary>The run after whose rollback it set itself; null = a person set it.</summary>
    public RunId? After { get; init; }

    public bool HoldsAt(DateTimeOffset now) => From <= now && (Until is not { } until || now < until);

    /// <summary>What it is, in words: <c>ana locked api in prod: investigating</c>.</summary>
    public string Says() => Kind switch
    {
        LockKind.Freeze => $"{By.ShortName} froze {Scope}: {Reason}",
        LockKind.Warning => $"{By.ShortName} warns of changes to {Scope}: {Reason}",
        _ when After is { } run => $"{Scope} is locked since run {run} was rolled back: {Reason}",
        _ => $"{By.ShortName} locked {Scope}: {Reason}",
    };
}

public enum LockKind
{
    /// <summary>Nothing may be deployed; going back may.</summary>
    Block,

    /// <summary>Shown wherever it matters, and in nobody's way.</summary>
    Warning,

    /// <summary>Nothing may be deployed, as in a calendar's freeze: an exception or an emergency passes it.</summary>
    Freeze,
}

/// <summary>What is kept away from: a service somewhere, a service, an environment, or everything.</summary>
/// <param name="Service">Null = every service.</param>
/// <param name="Environment">Null = every environment.</param>
public readonly record struct LockScope(string? Service, string? Environment)
{
    public bool Covers(Site site) => Same(Service, site.Service) && Same(Environment, site.Environment);

    /// <summary>The most specific speaks: a service in an environment before a service before an environment before everything.</summary>
    public int Specificity => (Service is null ? 0 : 2) + (Environment is null ? 0 : 1);

    public override string ToString() => (Service, Environment) switch
    {
        ({ } service, { } environment) => $"{service} in {environment}",
        ({ } service, null) => service,
        (null, { } environment) => environment,
        _ => "everything",
    };

    private static bool Same(string? named, string name) => named is null || named.Equals(name, StringComparison.OrdinalIgnoreCase);
}
