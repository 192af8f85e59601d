using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>A certificate authority that lives as long as a test.</summary>
internal sealed class Authority : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 root;

    public Authority()
    {
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public string Pem => root.ExportCertificatePem();

    /// <summary>A server's certificate for loopback, or for a name.</summary>
    public X509Certificate2 Server(string? name = null)
    {
        using var own = RSA.Create(2048);
        var request = new CertificateRequest("CN=server", own, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (name is null) names.AddIpAddress(IPAddress.Loopback);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = Sign(request);
        using var whole = signed.CopyWithPrivateKey(own);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A client's certificate and its key, as PEM: EC as openssl writes it, RSA as PKCS #1.</summary>
    public (string Certificate, string Key) Client(string name, bool rsa)
    {
        using var r = RSA.Create(2048);
        using var e = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = rsa
            ? new CertificateRequest($"CN={name}", r, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={name}", e, HashAlgorithmName.SHA256);
        using var signed = Sign(request);
        return (signed.ExportCertificatePem(), rsa ? r.ExportRSAPrivateKeyPem() : e.ExportECPrivateKeyPem());
    }

    public void Dispose()
    {
        root.Dispose();
        key.Dispose();
    }

    private X509Certificate2 Sign(CertificateRequest request) => request.Create(
        root.SubjectName, X509SignatureGenerator.CreateForECDsa(key), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
}
