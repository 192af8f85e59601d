using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using Microsoft.Extensions.Logging;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>A program that hands out credentials, as the <c>exec</c> entry of a kubeconfig's user names it.</summary>
/// <param name="Info">What it is told in <c>KUBERNETES_EXEC_INFO</c>.</param>
internal sealed record ExecPlugin(
    string Command, ImmutableArray<string> Arguments, ImmutableArray<KeyValuePair<string, string>> Environment,
    string ApiVersion, string? InstallHint, string Info)
{
    private static readonly string[] Versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    public static ExecPlugin Read(Kubeconfig.Entry user, YamlMappingNode exec, Kubeconfig.Entry cluster, Uri server)
    {
        var entry = new Kubeconfig.Entry($"exec of {user.Name}", user.File, exec);
        var version = entry.Required("apiVersion");
        if (!Versions.Contains(version, StringComparer.Ordinal))
            throw new ClusterConfigException($"The exec plugin of user '{user.Name}' wants apiVersion {version}; {string.Join(" and ", Versions)} are known.");
        var mode = entry.Text("interactiveMode");
        if (mode == "Always") throw new ClusterConfigException($"The exec plugin of user '{user.Name}' needs a terminal (interactiveMode: Always); a bot has none.");
        if (mode is null && version == Versions[0]) throw new ClusterConfigException($"The exec plugin of user '{user.Name}' has no interactiveMode, which {version} requires.");
        var command = entry.Required("command");
        // Only with a separator is it a path, and then beside the file; a bare name is looked up on PATH.
        if (command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)) command = entry.FilePath("command")!;
        return new ExecPlugin(
            command, [.. entry.List("args").Select(a => Kubeconfig.Entry.Scalar(a) ?? "")], [.. Variables(entry)],
            version, entry.Text("installHint"), Describe(version, entry.Flag("provideClusterInfo") ? cluster : null, server));
    }

    private static IEnumerable<KeyValuePair<string, string>> Variables(Kubeconfig.Entry entry) => entry.List("env")
        .OfType<YamlMappingNode>()
        .Select(v => new Kubeconfig.Entry("env", entry.File, v))
        .Select(v => new KeyValuePair<string, string>(v.Required("name"), v.Text("value") ?? ""));

    private static string Describe(string version, Kubeconfig.Entry? cluster, Uri server)
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (cluster is not null)
        {
            var about = new JsonObject { ["server"] = server.AbsoluteUri.TrimEnd('/') };
            if (cluster.Text("tls-server-name") is { } name) about["tls-server-name"] = name;
            if (cluster.Flag("insecure-skip-tls-verify")) about["insecure-skip-tls-verify"] = true;
            if (cluster.PemOrFile("certificate-authority-data", "certificate-authority") is { } pem)
                about["certificate-authority-data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));
            if (cluster.Text("proxy-url") is { } proxy) about["proxy-url"] = proxy;
            if (cluster.Flag("disable-compression")) about["disable-compression"] = true;
            spec["cluster"] = about;
        }
        return new JsonObject { ["kind"] = "ExecCredential", ["apiVersion"] = version, ["spec"] = spec }.ToJsonString();
    }
}

/// <summary>Credentials from an exec plugin: kept until they expire or are refused.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody takes holds nothing.")]
internal sealed partial class ExecCredentials(ExecPlugin plugin, TimeProvider time, ILogger logger) : Credentials
{
    private const int OutputLimit = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim one = new(1, 1);
    private Credential? current;
    private DateTimeOffset expires;

    public override async ValueTask<Credential> CurrentAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);       // those who wait find what the first one fetched
        try
        {
            if (current is not null && time.GetUtcNow() < expires) return current;
            (current, expires) = Read(await RunAsync(cancellationToken));
            return current;
        }
        finally
        {
            one.Release();
        }
    }

    public override bool Forget(Credential refused)
    {
        Interlocked.CompareExchange(ref current, null, refused);      // somebody else may have fetched new ones already
        return true;
    }

    private async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var process = Start();
        try
        {
            process.StandardInput.Close();
            var complaint = ReadBoundedAsync(process.StandardError, limit.Token);
            var output = await ReadBoundedAsync(process.StandardOutput, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode == 0) return output;
            Log.PluginFailed(logger, plugin.Command, process.ExitCode, BoundedReads.Printable(await complaint, 300));
            throw new ClusterConfigException($"The exec plugin {plugin.Command} failed with exit code {process.ExitCode}; its words are in the bot's log.");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClusterConfigException($"The exec plugin {plugin.Command} did not answer within {Patience.TotalSeconds:0} s.", e);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(plugin.Command, plugin.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in plugin.Environment) start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = plugin.Info;
        try
        {
            return Process.Start(start) ?? throw new ClusterConfigException($"The exec plugin {plugin.Command} did not start.");
        }
        catch (Win32Exception e)
        {
            var hint = string.IsNullOrWhiteSpace(plugin.InstallHint) ? "" : $" {BoundedReads.Printable(plugin.InstallHint, 300)}";
            throw new ClusterConfigException($"The exec plugin {plugin.Command} can't be started: is it installed?{hint}", e);
        }
    }

    private static async Task<string> ReadBoundedAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        for (int count; (count = await reader.ReadAsync(buffer, cancellationToken)) > 0;)
            if (text.Length < OutputLimit) text.Append(buffer, 0, count);
        return text.ToString();
    }

    private (Credential, DateTimeOffset) Read(string output)
    {
        ExecCredential? answer;
        try
        {
            answer = JsonSerializer.Deserialize(output, KubernetesJson.Default.ExecCredential);
        }
        catch (JsonException e)
        {
            throw new ClusterConfigException($"The exec plugin {plugin.Command} did not answer with JSON.", e);
        }
        if (answer?.ApiVersion != plugin.ApiVersion)
            throw new ClusterConfigException($"The exec plugin {plugin.Command} answered with apiVersion {answer?.ApiVersion ?? "none"}, expected {plugin.ApiVersion}.");
        if (answer.Status is not { } status) throw new ClusterConfigException($"The exec plugin {plugin.Command} answered without a status.");
        if (string.IsNullOrEmpty(status.ClientCertificateData) != string.IsNullOrEmpty(status.ClientKeyData))
            throw new ClusterConfigException($"The exec plugin {plugin.Command} gave only one of certificate and key.");
        if (string.IsNullOrEmpty(status.Token) && string.IsNullOrEmpty(status.ClientCertificateData))
            throw new ClusterConfigException($"The exec plugin {plugin.Command} gave neither a token nor a certificate.");
        var certificate = string.IsNullOrEmpty(status.ClientCertificateData)
            ? null
            : ClientCertificate.FromPem(status.ClientCertificateData, status.ClientKeyData!, plugin.Command);
        var header = string.IsNullOrEmpty(status.Token) ? null : Credential.Bearer(status.Token).Header;
        return (new Credential(header, certificate), status.ExpirationTimestamp ?? DateTimeOffset.MaxValue);
    }

    private static partial class Log
    {
        [LoggerMessage(310, LogLevel.Warning, "The exec plugin {Command} failed with exit code {ExitCode}: {Complaint}")]
        public static partial void PluginFailed(ILogger logger, string command, int exitCode, string complaint);
    }
}
