using System.Diagnostics;
using ChatOps.Testing.Kubernetes;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>The tests of any cluster run against one that is only given by a kubeconfig, as docs/kubernetes.md says: this program again, in a process of its own.</summary>
public sealed class GivenClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task They_pass_in_another_process_that_has_only_the_address_and_leave_nothing_behind()
    {
        await using var cluster = await ClusterAsync();
        cluster.AddDeployment("prod", "api", "registry.example.com/api:v1");
        var before = cluster.Find("deployments", "prod", "api")!.ToJsonString();
        var (code, output) = await RunAsync(cluster, "-trait", $"{AnyBed.Trait}=any");
        code.ShouldBe(0, output);
        output.ShouldContain("Failed: 0, Skipped: 0");
        Number(output, "Total: ").ShouldBeGreaterThanOrEqualTo(21);
        var made = cluster.Changes.Where(change => change is { Resource: "namespaces", Manager: "kubectl-create" }).Select(change => change.Name).ToList();
        made.Count.ShouldBeGreaterThanOrEqualTo(21);
        made.ShouldAllBe(name => name.StartsWith("chatops-test-", StringComparison.Ordinal) && cluster.Find("namespaces", "", name) == null && cluster.Pods(name).Count == 0);
        cluster.Changes.ShouldAllBe(change => change.Resource == "namespaces" || change.Namespace.StartsWith("chatops-test-", StringComparison.Ordinal));
        cluster.Find("deployments", "prod", "api")!.ToJsonString().ShouldBe(before);
    }

    [Fact]
    public async Task What_needs_the_stand_in_is_skipped_there_and_says_why()
    {
        await using var cluster = await ClusterAsync();
        var (code, output) = await RunAsync(cluster, "-class", typeof(FaultTests).FullName!);
        code.ShouldBe(0, output);
        output.ShouldContain("It breaks the stand-in on purpose");
        Number(output, "Skipped: ").ShouldBeGreaterThan(0);
        cluster.Requests.ShouldBeEmpty();
    }

    private static async Task<KubernetesStandIn> ClusterAsync()
    {
        Assert.SkipWhen(AnyBed.Given is not null, "It is how the tests of a given cluster are tested: there they run themselves.");
        var cluster = await KubernetesStandIn.StartAsync();
        cluster.AutoAdvance(TimeSpan.FromMilliseconds(5));
        return cluster;
    }

    private static async Task<(int Code, string Output)> RunAsync(KubernetesStandIn cluster, params string[] which)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-given-");
        var kubeconfig = Path.Combine(folder.FullName, "config");
        cluster.WriteKubeconfig(kubeconfig);
        var start = new ProcessStartInfo("dotnet", [typeof(GivenClusterTests).Assembly.Location, "-noLogo", "-noColor", .. which]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment[AnyBed.Variable] = kubeconfig;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            folder.Delete(recursive: true);
        }
    }

    private static int Number(string output, string behind) => int.Parse(output[(output.LastIndexOf(behind, StringComparison.Ordinal) + behind.Length)..].Split(',', '\n')[0], System.Globalization.CultureInfo.InvariantCulture);
}
