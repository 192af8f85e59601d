using System.Text.Json.Serialization;

namespace ChatOps.Runbooks.Changes;

/// <summary>A change that no run made.</summary>
/// <param name="Source">Who told of it: <c>kubernetes</c>, or the name of a sender in <c>alerts.yaml</c>.</param>
/// <param name="What">In a few words, without who and when: <c>image changed from v1.2.2 to v1.2.3</c>.</param>
/// <param name="By">Who or what made it, as the source names them; nobody proved that it was them.</param>
/// <param name="Service">As configured, or as the sender names it; null = it names none.</param>
/// <param name="Environment">Null = it names none, or all.</param>
/// <param name="At">When it was made, by the source's clock.</param>
public sealed record SeenChange(string Source, ChangeKind Kind, string What, string By, string? Service, string? Environment, DateTimeOffset At)
{
    public const int LongestWhat = 200, LongestBy = 100;

    /// <summary>http or https.</summary>
    public Uri? Link { get; init; }

    /// <summary>Where, for people; empty where it names nothing.</summary>
    [JsonIgnore]
    public string Where => (Service, Environment) switch
    {
        ({ } service, { } environment) => $"{service} in {environment}",
        ({ } service, null) => service,
        (null, { } environment) => environment,
        _ => "",
    };

    /// <summary><c>api in prod: image changed from v1.2.2 to v1.2.3, by kubectl-edit</c>.</summary>
    [JsonIgnore]
    public string Says => $"{(Where.Length > 0 ? $"{Where}: " : "")}{What}, by {By}";

    /// <summary>Whether it may concern a service in an environment: what names no environment concerns all.</summary>
    /// <param name="environment">Null = any.</param>
    public bool Concerns(string service, string? environment) => service.Equals(Service, StringComparison.OrdinalIgnoreCase) && IsIn(environment);

    public bool IsIn(string? environment) => environment is null || Environment is null || Environment.Equals(environment, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What kind of change: kinds are likelier and less likely behind an alert.</summary>
public enum ChangeKind
{
    /// <summary>Somebody changed a target past the bot.</summary>
    Hand,

    /// <summary>A feature flag.</summary>
    Flag,

    /// <summary>Configuration, a migration, anything else.</summary>
    Other,
}
