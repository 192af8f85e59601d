using System.Diagnostics;
using System.Globalization;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Kubernetes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Benchmarks;

/// <summary>Many rollouts at once against a stand-in of a cluster in this process: what one costs as their number grows, how many watches they take, and how soon a failing pod is told.</summary>
/// <remarks>The stand-in's own work is in the numbers of processor time and memory: they are bounds from above.</remarks>
internal static class RolloutBenchmark
{
    private const int PerNamespace = 25;

    public static async Task RunAsync(TextWriter output)
    {
        foreach (var count in new[] { 1, 10, 50, 200, 500 }) await output.WriteLineAsync(await MeasureAsync(count));
    }

    private static async Task<string> MeasureAsync(int count)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-bench-").FullName;
        await using var cluster = await KubernetesStandIn.StartAsync();
        var kubeconfig = Path.Combine(folder, "config");
        cluster.WriteKubeconfig(kubeconfig);
        var names = Enumerable.Range(0, count).Select(number => (Namespace: $"ns{number / PerNamespace}", Name: $"svc{number}")).ToList();
        foreach (var group in names.GroupBy(name => name.Namespace, name => name.Name)) cluster.AddDeployments(group.Key, group, "registry.example.com/svc:v1", 1);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Kubernetes:Clusters:main:Kubeconfig"] = kubeconfig }).Build();
        await using var services = new ServiceCollection().AddLogging().AddKubernetes(configuration).BuildServiceProvider();
        var targets = services.GetServices<ITargets>().Single();
        cluster.AutoAdvance(TimeSpan.FromMilliseconds(100));

        using var process = Process.GetCurrentProcess();
        var (before, watch) = (process.TotalProcessorTime, Stopwatch.StartNew());
        var most = 0;
        var ends = await Task.WhenAll(names.Select(async (name, number) =>
        {
            // One of them can't be pulled: how soon is that told?
            var bad = number == count - 1;
            var end = await FollowAsync(targets, new Target.Kubernetes("main", name.Namespace, name.Name, "registry.example.com/svc"), number, bad ? "v2-bad" : "v2", () => most = Math.Max(most, cluster.OpenWatches));
            return (Bad: bad, End: end, At: bad ? watch.Elapsed : TimeSpan.Zero);
        }));
        var (took, spent) = (watch.Elapsed, process.TotalProcessorTime - before);
        var right = ends.Count(one => one.End == (one.Bad ? RolloutPhase.Failed : RolloutPhase.Complete));
        process.Refresh();
        Directory.Delete(folder, recursive: true);
        return string.Create(CultureInfo.InvariantCulture,
            $"rollouts: {count} at once in {names.Select(name => name.Namespace).Distinct().Count()} namespaces: {right} ended right in {took.TotalSeconds:N1} s; {spent.TotalMilliseconds / count:N0} ms of processor time each, {most} watches, {process.WorkingSet64 / 1_048_576} MB resident; the failing one told after {ends[^1].At.TotalSeconds:N1} s");
    }

    private static async Task<RolloutPhase> FollowAsync(ITargets targets, Target target, int number, string version, Action looked)
    {
        var change = new Change(new RunId(number + 1), $"{number + 1}/s1/1", version, new Person("ana@example.com"), null);
        while (await targets.RollOutAsync(target, change, CancellationToken.None) is not Outcome<RolloutBegun>.Done) await Task.Delay(50);
        RolloutSighting? last = null;
        while (true)
        {
            looked();
            if (await targets.ObserveAsync(target, change, last, TimeSpan.FromSeconds(10), CancellationToken.None) is not Outcome<RolloutSighting>.Done { Value: var seen }) continue;
            if (seen.Phase is RolloutPhase.Complete or RolloutPhase.Failed or RolloutPhase.Superseded) return seen.Phase;
            last = seen;
        }
    }
}
