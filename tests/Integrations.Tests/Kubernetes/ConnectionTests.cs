using System.Text;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Testing.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

public sealed class ConnectionTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("chatops-tls-").FullName;
    private readonly Authority authority = new();

    [Fact]
    public async Task The_clusters_own_authority_is_trusted_and_no_other()
    {
        using var certificate = authority.Server();
        await using var cluster = await StartAsync(new StandInOptions(Certificate: certificate));
        (await VersionAsync(cluster, $"certificate-authority-data: {Base64(authority.Pem)}")).ShouldBe("v1");
        using var another = new Authority();
        (await RefusedAsync(cluster, $"certificate-authority-data: {Base64(another.Pem)}")).ShouldContain("TLS failed");
        (await RefusedAsync(cluster, "disable-compression: true")).ShouldContain("TLS failed");          // the system's roots do not know it
        (await VersionAsync(cluster, "insecure-skip-tls-verify: true")).ShouldBe("v1");
    }

    [Fact]
    public async Task A_certificate_of_another_name_needs_that_name_in_the_kubeconfig()
    {
        using var certificate = authority.Server("kubernetes.internal");
        await using var cluster = await StartAsync(new StandInOptions(Certificate: certificate));
        await File.WriteAllTextAsync(Path.Combine(folder, "ca.pem"), authority.Pem);
        (await RefusedAsync(cluster, "certificate-authority: ca.pem")).ShouldContain("TLS failed");
        (await VersionAsync(cluster, "certificate-authority: ca.pem, tls-server-name: kubernetes.internal")).ShouldBe("v1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_certificate_is_shown(bool rsa)
    {
        using var certificate = authority.Server();
        await using var cluster = await StartAsync(new StandInOptions(Certificate: certificate, ClientCertificates: true));
        var (client, key) = authority.Client("bot", rsa);
        await File.WriteAllTextAsync(Path.Combine(folder, "client.key"), key);
        var user = $"client-certificate-data: {Base64(client)}, client-key: client.key, token: {cluster.Token}";
        (await VersionAsync(cluster, $"certificate-authority-data: {Base64(authority.Pem)}", user)).ShouldBe("v1");
        cluster.Visitors.ShouldContain("CN=bot");
    }

    [Fact]
    public async Task A_refused_token_is_fetched_anew_once()
    {
        await using var cluster = await StartAsync(new StandInOptions());
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), "old");
        using var client = Client(cluster, "disable-compression: true", "tokenFile: token");
        cluster.Token = "old";
        await client.GetDeploymentAsync("shop", "api", default);
        cluster.Token = "new";
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), "new");
        await client.GetDeploymentAsync("shop", "api", default);
        cluster.Requests.Count.ShouldBe(3);
        cluster.Token = "newest";
        await Should.ThrowAsync<ApiException>(client.GetDeploymentAsync("shop", "api", default));
        cluster.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Long_lists_come_in_pages()
    {
        await using var cluster = await StartAsync(new StandInOptions());
        for (var i = 0; i < 600; i++) cluster.Put("pods", "many", new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = $"p{i}" } });
        using var client = Client(cluster, "disable-compression: true", $"token: {cluster.Token}");
        var (pods, version) = await client.ListAsync(new ApiCall("main", "list", "pods", "many"), Paths.Pods("many"), KubernetesJson.Default.ObjectListPod, default);
        pods.Count.ShouldBe(600);
        version.ShouldNotBeEmpty();
        cluster.Requests.Count.ShouldBe(3);
    }

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<KubernetesStandIn> StartAsync(StandInOptions options)
    {
        var cluster = await KubernetesStandIn.StartAsync(options);
        cluster.AddDeployment("shop", "api", "api:v1");
        return cluster;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private async Task<string> VersionAsync(KubernetesStandIn cluster, string trust, string? user = null)
    {
        using var client = Client(cluster, trust, user ?? $"token: {cluster.Token}");
        var deployment = await client.GetDeploymentAsync("shop", "api", default);
        return Images.VersionOf(Images.Choose(deployment.Spec.Template, Bed.Api).Image);
    }

    private async Task<string> RefusedAsync(KubernetesStandIn cluster, string trust) =>
        (await Should.ThrowAsync<ApiException>(() => VersionAsync(cluster, trust))).Message;

    private ClusterClient Client(KubernetesStandIn cluster, string trust, string user)
    {
        var path = Path.Combine(folder, "config");
        File.WriteAllText(path, $"""
            current-context: x
            clusters: [{"{"} name: c, cluster: {"{"} server: "{cluster.Url}", {trust} {"}"} {"}"}]
            users: [{"{"} name: u, user: {"{"} {user} {"}"} {"}"}]
            contexts: [{"{"} name: x, context: {"{"} cluster: c, user: u {"}"} {"}"}]
            """);
        var access = Kubeconfig.Load(path).Access("main", null, TimeProvider.System, NullLogger.Instance);
        return new ClusterClient(access, Bed.Quick, TimeProvider.System);
    }
}
