using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ChatOps.Runbooks.Alerts;

/// <summary>By which names senders say what the bot wants to know: labels, and words for how bad it is.</summary>
public sealed record AlertNames
{
    private static readonly FrozenDictionary<string, Severity> Words = new Dictionary<string, Severity>(StringComparer.OrdinalIgnoreCase)
    {
        ["critical"] = Severity.Critical, ["page"] = Severity.Critical, ["fatal"] = Severity.Critical, ["emergency"] = Severity.Critical, ["alert"] = Severity.Critical, ["crit"] = Severity.Critical,
        ["disaster"] = Severity.Critical, ["p1"] = Severity.Critical, ["sev1"] = Severity.Critical, ["sev-1"] = Severity.Critical, ["1"] = Severity.Critical, ["high"] = Severity.Critical,
        ["error"] = Severity.Warning, ["warning"] = Severity.Warning, ["warn"] = Severity.Warning, ["major"] = Severity.Warning, ["medium"] = Severity.Warning, ["p2"] = Severity.Warning, ["p3"] = Severity.Warning,
        ["sev2"] = Severity.Warning, ["sev3"] = Severity.Warning, ["2"] = Severity.Warning, ["3"] = Severity.Warning, ["average"] = Severity.Warning,
        ["info"] = Severity.Info, ["information"] = Severity.Info, ["notice"] = Severity.Info, ["low"] = Severity.Info, ["minor"] = Severity.Info, ["debug"] = Severity.Info, ["none"] = Severity.Info,
        ["p4"] = Severity.Info, ["p5"] = Severity.Info, ["sev4"] = Severity.Info, ["4"] = Severity.Info, ["5"] = Severity.Info, ["ok"] = Severity.Info,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static AlertNames Usual { get; } = new();

    /// <summary>Labels that may name the service, the first that is there counts.</summary>
    public ImmutableArray<string> ServiceLabels { get; init; } = ["service", "app", "app_kubernetes_io_name", "application"];

    public ImmutableArray<string> EnvironmentLabels { get; init; } = ["environment", "env", "stage"];

    public ImmutableArray<string> SeverityLabels { get; init; } = ["severity", "priority", "level"];

    /// <summary>Other names of environments: <c>production</c> → <c>prod</c>.</summary>
    public ImmutableSortedDictionary<string, string> Environments { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase).Add("production", "prod");

    /// <summary>Words of one's own for how bad something is.</summary>
    public ImmutableSortedDictionary<string, Severity> Severities { get; init; } = ImmutableSortedDictionary<string, Severity>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase);

    /// <summary>What a word means; null for one that is not known.</summary>
    public Severity? SeverityOf(string? word) => string.IsNullOrWhiteSpace(word) ? null
        : Severities.TryGetValue(word.Trim(), out var own) ? own : Words.TryGetValue(word.Trim(), out var usual) ? usual : null;

    public string? EnvironmentOf(string? name) => name is null ? null : Environments.GetValueOrDefault(name, name);
}
