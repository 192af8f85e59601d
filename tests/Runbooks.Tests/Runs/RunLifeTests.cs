using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Runs;

public sealed class RunLifeTests
{
    [Fact]
    public void Every_state_can_be_reached_and_what_is_over_stays_over()
    {
        var reached = RunLife.Runs.Select(row => row.To).OfType<RunStatus>().Append(RunStatus.Running).Append(RunStatus.Queued).ToHashSet();
        Enum.GetValues<RunStatus>().ShouldAllBe(status => reached.Contains(status));
        RunLife.Runs.ShouldAllBe(row => !RunLife.IsOver(row.From));
        Enum.GetValues<RunStatus>().Where(status => !RunLife.IsOver(status)).ShouldAllBe(status => RunLife.Runs.Any(row => row.From == status));
    }

    [Fact]
    public void What_the_table_does_not_say_can_not_happen() =>
        Should.Throw<InvalidOperationException>(() => RunLife.Next(RunStatus.Succeeded, RunTrigger.Resumed, null)).Message.ShouldContain("Succeeded");

    [Fact]
    public void The_documents_show_the_table_as_it_is()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "runs.md"));
        document.ShouldContain(RunLife.Diagram().Trim());
        document.ShouldContain(RunLife.StepDiagram().Trim());
    }

    [Fact]
    public void A_queue_keeps_its_order_and_lets_a_rollback_go_ahead()
    {
        var queue = SiteQueue.Empty(new("api", "prod"));
        foreach (var run in (long[])[1, 2]) queue = queue.Evolve(new RunJoined(new RunId(run), false));
        queue = queue.Evolve(new RunJoined(new RunId(3), true));
        queue.Line.Select(run => run.Number).ShouldBe([3L, 1L, 2L]);
        queue.Before(new RunId(2)).Select(run => run.Number).ShouldBe([3L, 1L]);
        queue.Evolve(new RunLeft(new RunId(3))).Holder.ShouldBe(new RunId(1));
    }
}
