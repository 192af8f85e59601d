using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Jobs are made once under a name that is found again, followed to their end, and ended when nobody wants them any more.</summary>
public sealed class JobTests
{
    private static readonly Change Wanted = Bed.To("v1.2.3", "128/s3/1");

    [Fact]
    public async Task A_job_is_made_signed_followed_and_its_last_lines_are_told()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Logs["migrate"] = [.. Enumerable.Range(1, 100).Select(line => $"row {line} of 100\u0007")];
        Bed.Done(await bed.Targets.StartJobAsync(Bed.Api, Wanted, Job("migrate", "up", TimeSpan.FromMinutes(10)), default));
        var made = bed.Cluster.Jobs("shop").ShouldHaveSingleItem();
        made["metadata"]!["name"]!.GetValue<string>().ShouldBe("migrate-128-s3-1");
        made["metadata"]!["annotations"]!["chatops.dev/key"]!.GetValue<string>().ShouldBe("128/s3/1");
        (made["spec"]!["backoffLimit"]!.GetValue<int>(), made["spec"]!["activeDeadlineSeconds"]!.GetValue<int>(), made["spec"]!["ttlSecondsAfterFinished"]!.GetValue<int>()).ShouldBe((0, 600, 86400));
        var done = await SeeAsync(bed, JobPhase.Complete);
        done.ExitCode.ShouldBe(0);
        done.Log.Split('\n').Length.ShouldBe(20);
        done.Log.ShouldEndWith("row 100 of 100");
        done.Log.ShouldNotContain('\u0007');
    }

    [Fact]
    public async Task A_repeat_finds_it_made_also_when_its_answer_was_lost_and_somebody_elses_is_left_alone()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.DropAfterApplying();
        Bed.Later(await bed.Targets.StartJobAsync(Bed.Api, Wanted, Job("migrate", "up"), default));
        Bed.Done(await bed.Targets.StartJobAsync(Bed.Api, Wanted, Job("migrate", "up"), default));
        bed.Cluster.Jobs("shop").Count.ShouldBe(1);
        Bed.Never(await bed.Targets.StartJobAsync(Bed.Api, Wanted with { Key = "other" }, Job("migrate", "up"), default)).Code.ShouldBe("job-exists");
    }

    [Theory]
    [InlineData("fail", "job-failed", "failed with exit code 3: Job has reached the specified backoff limit")]
    [InlineData("bad", "image-pull", "not found")]
    public async Task What_went_wrong_is_told(string does, string code, string why)
    {
        await using var bed = await Bed.StartAsync();
        Bed.Done(await bed.Targets.StartJobAsync(Bed.Api, Wanted, Job("migrate", does), default));
        var failed = await SeeAsync(bed, JobPhase.Failed);
        failed.Trouble!.ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe(code), fault => fault.Why.ShouldContain(why));
    }

    [Fact]
    public async Task A_job_that_is_ended_takes_its_pods_along_and_one_that_somebody_deleted_is_missed()
    {
        await using var bed = await Bed.StartAsync();
        Bed.Done(await bed.Targets.StartJobAsync(Bed.Api, Wanted, Job("migrate", "hang"), default));
        await SeeAsync(bed, JobPhase.Running);
        bed.Cluster.Advance(5);
        for (var times = 0; times < 2; times++) Bed.Done(await bed.Targets.StopJobAsync(Bed.Api, "migrate-128-s3-1", default));
        bed.Cluster.Jobs("shop").ShouldBeEmpty();
        bed.Cluster.Pods("shop").ShouldNotContain(pod => pod["metadata"]!["name"]!.GetValue<string>().StartsWith("migrate", StringComparison.Ordinal));
        (await SeeAsync(bed, JobPhase.Gone)).Says.ShouldContain("deleted the job migrate-128-s3-1");
    }

    [Theory]
    [InlineData("create", "jobs", "verb create on jobs (API group batch)")]
    public async Task A_missing_permission_is_named(string verb, string resource, string next)
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.Forbid(verb, resource);
        Bed.Never(await bed.Targets.StartJobAsync(Bed.Api, Wanted, Job("migrate", "up"), default)).ShouldSatisfyAllConditions(f => f.Code.ShouldBe("permission-missing"), f => f.Next!.ShouldContain(next));
    }

    [Fact]
    public async Task That_logs_can_not_be_read_is_no_reason_to_fail_a_job_that_ended_well()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.Forbid("get", "pods/log");
        Bed.Done(await bed.Targets.StartJobAsync(Bed.Api, Wanted, Job("migrate", "up"), default));
        (await SeeAsync(bed, JobPhase.Complete)).Log.ShouldBe("(The bot may not get pods/log in namespace shop on main.)");
    }

    private static JobToRun Job(string name, string does, TimeSpan? deadline = null) => new($"{name}-128-s3-1", new JsonObject
    {
        ["apiVersion"] = "batch/v1",
        ["kind"] = "Job",
        ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["restartPolicy"] = "Never", ["containers"] = new JsonArray(new JsonObject { ["name"] = "m", ["image"] = "registry.example.com/m:v1", ["command"] = new JsonArray(does) }) } } },
    }.ToJsonString(), deadline);

    private static async Task<JobSighting> SeeAsync(Bed bed, JobPhase phase)
    {
        JobSighting? last = null;
        for (var looks = 0; looks < 60; looks++)
        {
            bed.Cluster.Advance();
            if (await bed.Targets.ObserveJobAsync(Bed.Api, "migrate-128-s3-1", last, TimeSpan.Zero, default) is not Outcome<JobSighting>.Done { Value: var now }) continue;
            if (now.Phase == phase) return now;
            last = now;
        }

        throw new ShouldAssertException($"It never became {phase}: {last}");
    }
}
