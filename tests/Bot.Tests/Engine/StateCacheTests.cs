using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Engine;

public sealed class StateCacheTests
{
    private static readonly StreamId Queue = SiteQueue.StreamOf(new Site("api", "prod"));
    private readonly StateCache cache = new(runs: 4, queues: 4);

    [Fact]
    public void What_is_asked_for_stays_and_what_is_not_is_forgotten()
    {
        cache.Keep(Run(1));
        cache.Keep(Run(2));
        for (var number = 3; number <= 20; number++)
        {
            cache.Keep(Run(number));
            cache.Run(new RunId(1)).ShouldNotBeNull();
        }

        cache.Run(new RunId(2)).ShouldBeNull();
        Enumerable.Range(1, 20).Count(number => cache.Run(new RunId(number)) is not null).ShouldBeInRange(2, 4);
    }

    [Fact]
    public void Runs_do_not_push_queues_out()
    {
        cache.Keep(Queue, SiteQueue.Empty(new Site("api", "prod")));
        for (var number = 1; number <= 20; number++) cache.Keep(Run(number));
        cache.Queue(Queue).ShouldNotBeNull();
    }

    [Fact]
    public void The_state_that_saw_more_wins_also_over_one_that_was_long_not_asked_for()
    {
        cache.Keep(Run(1, version: 5));
        cache.Keep(Run(2));
        cache.Keep(Run(3));
        cache.Keep(Run(1, version: 4));
        cache.Run(new RunId(1))!.Version.ShouldBe(5);
        cache.Keep(Run(1, version: 6));
        cache.Run(new RunId(1))!.Version.ShouldBe(6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void What_was_dropped_is_gone_however_long_ago_it_was_kept(int since)
    {
        cache.Keep(Run(1));
        cache.Keep(Queue, SiteQueue.Empty(new Site("api", "prod")));
        for (var number = 2; number < 2 + since; number++) cache.Keep(Run(number));
        cache.Drop(new RunId(1).Stream);
        cache.Drop(Queue);
        cache.Run(new RunId(1)).ShouldBeNull();
        cache.Queue(Queue).ShouldBeNull();
    }

    private static RunState Run(long number, long version = 1)
    {
        var plan = new Plan(RunKind.Deploy, new Site("api", "prod"), "v1.2.3", null, "a simulated target", [], "asks");
        var opened = new RunOpened(
            new RunId(number), plan, [], new Target.Simulated("api", 1, "v1"), false, RollbackMode.Ask, null, [], new Person("ana@example.com"), null, [], [], null);
        return RunState.Open(opened, new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero)) with { Version = version };
    }
}
