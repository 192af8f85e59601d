using System.Net.Sockets;

namespace ChatOps.Integrations.Http;

/// <summary>Why a connection was not made or did not last, in words for people.</summary>
internal static class Lost
{
    public static string InWords(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "its name is not known",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e =>
            $"TLS failed: {BoundedReads.Printable((e.InnerException ?? e).Message, 160)}",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "it hung up before it had answered",
        HttpRequestException { InnerException: SocketException s } => InWords(s),
        HttpRequestException { InnerException: IOException e } => InWords(e),
        IOException { InnerException: SocketException s } => InWords(s),
        SocketException s => s.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "it refused the connection",
            SocketError.ConnectionReset => "it hung up",
            SocketError.TimedOut => "it did not answer in time",
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name is not known",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no way to it",
            _ => BoundedReads.Printable(s.Message, 160),
        },
        _ => BoundedReads.Printable(exception.Message, 160),
    };
}
