using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Rollouts in place that are held at a part of the replicas.</summary>
public sealed class PartTests
{
    private const string Usual = "25% more, 25% fewer";

    [Fact]
    public async Task It_is_held_at_its_part_goes_on_to_all_and_paces_as_before()
    {
        await using var bed = await BedAsync(8);
        (await bed.RollOutAsync(At(25))).ShouldBe(new RolloutBegun("v1.2.2", 1, null, false));
        await HoldAsync(bed, At(25), 2);
        bed.Cluster.Advance(60);
        var held = await SeeAsync(bed, At(25), RolloutPhase.Complete);
        (held.Updated, held.Ready, held.Wanted, held.Says).ShouldBe((2, 2, 8, "Held at 2 of 8 replicas."));
        bed.Deployment().Paused.ShouldBeTrue();
        (await bed.RollOutAsync(At(50))).FromVersion.ShouldBe("v1.2.2");
        await HoldAsync(bed, At(50), 4);
        bed.Cluster.Advance(60);
        (await SeeAsync(bed, At(50), RolloutPhase.Complete)).Updated.ShouldBe(4);
        (await bed.RollOutAsync(All())).ShouldSatisfyAllConditions(begun => begun.FromVersion.ShouldBe("v1.2.2"), begun => begun.Unchanged.ShouldBeFalse());
        PaceOf(bed).ShouldBe(Usual);
        (await SeeAsync(bed, All(), RolloutPhase.Complete)).Ready.ShouldBe(8);
        bed.Deployment().ShouldSatisfyAllConditions(d => d.Paused.ShouldBeFalse(), d => d.Annotation("chatops.dev/held").ShouldBeNull(), d => d.Annotation("chatops.dev/pace").ShouldBeNull());
        bed.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
    }

    // With 10 replicas: surge and unavailable as the Deployment and the runbook have them, the part, and what may be replaced at once.
    [Theory]
    [InlineData("25%", "25%", null, null, 10, 1, 0)]
    [InlineData("25%", "25%", null, null, 25, 3, 0)]
    [InlineData("25%", "25%", null, null, 50, 3, 2)]
    [InlineData("0", "25%", null, null, 10, 0, 1)]
    [InlineData("25%", "25%", "1", "0", 50, 1, 0)]
    [InlineData("25%", "25%", null, "40%", 90, 3, 4)]
    [InlineData("100%", "0", null, null, 30, 3, 0)]
    public async Task The_first_wave_alone_never_goes_past_the_part(string surge, string fewer, string? surgeWanted, string? fewerWanted, int part, int most, int least)
    {
        await using var bed = await BedAsync(10);
        bed.Cluster.ChangeByHand("shop", "api", d => (d["spec"]!["strategy"]!["rollingUpdate"]!["maxSurge"], d["spec"]!["strategy"]!["rollingUpdate"]!["maxUnavailable"]) = (Amount(surge), Amount(fewer)));
        await bed.RollOutAsync(At(part) with { Stage = new Stage(StageKind.Part, part) { Pace = new Pace(surgeWanted, fewerWanted) } });
        var pace = bed.Deployment().Json["spec"]!["strategy"]!["rollingUpdate"]!;
        (pace["maxSurge"]!.ToString(), pace["maxUnavailable"]!.ToString()).ShouldBe((most.ToString(), least.ToString()));
    }

    [Fact]
    public async Task Surge_as_the_runbook_says_is_put_back_afterwards_unless_somebody_changed_it_meanwhile()
    {
        await using var bed = await BedAsync(4);
        var all = All() with { Stage = new Stage(StageKind.All) { Pace = new Pace("1", "0") } };
        await bed.RollOutAsync(all);
        PaceOf(bed).ShouldBe("1 more, 0 fewer");
        await SeeAsync(bed, all, RolloutPhase.Complete);
        (await bed.RollOutAsync(Tidy())).Unchanged.ShouldBeFalse();
        PaceOf(bed).ShouldBe(Usual);
        (await bed.RollOutAsync(Tidy())).Unchanged.ShouldBeTrue();
        (await SeeAsync(bed, Tidy(), RolloutPhase.Complete)).Says.ShouldBe("Surge and unavailable are as they were.");

        var next = all with { Key = "129/s1/1", Run = new RunId(129), Version = "v1.2.4" };
        await bed.RollOutAsync(next);
        bed.Cluster.ChangeByHand("shop", "api", d => d["spec"]!["strategy"]!["rollingUpdate"]!["maxSurge"] = 2);
        await bed.RollOutAsync(Tidy() with { Key = "129/s1-end/1", Run = new RunId(129) });
        PaceOf(bed).ShouldBe("2 more, 0 fewer");
    }

