using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What proves to a cluster who we are, as it is now.</summary>
internal sealed record Credential(AuthenticationHeaderValue? Header, ClientCertificate? Certificate)
{
    public static Credential Bearer(string token) => new(new AuthenticationHeaderValue("Bearer", token), null);
}

/// <summary>Where credentials come from, and come from again when the cluster refuses them.</summary>
internal abstract class Credentials
{
    /// <exception cref="ClusterConfigException">They can't be had.</exception>
    public abstract ValueTask<Credential> CurrentAsync(CancellationToken cancellationToken);

    /// <summary>The cluster refused these: forgets them if they are still the current ones. True when asking anew may give others.</summary>
    public abstract bool Forget(Credential refused);
}

/// <summary>Credentials that stand in the kubeconfig: a token, a password, a certificate, or none.</summary>
internal sealed class FixedCredentials(Credential credential) : Credentials
{
    public override ValueTask<Credential> CurrentAsync(CancellationToken cancellationToken) => ValueTask.FromResult(credential);

    public override bool Forget(Credential refused) => false;
}

/// <summary>A token in a file that something else rotates.</summary>
/// <param name="fallback">A token to use until the file could be read once.</param>
internal sealed class TokenFileCredentials(string path, string? fallback, TimeProvider time) : Credentials
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);      // as client-go does

    private readonly Lock gate = new();
    private Credential? last;
    private DateTimeOffset readAt;

    public override ValueTask<Credential> CurrentAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (last is not null && now - readAt < Fresh) return ValueTask.FromResult(last);
            var token = ReadToken();
            if (token is null && last is null) throw new ClusterConfigException($"There is no token in {path}.");
            if (token is not null && token != last?.Header?.Parameter) last = Credential.Bearer(token);
            readAt = now;
            return ValueTask.FromResult(last!);
        }
    }

    public override bool Forget(Credential refused)
    {
        lock (gate) readAt = DateTimeOffset.MinValue;
        return true;
    }

    private string? ReadToken()
    {
        try
        {
            var token = File.ReadAllText(path).Trim();
            if (token.Length > 0) return token;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Caught between two writes of whoever rotates it: the last good one serves until the next look.
        }
        return last is null ? fallback : null;
    }
}

/// <summary>A client certificate with its key and the certificates between it and the authority.</summary>
internal sealed class ClientCertificate : IDisposable
{
    private readonly X509Certificate2 leaf;

    private ClientCertificate(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        this.leaf = leaf;
        Context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    public SslStreamCertificateContext Context { get; }

    /// <exception cref="ClusterConfigException">Not PEM, or the key is not this certificate's.</exception>
    public static ClientCertificate FromPem(string certificates, string key, string from)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPem(certificates, key);
            if (OperatingSystem.IsWindows())       // whose TLS can't use a key that is only in memory
            {
                using var ephemeral = certificate;
                certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
            }
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificates);
            return new ClientCertificate(certificate, chain);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ClusterConfigException($"The client certificate and key of {from} can't be used together: {e.Message}", e);
        }
    }

    public void Dispose() => leaf.Dispose();
}
