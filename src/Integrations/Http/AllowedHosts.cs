using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace ChatOps.Integrations.Http;

/// <summary>Which hosts may be spoken to, and by which addresses.</summary>
internal sealed class AllowedHosts(string written)
{
    private readonly ImmutableArray<string> names = [.. written.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(name => name.ToLowerInvariant().Trim('[', ']'))];

    /// <summary>Why a host is not spoken to; null when it may be.</summary>
    public string? Refuse(Uri url)
    {
        if (url.Scheme is not ("http" or "https")) return $"{url.Scheme} is not spoken";
        if (url.UserInfo.Length > 0) return "an address with a name and a password in it is not used";
        var host = url.IdnHost.ToLowerInvariant().Trim('[', ']').TrimEnd('.');
        return IsNamed(host) || names.Any(name => name.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(name[1..], StringComparison.Ordinal)) ? null : $"{host} is not among the hosts that Http:AllowedHosts names";
    }

    /// <summary>Why an address that a name led to is not connected to; null when it may be.</summary>
    /// <remarks>Checked on the address itself, after the name was looked up: a name that leads somewhere else the next time gains nothing.</remarks>
    public string? Refuse(string host, IPAddress address)
    {
        var at = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

        // Metadata services hand out credentials to whoever asks: only an address written out as such is spoken to there.
        if (IsMetadata(at)) return IsNamed(at.ToString()) ? null : $"{host} leads to {at}, where machines keep their credentials";
        if (!IsPrivate(at)) return null;
        return IsNamed(host.ToLowerInvariant().Trim('[', ']')) || IsNamed(at.ToString()) ? null : $"{host} leads to {at}, which is inside a private network";
    }

    private bool IsNamed(string host) => names.Contains(host);

    private static bool IsMetadata(IPAddress at) => at.AddressFamily == AddressFamily.InterNetwork ? at.GetAddressBytes() is [169, 254, ..] or [100, 100, 100, 200] : at.IsIPv6LinkLocal || at.Equals(IPAddress.Parse("fd00:ec2::254"));

    /// <summary>Loopback, private, shared, benchmark, multicast, reserved (RFC 6890), and what wraps one of them.</summary>
    private static bool IsPrivate(IPAddress at)
    {
        if (IPAddress.IsLoopback(at)) return true;
        if (at.AddressFamily == AddressFamily.InterNetwork)
        {
            return at.GetAddressBytes() is [0 or 10 or 127, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [192, 0, 0, _] or [100, >= 64 and <= 127, ..] or [198, 18 or 19, ..] or [>= 224, ..];
        }

        var bytes = at.GetAddressBytes();
        var wraps = bytes is [0x00, 0x64, 0xff, 0x9b, ..] ? new IPAddress(bytes[12..]) : bytes is [0x20, 0x02, ..] ? new IPAddress(bytes[2..6]) : null;
        return at.IsIPv6UniqueLocal || at.IsIPv6Multicast || at.IsIPv6SiteLocal || at.Equals(IPAddress.IPv6Any) || bytes[..12].All(one => one == 0) || (wraps is not null && (IsPrivate(wraps) || IsMetadata(wraps)));
    }
}
