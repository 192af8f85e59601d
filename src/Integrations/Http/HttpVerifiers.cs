using System.Collections.Immutable;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Http;

/// <summary><c>verify: http</c>: an address answers as expected.</summary>
internal sealed class HttpVerifier(IOutgoing outgoing) : IVerifier
{
    public ImmutableArray<string> Names => ["http"];

    public async Task<Seen> LookAsync(Question question, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(question.Option("url"), UriKind.Absolute, out var url)) return new Seen(EvidenceVerdict.Unknown, "the item names no address: with: { url: … }");
        var wanted = int.TryParse(question.Option("status"), CultureInfo.InvariantCulture, out var status) ? status : 200;
        return await outgoing.SendAsync(new OutgoingRequest("GET", url, ImmutableSortedDictionary<string, string>.Empty, null, TimeSpan.FromSeconds(10)), cancellationToken) switch
        {
            Outcome<OutgoingAnswer>.Done { Value: var answer } when answer.Status == wanted => new Seen(EvidenceVerdict.Holds, $"{url.Host} answers {answer.Status}", url),
            Outcome<OutgoingAnswer>.Done { Value: var answer } => new Seen(EvidenceVerdict.Fails, $"{url.Host} answers {answer.Status}, expected {wanted}", url),
            Outcome<OutgoingAnswer>.Never never => new Seen(EvidenceVerdict.Unknown, never.Fault.Why.TrimEnd('.')),
            Outcome<OutgoingAnswer>.Later later => new Seen(EvidenceVerdict.Fails, later.Why.TrimEnd('.'), url),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }
}

/// <summary><c>verify: certificate</c>: a host's certificate is trusted and valid for some days more.</summary>
internal sealed class CertificateVerifier(IOptionsMonitor<HttpOptions> options, TimeProvider time) : IVerifier
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public ImmutableArray<string> Names => ["certificate"];

    public async Task<Seen> LookAsync(Question question, CancellationToken cancellationToken)
    {
        var named = question.Option("host") ?? (Uri.TryCreate(question.Option("url"), UriKind.Absolute, out var url) ? url.Authority : null);
        if (named is null || !Uri.TryCreate($"https://{named}", UriKind.Absolute, out var address)) return new Seen(EvidenceVerdict.Unknown, "the item names no host: with: { host: … }");
        var hosts = new AllowedHosts(options.CurrentValue.AllowedHosts);
        if (hosts.Refuse(address) is { } no) return new Seen(EvidenceVerdict.Unknown, no);
        var days = int.TryParse(question.Option("days"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 21;
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await LookAsync(address, hosts, days, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Seen(EvidenceVerdict.Unknown, $"{address.Host} does not answer within {Words.Duration(Patience)}");
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            return new Seen(EvidenceVerdict.Unknown, $"{address.Host} can't be reached: {Lost.InWords(e)}");
        }
    }

    private async Task<Seen> LookAsync(Uri address, AllowedHosts hosts, int days, CancellationToken cancellationToken)
    {
        var addresses = await System.Net.Dns.GetHostAddressesAsync(address.IdnHost, cancellationToken);
        if (addresses.Select(one => hosts.Refuse(address.Host, one)).FirstOrDefault(why => why is not null) is { } no) return new Seen(EvidenceVerdict.Unknown, no);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(addresses, address.Port, cancellationToken);
        var (errors, ends) = (SslPolicyErrors.None, (DateTimeOffset?)null);
        await using var stream = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, shown, _, found) =>
        {
            (errors, ends) = (found, shown is X509Certificate2 certificate ? new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero) : null);
            return found == SslPolicyErrors.None;
        });
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.IdnHost, CertificateRevocationCheckMode = X509RevocationMode.NoCheck }, cancellationToken);
        }
        catch (AuthenticationException) when (errors != SslPolicyErrors.None && ends is not null)
        {
            // What is wrong with the certificate was seen: that is the answer.
        }

        return ends is { } until ? Judge(address, until, errors, days) : new Seen(EvidenceVerdict.Unknown, $"{address.Host} shows no certificate");
    }

    private Seen Judge(Uri address, DateTimeOffset ends, SslPolicyErrors errors, int days)
    {
        var (left, until) = (ends - time.GetUtcNow(), ends.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        if (left <= TimeSpan.Zero) return new Seen(EvidenceVerdict.Fails, $"the certificate of {address.Host} ran out on {until}", address);
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return new Seen(EvidenceVerdict.Fails, $"the certificate that {address.Host} shows is for another name", address);
        if (errors != SslPolicyErrors.None) return new Seen(EvidenceVerdict.Fails, $"the certificate of {address.Host} is not trusted", address);
        return left >= TimeSpan.FromDays(days)
            ? new Seen(EvidenceVerdict.Holds, $"the certificate of {address.Host} is valid until {until}", address)
            : new Seen(EvidenceVerdict.Fails, $"the certificate of {address.Host} is valid only until {until}, less than {days} days", address);
    }
}
