using System.Collections.Immutable;

namespace ChatOps.Bot.Commands;

/// <summary>The names there are: what a word can mean. However many there are, a word is looked up at once.</summary>
/// <param name="openRuns">Numbers of open runs, newest first.</param>
internal sealed class Vocabulary(ImmutableArray<ServiceWords> services, ImmutableArray<long> openRuns)
{
    private readonly Dictionary<string, ServiceWords> byName = ByName(services, service => service.Name);
    private readonly Dictionary<string, string> environments = ByName(services.SelectMany(service => service.EnvironmentNames), name => name);

    public ImmutableArray<ServiceWords> Services => services;

    public ImmutableArray<long> OpenRuns => openRuns;

    public IEnumerable<string> ServiceNames => Services.Select(service => service.Name);

    /// <summary>Every environment's name, once.</summary>
    public ImmutableArray<string> Environments { get; } = [.. services.SelectMany(service => service.EnvironmentNames).Distinct(StringComparer.OrdinalIgnoreCase)];

    public ServiceWords? Service(string name) => byName.GetValueOrDefault(name);

    /// <summary>The configured spelling of an environment that some service has; null when none has it.</summary>
    public string? Environment(string name) => environments.GetValueOrDefault(name);

    public bool IsName(string word) => byName.ContainsKey(word) || environments.ContainsKey(word);

    public static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first of each name counts.</summary>
    private static Dictionary<string, T> ByName<T>(IEnumerable<T> all, Func<T, string> name)
    {
        var found = new Dictionary<string, T>(StringComparer.OrdinalIgnoreCase);
        foreach (var one in all) found.TryAdd(name(one), one);
        return found;
    }
}

/// <param name="Versions">Versions known of it, newest first; it may have others.</param>
internal sealed record ServiceWords(string Name, ImmutableArray<EnvironmentWords> Environments, ImmutableArray<string> Versions)
{
    public IEnumerable<string> EnvironmentNames => Environments.Select(environment => environment.Name);

    public EnvironmentWords? Environment(string name) => Environments.FirstOrDefault(environment => Vocabulary.Same(environment.Name, name));
}

internal sealed record EnvironmentWords(string Name, bool Protected);
