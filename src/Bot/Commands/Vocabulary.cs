using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ChatOps.Bot.Commands;

/// <summary>The names there are: what a word can mean. Made once, looked up for every word that is said.</summary>
internal sealed record Vocabulary
{
    private readonly FrozenDictionary<string, ServiceWords> services;
    private readonly FrozenDictionary<string, string> environments;

    /// <param name="openRuns">Numbers of open runs, newest first.</param>
    public Vocabulary(ImmutableArray<ServiceWords> services, ImmutableArray<long> openRuns)
    {
        (Services, OpenRuns) = (services, openRuns);
        this.services = services.DistinctBy(service => service.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(service => service.Name, StringComparer.OrdinalIgnoreCase);
        Environments = [.. services.SelectMany(service => service.EnvironmentNames).Distinct(StringComparer.OrdinalIgnoreCase)];
        environments = Environments.ToFrozenDictionary(name => name, StringComparer.OrdinalIgnoreCase);
    }

    public ImmutableArray<ServiceWords> Services { get; }

    public ImmutableArray<long> OpenRuns { get; }

    /// <summary>Every environment's name, once.</summary>
    public ImmutableArray<string> Environments { get; }

    /// <summary>Runbooks that are started by their name.</summary>
    public ImmutableArray<ProcedureWords> Procedures { get; init; } = [];

    /// <summary>How bad an incident can be, the worst first.</summary>
    public ImmutableArray<string> Severities { get; init; } = ["sev1", "sev2", "sev3"];

    /// <summary>Groups that own a service.</summary>
    public ImmutableArray<string> Owners { get; init; } = [];

    public IEnumerable<string> ServiceNames => Services.Select(service => service.Name);

    public ServiceWords? Service(string name) => services.GetValueOrDefault(name);

    /// <summary>The configured spelling of an environment that some service has; null when none has it.</summary>
    public string? Environment(string name) => environments.GetValueOrDefault(name);

    public bool IsName(string word) => services.ContainsKey(word) || environments.ContainsKey(word);

    public static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

/// <param name="Versions">Versions known of it, newest first; it may have others.</param>
internal sealed record ServiceWords(string Name, ImmutableArray<EnvironmentWords> Environments, ImmutableArray<string> Versions)
{
    public IEnumerable<string> EnvironmentNames => Environments.Select(environment => environment.Name);

    public EnvironmentWords? Environment(string name) => Environments.FirstOrDefault(environment => Vocabulary.Same(environment.Name, name));
}

/// <param name="Inputs">Names of what it asks for.</param>
internal sealed record ProcedureWords(string Name, ImmutableArray<string> Inputs);

internal sealed record EnvironmentWords(string Name, bool Protected);
