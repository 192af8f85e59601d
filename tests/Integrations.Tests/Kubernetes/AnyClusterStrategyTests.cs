using ChatOps.Runbooks.Catalog;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Blue-green and canaries by replicas against any cluster.</summary>
[Trait(AnyBed.Trait, "any")]
public sealed class AnyClusterStrategyTests
{
    private static readonly Change Up = Bed.To(AnyBed.New, "128/s1-up/1") with { Stage = new Stage(StageKind.Beside) };
    private static readonly Change Over = Bed.To(AnyBed.New, "128/s1/1") with { Stage = new Stage(StageKind.Switch) };
    private static readonly Change Back = Bed.To(AnyBed.Old, "128/undo/1") with { Stage = new Stage(StageKind.Switch) };

    [Fact]
    public async Task A_second_colour_is_cloned_brought_up_switched_to_and_back_and_scaled_down()
    {
        await using var bed = await AnyBed.StartAsync();
        await bed.AddServiceAsync("api", """{"app":"api"}""");
        var target = bed.Own with { Service = "api" };
        for (var times = 0; times < 2; times++) (await bed.RollOutAsync(target, Up)).FromVersion.ShouldBe(AnyBed.Old);
        await bed.SeeAsync(target, Up, RolloutPhase.Complete);
        (await bed.VersionsBehindAsync("api")).ShouldBe([AnyBed.Old, AnyBed.Old, AnyBed.Old]);
        await bed.RollOutAsync(target, Over);
        (await bed.SeeAsync(target, Over, RolloutPhase.Complete)).Says.ShouldBe("api-green (3.9) carries the traffic; api (3.8) stands by.");
        (await bed.VersionsBehindAsync("api")).ShouldBe([AnyBed.New, AnyBed.New, AnyBed.New]);
        (await bed.RollBackAsync(target, Back)).FromVersion.ShouldBe(AnyBed.New);
        (await bed.VersionsBehindAsync("api")).ShouldBe([AnyBed.Old, AnyBed.Old, AnyBed.Old]);
        (await bed.LookAsync(target)).Version.ShouldBe(AnyBed.Old);
        await bed.ChangeAsync("service/api", """{"spec":{"selector":{"app":"api-green"}}}""", "kubectl-patch");
        (await bed.LookAsync(target)).ByHand!.ShouldContain("kubectl-patch");
    }

    [Fact]
    public async Task A_canary_shares_the_traffic_grows_and_ends()
    {
        await using var bed = await AnyBed.StartAsync();
        await bed.AddServiceAsync("api", """{"app":"api"}""");
        var target = bed.Own with { Traffic = new Traffic(TrafficMeans.Replicas, null, null, null) };
        var (few, half) = (At(5), At(50));
        for (var times = 0; times < 2; times++) (await bed.RollOutAsync(target, few)).FromVersion.ShouldBe(AnyBed.Old);
        await bed.SeeAsync(target, few, RolloutPhase.Complete);
        (await bed.VersionsBehindAsync("api")).ShouldBe([AnyBed.Old, AnyBed.Old, AnyBed.Old, AnyBed.New]);
        await bed.RollOutAsync(target, half);
        (await bed.SeeAsync(target, half, RolloutPhase.Complete)).Wanted.ShouldBe(3);
        var end = Bed.To(AnyBed.Old, "128/s1-end/1") with { Stage = new Stage(StageKind.EndCanary) };
        (await bed.RollBackAsync(target, end)).Unchanged.ShouldBeFalse();
        await bed.SeeAsync(target, end, RolloutPhase.Complete);
        await bed.UntilAsync(async () => (await bed.VersionsBehindAsync("api")).Length == 3);
        (await bed.VersionsBehindAsync("api")).ShouldBe([AnyBed.Old, AnyBed.Old, AnyBed.Old]);
        (await bed.LookAsync(target)).ByHand.ShouldBeNull();
    }

    private static Change At(int percent) => Bed.To(AnyBed.New, $"128/s1-at{percent}/1") with { Stage = new Stage(StageKind.Canary, percent) };
}
