using System.Collections.Immutable;
using System.Net;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Http;

/// <summary>The hosts that addresses in runbooks may lead to, and what each may turn out to be.</summary>
/// <remarks>
/// A name may lead into the network only when it is listed itself, since a wildcard also covers names that somebody else makes up. To an address where
/// clouds hand out credentials no name may lead: only that address itself can be listed.
/// </remarks>
internal sealed class AllowedHosts
{
    public const string NotAllowed = "host-not-allowed";

    private readonly ImmutableHashSet<string> names;
    private readonly ImmutableArray<string> endings;
    private readonly ImmutableHashSet<IPAddress> addresses;

    private AllowedHosts(IReadOnlyList<string> entries)
    {
        addresses = [.. entries.Select(Address).OfType<IPAddress>()];
        var named = entries.Where(entry => Address(entry) is null).Select(Plain).ToList();
        endings = [.. named.Where(IsWildcard).Select(entry => entry[1..])];
        names = [.. named.Where(entry => !IsWildcard(entry))];
    }

    public static AllowedHosts Read(string list) => new(Entries(list));

    /// <summary>Entries that can't be meant as they stand.</summary>
    public static IEnumerable<string> Faults(string list) => Entries(list)
        .Where(entry => Address(entry) is null && Uri.CheckHostName(IsWildcard(entry) ? entry[2..] : entry) != UriHostNameType.Dns)
        .Select(entry => $"Http:AllowedHosts: \"{entry}\" is no host: write names like api.example.com or *.example.com, or IP addresses, without scheme, port or path.");

    /// <summary>Null when the host is listed; asked before its name is looked up.</summary>
    public Fault? Refuse(string host)
    {
        var listed = Address(host) is { } address ? addresses.Contains(address) : IsNamed(host) || endings.Any(ending => Plain(host).EndsWith(ending, StringComparison.Ordinal));
        return listed ? null : new Fault(NotAllowed, $"{host} is not among the hosts that runbooks may reach.", "Add it to Http:AllowedHosts if it should be.");
    }

    /// <summary>Null when the host is listed and may be at this address; asked for the address that is about to be connected to.</summary>
    public Fault? Refuse(string host, IPAddress address)
    {
        if (Refuse(host) is { } unlisted) return unlisted;
        var at = Networks.Plain(address);
        if (addresses.Contains(at)) return null;
        return Networks.Of(at) switch
        {
            Network.Public => null,
            Network.Inside when IsNamed(host) => null,
            Network.Inside => new Fault(NotAllowed, $"{host} leads to {at}, which is inside the network.", $"List {host} itself in Http:AllowedHosts, not only by a wildcard, if it should be reached there."),
            _ => new Fault(NotAllowed, $"{host} leads to {at}, where machines get their credentials.", "Nothing in a runbook should go there. List the address itself in Http:AllowedHosts if it really must."),
        };
    }

    private static ImmutableArray<string> Entries(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static bool IsWildcard(string entry) => entry.StartsWith("*.", StringComparison.Ordinal);

    private static string Plain(string host) => host.TrimEnd('.').ToLowerInvariant();

    private static IPAddress? Address(string host) => IPAddress.TryParse(host, out var address) ? Networks.Plain(address) : null;

    private bool IsNamed(string host) => names.Contains(Plain(host));
}
