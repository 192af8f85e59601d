using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>One or more kubeconfig files, merged as kubectl merges them.</summary>
/// <remarks>
/// The first file that names a cluster, user or context wins with its whole entry; the first that sets <c>current-context</c> wins.
/// Relative paths are looked up beside the file that holds them.
/// </remarks>
internal sealed class Kubeconfig
{
    private readonly Dictionary<string, Entry> clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> contexts = new(StringComparer.Ordinal);
    private string? currentContext;

    private Kubeconfig() { }

    /// <param name="paths">A file or a list of files; null = <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.</param>
    public static Kubeconfig Load(string? paths) => Load(
        paths, Environment.GetEnvironmentVariable("KUBECONFIG"), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    public static Kubeconfig Load(string? paths, string? environment, string home)
    {
        var list = string.IsNullOrWhiteSpace(paths) ? environment : paths;
        if (string.IsNullOrWhiteSpace(list)) list = Path.Combine(home, ".kube", "config");
        var files = list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var merged = new Kubeconfig();
        // As kubectl has it: of a list, files that are missing are passed over; a single one must be there.
        var present = files.Length == 1 ? files : files.Where(File.Exists).ToArray();
        if (present.Length == 0) throw new ClusterConfigException($"None of the kubeconfig files is there: {list}.");
        foreach (var file in present) merged.Add(Path.GetFullPath(file));
        return merged;
    }

    /// <summary>How to reach the cluster of a context (null = the current one).</summary>
    public ClusterAccess Access(string name, string? context, TimeProvider time, ILogger logger)
    {
        context ??= currentContext ?? throw new ClusterConfigException("The kubeconfig has no current-context; set Context.");
        var chosen = Find(contexts, "context", context);
        var cluster = Find(clusters, "cluster", chosen.Required("cluster"));
        var user = chosen.Text("user") is { Length: > 0 } u ? Find(users, "user", u) : Entry.None;
        var server = ClusterAccess.CheckedServer(cluster.Required("server"));
        var authority = cluster.PemOrFile("certificate-authority-data", "certificate-authority");
        return new ClusterAccess(
            name, server,
            authority is null ? null : ClusterAccess.ReadAuthorities(authority, $"cluster '{cluster.Name}' of {cluster.File}"),
            cluster.Flag("insecure-skip-tls-verify"), cluster.Text("tls-server-name"), Proxy(cluster), Impersonation(user),
            ReadCredentials(user, cluster, server, time, logger));
    }

    private static Credentials ReadCredentials(Entry user, Entry cluster, Uri server, TimeProvider time, ILogger logger)
    {
        if (user.Map("auth-provider") is not null)
            throw new ClusterConfigException(
                $"The user '{user.Name}' has an auth-provider, which Kubernetes dropped in 1.26: use its exec plugin (for example gke-gcloud-auth-plugin or kubelogin).");
        if (user.Map("exec") is { } exec) return new ExecCredentials(ExecPlugin.Read(user, exec, cluster, server), time, logger);
        var (certificates, key) = (user.PemOrFile("client-certificate-data", "client-certificate"), user.PemOrFile("client-key-data", "client-key"));
        if (certificates is null != key is null)
            throw new ClusterConfigException($"The user '{user.Name}' of {user.File} has only one of client certificate and key.");
        if (user.FilePath("tokenFile") is { } file && certificates is null) return new TokenFileCredentials(file, user.Text("token"), time);
        var certificate = certificates is null ? null : ClientCertificate.FromPem(certificates, key!, $"user '{user.Name}' of {user.File}");
        return new FixedCredentials(new Credential(Header(user), certificate));
    }

    private static AuthenticationHeaderValue? Header(Entry user)
    {
        if (user.Text("token") is { Length: > 0 } token) return new AuthenticationHeaderValue("Bearer", token.Trim());
        return user.Text("username") is { Length: > 0 } name
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{user.Text("password")}")))
            : null;
    }

    private static Uri? Proxy(Entry cluster)
    {
        if (cluster.Text("proxy-url") is not { Length: > 0 } text) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw new ClusterConfigException($"The proxy-url of cluster '{cluster.Name}' is not an http, https or socks5 URL.");
    }

    private static ImmutableArray<KeyValuePair<string, string>> Impersonation(Entry user)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (user.Text("as") is { Length: > 0 } name) headers.Add(new("Impersonate-User", name));
        if (user.Text("as-uid") is { Length: > 0 } uid) headers.Add(new("Impersonate-Uid", uid));
        headers.AddRange(user.List("as-groups").Select(g => new KeyValuePair<string, string>("Impersonate-Group", Entry.Scalar(g) ?? "")));
        foreach (var (key, values) in user.Map("as-user-extra") ?? new YamlMappingNode())
            foreach (var value in values as YamlSequenceNode ?? [])
                headers.Add(new($"Impersonate-Extra-{Uri.EscapeDataString(Entry.Scalar(key) ?? "")}", Entry.Scalar(value) ?? ""));
        return headers.ToImmutable();
    }

