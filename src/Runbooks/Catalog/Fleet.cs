using System.Collections.Immutable;

namespace ChatOps.Runbooks.Catalog;

/// <summary>Every service there is, for plans that are about more than one.</summary>
/// <param name="Live">What runs in the environment that is planned for, by service; one that is not in it can't be told.</param>
public sealed record Fleet(ImmutableArray<Service> Services, ImmutableSortedDictionary<string, string> Live)
{
    public Service? Service(string name) => Services.FirstOrDefault(service => service.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
