using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Where a cluster is, whom to trust there, and who we are to it.</summary>
/// <param name="Server">Ends with a slash; a path prefix (as Rancher has) is kept.</param>
/// <param name="Authorities">The only roots trusted; null = those of the system.</param>
/// <param name="TlsServerName">The name in the server's certificate, where it isn't the host's.</param>
internal sealed record ClusterAccess(
    string Name, Uri Server, X509Certificate2Collection? Authorities, bool SkipTlsCheck, string? TlsServerName, Uri? Proxy,
    ImmutableArray<KeyValuePair<string, string>> Impersonation, Credentials Credentials)
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <exception cref="ClusterConfigException">The settings, or a file they name, can't be used.</exception>
    public static ClusterAccess Read(string name, ClusterOptions options, TimeProvider time, ILogger logger) =>
        options.InCluster
            ? InCluster(name, ServiceAccount, Environment.GetEnvironmentVariable, time)
            : Kubeconfig.Load(options.Kubeconfig).Access(name, options.Context, time, logger);

    /// <summary>As the service account of the pod we run in.</summary>
    public static ClusterAccess InCluster(string name, string folder, Func<string, string?> environment, TimeProvider time)
    {
        var (host, port) = (environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT"));
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port))
            throw new ClusterConfigException("InCluster is set, but KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not: this is not a pod.");
        var server = host.Contains(':', StringComparison.Ordinal) ? $"https://[{host}]:{port}" : $"https://{host}:{port}";
        var authority = Path.Combine(folder, "ca.crt");
        return new ClusterAccess(
            name, CheckedServer(server), ReadAuthorities(ReadFile(authority), authority), SkipTlsCheck: false, TlsServerName: null, Proxy: null, [],
            new TokenFileCredentials(Path.Combine(folder, "token"), fallback: null, time));
    }

    /// <summary>Tokens travel in headers, so plain http is for loopback only.</summary>
    public static Uri CheckedServer(string server)
    {
        if (!Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var uri))
            throw new ClusterConfigException($"The server '{server}' is not a URL.");
        if (uri.UserInfo.Length > 0) throw new ClusterConfigException($"The server at {uri.Host} has a password in its URL; put it under users.");
        if (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)) return uri;
        throw new ClusterConfigException($"The server '{server}' must be https (http is for loopback only).");
    }

    public static X509Certificate2Collection ReadAuthorities(string pem, string from)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new ClusterConfigException($"The certificate authority in {from} can't be read.", e);
        }
        return authorities.Count > 0 ? authorities : throw new ClusterConfigException($"There is no certificate in {from}.");
    }

    public static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClusterConfigException($"The file {path} can't be read.", e);
        }
    }

    public SocketsHttpHandler Handler(ClientCertificate? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxConnectionsPerServer = 256,      // each shared watch holds one
            ConnectCallback = Dial.ConnectAsync,
        };
        if (Proxy is not null) handler.Proxy = new WebProxy(Proxy);
        if (Server.IsLoopback) handler.UseProxy = false;
        handler.SslOptions.ClientCertificateContext = certificate?.Context;
#pragma warning disable CA5359      // the kubeconfig says so in as many words: insecure-skip-tls-verify
        if (SkipTlsCheck) handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (Authorities is not null) handler.SslOptions.CertificateChainPolicy = Trusting(Authorities);
        return handler;
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,      // cluster authorities publish no lists
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