    private void Add(string file)
    {
        var root = Parse(file);
        if (root is null) return;
        var whole = new Entry("", file, root);
        if (string.IsNullOrEmpty(currentContext)) currentContext = whole.Text("current-context") is { Length: > 0 } c ? c : null;
        AddAll(clusters, whole, "clusters", "cluster");
        AddAll(users, whole, "users", "user");
        AddAll(contexts, whole, "contexts", "context");
    }

    private static void AddAll(Dictionary<string, Entry> known, Entry whole, string list, string inner)
    {
        foreach (var node in whole.List(list).OfType<YamlMappingNode>())
        {
            var named = new Entry("", whole.File, node);
            if (named.Text("name") is { } name) known.TryAdd(name, new Entry(name, whole.File, named.Map(inner) ?? new YamlMappingNode()));
        }
    }

    private static YamlMappingNode? Parse(string file)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(ClusterAccess.ReadFile(file)));
            return yaml.Documents.Count == 0 ? null : yaml.Documents[0].RootNode as YamlMappingNode;
        }
        catch (YamlException e)
        {
            // The parser's own message may quote the line, and the line may hold a token.
            throw new ClusterConfigException($"The kubeconfig {file} is not YAML (line {e.Start.Line}).", e);
        }
    }

    private static Entry Find(Dictionary<string, Entry> known, string kind, string name) =>
        known.TryGetValue(name, out var entry)
            ? entry
            : throw new ClusterConfigException($"The kubeconfig has no {kind} '{name}'; it has {(known.Count == 0 ? "none" : string.Join(", ", known.Keys.Order(StringComparer.Ordinal)))}.");

    /// <summary>One entry of a kubeconfig, and the file it stands in.</summary>
    internal sealed record Entry(string Name, string File, YamlMappingNode Node)
    {
        public static Entry None { get; } = new("", "", new YamlMappingNode());

        public static string? Scalar(YamlNode node) => node is YamlScalarNode { Value: { } value, Style: var style }
            && !(style == ScalarStyle.Plain && value is "" or "null" or "~") ? value : null;

        public string? Text(string key) => Node.Children.TryGetValue(new YamlScalarNode(key), out var node) ? Scalar(node) : null;

        public bool Flag(string key) => string.Equals(Text(key), "true", StringComparison.OrdinalIgnoreCase);

        public YamlMappingNode? Map(string key) =>
            Node.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node as YamlMappingNode : null;

        public IEnumerable<YamlNode> List(string key) =>
            Node.Children.TryGetValue(new YamlScalarNode(key), out var node) && node is YamlSequenceNode list ? list.Children : [];

        public string Required(string key) => Text(key) is { Length: > 0 } text
            ? text
            : throw new ClusterConfigException($"'{Name}' in {File} has no {key}.");

        public string? FilePath(string key) => Text(key) is { Length: > 0 } path ? Path.Combine(Path.GetDirectoryName(File) ?? "", path) : null;

        public string? PemOrFile(string data, string path)
        {
            if (Text(data) is not { Length: > 0 } base64) return FilePath(path) is { } file ? ClusterAccess.ReadFile(file) : null;
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
            }
            catch (FormatException e)
            {
                throw new ClusterConfigException($"The {data} of '{Name}' in {File} is not base64.", e);
            }
        }
    }
}
