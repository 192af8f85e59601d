using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ChatOps.Integrations.Http;

/// <param name="Faults">Why it is not to be trusted, dates aside; empty when it is.</param>
internal sealed record SeenCertificate(DateTimeOffset NotBefore, DateTimeOffset NotAfter, ImmutableArray<string> Faults);

/// <summary>Looks at the certificate that a host shows: a TLS handshake, and nothing said after it.</summary>
internal sealed class CertificateLook(GuardedDial dial, TimeProvider time)
{
    /// <summary>Authorities trusted instead of the machine's; empty = the machine's.</summary>
    public X509Certificate2Collection Trusted { get; init; } = [];

    /// <exception cref="AuthenticationException">No handshake came about.</exception>
    public async Task<SeenCertificate> AtAsync(string host, int port, CancellationToken cancellationToken)
    {
        SeenCertificate? seen = null;
        await using var stream = await dial.ConnectAsync(host, port, cancellationToken);
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                CertificateChainPolicy = NewPolicy(),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    seen = certificate is X509Certificate2 shown ? Read(host, shown, chain, errors) : null;
                    return seen is not null;             // whatever it says: it is looked at, and nothing is sent
                },
            },
            cancellationToken);
        return seen ?? throw new AuthenticationException("the handshake brought none");
    }

    private X509ChainPolicy NewPolicy()
    {
        var policy = new X509ChainPolicy
        {
            // A certificate names addresses where its issuer and revocations are: going there would be going where the host says.
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationTime = time.GetUtcNow().UtcDateTime,
            VerificationTimeIgnored = false,
        };
        if (Trusted.Count == 0) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(Trusted);
        return policy;
    }

    private static SeenCertificate Read(string host, X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) faults.Add($"it is not for {host}");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)) faults.AddRange(ChainFaults(shown, chain));
        return new SeenCertificate(new DateTimeOffset(shown.NotBefore), new DateTimeOffset(shown.NotAfter), faults.ToImmutable());
    }

    /// <summary>The shown certificate's own dates are not among them, since they are judged against the days wanted; an issuer's are.</summary>
    private static IEnumerable<string> ChainFaults(X509Certificate2 shown, X509Chain? chain)
    {
        if (chain is null) return ["no chain could be built"];
        return chain.ChainElements.SelectMany(element => element.ChainElementStatus.Select(status => (element.Certificate, status.Status)))
            .Where(fault => fault.Status != X509ChainStatusFlags.NotTimeValid || fault.Certificate.Thumbprint != shown.Thumbprint)
            .Select(fault => InWords(fault.Status)).Distinct();
    }

    private static string InWords(X509ChainStatusFlags status) => status switch
    {
        X509ChainStatusFlags.UntrustedRoot => "nobody we trust has signed it",
        X509ChainStatusFlags.PartialChain => "the way to an authority we trust is missing (the host has to send the certificates in between)",
        X509ChainStatusFlags.NotTimeValid => "a certificate that signed it has expired or is not valid yet",
        X509ChainStatusFlags.NotSignatureValid => "its signature is wrong",
        X509ChainStatusFlags.NotValidForUsage => "it is not meant for servers",
        _ => status.ToString(),
    };
}
