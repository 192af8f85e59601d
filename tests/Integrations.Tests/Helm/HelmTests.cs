using System.Diagnostics;
using ChatOps.Integrations.Helm;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Helm;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Helm;

/// <summary>Releases are upgraded once, read back, rolled back, and told of when somebody died over them. Against a stand-in for the program: there is no Helm here.</summary>
public sealed class HelmTests : IDisposable
{
    private static readonly Target.Kubernetes Shop = new("main", "prod", "shop", "registry.example.com/shop");
    private static readonly Operation.Helm Upgrade = new("shop", "oci://charts.example.com/shop", "1.4.2", """{"image":{"tag":"v1.2.3"},"replicas":3}""", TimeSpan.FromMinutes(5));

    private readonly HelmStandIn helm = new();
    private readonly List<string> moved = [];

    public void Dispose() => helm.Dispose();

    [Fact]
    public async Task A_release_is_upgraded_once_read_back_and_rolled_back_once()
    {
        helm.Add("deployed", "Install complete", DateTimeOffset.UtcNow.AddDays(-1));
        var noted = Done(await Operations().ForeseeAsync(Shop, Upgrade, default));
        noted.Shows.ShouldBe(["release shop, revision 1 (shop-1.0.0, deployed): to the chart oci://charts.example.com/shop 1.4.2"]);
        for (var times = 0; times < 2; times++) Done(await MakeAsync(Upgrade, noted.Before)).ShouldBe("Release shop is deployed: revision 2, shop-1.4.2.");
        helm.Upgrades.ShouldBe(1);
        helm.Calls.Single(call => call.StartsWith("upgrade ", StringComparison.Ordinal)).ShouldBe(
            "upgrade shop oci://charts.example.com/shop --install --wait --debug --timeout 300s --description chatops 128/s3/1 --values - --namespace prod --kubeconfig /etc/kube/main --kube-context blue --version 1.4.2");
        helm.Values.ShouldBe(Upgrade.Values);
        moved.ShouldBe(["deployment prod/shop: 1 of 3 pods are ready"]);
        Done(await Operations().ObserveAsync(Shop, Upgrade, noted.Before, null, TimeSpan.Zero, default)).Phase.ShouldBe(OperationPhase.Complete);
        for (var times = 0; times < 2; times++) Done(await MakeAsync(new Operation.TakeBack(Upgrade, noted.Before!), null)).ShouldContain("revision 1");
        helm.Calls.Count(call => call.StartsWith("rollback shop 1 ", StringComparison.Ordinal)).ShouldBe(1);
        helm.History[^1].ShouldContain("\"description\":\"Rollback to 1\"");
    }

    [Fact]
    public async Task What_was_not_there_before_is_uninstalled()
    {
        var noted = Done(await Operations().ForeseeAsync(Shop, Upgrade, default));
        noted.Shows.ShouldBe(["+ release shop, from the chart oci://charts.example.com/shop 1.4.2"]);
        Done(await MakeAsync(Upgrade, noted.Before));
        for (var times = 0; times < 2; times++) Done(await MakeAsync(new Operation.TakeBack(Upgrade, noted.Before!), null));
        helm.Calls.Count(call => call.StartsWith("uninstall shop ", StringComparison.Ordinal)).ShouldBe(1);
        Done(await Operations().ObserveAsync(Shop, new Operation.TakeBack(Upgrade, noted.Before!), null, null, TimeSpan.Zero, default)).Says.ShouldBe("Release shop is uninstalled.");
    }

