using System.Collections.Immutable;

namespace ChatOps.Bot.Commands;

/// <summary>The names there are: what a word can mean.</summary>
/// <param name="OpenRuns">Numbers of open runs, newest first.</param>
internal sealed record Vocabulary(ImmutableArray<ServiceWords> Services, ImmutableArray<long> OpenRuns)
{
    public ServiceWords? Service(string name) => Services.FirstOrDefault(service => Same(service.Name, name));

    /// <summary>Every environment's name, once.</summary>
    public IEnumerable<string> Environments => Services.SelectMany(service => service.Environments).Select(environment => environment.Name).Distinct(StringComparer.OrdinalIgnoreCase);

    public static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

/// <param name="Versions">Versions known of it, newest first; it may have others.</param>
internal sealed record ServiceWords(string Name, ImmutableArray<EnvironmentWords> Environments, ImmutableArray<string> Versions)
{
    public EnvironmentWords? Environment(string name) => Environments.FirstOrDefault(environment => Vocabulary.Same(environment.Name, name));
}

internal sealed record EnvironmentWords(string Name, bool Protected);
