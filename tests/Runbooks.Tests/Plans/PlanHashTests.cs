using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Plans;

public sealed class PlanHashTests
{
    private static readonly Plan Shown = new(
        RunKind.Deploy, new Site("api", "prod"), "v1.2.3", null, "deployment api – in prod",
        [new PlannedStep(new StepId("s1"), "checklist", "Before you deploy", "Backup taken 💾"), new PlannedStep(new StepId("s2"), "soak", "Soak", "")], "asks");

    [Fact]
    public void A_plan_keeps_its_hash_for_ever_since_approvals_are_stored_with_it() =>
        Shown.Hash.Hex.ShouldBe("7bdfb20502df515ee21d6f33cd5c65ebc19f2f4d36f9d8fe22d98f04a1b8e764");

    [Fact]
    public void A_plan_that_changed_has_another_hash_also_when_the_first_was_asked_for_before()
    {
        var before = Shown.Hash;
        (Shown with { FromVersion = "v1.2.2" }).Hash.ShouldNotBe(before);
    }
}
