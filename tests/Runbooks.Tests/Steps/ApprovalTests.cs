using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Steps;

/// <summary>An approval counts people, chases them, and lets nobody sit on two chairs.</summary>
public sealed class ApprovalTests
{
    private static readonly PlanHash Plan = new("plan-1");
    private static readonly GroupName Security = new("security"), Backup = new("backup");
    private static readonly Approval Both = new(new StepId("s1"), "Production change", [new Quorum([Managers], 1), new Quorum([Security], 1)], TimeSpan.FromHours(1));

    [Theory]
    [InlineData("ben:release-managers", false)]
    [InlineData("ben:release-managers dora:release-managers", false)]
    [InlineData("ben:release-managers dora:security", true)]
    [InlineData("ben:release-managers,security", false)]                               // one person, one seat
    [InlineData("ben:release-managers,security dora:release-managers", true)]         // ben sits for security then
    [InlineData("ben:security,release-managers dora:security,release-managers", true)]
    [InlineData("ben:others dora:security", false)]
    public void Each_group_needs_its_own_people(string given, bool met) => Quorum.AreMet(Both.Quorums, Given(given), []).ShouldBe(met);

    [Fact]
    public void It_reminds_at_half_time_warns_before_the_end_and_then_closes()
    {
        var (state, wakes) = (Begun(Both), new List<double>());
        var said = new List<string>();
        string? ended = null;
        for (var now = Noon; ended is null && wakes.Count < 20;)
        {
            var decision = Both.Decide(state, new TimePassed(), Context(now));
            foreach (var what in decision.Events) state = (Approval.State)Both.Evolve(state, what, now);
            said.AddRange(decision.Orders.Select(ordered => ordered.Order).OfType<Say>().Select(say => say.Text));
            ended = decision.Events.OfType<StepEnded>().FirstOrDefault()?.Why;
            if (decision.Orders.FirstOrDefault(ordered => ordered.Order is Wake) is not { } wake) break;
            wakes.Add((wake.Due - Noon).TotalMinutes);
            now = wake.Due;
        }

        wakes.ShouldBe([30, 54, 60]);
        said.Count.ShouldBe(2);
        said[0].ShouldContain("release-managers and security: \"Production change\" still waits for 2 approvals. It closes in 30 min.");
        ended.ShouldNotBeNull().ShouldContain("within 1 h");
    }

    [Fact]
    public void When_nobody_answers_others_are_asked_and_count()
    {
        var step = Both with { Escalate = [new Escalation(TimeSpan.FromMinutes(15), Backup), new Escalation(TimeSpan.FromMinutes(60), OnCall)] };
        var state = Begun(step);
        var at15 = step.Decide(state, new TimePassed(), Context(Noon.AddMinutes(15)));
        at15.Events.ShouldBe([new ApprovalEscalated(Backup, Noon.AddMinutes(60))]);
        foreach (var minutes in (int[])[15, 30, 54])
        {
            foreach (var what in step.Decide(state, new TimePassed(), Context(Noon.AddMinutes(minutes))).Events) state = (Approval.State)step.Evolve(state, what, Noon.AddMinutes(minutes));
        }

        state.Asked.ShouldBe([Backup]);

        // At its end the question stays open as long again, for the on-call.
        var atEnd = step.Decide(state, new TimePassed(), Context(Noon.AddMinutes(60)));
        atEnd.Events.ShouldBe([new ApprovalEscalated(OnCall, Noon.AddMinutes(120))]);
        state = (Approval.State)step.Evolve(state, atEnd.Events[0], Noon.AddMinutes(60));
        Quorum.AreMet(step.Quorums, Given("ben:backup cleo:oncall"), state.Asked).ShouldBeTrue();
        step.Decide(state, new TimePassed(), Context(Noon.AddMinutes(120))).Events.OfType<StepEnded>().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_bot_that_slept_through_the_end_does_not_remind_any_more() =>
        Both.Decide(Begun(Both), new TimePassed(), Context(Noon.AddHours(3))).Events.Select(what => what.GetType()).ShouldBe([typeof(ApprovalExpired), typeof(StepEnded)]);

    [Fact]
    public void Somebody_may_decide_in_anothers_place_but_not_both()
    {
        var one = Approval.By(new StepId("s1"), "x", [Managers], 1, TimeSpan.FromHours(1));
        var decision = one.Decide(Begun(one), new Runbooks.Steps.Delegate(Ben.Person!.Value, Cleo.Person!.Value, [Managers]), Context(Noon));
        var state = (Approval.State)one.Evolve(Begun(one), decision.Events.ShouldHaveSingleItem(), Noon);
        one.Decide(state, new Approve(Ben.Person.Value, Plan, [Managers], null, false), Context(Noon)).Refused!.Code.ShouldBe(RefusalCodes.ApprovalOwn);
        one.Decide(state, new Approve(Cleo.Person.Value, Plan, [], null, false), Context(Noon)).Events.ShouldContain(new StepPassed());
        one.Decide(Begun(one), new Runbooks.Steps.Delegate(Ben.Person.Value, Ana.Person!.Value, [Managers]), Context(Noon)).Refused!.Code.ShouldBe(RefusalCodes.ApprovalOwn);
    }

    [Fact]
    public void The_soak_is_left_out_only_where_the_runbook_says_so()
    {
        var skip = new Approve(Ben.Person!.Value, Plan, [Managers], null, SkipSoak: true);
        Both.Decide(Begun(Both), skip, Context(Noon)).Refused!.Code.ShouldBe(RefusalCodes.StepNotSkippable);
        (Both with { MaySkipSoak = true }).Decide(Begun(Both), skip, Context(Noon)).Refused.ShouldBeNull();
        var soak = new Soak(new StepId("s2"), "Soak", TimeSpan.FromMinutes(10));
        soak.Begin(Context(Noon) with { SoakWaivedBy = Ben.Person }).Events.ShouldBe([new StepPassed()]);
        soak.Begin(Context(Noon)).Events.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(239, "ben", true)]
    [InlineData(240, "ben", false)]      // carried for four hours
    [InlineData(10, "ana", false)]       // whoever asks now approved it then
    public void An_approval_of_the_same_plan_counts_again_for_a_while(int minutes, string who, bool counts)
    {
        var one = Approval.By(new StepId("s1"), "x", [Managers], 1, TimeSpan.FromHours(1)) with { Carry = TimeSpan.FromHours(4) };
        var carried = new CarriedApproval(new RunId(3), new Person($"{who}@example.com"), [Managers], Noon.AddMinutes(-minutes));
        one.Begin(Context(Noon) with { Carried = [carried] }).Events.OfType<StepPassed>().Any().ShouldBe(counts);
        (one with { Carry = null }).Begin(Context(Noon) with { Carried = [carried] }).Events.ShouldBeEmpty();
    }

    [Fact]
    public void Working_hours_say_when_it_closes()
    {
        var until = Noon.AddHours(20);
        ((Approval.State)(Both with { OnlyWorkingHours = true }).Begun(Context(Noon) with { Until = until })).Until.ShouldBe(until);
    }

    private static Approval.State Begun(Approval step) => (Approval.State)step.Begun(Context(Noon));

    private static StepContext Context(DateTimeOffset now) => new(new RunId(7), Plan, Ana.Person!.Value, 1, now);

    private static ImmutableArray<Approval.Given> Given(string text) =>
        [.. text.Split(' ').Select(one => one.Split(':')).Select(one => new Approval.Given(new Person($"{one[0]}@example.com"), Noon, [.. one[1].Split(',').Select(group => new GroupName(group))]))];
}
