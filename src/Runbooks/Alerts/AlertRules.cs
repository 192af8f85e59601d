using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Runbooks.Alerts;

/// <summary>What alerts are put together by.</summary>
public enum GroupBy
{
    Alert,
    Service,
    Environment,
    Source,
}

/// <summary>What <c>alerts.yaml</c> says: where alerts go, what they are grouped by, how senders name things.</summary>
public sealed record AlertRules
{
    /// <summary>Without an <c>alerts.yaml</c>: critical pages and goes to <c>#alerts</c>, a warning goes to the service's channel, the rest is collected.</summary>
    public static AlertRules Usual { get; } = new()
    {
        Routes =
        [
            new AlertRoute("critical") { When = new AlertMatch { Severities = [Severity.Critical] }, Channel = "#alerts", Page = new GroupName("oncall"), RespondWithin = TimeSpan.FromMinutes(5) },
            new AlertRoute("warning") { When = new AlertMatch { Severities = [Severity.Warning] }, Channel = AlertRoute.OfService },
            new AlertRoute("info") { Channel = "#alerts", Digest = TimeSpan.FromHours(1) },
        ],
    };

    /// <summary>The first that matches counts.</summary>
    public ImmutableArray<AlertRoute> Routes { get; init; } = [];

    public AlertNames Names { get; init; } = AlertNames.Usual;

    public ImmutableArray<GroupBy> By { get; init; } = [GroupBy.Alert, GroupBy.Service, GroupBy.Environment];

    /// <summary>Firing again within this time after it was resolved, it is the same.</summary>
    public TimeSpan Reopen { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How many new cards a channel gets in a minute before all further alerts share one.</summary>
    public int Storm { get; init; } = 5;

    /// <summary>Senders of one's own, by name.</summary>
    public ImmutableArray<GenericShape> Generic { get; init; } = [];

    /// <summary>Senders that tell of changes, by name.</summary>
    public ImmutableArray<ChangeShape> Changes { get; init; } = [];

    public AlertRoute? RouteOf(AlertAbout about) => Routes.FirstOrDefault(route => route.When.Matches(about));

    /// <summary>What puts an alert together with others.</summary>
    public string KeyOf(Alert alert, string? service, string? environment) => string.Join('\u001f', By.Select(by => by switch
    {
        GroupBy.Alert => $"a={alert.What}",
        GroupBy.Service => $"s={service}",
        GroupBy.Environment => $"e={environment}",
        _ => $"o={alert.Source}",
    }));
}

/// <summary>What routes ask about.</summary>
/// <param name="Service">As configured; null where the alert names none that is.</param>
/// <param name="Named">The service as the alert names it.</param>
/// <param name="Working">Whether people can be expected to answer now.</param>
public sealed record AlertAbout(string Source, string What, Severity Severity, Service? Service, string? Named, string? Environment, string? Team, bool Working);

/// <summary>What a route is for; what is empty matches everything.</summary>
public sealed record AlertMatch
{
    public ImmutableArray<Severity> Severities { get; init; } = [];
    public ImmutableArray<string> Services { get; init; } = [];
    public ImmutableArray<string> Environments { get; init; } = [];
    public ImmutableArray<string> Teams { get; init; } = [];
    public ImmutableArray<string> Alerts { get; init; } = [];
    public ImmutableArray<string> Sources { get; init; } = [];

    /// <summary>True = only in working hours; false = only outside them; null = always.</summary>
    public bool? Working { get; init; }

    public bool Matches(AlertAbout about) =>
        (Severities.IsEmpty || Severities.Contains(about.Severity))
        && Has(Services, about.Service?.Name ?? about.Named) && Has(Environments, about.Environment) && Has(Sources, about.Source) && Has(Alerts, about.What)
        && (Teams.IsEmpty || Has(Teams, about.Team) || about.Service?.Owners.Any(owner => Has(Teams, owner.Name)) == true)
        && (Working is null || Working == about.Working);

    private static bool Has(ImmutableArray<string> names, string? name) => names.IsEmpty || (name is not null && names.Contains(name, StringComparer.OrdinalIgnoreCase));
}

/// <summary>Where alerts go, and what is promised about them.</summary>
/// <param name="Name">For people: <c>critical</c>.</param>
public sealed record AlertRoute(string Name)
{
    /// <summary>In place of a channel: the service's own.</summary>
    public const string OfService = "service";

    public AlertMatch When { get; init; } = new();

    /// <summary>A channel, <see cref="OfService"/>, or null for nowhere.</summary>
    public string? Channel { get; init; }

    /// <summary>Who is to be paged; null = nobody.</summary>
    public GroupName? Page { get; init; }

    /// <summary>Whether an incident should be opened.</summary>
    public bool Incident { get; init; }

    /// <summary>How bad that incident is, as incidents.yaml names it; null = as the alert's severity says.</summary>
    public string? IncidentAs { get; init; }

    /// <summary>The runbook to suggest.</summary>
    public string? Runbook { get; init; }

    /// <summary>Within which time somebody answers; null = nothing is promised.</summary>
    public TimeSpan? RespondWithin { get; init; }

    /// <summary>Where it goes too when nobody answered in time: a channel.</summary>
    public string? Escalate { get; init; }

    /// <summary>How long an acknowledgement holds before it is asked about.</summary>
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long it is waited for an answer then.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Collected, and told of once in this time; null = shown at once.</summary>
    public TimeSpan? Digest { get; init; }
}
