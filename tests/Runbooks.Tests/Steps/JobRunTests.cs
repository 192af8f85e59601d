using System.Text.RegularExpressions;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Tests.Runs;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Steps;

/// <summary>A job is begun once a try, followed to its end, and ended when it is given up half way.</summary>
public sealed class JobRunTests
{
    private const string Manifest = """{"spec":{"template":{"spec":{"containers":[{"image":"m:{version}","args":["--by={by}","{values.dump}"],"{version}":1}]}}}}""";

    [Fact]
    public void It_says_what_it_runs_and_fills_texts_but_no_names()
    {
        var step = (JobRun)Job().For(new PlanContext(Shop.Api, Shop.Prod, "v2", Shop.Ana.Person!.Value));
        step.Says().ShouldStartWith("run the job migrate: m:v2 --by=ana {values.dump} (template ");
        step.Manifest.ShouldContain("\"{version}\":1");
        Jobs.Fill(step.Manifest, text => text.Replace("{values.dump}", "a \"quoted\" dump", StringComparison.Ordinal)).ShouldContain("a \\u0022quoted\\u0022 dump");
        (Job() with { Manifest = Manifest.Replace("--by", "--as", StringComparison.Ordinal) }).Says().ShouldNotBe(Job().Says());
    }

    [Fact]
    public void Its_end_decides_and_lines_that_seem_to_hold_a_secret_are_shown_to_nobody()
    {
        var run = Begun();
        run = run.Then(Report(run, new JobSeen(Seen(JobPhase.Running))));
        var (failed, decision) = run.Told(Report(run, new JobSeen(Seen(JobPhase.Failed) with { Log = "one\ntoken=abcdef123456\nthree" })));
        failed.Status.ShouldBe(RunStatus.Deciding);
        ((JobRun.State)failed.Steps[0].State!).Last!.Log.ShouldBe("one\n(a line that seems to hold a secret)\nthree");
        decision.Work.ShouldNotContain(item => item.Kind == RunWork.JobStopKind);
        run.Then(Report(run, new JobSeen(Seen(JobPhase.Complete)))).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("expire")]
    [InlineData("skip")]
    public void What_is_given_up_while_it_runs_is_ended(string how)
    {
        var run = Begun();
        RunCommand command = how switch
        {
            "abort" => new RunCommand.Abort(Shop.Ana, "enough"),
            "skip" => new RunCommand.Skip(Shop.Ana, null, "not needed"),
            _ => new RunCommand.Expired(new StepId("s1"), 1),
        };
        run.Told(command, TimeSpan.FromMinutes(11)).Decision.Work.Single(item => item.Kind == RunWork.JobStopKind).Key.ShouldBe("job-stop:7:s1:1");
    }

    [Fact]
    public void A_pause_does_not_end_it_and_afterwards_it_is_looked_at_again()
    {
        var run = Begun().Then(new RunCommand.Pause(Shop.Ana, null));
        var (_, resumed) = run.Told(new RunCommand.Resume(Shop.Ana));
        resumed.Work.Select(item => item.Kind).ShouldContain(RunWork.JobWatchKind);
        resumed.Work.ShouldNotContain(item => item.Kind == RunWork.JobStopKind);
    }

    [Fact]
    public void Names_fit_the_cluster_and_differ_by_run_step_and_try() => Prop.ForAll(
        ArbMap.Default.ArbFor<(NonNull<string> Job, PositiveInt Run, NonNull<string> Step, PositiveInt Try)>(),
        one =>
        {
            var name = Jobs.NameOf(one.Job.Get, new RunId(one.Run.Get), new StepId(one.Step.Get.Length > 20 ? "s1" : one.Step.Get), one.Try.Get);
            var next = Jobs.NameOf(one.Job.Get, new RunId(one.Run.Get), new StepId(one.Step.Get.Length > 20 ? "s1" : one.Step.Get), one.Try.Get + 1);
            return Regex.IsMatch(name, "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) && name.Length <= 63 && name != next;
        }).QuickCheckThrowOnFailure();

    private static JobRun Job() => new(new StepId("s1"), "Run migrate", "migrate", Manifest, ReadsOnly: false) { Rules = new StepRules { Timeout = TimeSpan.FromMinutes(10) } };

    private static RunState Begun()
    {
        var run = Shop.Opened(Shop.Rolling with { Steps = [Job()], OnFailure = new OnFailure(RollbackMode.Ask) });
        return run.Then(Report(run, new JobAccepted("migrate-7-s1-1")));
    }

    private static RunCommand Report(RunState run, StepCommand what) => new RunCommand.Report(run.Current!.Step.Id, run.Current.Attempt, what);

    private static JobSighting Seen(JobPhase phase) => new(phase, phase.ToString(), phase == JobPhase.Failed ? 1 : null, "", null);
}
