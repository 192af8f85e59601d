using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What was said, understood: every name in it exists.</summary>
internal abstract record Command
{
    public sealed record Deploy(string Service, string Version, string Environment, bool PlanOnly, string? Reason, bool NoQueue) : Command
    {
        /// <summary>When to start it, as it was said; null = now.</summary>
        public string? At { get; init; }

        /// <summary>Why it should pass a freeze; null = it should not.</summary>
        public string? Exception { get; init; }

        /// <summary>Why it can't wait for windows, freezes and locks; null = it can.</summary>
        public string? Emergency { get; init; }

        /// <summary>Whoever asks knows that this version failed there.</summary>
        public bool Again { get; init; }
    }

    /// <param name="To">The version to go back to; null = the one before.</param>
    public sealed record Rollback(string Service, string Environment, string? To, bool PlanOnly, string? Reason, bool NoQueue) : Command;

    /// <summary>A runbook, started by its name.</summary>
    public sealed record Procedure(string Runbook, string Service, string Environment, ImmutableSortedDictionary<string, string> Inputs, bool PlanOnly, string? Reason, bool NoQueue) : Command
    {
        public bool Equals(Procedure? other) => other is not null && CommandText.Of(this) == CommandText.Of(other);

        public override int GetHashCode() => CommandText.Of(this).GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>Somebody says that what failed in a version is fixed: deploying it again asks no more.</summary>
    public sealed record Fixed(string Service, string Version, string Environment, string Reason) : Command;

    public sealed record Status(string? Service, string? Environment) : Command;

    public sealed record History(string Service, string? Environment) : Command;

    public sealed record Runs : Command;

    /// <summary>How deploying goes: of a service, of a group's services, or of everything.</summary>
    /// <param name="Since">Since when, as it was said: <c>30d</c>, or a date; null = 30 days.</param>
    public sealed record Stats(string? Service, string? Group, string? Since) : Command;

    /// <summary>Whether whoever says so wants to be told when commits of theirs go out.</summary>
    public sealed record Follow(bool On) : Command;

    /// <summary>What runs in one environment and not in the other.</summary>
    public sealed record Changelog(string Service, string One, string Other) : Command;

    /// <param name="Topic">A command's name; null = all of them.</param>
    public sealed record Help(string? Topic) : Command;

    /// <summary>Keeps changes away from a place, or warns of them.</summary>
    /// <param name="Service">Null = every service.</param>
    /// <param name="Environment">Null = every environment.</param>
    /// <param name="From">From when on, as it was said; null = now.</param>
    /// <param name="Until">Until when, as it was said; null = until it is released.</param>
    public sealed record Lock(string? Service, string? Environment, LockKind Kind, string Reason, string? From, string? Until) : Command;

    /// <param name="Id">The lock's number; null = the one of the scope.</param>
    public sealed record Unlock(long? Id, string? Service, string? Environment, string? Reason) : Command;

    public sealed record Locks : Command;

    public sealed record Queue(string? Service, string? Environment) : Command;

    public sealed record WhoCan(Right Right, string Service, string Environment) : Command;

    /// <summary>What is to be done later.</summary>
    public sealed record Schedules : Command;

    public sealed record Unschedule(long Id) : Command;

    /// <summary>What is firing.</summary>
    public sealed record Alerts : Command;

    /// <summary>Why things about an alert were not sent.</summary>
    public sealed record Why(AlertId Alert) : Command;

    public sealed record Acknowledge(AlertId Alert) : Command;

    /// <param name="For">For how long, as it was said: <c>1h</c>.</param>
    public sealed record Silence(AlertId Alert, string For, string? Reason) : Command;

    /// <summary>Who is on call.</summary>
    /// <param name="Schedule">Null = every schedule.</param>
    public sealed record OnCall(string? Schedule) : Command;

    /// <summary>Somebody is to be called in another's place for a time.</summary>
    /// <param name="Person">An address, or the account of whoever was mentioned.</param>
    /// <param name="From">As it was said; <c>now</c> is one.</param>
    /// <param name="Until">As it was said.</param>
    /// <param name="Schedule">Null = the only one there is.</param>
    public sealed record SwapTurn(string Person, string From, string Until, string? Schedule) : Command;

    /// <summary>The incidents there are.</summary>
    public sealed record Incidents : Command;

    /// <summary>Says that something is wrong.</summary>
    /// <param name="Severity">A name of incidents.yaml.</param>
    /// <param name="Title">Null where an alert says what is wrong.</param>
    /// <param name="Since">How long ago it began, as it was said: <c>20m</c>; null = not known.</param>
    public sealed record Declare(string Severity, string? Title, ImmutableArray<string> Services, string? Since, AlertId? Alert) : Command
    {
        public bool Equals(Declare? other) => other is not null && CommandText.Of(this) == CommandText.Of(other);

        public override int GetHashCode() => CommandText.Of(this).GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>Something about one incident.</summary>
    /// <param name="Incident">Null = the one in whose channel it is said, or the only one that is open.</param>
    public sealed record OnIncident(IncidentVerb Verb, IncidentId? Incident) : Command
    {
        /// <summary>What is said: an update, a reason, a task, a note.</summary>
        public string? Text { get; init; }

        public IncidentRole? Role { get; init; }

        /// <summary>For a role or a task: an address, the account of whoever was mentioned, or <c>me</c>.</summary>
        public string? Person { get; init; }

        public string? Severity { get; init; }

        /// <summary>For a link: an alert, a run, a service or an address.</summary>
        public string? What { get; init; }

        /// <summary>Of a task.</summary>
        public int Number { get; init; }

        public string? Cause { get; init; }

        /// <summary>Separated by semicolons.</summary>
        public string? FollowUps { get; init; }

        public IncidentStage? Stage { get; init; }
    }

    /// <summary>Something about one run.</summary>
    /// <param name="Run">Null = the only one it can be; where there are several, the answer asks which.</param>
    /// <param name="Item">For tick and untick: the item's number as shown, from 1.</param>
    /// <param name="Step">For skip: the step's id or words of its title; null = the one that waits or failed.</param>
    /// <param name="Plan">For approve: the plan that was read; null = the one shown now.</param>
    /// <param name="Person">For delegate: an e-mail address, or the account of whoever was mentioned.</param>
    /// <param name="SkipSoak">For approve: the soak may be left out.</param>
    public sealed record OnRun(RunVerb Verb, RunId? Run, string? Reason, int? Item = null, string? Step = null, PlanHash? Plan = null, string? Person = null, bool SkipSoak = false) : Command;
}

/// <summary>What can be done to an incident.</summary>
internal enum IncidentVerb
{
    Show,
    Update,
    Role,
    Sev,
    Resolve,
    Reopen,
    Link,
    Task,
    Done,
    Note,
    Public,
}

/// <summary>What can be done to a run, by command or click.</summary>
internal enum RunVerb
{
    Show,
    Tick,
    Untick,
    Approve,
    Reject,
    Pause,
    Resume,
    Retry,
    Skip,
    RollBack,
    Abort,
    Done,
    Failed,
    Take,
    Note,
    Delegate,
    Supersede,
    Unwatch,
    Vouch,
    Here,
}