    [Fact]
    public async Task Where_the_first_wave_is_the_whole_part_nothing_goes_on_while_the_bot_is_away()
    {
        await using var bed = await BedAsync(8);
        bed.Cluster.DeadlineSteps = 1000;
        await bed.RollOutAsync(At(25));
        bed.Cluster.Advance(100);
        bed.Deployment().ShouldSatisfyAllConditions(d => d.Updated.ShouldBe(2), d => d.Paused.ShouldBeFalse(), d => d.Json["spec"]!["minReadySeconds"]!.GetValue<int>().ShouldBe(599));
        (await SeeAsync(bed, At(25), RolloutPhase.Progressing)).Updated.ShouldBe(2);
        Bed.Done(await bed.Targets.HoldAsync(Bed.Api, At(25), hold: true, default));
        (await SeeAsync(bed, At(25), RolloutPhase.Complete)).Ready.ShouldBe(2);
        await bed.RollOutAsync(All());
        bed.Deployment().Json["spec"]!["minReadySeconds"]!.GetValue<int>().ShouldBe(0);
        (await SeeAsync(bed, All(), RolloutPhase.Complete)).Ready.ShouldBe(8);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1L)]
    public async Task Going_back_from_a_part_unpauses_and_puts_the_pace_back_in_one_patch(long? revision)
    {
        await using var bed = await BedAsync(8);
        await bed.RollOutAsync(At(25));
        await HoldAsync(bed, At(25), 2);
        var before = bed.Cluster.Changes.Count;
        await bed.RollBackAsync(Bed.To("v1.2.2", "128/undo/1"), revision);
        bed.Cluster.Changes.Count.ShouldBe(before + 1);
        bed.Deployment().ShouldSatisfyAllConditions(d => d.Paused.ShouldBeFalse(), d => d.Version.ShouldBe("v1.2.2"), d => PaceOf(bed).ShouldBe(Usual), d => d.Annotation("chatops.dev/pace").ShouldBeNull(), d => d.Annotation("chatops.dev/held").ShouldBeNull());
    }

    [Fact]
    public async Task A_later_run_takes_up_what_another_left_held_but_not_what_somebody_paused_by_hand()
    {
        await using var bed = await BedAsync(8);
        await bed.RollOutAsync(At(25));
        await HoldAsync(bed, At(25), 2);
        await bed.RollOutAsync(Bed.To("v1.2.4", "129/s1/1", 129));
        bed.Deployment().ShouldSatisfyAllConditions(d => d.Paused.ShouldBeFalse(), d => d.Annotation("chatops.dev/held").ShouldBeNull(), d => PaceOf(bed).ShouldBe(Usual));
        bed.Cluster.ChangeByHand("shop", "api", d => d["spec"]!["paused"] = true);
        await bed.RollOutAsync(Bed.To("v1.2.5", "130/s1/1", 130));
        bed.Deployment().Paused.ShouldBeTrue();
    }

    [Fact]
    public async Task What_never_comes_up_fails_although_it_is_held_and_a_repeat_finds_it_begun()
    {
        await using var bed = await BedAsync(8);
        bed.Cluster.Faults.DropAfterApplying();
        Bed.Later(await bed.Targets.RollOutAsync(Bed.Api, At(25, "v9-bad"), default));
        await bed.RollOutAsync(At(25, "v9-bad"));
        bed.Cluster.Changes.Count.ShouldBe(1);
        bed.Cluster.Advance(2);
        Bed.Done(await bed.Targets.HoldAsync(Bed.Api, At(25, "v9-bad"), hold: true, default));
        (await SeeAsync(bed, At(25, "v9-bad"), RolloutPhase.Failed)).Trouble!.Code.ShouldBe("image-pull");
    }

    [Fact]
    public async Task One_that_went_on_before_it_could_be_held_says_so()
    {
        await using var bed = await BedAsync(4);
        var half = At(50) with { Stage = new Stage(StageKind.Part, 50) { Pace = new Pace("1", "0") } };
        await bed.RollOutAsync(half);
        bed.Cluster.Advance(200);
        (await SeeAsync(bed, half, RolloutPhase.Complete)).ShouldSatisfyAllConditions(seen => seen.Updated.ShouldBe(4), seen => seen.Says.ShouldBe("Every replica runs it already: there was nothing left to hold."));
    }

    [Fact]
    public async Task What_replaces_everything_at_once_can_not_be_held_and_what_was_changed_while_held_is_not_overwritten()
    {
        await using var bed = await BedAsync(4);
        bed.Cluster.ChangeByHand("shop", "api", d => d["spec"]!["strategy"] = new JsonObject { ["type"] = "Recreate" });
        Bed.Never(await bed.Targets.RollOutAsync(Bed.Api, At(25), default)).Code.ShouldBe("strategy-unfit");
        bed.Cluster.Changes.ShouldBeEmpty();
        bed.Cluster.ChangeByHand("shop", "api", d => d["spec"]!["strategy"] = JsonNode.Parse("""{ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" } }"""));
        await bed.RollOutAsync(At(25));
        bed.Cluster.SetImageByHand("shop", "api", "registry.example.com/api:v6.6.6");
        Bed.Never(await bed.Targets.RollOutAsync(Bed.Api, All(), default)).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe(FaultCodes.ChangedByHand), fault => fault.Why.ShouldContain("kubectl-set"));
        bed.Deployment().Version.ShouldBe("v6.6.6");
    }

    /// <summary>Moves until enough replicas were started, and holds as the worker does; a slow version leaves time for it.</summary>
    private static async Task HoldAsync(Bed bed, Change change, int updated)
    {
        var steps = 0;
        do
        {
            bed.Cluster.Advance();
            steps++.ShouldBeLessThan(400);
        }
        while (bed.Deployment().Updated < updated);

        Bed.Done(await bed.Targets.HoldAsync(Bed.Api, change, hold: true, default));
        bed.Deployment().Updated.ShouldBe(updated);
    }

    private static async Task<Bed> BedAsync(int replicas)
    {
        var bed = await Bed.StartAsync();
        bed.Cluster.Remove("deployments", "shop", "api");
        bed.Cluster.AddDeployment("shop", "api", "registry.example.com/api:v1.2.2", replicas);
        return bed;
    }

    private static async Task<RolloutSighting> SeeAsync(Bed bed, Change change, RolloutPhase phase)
    {
        RolloutSighting? last = null;
        for (var looks = 0; looks < 300; looks++)
        {
            bed.Cluster.Advance(3);
            if (await bed.Targets.ObserveAsync(Bed.Api, change, last, TimeSpan.FromMilliseconds(50), default) is not Outcome<RolloutSighting>.Done { Value: var now }) continue;
            if (now.Phase == phase) return now;
            last = now;
        }

        throw new ShouldAssertException($"It never became {phase}: {last}");
    }

    private static string PaceOf(Bed bed) => bed.Deployment().Json["spec"]!["strategy"]!["rollingUpdate"] is { } pace ? $"{pace["maxSurge"]} more, {pace["maxUnavailable"]} fewer" : "";

    private static JsonNode Amount(string text) => text.EndsWith('%') ? text : int.Parse(text);

    private static Change At(int percent, string version = "v1.2.3-slow") => Bed.To(version, $"128/s1-at{percent}/1") with { Stage = new Stage(StageKind.Part, percent) };

    private static Change All(string version = "v1.2.3-slow") => Bed.To(version, "128/s1/1") with { Stage = new Stage(StageKind.All) };

    private static Change Tidy() => Bed.To("v1.2.3-slow", "128/s1-end/1") with { Stage = new Stage(StageKind.Tidy) };
}
