using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Runs;

public sealed class SupersedingTests
{
    [Theory]
    [InlineData("v1.2.3", 1, "v1.2.4", 2, CommitOrder.Unknown, true)]
    [InlineData("v1.2.3", 2, "v1.2.4", 1, CommitOrder.Unknown, true)]         // asked later, and older all the same
    [InlineData("v1.2.4", 1, "v1.2.3", 2, CommitOrder.Older, false)]          // semantic versions need no commits
    [InlineData("v1.10.0", 1, "v1.9.0", 2, CommitOrder.Unknown, false)]
    [InlineData("v1.3.0-rc.1", 1, "v1.3.0", 2, CommitOrder.Unknown, true)]
    [InlineData("v1.2.3", 1, "v1.2.3", 2, CommitOrder.Unknown, false)]
    [InlineData("main-a", 2, "main-b", 1, CommitOrder.Older, true)]
    [InlineData("main-a", 1, "main-b", 2, CommitOrder.Newer, false)]
    [InlineData("main-a", 1, "main-b", 2, CommitOrder.Unknown, true)]         // then the time of asking decides
    [InlineData("main-a", 2, "main-b", 1, CommitOrder.Unknown, false)]
    [InlineData("main-a", 1, "v1.2.3", 2, CommitOrder.Unknown, true)]
    public void Which_request_is_for_the_older_version(string other, long asked, string approved, long askedToo, CommitOrder commits, bool older)
    {
        Superseding.IsOlder(Of(other, asked), Of(approved, askedToo), commits).ShouldBe(older);
        Superseding.NeedsCommits(Of(other, asked), Of(approved, askedToo)).ShouldBe(!other.StartsWith('v') || !approved.StartsWith('v'));
    }

    [Fact]
    public void The_last_approval_is_what_counts_and_it_counts_once()
    {
        var asked = Opened().Ticked();
        var half = asked.Then(new RunCommand.Approve(Ben, null, asked.Plan.Hash));
        var whole = half.Then(new RunCommand.Approve(Dora, null, asked.Plan.Hash));
        Superseding.WasApproved(asked, half).ShouldBeFalse();
        Superseding.WasApproved(half, whole).ShouldBeTrue();
        Superseding.WasApproved(whole, whole.Reports(new RolloutAccepted(Begun))).ShouldBeFalse();
        Superseding.WasApproved(null, Opened(Rolling with { Steps = [new Wait(new("go"), "Go", null, null)] })).ShouldBeFalse("nobody was asked");
    }

    [Fact]
    public void Only_what_waits_and_has_changed_nothing_may_be_superseded()
    {
        var run = Opened();
        Superseding.MayEnd(run).ShouldBeTrue();
        Superseding.MayEnd(Opened(behind: [new RunId(1)])).ShouldBeTrue("it waits in the queue");
        Superseding.MayEnd(run.Ticked()).ShouldBeTrue("it waits for approval");
        Superseding.MayEnd(run.Then(new RunCommand.Pause(Ana, null))).ShouldBeTrue();
        Superseding.MayEnd(run.Ticked().Approved().Reports(new RolloutAccepted(Begun))).ShouldBeFalse();
        Superseding.MayEnd(run.Then(new RunCommand.Abort(Ana, null))).ShouldBeFalse();
        run.Then(new RunCommand.GiveUpFor(new RunId(9), "v1.2.4", null)).Ending.ShouldBe("superseded by run 9 (v1.2.4)");
    }

    private static RunState Of(string version, long number)
    {
        var run = Opened();
        return run with { Opened = run.Opened with { Run = new RunId(number) }, Plan = run.Plan with { Version = version } };
    }
}
