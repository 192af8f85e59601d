using System.Collections.Immutable;

namespace ChatOps.Runbooks.Calendar;

/// <summary>Which services in which environments something is about; <c>*</c> is all of them.</summary>
public sealed record Scope(ImmutableArray<string> Environments, ImmutableArray<string> Services)
{
    public static Scope Everything { get; } = new(["*"], ["*"]);

    public bool Covers(string service, string environment) => Has(Services, service) && Has(Environments, environment);

    public bool Equals(Scope? other) => other is not null && Environments.SequenceEqual(other.Environments) && Services.SequenceEqual(other.Services);

    public override int GetHashCode() => HashCode.Combine(Environments.Length, Services.Length);

    private static bool Has(ImmutableArray<string> names, string name) => names.Any(one => one == "*" || one.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A time at which nothing changes, whatever the windows say.</summary>
/// <param name="Name">Why, in a few words: <c>Holidays</c>.</param>
public sealed record Freeze(string Name, DateTimeOffset From, DateTimeOffset Until, Scope Scope)
{
    public bool Has(DateTimeOffset moment) => From <= moment && moment < Until;
}

/// <summary>A time, once, at which things may change even outside their windows, but not through a freeze.</summary>
public sealed record Maintenance(string Name, DateTimeOffset From, DateTimeOffset Until, Scope Scope);
