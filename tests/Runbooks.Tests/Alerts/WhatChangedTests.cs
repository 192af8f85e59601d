using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Alerts;

public sealed class WhatChangedTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, string[]> Needs = new() { ["api"] = ["auth", "cart"], ["auth"] = ["postgres"], ["postgres"] = ["api"] };

    [Fact]
    public void The_card_can_say_what_went_where_when_and_by_whom()
    {
        var suspect = Find(Run(1, "api", -6)).Single();
        suspect.Says.ShouldBe("api v1.2.3 went to prod 6 min before, by ana");
        suspect.BackTo.ShouldBe("v1.2.2");
        suspect.Reasons.ShouldBe(["6 min before", "the service itself", "a deployment"]);
    }

    [Theory]
    [InlineData("api", -6, "auth", -6)]         // nearer in distance
    [InlineData("auth", -6, "postgres", -6)]
    [InlineData("api", -5, "api", -60)]         // nearer in time
    [InlineData("auth", -1, "api", -115)]       // both weigh
    public void What_is_nearer_is_likelier(string likelier, int minutes, string other, int others) =>
        Find(Run(1, other, others), Run(2, likelier, minutes))[0].Run!.Value.Number.ShouldBe(2);

    [Fact]
    public void A_deployment_is_likelier_than_a_rollback_and_that_than_another_runbook() =>
        Find(Run(1, "api", -6) with { Kind = "run" }, Run(2, "api", -6) with { Kind = "rollback" }, Run(3, "api", -6)).Select(one => one.Run!.Value.Number).ShouldBe([3, 2, 1]);

    [Fact]
    public void What_came_later_lies_elsewhere_lies_long_ago_or_never_happened_is_not_blamed() => Find(
        Run(1, "api", 30), Run(2, "web", -6), Run(3, "api", -6) with { Environment = "staging" }, Run(4, "api", -180), Run(5, "api", -6) with { Status = "Cancelled" }).ShouldBeEmpty();

    [Fact]
    public void A_change_under_way_is_suspected_and_can_not_be_taken_back_from_the_card()
    {
        var suspect = Find(Run(1, "api", -6) with { Open = true, Status = "Running", ClosedAt = null }).Single();
        suspect.Says.ShouldBe("api v1.2.3 is on its way to prod, by ana");
        suspect.BackTo.ShouldBeNull();
    }

    [Fact]
    public void What_was_changed_by_hand_is_named_with_its_manager_and_can_not_be_taken_back_from_the_card()
    {
        var suspect = Find([], Seen(ChangeKind.Hand, "api", -4)).Single();
        suspect.Says.ShouldBe("api in prod: image changed from v1 to v2, by kubectl-edit, 4 min before");
        suspect.Reasons.ShouldBe(["4 min before", "the service itself", "changed by hand"]);
        (suspect.Run, suspect.BackTo, suspect.Score).ShouldBe((null, null, 0.82));
    }

    [Fact]
    public void Kinds_are_weighed_in_one_order() => Find([Run(1, "api", -6), Run(2, "api", -6) with { Kind = "rollback" }], Seen(ChangeKind.Hand, "api", -6), Seen(ChangeKind.Flag, "api", -6))
        .Select(one => one.Reasons[2]).ShouldBe(["a deployment", "changed by hand", "a feature flag"]);

    [Fact]
    public void What_names_no_service_or_no_environment_may_concern_any_and_what_lies_elsewhere_does_not()
    {
        Find([], Seen(ChangeKind.Flag, null, -4) with { Environment = null }).Single().Reasons[1].ShouldBe("it names no service");
        Find([], Seen(ChangeKind.Flag, "auth", -4)).Single().Reasons[1].ShouldBe("api depends on auth");
        Find([], Seen(ChangeKind.Hand, "web", -4), Seen(ChangeKind.Hand, "api", -4) with { Environment = "staging" }, Seen(ChangeKind.Hand, "api", -121), Seen(ChangeKind.Hand, "api", 3)).ShouldBeEmpty();
    }

    [Fact]
    public void The_book_keeps_the_latest_and_a_stretch_is_told_in_order()
    {
        var book = Enumerable.Range(0, ChangeBook.Most + 5).Aggregate(ChangeBook.Empty, (all, at) => all.Evolve(ChangeJson.Read(new StoredEvent(ChangeBook.Stream, at + 1, "", ChangeJson.Write(new ChangeSeen(Seen(ChangeKind.Hand, "api", -at))).Body, Noon))));
        (book.Version, book.Latest.Count).ShouldBe((ChangeBook.Most + 5, ChangeBook.Most));
        book.Between(Noon.AddMinutes(-7), Noon.AddMinutes(-5)).Select(one => (Noon - one.At).TotalMinutes).ShouldBe([7, 6, 5]);
    }

    [Fact]
    public void Clocks_may_differ_a_little() => Find(Run(1, "api", 1)).Single().Says.ShouldContain("just before");

    [Fact]
    public void Circles_of_services_end() => WhatChanged.Around("api", one => Needs.GetValueOrDefault(one) ?? []).ShouldBe(new Dictionary<string, int> { ["api"] = 0, ["auth"] = 1, ["cart"] = 1, ["postgres"] = 2 }, ignoreOrder: true);

    private static System.Collections.Immutable.ImmutableArray<Suspect> Find(params RunRow[] runs) => Find(runs, []);

    private static System.Collections.Immutable.ImmutableArray<Suspect> Find(RunRow[] runs, params SeenChange[] changes) => WhatChanged.Find(Noon, "api", "prod", runs, changes, WhatChanged.Around("api", one => Needs.GetValueOrDefault(one) ?? []));

    private static SeenChange Seen(ChangeKind kind, string? service, int minutes) => new("kubernetes", kind, "image changed from v1 to v2", "kubectl-edit", service, "prod", Noon.AddMinutes(minutes));

    private static RunRow Run(long number, string service, int minutes) =>
        new(number, "deploy", service, "prod", "v1.2.3", "v1.2.2", "Succeeded", false, "ana@example.com", Noon.AddMinutes(minutes - 1), Noon.AddMinutes(minutes), Noon.AddMinutes(minutes), "");
}
