using System.Net;
using System.Net.Sockets;

namespace ChatOps.Integrations.Http;

/// <summary>What kind of place an address is.</summary>
internal enum Network
{
    /// <summary>Somewhere on the internet.</summary>
    Public,

    /// <summary>This machine, its own network, or an address that means nothing outside.</summary>
    Inside,

    /// <summary>Link-local, or where a cloud tells its machines who they are: whoever reads there may have their credentials.</summary>
    Metadata,
}

/// <summary>Tells addresses apart, by the special-purpose registries (RFC 6890) and the clouds' own documents.</summary>
internal static class Networks
{
    private static readonly IPNetwork[] Metadata =
    [
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("fd00:ec2::254/128"),
        IPNetwork.Parse("100.100.100.200/32"), IPNetwork.Parse("168.63.129.16/32"), IPNetwork.Parse("192.0.0.192/32"),
    ];

    private static readonly IPNetwork[] Inside =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/3"), IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("3fff::/20"),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3"), Translated = IPNetwork.Parse("64:ff9b::/96"), SixToFour = IPNetwork.Parse("2002::/16");

    public static Network Of(IPAddress address)
    {
        var at = Plain(address);
        if (Metadata.Any(network => network.Contains(at))) return Network.Metadata;
        if (Inside.Any(network => network.Contains(at))) return Network.Inside;
        return at.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(at) ? Network.Public : Network.Inside;
    }

    /// <summary>The IPv4 address that an IPv6 one stands for (mapped, NAT64, 6to4), or the address itself, without a scope.</summary>
    public static IPAddress Plain(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        var at = new IPAddress(bytes);
        if (Translated.Contains(at)) return new IPAddress(bytes.AsSpan(12, 4));
        return SixToFour.Contains(at) ? new IPAddress(bytes.AsSpan(2, 4)) : at;
    }
}
