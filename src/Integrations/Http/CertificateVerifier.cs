using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using ChatOps.Runbooks.Evidence;

namespace ChatOps.Integrations.Http;

/// <summary><c>certificate</c>: a host's TLS certificate is trusted, is for that host, and stays valid for some days more.</summary>
internal sealed class CertificateVerifier(CertificateLook look, TimeProvider time) : IVerifier
{
    private const int HttpsPort = 443, UsualDays = 21;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public ImmutableArray<string> Names => ["certificate"];

    public async Task<Answer> LookAsync(Question question, CancellationToken cancellationToken)
    {
        if (Server(question.Options) is not { } server) return Answer.Unknown("host: has to be a host like api.example.com or api.example.com:8443, or url: an https address.");
        var days = UsualDays;
        if (question.Options.GetValueOrDefault("days") is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out days) && days <= 3650))
            return Answer.Unknown("days: has to be a whole number up to 3650.");
        using var limit = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return Judge(server, await look.AtAsync(server.Host, server.Port, either.Token), days);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Answer.Unknown($"{server.Host} did not answer within {Timeout.TotalSeconds:0} s.");
        }
        catch (HostRefusedException e)
        {
            return Answer.Unknown(e.Fault.InWords());
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or CryptographicException)
        {
            return Answer.Unknown($"{server.Host} showed no certificate: {Lost.InWords(e)}.");
        }
    }

    private Answer Judge((string Host, int Port) server, SeenCertificate seen, int days)
    {
        var link = new UriBuilder("https", server.Host, server.Port).Uri;
        var now = time.GetUtcNow();
        var left = seen.NotAfter - now;
        var until = seen.NotAfter.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (left <= TimeSpan.Zero) return Answer.Fails($"The certificate of {server.Host} expired on {until}.", link);
        if (now < seen.NotBefore) return Answer.Fails($"The certificate of {server.Host} is not valid before {seen.NotBefore.UtcDateTime:yyyy-MM-dd HH:mm} UTC.", link);
        if (!seen.Faults.IsEmpty) return Answer.Fails($"The certificate of {server.Host} is not trusted: {string.Join("; ", seen.Faults)}.", link);
        var valid = $"The certificate of {server.Host} is valid until {until}, {(int)left.TotalDays} days";
        return left < TimeSpan.FromDays(days) ? Answer.Fails($"{valid}; wanted are {days}.", link) : Answer.Holds($"{valid}.", link);
    }

    private static (string Host, int Port)? Server(ImmutableSortedDictionary<string, string> options)
    {
        if (options.GetValueOrDefault("url") is { } url) return Addresses.Read(url) is { Scheme: "https" } address ? (address.IdnHost, address.Port) : null;
        return options.GetValueOrDefault("host") is { } host && Uri.TryCreate($"https://{host}", UriKind.Absolute, out var made)
            && made is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" } && made.IdnHost.Length > 0 ? (made.IdnHost, made.IsDefaultPort ? HttpsPort : made.Port) : null;
    }
}
