using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Steps;

/// <summary>A checklist is done when people ticked what is theirs and what verifies itself was just seen to hold.</summary>
public sealed class ChecklistTests
{
    private static readonly Checklist List = new(new StepId("s1"), "Before", [new ChecklistItem("Checks are green", "github-checks"), new ChecklistItem("Backup taken")]);

    [Fact]
    public void What_verifies_itself_is_looked_at_when_it_begins_and_again_until_it_holds()
    {
        List.Begin(Context(Noon)).Orders.ShouldHaveSingleItem().Order.ShouldBe(new VerifyItem(0));
        var failing = List.Decide(Begun, Looked(ItemVerdict.Fails, "2 checks fail"), Context(Noon));
        failing.Events.OfType<ItemVerified>().ShouldHaveSingleItem();
        failing.Orders.ShouldHaveSingleItem().Due.ShouldBe(Noon.AddSeconds(20));
        var unchanged = List.Decide(After(Begun, failing, Noon), Looked(ItemVerdict.Fails, "2 checks fail"), Context(Noon.AddSeconds(20)));
        unchanged.Events.ShouldBeEmpty();
        unchanged.Orders.ShouldHaveSingleItem();
    }

    [Fact]
    public void People_can_not_tick_it_unless_nothing_here_could_tell()
    {
        var tick = new Tick(0, Ana.Person!.Value);
        List.Decide(Begun, tick, Context(Noon)).Refused!.Code.ShouldBe(RefusalCodes.ItemVerifiesItself);
        var nobody = After(Begun, List.Decide(Begun, Looked(ItemVerdict.Unverifiable, "Nothing is connected."), Context(Noon)), Noon);
        List.Decide(nobody, tick, Context(Noon)).Events.ShouldContain(new ItemTicked(0, Ana.Person.Value));
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public void What_was_seen_a_while_ago_is_looked_at_again_right_before_the_next_step(int seconds, bool passes)
    {
        var seen = After(Begun, List.Decide(Begun, Looked(ItemVerdict.Holds, "12 checks are green"), Context(Noon)), Noon);
        var ticked = List.Decide(seen, new Tick(1, Ana.Person!.Value), Context(Noon.AddSeconds(seconds)));
        ticked.Events.Any(what => what is StepPassed).ShouldBe(passes);
        if (passes) return;
        ticked.Orders.ShouldHaveSingleItem().Order.ShouldBe(new VerifyItem(0));
        var again = List.Decide(After(seen, ticked, Noon.AddSeconds(seconds)), Looked(ItemVerdict.Holds, "12 checks are green"), Context(Noon.AddSeconds(seconds + 1)));
        again.Events.ShouldContain(new StepPassed());
        List.Decide(After(seen, ticked, Noon.AddSeconds(seconds)), Looked(ItemVerdict.Fails, "1 check fails"), Context(Noon.AddSeconds(seconds + 1))).Events.ShouldNotContain(new StepPassed());
    }

    [Theory]
    [InlineData(ItemVerdict.Unknown)]
    [InlineData(ItemVerdict.Pending)]
    [InlineData(ItemVerdict.Fails)]
    public void Only_what_holds_is_as_good_as_a_tick(ItemVerdict verdict)
    {
        var seen = After(Begun, List.Decide(Begun, Looked(verdict, "x"), Context(Noon)), Noon);
        List.Decide(seen, new Tick(1, Ana.Person!.Value), Context(Noon)).Events.ShouldNotContain(new StepPassed());
    }

    [Fact]
    public void Items_for_other_environments_are_left_out()
    {
        var list = List with { Items = [new ChecklistItem("a") { OnlyFor = ["staging"] }, new ChecklistItem("b on {environment}") { OnlyFor = ["PROD"] }, new ChecklistItem("c")] };
        ((Checklist)list.For(new PlanContext(Api, Prod, "v1", Ana.Person!.Value))).Items.Select(item => item.Text).ShouldBe(["b on prod", "c"]);
    }

    [Fact]
    public void Only_those_named_may_tick_an_item()
    {
        var run = Opened(Rolling with { Steps = [new Checklist(new StepId("s1"), "x", [new ChecklistItem("Schema reviewed") { By = [Managers] }]), new Rollout(new StepId("s2"), "x")] });
        run.Told(new RunCommand.Tick(Ana, null, 0)).Decision.Refused!.Code.ShouldBe(RefusalCodes.NotInGroup);
        run.Told(new RunCommand.Tick(Ben, null, 0)).Decision.Refused.ShouldBeNull();
    }

    private static Checklist.State Begun => (Checklist.State)List.Begun(Context(Noon));

    private static ItemLooked Looked(ItemVerdict verdict, string says) => new(0, verdict, says, null);

    private static Checklist.State After(Checklist.State state, StepDecision decision, DateTimeOffset at) =>
        decision.Events.Where(what => what is not StepPassed).Aggregate(state, (now, what) => (Checklist.State)List.Evolve(now, what, at));

    private static StepContext Context(DateTimeOffset now) => new(new RunId(7), new PlanHash("p"), Ana.Person!.Value, 1, now);
}
