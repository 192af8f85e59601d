using System.Text;
using ChatOps.Integrations.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

public sealed class KubeconfigTests : IDisposable
{
    private const string OneOfEach = """
        current-context: here
        clusters:
        - { name: c, cluster: { server: "https://example.com:6443/k8s/clusters/c-1" } }
        contexts:
        - { name: here, context: { cluster: c, user: u } }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("chatops-kubeconfig-").FullName;

    [Fact]
    public async Task A_token_and_a_prefix_are_read()
    {
        var access = Read("users: [{ name: u, user: { token: t0ken } }]");
        access.Server.ShouldBe(new Uri("https://example.com:6443/k8s/clusters/c-1/"));
        new Uri(access.Server, Paths.Pods("shop")).AbsolutePath.ShouldBe("/k8s/clusters/c-1/api/v1/namespaces/shop/pods");
        (await HeaderAsync(access)).ShouldBe("Bearer t0ken");
    }

    [Fact]
    public async Task A_password_is_read() =>
        (await HeaderAsync(Read("users: [{ name: u, user: { username: ana, password: pw } }]"))).ShouldBe("Basic " + Convert.ToBase64String("ana:pw"u8));

    [Fact]
    public async Task A_token_file_is_beside_its_kubeconfig_and_read_again()
    {
        Write("token", " one \n");
        var access = Read("users: [{ name: u, user: { tokenFile: token, token: old } }]");
        (await HeaderAsync(access)).ShouldBe("Bearer one");
        Write("token", "two");
        (await HeaderAsync(access)).ShouldBe("Bearer one");                                // not on every request
        access.Credentials.Forget(await access.Credentials.CurrentAsync(default)).ShouldBeTrue();
        (await HeaderAsync(access)).ShouldBe("Bearer two");
        File.Delete(Path.Combine(folder, "token"));
        access.Credentials.Forget(await access.Credentials.CurrentAsync(default));
        (await HeaderAsync(access)).ShouldBe("Bearer two");                                // the last good one
    }

    [Fact]
    public void Impersonation_and_proxy_are_read()
    {
        var access = Read("users: [{ name: u, user: { token: t, as: bob, as-groups: [a, b] } }]", OneOfEach.Replace("c-1\"", "c-1\", proxy-url: \"socks5://p:1\"", StringComparison.Ordinal));
        access.Impersonation.Select(h => $"{h.Key}={h.Value}").ShouldBe(["Impersonate-User=bob", "Impersonate-Group=a", "Impersonate-Group=b"]);
        access.Proxy.ShouldBe(new Uri("socks5://p:1"));
    }

    [Fact]
    public async Task Of_several_files_the_first_that_names_something_wins()
    {
        Write("a", "current-context: \"\"\nusers: [{ name: u, user: { token: from-a } }]");
        Write("b", OneOfEach + "\nusers: [{ name: u, user: { token: from-b } }]");
        Write("c", "current-context: there\ncontexts: [{ name: there, context: { cluster: c, user: u } }]");
        var list = string.Join(Path.PathSeparator, new[] { "a", "missing", "b", "c" }.Select(f => Path.Combine(folder, f)));
        var config = Kubeconfig.Load(null, list, folder);
        (await HeaderAsync(Access(config))).ShouldBe("Bearer from-a");
        Access(config, "there").Server.Host.ShouldBe("example.com");
    }

    [Fact]
    public void Without_a_path_it_is_the_homes()
    {
        Directory.CreateDirectory(Path.Combine(folder, ".kube"));
        Write(".kube/config", OneOfEach + "\nusers: [{ name: u, user: {} }]");
        Access(Kubeconfig.Load(null, null, folder)).Server.Host.ShouldBe("example.com");
    }

    [Theory]
    [InlineData("users: [{ name: u, user: { auth-provider: { name: gcp } } }]", "auth-provider, which Kubernetes dropped")]
    [InlineData("users: [{ name: other, user: {} }]", "no user 'u'; it has other")]
    [InlineData("users: [{ name: u, user: { client-certificate-data: YQ== } }]", "only one of client certificate and key")]
    [InlineData("users: [{ name: u, user: { client-certificate-data: '***', client-key-data: YQ== } }]", "not base64")]
    [InlineData("users: [{ name: u, user: { client-certificate-data: YQ==, client-key-data: YQ== } }]", "can't be used together")]
    [InlineData("users: [{ name: u, user: { exec: { command: x, apiVersion: client.authentication.k8s.io/v1 } } }]", "no interactiveMode")]
    [InlineData("users: [{ name: u, user: { exec: { command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always } } }]", "needs a terminal")]
    [InlineData("users: [{ name: u, user: { exec: { command: x, apiVersion: client.authentication.k8s.io/v1alpha1 } } }]", "v1alpha1")]
    [InlineData("users: [{ name: u, user: { token: [", "not YAML (line")]
    public void What_cannot_be_used_is_said(string users, string why) =>
        Should.Throw<ClusterConfigException>(() => Read(users)).Message.ShouldContain(why);

    [Theory]
    [InlineData("http://example.com", "must be https")]
    [InlineData("http://127.0.0.1:1", null)]
    [InlineData("https://u:p@example.com", "password in its URL")]
    [InlineData("example", "not a URL")]
    public void Only_https_or_loopback_is_spoken_to(string server, string? why)
    {
        if (why is null) ClusterAccess.CheckedServer(server).AbsolutePath.ShouldBe("/");
        else Should.Throw<ClusterConfigException>(() => ClusterAccess.CheckedServer(server)).Message.ShouldContain(why);
    }

    [Fact]
    public void A_broken_line_with_a_token_is_not_quoted()
    {
        var fault = Should.Throw<ClusterConfigException>(() => Read("users: [{ name: u, user: { token: s3cret"));
        fault.Message.ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task In_a_pod_the_service_account_is_used()
    {
        using var authority = new Authority();
        Write("token", "pod-token\n");
        Write("ca.crt", authority.Pem);
        var environment = new Dictionary<string, string> { ["KUBERNETES_SERVICE_HOST"] = "fd00::1", ["KUBERNETES_SERVICE_PORT"] = "443" };
        var access = ClusterAccess.InCluster("main", folder, environment.GetValueOrDefault, TimeProvider.System);
        access.Server.ShouldBe(new Uri("https://[fd00::1]:443/"));
        access.Authorities!.Count.ShouldBe(1);
        (await HeaderAsync(access)).ShouldBe("Bearer pod-token");
        Should.Throw<ClusterConfigException>(() => ClusterAccess.InCluster("main", folder, _ => null, TimeProvider.System)).Message.ShouldContain("not a pod");
    }

    [Fact]
    public async Task A_plugin_is_run_once_and_again_when_refused()
    {
        var access = Exec("""
            echo x >> runs
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s-%s"}}' "$WHO" "$(wc -l < runs | tr -d ' ')"
            """);
        var refused = await access.Credentials.CurrentAsync(default);
        refused.Header!.Parameter.ShouldBe("bot-1");
        (await HeaderAsync(access)).ShouldBe("Bearer bot-1");
        access.Credentials.Forget(refused).ShouldBeTrue();
        access.Credentials.Forget(refused).ShouldBeTrue();
        (await Task.WhenAll(HeaderAsync(access), HeaderAsync(access))).ShouldAllBe(h => h == "Bearer bot-2");
        access.Credentials.Forget(refused);                                                // an old refusal does not cost the new ones
        (await HeaderAsync(access)).ShouldBe("Bearer bot-2");
    }

    [Fact]
    public async Task A_plugin_is_run_again_when_its_credentials_expire()
    {
        var access = Exec("""
            echo x >> runs
            printf '{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t%s","expirationTimestamp":"2020-01-01T00:00:00Z"}}' "$(wc -l < runs | tr -d ' ')"
            """);
        (await HeaderAsync(access)).ShouldBe("Bearer t1");
        (await HeaderAsync(access)).ShouldBe("Bearer t2");
    }

    [Fact]
    public async Task A_plugin_is_told_about_the_cluster_where_it_wants_to_be()
    {
        var access = Exec("""
            printf '%s' "$KUBERNETES_EXEC_INFO" > info
            echo '{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}'
            """, "provideClusterInfo: true");
        await HeaderAsync(access);
        var info = await File.ReadAllTextAsync(Path.Combine(folder, "info"));
        info.ShouldContain("\"interactive\":false");
        info.ShouldContain("\"server\":\"https://example.com:6443/k8s/clusters/c-1\"");
    }

    [Theory]
    [InlineData("echo s3cret >&2; exit 3", "failed with exit code 3")]
    [InlineData("echo s3cret", "did not answer with JSON")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"s3cret"}}'""", "expected client.authentication.k8s.io/v1")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1"}'""", "without a status")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","status":{}}'""", "neither a token nor a certificate")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"s3cret"}}'""", "only one of certificate and key")]
    public async Task A_plugin_that_fails_is_said_without_its_secrets(string script, string why)
    {
        var fault = await Should.ThrowAsync<ClusterConfigException>(() => HeaderAsync(Exec(script)));
        fault.Message.ShouldContain(why);
        fault.Message.ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task A_plugin_that_is_not_installed_says_how_to_get_it()
    {
        var access = Read("users: [{ name: u, user: { exec: { command: no-such-plugin, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, installHint: Get it from ops. } } }]");
        (await Should.ThrowAsync<ClusterConfigException>(() => HeaderAsync(access))).Message.ShouldContain("is it installed? Get it from ops.");
    }

    [Fact]
    public void Faults_of_all_clusters_are_told_at_start_with_their_keys()
    {
        var options = new KubernetesOptions { Clusters = { ["a"] = new() { Kubeconfig = "/nowhere/config" }, ["b"] = new() { InCluster = true, Context = "x" } } };
        var faults = new KubernetesOptionsCheck().Validate(null, options).Failures!.ToList();
        faults.Count.ShouldBe(2);
        faults[0].ShouldBe("Kubernetes:Clusters:a: The file /nowhere/config can't be read.");
        faults[1].ShouldStartWith("Kubernetes:Clusters:b: InCluster and Kubeconfig");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ClusterAccess Exec(string script, string more = "provideClusterInfo: false")
    {
        Write("plugin.sh", $"#!/bin/sh\ncd \"$(dirname \"$0\")\"\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, "plugin.sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        return Read($"""
            users:
            - name: u
              user:
                exec:
                  command: ./plugin.sh
                  apiVersion: client.authentication.k8s.io/v1
                  interactiveMode: IfAvailable
                  env: [{"{"} name: WHO, value: bot {"}"}]
                  {more}
            """);
    }

    private ClusterAccess Read(string users, string rest = OneOfEach)
    {
        Write("config", rest + "\n" + users);
        return Access(Kubeconfig.Load(Path.Combine(folder, "config")));
    }

    private static ClusterAccess Access(Kubeconfig config, string? context = null) => config.Access("main", context, TimeProvider.System, NullLogger.Instance);

    private static async Task<string?> HeaderAsync(ClusterAccess access) => (await access.Credentials.CurrentAsync(default)).Header?.ToString();

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text, new UTF8Encoding(false));
}
