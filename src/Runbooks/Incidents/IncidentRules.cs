using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;

namespace ChatOps.Runbooks.Incidents;

/// <summary>What <c>incidents.yaml</c> says: how bad an incident can be and what follows from that, where it is talked about, where its review goes.</summary>
public sealed record IncidentRules
{
    /// <summary>Without an <c>incidents.yaml</c>.</summary>
    public static IncidentRules Usual { get; } = new()
    {
        Severities =
        [
            new IncidentSeverity("sev1", "Customers can't use it.", new GroupName("oncall"), TimeSpan.FromMinutes(30)),
            new IncidentSeverity("sev2", "Part of it does not work, or it is slow.", new GroupName("oncall"), TimeSpan.FromHours(1)),
            new IncidentSeverity("sev3", "Hardly anybody notices.", null, null),
        ],
    };

    /// <summary>The worst first; never empty.</summary>
    public ImmutableArray<IncidentSeverity> Severities { get; init; } = [];

    /// <summary>What a channel's name begins with.</summary>
    public string Prefix { get; init; } = "inc";

    /// <summary>Whether channels are private.</summary>
    public bool Private { get; init; }

    /// <summary>Where each incident is shown too, as <c>surface:channel</c>; null = nowhere.</summary>
    public string? Announce { get; init; }

    /// <summary>After which time without a commander somebody is asked; zero = never.</summary>
    public TimeSpan CommanderWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Who is paged then; null = whom the severity pages.</summary>
    public GroupName? Escalate { get; init; }

    /// <summary>The reaction that puts a message on the timeline, without colons.</summary>
    public string Reaction { get; init; } = "pushpin";

    /// <summary><c>owner/name</c>, for follow-ups; null = none are filed.</summary>
    public string? Repository { get; init; }

    /// <summary>The folder of that repository into which reviews are proposed by pull request; null = they are not.</summary>
    public string? ReviewFolder { get; init; }

    public IncidentSeverity? Find(string? name) => Severities.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>How bad an incident is that an alert opens by itself: the route's own word, else critical is the worst and info the least.</summary>
    public IncidentSeverity For(AlertRoute? route, Severity severity) => Find(route?.IncidentAs) ?? severity switch
    {
        Severity.Critical => Severities[0],
        Severity.Warning => Severities[Math.Min(1, Severities.Length - 1)],
        _ => Severities[^1],
    };
}

/// <summary>How bad an incident is, and what follows.</summary>
/// <param name="Name">As it is said: <c>sev1</c>.</param>
/// <param name="Says">When it is this bad, in a sentence.</param>
/// <param name="Page">Who is paged, and invited; null = nobody.</param>
/// <param name="UpdateEvery">How often a status update is asked for; null = never.</param>
public sealed record IncidentSeverity(string Name, string Says, GroupName? Page, TimeSpan? UpdateEvery)
{
    /// <summary>Groups that may declare it; empty = whoever access.yaml lets.</summary>
    public ImmutableArray<GroupName> Declare { get; init; } = [];
}

/// <summary>What somebody does in an incident.</summary>
public enum IncidentRole
{
    /// <summary>Decides, and sees that things get done.</summary>
    Commander,

    /// <summary>Tells everybody else.</summary>
    Communications,

    /// <summary>Writes down what happens.</summary>
    Scribe,
}

public enum IncidentStatus
{
    Open,
    Resolved,
}

/// <summary>How far it is.</summary>
public enum IncidentStage
{
    Investigating,

    /// <summary>The cause is known.</summary>
    Identified,

    /// <summary>Customers no longer notice; it is watched.</summary>
    Mitigated,
}
