using System.Net;
using System.Net.Sockets;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Http;

/// <summary>The addresses behind a name.</summary>
internal delegate Task<IPAddress[]> NameLookup(string host, CancellationToken cancellationToken);

/// <summary>Connects to hosts that people wrote into runbooks, when host and address are allowed.</summary>
/// <remarks>It connects to the very address it has judged: a name that answers differently the second time gains nothing.</remarks>
internal sealed class GuardedDial(AllowedHosts hosts, NameLookup lookup)
{
    /// <exception cref="HostRefusedException">The host is not allowed, or one of its addresses.</exception>
    /// <exception cref="SocketException">Its name is not known, or nothing answers.</exception>
    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (hosts.Refuse(host) is { } unlisted) throw new HostRefusedException(unlisted);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await lookup(host, cancellationToken);
        foreach (var address in addresses)
        {
            if (hosts.Refuse(host, address) is { } fault) throw new HostRefusedException(fault);
        }

        return await FirstAsync(addresses, port, cancellationToken);
    }

    private static async Task<Stream> FirstAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var lost = new SocketException((int)SocketError.HostNotFound);
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                lost = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw lost;
    }
}

/// <summary>Carries a refusal through the layers of the HTTP client, which know only exceptions.</summary>
internal sealed class HostRefusedException(Fault fault) : Exception(fault.Why)
{
    public Fault Fault { get; } = fault;

    /// <summary>The refusal that led to this exception; null when it was something else.</summary>
    public static Fault? In(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is HostRefusedException refused) return refused.Fault;
        }

        return null;
    }
}