    [Fact]
    public async Task Why_it_failed_is_told_and_the_next_try_upgrades_again()
    {
        helm.Fail = true;
        Never(await MakeAsync(Upgrade, null)).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("helm-failed"), fault => fault.Why.ShouldBe("helm upgrade shop: UPGRADE FAILED: timed out waiting for the condition."));
        helm.Fail = false;
        Done(await MakeAsync(Upgrade, """{"revision":0,"newest":0}""", "128/s3/2")).ShouldContain("revision 2");
    }

    [Fact]
    public async Task A_release_that_a_dead_process_left_pending_is_said_and_can_be_rolled_back()
    {
        helm.Add("deployed", "Install complete", DateTimeOffset.UtcNow.AddDays(-1));
        helm.Add("pending-upgrade", "Preparing upgrade", DateTimeOffset.UtcNow.AddMinutes(-1));
        (await MakeAsync(Upgrade, null)).ShouldBeOfType<Outcome<string>.Later>().Why.ShouldContain("may still be at work");
        helm.Upgrades.ShouldBe(0);
        helm.Add("pending-upgrade", "Preparing upgrade", DateTimeOffset.UtcNow.AddHours(-1));
        var noted = Done(await Operations().ForeseeAsync(Shop, Upgrade, default));
        noted.Shows[1].ShouldStartWith("! it is pending-upgrade since ");
        Never(await MakeAsync(Upgrade, noted.Before)).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("helm-pending"), fault => fault.Next!.ShouldBe("Roll back: it goes to revision 1. By hand: helm rollback shop 1 -n prod."));
        Done(await MakeAsync(new Operation.TakeBack(Upgrade, noted.Before!), null)).ShouldBe("Release shop was rolled back to revision 1.");
        Done(await Operations().ObserveAsync(Shop, Upgrade, null, null, TimeSpan.Zero, default)).Phase.ShouldBe(OperationPhase.Complete);
    }

    [Fact]
    public async Task What_somebody_else_deployed_since_is_neither_upgraded_nor_rolled_back()
    {
        helm.Add("deployed", "Install complete", DateTimeOffset.UtcNow.AddDays(-1));
        var noted = Done(await Operations().ForeseeAsync(Shop, Upgrade, default));
        helm.Add("deployed", "Upgrade complete", DateTimeOffset.UtcNow);
        Never(await MakeAsync(Upgrade, noted.Before)).Code.ShouldBe(FaultCodes.ChangedByHand);
        Never(await MakeAsync(new Operation.TakeBack(Upgrade, noted.Before!), null)).Code.ShouldBe(FaultCodes.ChangedByHand);
        helm.Upgrades.ShouldBe(0);
    }

    [Fact]
    public async Task Without_the_program_it_says_what_to_do()
    {
        Never(await Operations("/nowhere/helm").ForeseeAsync(Shop, Upgrade, default)).ShouldSatisfyAllConditions(
            fault => fault.Code.ShouldBe("helm-missing"), fault => fault.Next.ShouldBe("Put Helm 3 into its image, or set Helm:Program to where it is."));
    }

    [Fact]
    public async Task What_takes_too_long_is_ended_with_everything_that_it_started()
    {
        helm.Hang = true;
        using var waited = new CancellationTokenSource();
        var run = HelmProgram.RunAsync(helm.Program, ["upgrade", "shop", "chart"], "{}", TimeSpan.FromSeconds(1), _ => Task.CompletedTask, TimeProvider.System, default);
        (await run).Exit.ShouldBeNull();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (IsAlive(helm.Child.ShouldNotBeNull())) await Task.Delay(20, patience.Token);
    }

    [Theory]
    [InlineData("ready.go:402: [debug] StatefulSet is ready: loki/loki-loki-distributed-ingester. 1 out of 1 expected pods are ready", "statefulset loki/loki-loki-distributed-ingester: 1 of 1 pods are ready")]
    [InlineData("ready.go:303: [debug] Deployment is not ready: prod/shop. 0 out of 3 expected pods are ready", "deployment prod/shop: 0 of 3 pods are ready")]
    [InlineData("ready.go:258: [debug] Service is not ready: prod/shop", "service prod/shop: not ready yet")]
    [InlineData("wait.go:48: [debug] beginning wait for 3 resources with timeout of 5m0s", null)]
    [InlineData("", null)]
    public void Progress_is_read_from_what_helm_writes(string line, string? says) => HelmWords.Progress(line).ShouldBe(says);

    [Theory]
    [InlineData("Error: UPGRADE FAILED: post-upgrade hooks failed\nhelm.go:84: [debug] x\nUPGRADE FAILED\nmain.newUpgradeCmd", "UPGRADE FAILED: post-upgrade hooks failed")]
    [InlineData("panic: oh", "panic: oh")]
    [InlineData("", "it said nothing")]
    public void Faults_are_read_from_what_helm_writes(string errors, string why) => HelmWords.Fault(errors).ShouldBe(why);

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private HelmOperationsUnderTest Operations(string? program = null) => new(program ?? helm.Program);

    private Task<Outcome<string>> MakeAsync(Operation operation, string? before, string key = "128/s3/1") => Operations().MakeAsync(
        Shop, new Change(new RunId(128), key, "v1.2.3", new Person("ana@example.com"), null), operation, before, says =>
        {
            moved.Add(says);
            return Task.CompletedTask;
        }, default);

    private static T Done<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Done>().Value;

    private static Fault Never<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Never>().Fault;

    /// <summary>As the bot wires it.</summary>
    private sealed class HelmOperationsUnderTest(string program)
    {
        private readonly IOperations operations = new ServiceCollection().AddHelm(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Helm:Program"] = program, ["Kubernetes:Clusters:main:Kubeconfig"] = "/etc/kube/main", ["Kubernetes:Clusters:main:Context"] = "blue",
        }).Build()).BuildServiceProvider().GetRequiredService<IOperations>();

        public Task<Outcome<Foresight>> ForeseeAsync(Target target, Operation operation, CancellationToken cancellationToken) => operations.ForeseeAsync(target, operation, cancellationToken);

        public Task<Outcome<string>> MakeAsync(Target target, Change change, Operation operation, string? before, Func<string, Task> said, CancellationToken cancellationToken) => operations.MakeAsync(target, change, operation, before, said, cancellationToken);

        public Task<Outcome<OperationSighting>> ObserveAsync(Target target, Operation operation, string? before, OperationSighting? last, TimeSpan atMost, CancellationToken cancellationToken) => operations.ObserveAsync(target, operation, before, last, atMost, cancellationToken);
    }
}
