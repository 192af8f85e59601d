using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Rotas;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Language;

/// <summary>Everything the configuration folder says, read and checked: swapped whole or not at all.</summary>
public sealed record Configuration(ImmutableArray<Service> Services, ImmutableArray<Runbook> Runbooks, AccessRules Access)
{
    /// <summary>When things may change; without a <c>calendar.yaml</c>, nothing stands against it.</summary>
    public ChangeCalendar Calendar { get; init; } = ChangeCalendar.Empty;

    public Overrides Overrides { get; init; } = Overrides.None;

    /// <summary>Where alerts go.</summary>
    public AlertRules Alerts { get; init; } = AlertRules.Usual;

    /// <summary>Who is called when; without an <c>oncall.yaml</c>, the members of the group that is paged.</summary>
    public OnCallRules OnCall { get; init; } = OnCallRules.None;

    /// <summary>How bad incidents are, and what follows.</summary>
    public IncidentRules Incidents { get; init; } = IncidentRules.Usual;

    /// <summary>Manifests that steps apply, by the name of their folder.</summary>
    public ImmutableDictionary<string, ManifestFolder?> Manifests { get; init; } = ImmutableDictionary<string, ManifestFolder?>.Empty;

    private readonly Known known = new();

    /// <summary>Every service, for plans that are about more than one. What is live is not known here.</summary>
    public Fleet Fleet => new(Services, ImmutableSortedDictionary<string, string>.Empty);

    public Service? Service(string name) => Names().Services.GetValueOrDefault(name);

    /// <summary>Of <see cref="Runbooks"/>, the names of those that the folder does not have and the library does.</summary>
    public ImmutableArray<string> Borrowed { get; init; } = [];

    /// <summary>The library's runbooks that nothing in the folder names: they can still be started by their name, and be suggested.</summary>
    public ImmutableArray<Runbook> Shelf { get; init; } = [];

    public Runbook? Runbook(string name) => Names().Runbooks.GetValueOrDefault(name);

    /// <summary>Where a runbook is the one that deploys.</summary>
    public IEnumerable<(Service Service, ServiceEnvironment Environment)> PlacesOf(Runbook runbook) => Names().Places[runbook.Name];

    /// <summary>Whether some service has an environment of that name.</summary>
    public bool HasEnvironment(string name) => Names().Environments.Contains(name);

    /// <summary>Names are looked up for every word that is said and every file that is checked.</summary>
    private Index Names()
    {
        // A copy made by "with" shares what is known with the configuration that it was made of.
        if (known.Of is not { } index || index.Of != (Services, Runbooks, Shelf)) known.Of = index = new Index(Services, Runbooks, Shelf);
        return index;
    }

    private sealed class Known
    {
        public Index? Of { get; set; }
    }

    private sealed class Index(ImmutableArray<Service> services, ImmutableArray<Runbook> runbooks, ImmutableArray<Runbook> shelf)
    {
        public (ImmutableArray<Service>, ImmutableArray<Runbook>, ImmutableArray<Runbook>) Of { get; } = (services, runbooks, shelf);

        // The first of a name counts, as lint says that there is another.
        public Dictionary<string, Service> Services { get; } = services.DistinctBy(one => one.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(one => one.Name, StringComparer.OrdinalIgnoreCase);

        public Dictionary<string, Runbook> Runbooks { get; } = runbooks.Concat(shelf).DistinctBy(one => one.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(one => one.Name, StringComparer.OrdinalIgnoreCase);

        public ILookup<string, (Service, ServiceEnvironment)> Places { get; } = services.SelectMany(service => service.Environments, (service, environment) => (service, environment)).ToLookup(place => place.environment.Runbook, StringComparer.OrdinalIgnoreCase);

        public HashSet<string> Environments { get; } = services.SelectMany(service => service.Environments).Select(environment => environment.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>Something wrong, or worth a second look, in a file of the configuration.</summary>
/// <param name="File">Relative to the configuration folder.</param>
/// <param name="Line">From 1.</param>
/// <param name="Code">Stable: <c>unknown-key</c>, <c>runbook-unknown</c>, <c>approval-missing</c>.</param>
/// <param name="What">What is there.</param>
/// <param name="Why">Why that matters; null where <paramref name="What"/> says it.</param>
/// <param name="Mend">What to write instead.</param>
public sealed record Finding(string File, int Line, bool Error, string Code, string What, string? Why, string? Mend)
{
    /// <summary>From 1; 0 = not known.</summary>
    public int Column { get; init; }

    public override string ToString() =>
        $"{File}:{Line}:{(Column > 0 ? $"{Column}:" : "")} {(Error ? "error" : "warning")} {Code}: {What}{(Why is null ? "" : $" {Why}")}{(Mend is null ? "" : $" {Mend}")}";
}
