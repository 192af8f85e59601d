using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Objects against any cluster: applied, scaled, restarted, patched, deleted, run as jobs, and put back as they were.</summary>
[Trait(AnyBed.Trait, "any")]
public sealed class AnyClusterObjectTests
{
    private const string Flags = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"flags"},"data":{"MODE":"slow","NEW":"on"}}""";

    private static readonly Change Wanted = Bed.To(AnyBed.New, "128/s3/1");

    [Fact]
    public async Task What_is_applied_is_shown_first_waited_for_and_taken_away_again()
    {
        await using var bed = await AnyBed.StartAsync();
        var apply = Of(AnyBed.Workload("Deployment", "web", 2), Flags);
        var noted = await bed.ForeseeAsync(apply);
        noted.Shows.ShouldBe(["+ configmap flags", "+ deployment web"]);
        (await bed.FindAsync("configmap/flags")).ShouldBeNull();
        for (var times = 0; times < 2; times++) (await bed.MakeAsync(apply, noted.Before)).ShouldBe("2 objects were applied.");
        (await bed.SettledAsync(apply, noted.Before)).Says.ShouldBe("All that was waited for is so: 1 object.");
        (await bed.WorkloadAsync("deployment/web")).Available.ShouldBe(2);
        await bed.MakeAsync(apply.Back(noted), null);
        await bed.UntilAsync(async () => await bed.FindAsync("deployment/web") is null && await bed.FindAsync("configmap/flags") is null);
    }

    [Fact]
    public async Task Fields_go_back_to_what_they_were_and_those_of_others_are_theirs()
    {
        await using var bed = await AnyBed.StartAsync(mayForce: true);
        await bed.MakeAsync(Of(Flags), (await bed.ForeseeAsync(Of(Flags))).Before);
        await bed.ChangeAsync("configmap/flags", """{"data":{"THEIRS":"1"}}""");
        var next = Of(Flags.Replace("slow", "fast", StringComparison.Ordinal).Replace("\"NEW\":\"on\"", "\"NEWER\":\"yes\"", StringComparison.Ordinal));
        var noted = await bed.ForeseeAsync(next);
        noted.Shows.ShouldBe(["configmap flags, data.MODE: slow → fast", "configmap flags, - data.NEW: on", "configmap flags, + data.NEWER: yes"], ignoreOrder: true);
        await bed.MakeAsync(next, noted.Before, "129/s3/1");
        await bed.MakeAsync(next.Back(noted), null, "129/undo-s3/1");
        await DataAsync(bed, """{"MODE":"slow","NEW":"on","THEIRS":"1"}""");

        await bed.ChangeAsync("configmap/flags", """{"data":{"MODE":"faster"}}""", "helm");
        Bed.Never(await bed.Operations.ForeseeAsync(bed.Own, Of(Flags), default)).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("apply-conflict"), fault => fault.Why.ShouldBe("configmap flags can't be applied: .data.MODE is helm's."));
        var forced = Of(Flags) with { Force = true };
        var taken = await bed.ForeseeAsync(forced);
        taken.Shows.ShouldContain("! configmap flags, takes .data.MODE from helm");
        await bed.MakeAsync(forced, taken.Before);
        await DataAsync(bed, """{"MODE":"slow","NEW":"on","THEIRS":"1"}""");
    }

    [Fact]
    public async Task A_workload_is_scaled_and_scaled_back_and_restarted()
    {
        await using var bed = await AnyBed.StartAsync();
        var scale = new Operation.Scale(ObjectRef.Target, 5);
        var noted = await bed.ForeseeAsync(scale);
        noted.Shows.ShouldBe(["deployment api, spec.replicas: 3 → 5"]);
        for (var times = 0; times < 2; times++) await bed.MakeAsync(scale, noted.Before);
        (await bed.SettledAsync(scale)).Phase.ShouldBe(OperationPhase.Complete);
        await bed.MakeAsync(scale.Back(noted), null, "128/undo-s3/1");
        (await bed.SettledAsync(scale.Back(noted))).Phase.ShouldBe(OperationPhase.Complete);
        (await bed.WorkloadAsync()).Replicas.ShouldBe(3);

        var (restart, old) = (new Operation.Restart(ObjectRef.Target), (await bed.PodsAsync("app=api")).Select(pod => pod["metadata"]!["uid"]!.GetValue<string>()).ToList());
        for (var times = 0; times < 2; times++) await bed.MakeAsync(restart, "{}", "128/s4/1");
        (await bed.SettledAsync(restart)).Phase.ShouldBe(OperationPhase.Complete);
        (await bed.WorkloadAsync()).Revision.ShouldBe(2);                                        // once, although it was asked for twice
        (await bed.PodsAsync("app=api")).Select(pod => pod["metadata"]!["uid"]!.GetValue<string>()).Intersect(old).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_object_is_patched_and_deleted_and_each_is_taken_back()
    {
        await using var bed = await AnyBed.StartAsync();
        await bed.AddAsync("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"flags","labels":{"app":"api"}},"data":{"MODE":"fast","OLD":"1"}}""");
        var patch = new Operation.Patch(OperationBed.Of("configmap/flags"), """{"data":{"NEW":"on","OLD":null,"MODE":"slow"}}""");
        var noted = await bed.ForeseeAsync(patch);
        noted.Shows.ShouldBe(["configmap flags, + data.NEW: on", "configmap flags, - data.OLD: 1", "configmap flags, data.MODE: fast → slow"], ignoreOrder: true);
        await DataAsync(bed, """{"MODE":"fast","OLD":"1"}""");
        for (var times = 0; times < 2; times++) await bed.MakeAsync(patch, noted.Before);
        await DataAsync(bed, """{"MODE":"slow","NEW":"on"}""");
        for (var times = 0; times < 2; times++) await bed.MakeAsync(patch.Back(noted), null, "128/undo-s3/1");
        await DataAsync(bed, """{"MODE":"fast","OLD":"1"}""");

        var delete = new Operation.Delete(OperationBed.Of("configmap/flags"));
        var kept = await bed.ForeseeAsync(delete);
        for (var times = 0; times < 2; times++) await bed.MakeAsync(delete, kept.Before, "128/s5/1");
        (await bed.SettledAsync(delete)).Says.ShouldBe("configmap flags is gone.");
        await bed.MakeAsync(delete.Back(kept), null, "128/undo-s5/1");
        await DataAsync(bed, """{"MODE":"fast","OLD":"1"}""");
        (await bed.GetAsync("configmap/flags"))["metadata"]!["labels"]!["app"]!.GetValue<string>().ShouldBe("api");

        // What the server would not take is refused when it is shown.
        Bed.Never(await bed.Operations.ForeseeAsync(bed.Own, new Operation.Patch(ObjectRef.Target, """{"spec":{"replicas":-1}}"""), default)).Code.ShouldBe("invalid-change");
        Bed.Never(await bed.Operations.ForeseeAsync(bed.Own, new Operation.Delete(OperationBed.Of("example.com/v1/Thing/one")), default)).Code.ShouldBe("kind-unknown");
    }

    [Fact]
    public async Task A_job_is_made_once_followed_to_its_end_and_taken_away_with_its_pods()
    {
        await using var bed = await AnyBed.StartAsync();
        var job = Job(AnyBed.New);
        for (var times = 0; times < 2; times++) Bed.Done(await bed.Targets.StartJobAsync(bed.Own, Wanted, job, default));
        var done = await SeeAsync(bed, job.Name, JobPhase.Complete);
        (done.ExitCode, done.Log.Length > 0).ShouldBe((0, true));
        Bed.Never(await bed.Targets.StartJobAsync(bed.Own, Wanted with { Key = "other" }, job, default)).Code.ShouldBe("job-exists");
        for (var times = 0; times < 2; times++) Bed.Done(await bed.Targets.StopJobAsync(bed.Own, job.Name, default));
        await bed.UntilAsync(async () => (await bed.PodsAsync()).TrueForAll(pod => !pod["metadata"]!["name"]!.GetValue<string>().StartsWith("migrate", StringComparison.Ordinal)));
        await SeeAsync(bed, job.Name, JobPhase.Gone);
    }

    [Fact]
    public async Task A_job_that_can_not_start_says_why()
    {
        await using var bed = await AnyBed.StartAsync();
        var job = Job(AnyBed.Broken);
        Bed.Done(await bed.Targets.StartJobAsync(bed.Own, Wanted, job, default));
        (await SeeAsync(bed, job.Name, JobPhase.Failed)).Trouble!.Code.ShouldBe("image-pull");
    }

    /// <summary>The program of that image says its version and ends, when asked for it.</summary>
    private static JobToRun Job(string version) => new("migrate-128-s3-1", $$$$$"""
        {"apiVersion":"batch/v1","kind":"Job","spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"m","image":"{{{{{AnyBed.Image}}}}}:{{{{{version}}}}}","args":["-v"]}]}}}}
        """, null);

    private static Operation.Apply Of(params string[] manifests) => new("shop", new string('0', 64), [], false, [], Operation.Apply.UsualUntil) { Set = "api.prod.shop-0", Manifests = $"[{string.Join(',', manifests)}]" };

    private static async Task DataAsync(AnyBed bed, string json) => JsonNode.DeepEquals((await bed.GetAsync("configmap/flags"))["data"], JsonNode.Parse(json)).ShouldBeTrue((await bed.GetAsync("configmap/flags"))["data"]!.ToJsonString());

    private static async Task<JobSighting> SeeAsync(AnyBed bed, string name, JobPhase phase)
    {
        JobSighting? last = null;
        await bed.UntilAsync(async () =>
        {
            if (await bed.Targets.ObserveJobAsync(bed.Own, name, last, TimeSpan.FromSeconds(1), default) is Outcome<JobSighting>.Done { Value: var now }) last = now;
            return last?.Phase == phase;
        });
        return last!;
    }
}
