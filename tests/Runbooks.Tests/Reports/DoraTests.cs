using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Reports;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Tests.Summaries;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Reports;

public sealed class DoraTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 16, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Only_versions_that_went_live_in_protected_places_are_deployments()
    {
        RunRecord[] runs = [Run(1, 1), Run(2, 2) with { Protected = false }, Run(3, 3) with { Landed = null, Status = RunStatus.RolledBack }, Run(4, 4) with { Kind = RunKind.Procedure }, Run(5, 24 * 8)];
        var dora = Dora.Of(runs, Monday, Monday.AddDays(7));
        dora.ShouldSatisfyAllConditions(one => one.Deployments.ShouldBe(1), one => one.NotLive.ShouldBe(1), one => one.PerDay.ShouldBe(1 / 7d), one => one.FailureRate.ShouldBe(0));
        Dora.Of([runs[1]], Monday, Monday.AddDays(7)).Deployments.ShouldBe(1, "where nothing is protected, everything counts");
    }

    [Fact]
    public void Lead_time_is_the_median_from_when_commits_were_written()
    {
        RunRecord[] runs = [Run(1, 10) with { Commits = [Monday.AddHours(9), Monday.AddHours(4)] }, Run(2, 20) with { Commits = [Monday.AddHours(10)] }, Run(3, 30)];
        var dora = Dora.Of(runs, Monday, Monday.AddDays(7));
        (dora.LeadTime, dora.Commits).ShouldBe((TimeSpan.FromHours(6), 3));
    }

    [Theory]
    [InlineData(RunStatus.RolledBack, null, null, 5.0)]                  // it went back by itself: until it had
    [InlineData(RunStatus.Failed, RunKind.Deploy, "v9", 120.0)]          // left as it was, until the next that landed
    [InlineData(RunStatus.Failed, null, null, null)]
    [InlineData(RunStatus.Succeeded, RunKind.Rollback, "v0", 120.0)]     // the next change of the place was its rollback
    [InlineData(RunStatus.Succeeded, null, null, -1.0)]
    [InlineData(RunStatus.Succeeded, RunKind.Deploy, "v9", -1.0)]        // an ordinary next version is no failure
    public void A_deployment_failed_when_it_had_to_be_taken_back_or_mended(RunStatus status, RunKind? next, string? version, double? minutes)
    {
        var first = Run(1, 1) with { Status = status, Ended = Monday.AddHours(1).AddMinutes(5) };
        RunRecord[] runs = next is { } kind ? [first, Run(2, 3) with { Kind = kind, Version = version!, FromVersion = first.Version }] : [first];
        var failure = Dora.FailureOf(first, runs);
        if (minutes == -1) failure.ShouldBeNull();
        else (failure!.Restored - first.Landed)?.TotalMinutes.ShouldBe(minutes!.Value);
        if (minutes is null) failure!.Restored.ShouldBeNull();
    }

    [Theory]
    [InlineData(23, true)]
    [InlineData(25, false)]
    public void An_emergency_soon_after_mended_it(int hours, bool failed) =>
        (Dora.FailureOf(Run(1, 1), [Run(2, 1 + hours) with { Emergency = "the login is broken" }]) is not null).ShouldBe(failed);

    [Fact]
    public void What_reverts_it_by_name_counts_even_when_something_came_between_and_other_places_never_do()
    {
        Dora.FailureOf(Run(1, 1), [Run(2, 2), Run(3, 3) with { Kind = RunKind.Rollback, Reverts = new RunId(1) }]).ShouldNotBeNull();
        Dora.FailureOf(Run(1, 1), [Run(3, 3) with { Kind = RunKind.Rollback, Reverts = new RunId(1), Site = new Site("web", "prod") }]).ShouldBeNull();
    }

    [Fact]
    public void Measures_stay_in_their_bounds_and_add_up_over_stretches_whatever_happened() => Prop.ForAll(
        Gen.Choose(0, 400).Two().Zip(Gen.Elements(Enum.GetValues<RunStatus>()).Zip(Gen.Elements(Enum.GetValues<RunKind>()))).ListOf().ToArbitrary(), made =>
        {
            var runs = made.Select((one, at) => Run(at + 1, one.Item1.Item1) with
            {
                Status = one.Item2.Item1, Kind = one.Item2.Item2, Ended = Monday.AddHours(one.Item1.Item1 + (one.Item1.Item2 % 5)), Commits = [Monday.AddHours(one.Item1.Item1 - (one.Item1.Item2 % 30))],
            }).ToList();
            var (first, second, both) = (Dora.Of(runs, Monday, Monday.AddDays(7)), Dora.Of(runs, Monday.AddDays(7), Monday.AddDays(14)), Dora.Of(runs, Monday, Monday.AddDays(14)));
            (first.Deployments + second.Deployments).ShouldBe(both.Deployments);
            (first.Failed + second.Failed).ShouldBe(both.Failed);
            (first.Commits + second.Commits).ShouldBe(both.Commits);
            both.Failed.ShouldBeInRange(both.Unrestored, both.Deployments);
            if (both.Restore is { } restore) restore.ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new int[0], null)]
    [InlineData(new[] { 7 }, 7.0)]
    [InlineData(new[] { 9, 1, 5 }, 5.0)]
    [InlineData(new[] { 9, 1, 5, 6 }, 5.5)]
    public void The_median_is_the_middle(int[] seconds, double? median) => (Dora.Median(seconds.Select(one => TimeSpan.FromSeconds(one)))?.TotalSeconds).ShouldBe(median);

    [Fact]
    public void A_record_of_a_run_is_written_and_read_again_and_knows_when_it_landed()
    {
        var record = RunRecord.Of(Ended.Well());
        record.Left.ShouldBe("v1.2.3");
        record.Landed.ShouldNotBeNull();
        RunRecord.Of(Ended.Back()).ShouldSatisfyAllConditions(one => one.Left.ShouldBeNull(), one => one.Landed.ShouldNotBeNull(), one => one.FromVersion.ShouldBe("v1.2.2"));
        var kept = RecordJson.Write(new RunCounted(record));
        var read = ((RunCounted)RecordJson.Read(new StoredEvent(RecordBook.Stream, 1, kept.Type, kept.Body, Monday))).Record;
        (read with { Steps = [], Owners = [] }).ShouldBe(record with { Steps = [], Owners = [] });
        read.Steps.ShouldBe(record.Steps);
        RecordBook.Empty.Evolve(new RunCounted(record)).Evolve(new CommitsCounted(record.Run, [Monday])).Runs[7].Commits.ShouldBe([Monday]);
    }

    [Fact]
    public void A_report_names_what_is_slow_what_went_around_the_rules_and_what_nobody_reviewed()
    {
        RunRecord[] runs =
        [
            Run(1, 1) with { Emergency = "login", Steps = [new StepTook("approval", "Approve", TimeSpan.FromMinutes(30), true, true), new StepTook("deploy", "Roll out", TimeSpan.FromMinutes(3), false, true)] },
            Run(2, 2) with { Emergency = "reviewed", Exception = "holiday" },
        ];
        var report = Report.Make("payments", [.. runs], Monday, Monday.AddDays(7), new HashSet<RunId> { new(2) });
        report.Slowest.Select(step => step.Title).ShouldBe(["Approve", "Roll out"]);
        report.Unreviewed.Single().Run.ShouldBe(new RunId(1));
        report.Exceptions.Single().Run.ShouldBe(new RunId(2));
        var card = ReportCard.Of(report, "The week of payments", _ => "", null);
        card.Fallback.ShouldContain("2 deployments, 2 a week");
        card.Links.Single().Url.ShouldBe(Dora.Definitions);
    }

    [Theory]
    [InlineData("2026-11-16T07:00:00Z", "2026-11-16T08:00:00Z")]         // nine o'clock in Amsterdam, in winter
    [InlineData("2026-11-16T08:00:00Z", "2026-11-23T08:00:00Z")]
    [InlineData("2026-10-20T00:00:00Z", "2026-10-26T08:00:00Z")]         // the clocks went back on the 25th
    public void The_next_report_is_on_its_day_at_its_time_on_the_wall(string after, string next) =>
        Report.Next(new TeamReport("#payments", DayOfWeek.Monday, new TimeOnly(9, 0), "Europe/Amsterdam"), Zone.Utc, DateTimeOffset.Parse(after, null)).ShouldBe(DateTimeOffset.Parse(next, null));

    private static RunRecord Run(long number, int hour) => new(
        new RunId(number), RunKind.Deploy, new Site("api", "prod"), true, [new GroupName("payments")], $"v{number}", $"v{number - 1}", RunStatus.Succeeded, "ana@example.com",
        Monday.AddHours(hour).AddMinutes(-10), Monday.AddHours(hour), Monday.AddHours(hour), true, TimeSpent.None with { Working = TimeSpan.FromMinutes(4), People = TimeSpan.FromMinutes(6) }, []);
}
