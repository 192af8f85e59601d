using System.Collections.Immutable;

namespace ChatOps.Bot.Commands;

/// <summary>The names there are: what a word can mean.</summary>
/// <param name="OpenRuns">Numbers of open runs, newest first.</param>
internal sealed record Vocabulary(ImmutableArray<ServiceWords> Services, ImmutableArray<long> OpenRuns)
{
    public IEnumerable<string> ServiceNames => Services.Select(service => service.Name);

    /// <summary>Every environment's name, once.</summary>
    public IEnumerable<string> Environments => Services.SelectMany(service => service.EnvironmentNames).Distinct(StringComparer.OrdinalIgnoreCase);

    public ServiceWords? Service(string name) => Services.FirstOrDefault(service => Same(service.Name, name));

    /// <summary>The configured spelling of an environment that some service has; null when none has it.</summary>
    public string? Environment(string name) => Environments.FirstOrDefault(known => Same(known, name));

    public bool IsName(string word) => Service(word) is not null || Environment(word) is not null;

    public static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

/// <param name="Versions">Versions known of it, newest first; it may have others.</param>
internal sealed record ServiceWords(string Name, ImmutableArray<EnvironmentWords> Environments, ImmutableArray<string> Versions)
{
    public IEnumerable<string> EnvironmentNames => Environments.Select(environment => environment.Name);

    public EnvironmentWords? Environment(string name) => Environments.FirstOrDefault(environment => Vocabulary.Same(environment.Name, name));
}

internal sealed record EnvironmentWords(string Name, bool Protected);
