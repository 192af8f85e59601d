using System.Collections.Immutable;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Tests.Runs;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Summaries;

public sealed class SummaryDeciderTests
{
    private const string Deploys = "slack:#deploys";
    private static readonly DateTimeOffset Noon = Shop.Noon;
    private static readonly ImmutableArray<TimeSpan> Again = [TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromDays(1)];
    private static readonly ChangeSet Nothing = new([], [], [], false, null);
    private static readonly Judgement Healthy = new(Verdict.Healthy, "Still healthy.", [], []), Taken = new(Verdict.RolledBack, "Rolled back.", [], [], new RunId(8));

    [Fact]
    public void It_is_shown_once_it_is_known_what_the_version_brought_or_that_nobody_can_tell()
    {
        var (state, decision) = Tell(Fresh, new SummaryCommand.Want([Deploys]));
        decision.Work.Select(item => item.Kind).ShouldBe([SummaryWork.ChangesKind]);
        (state, decision) = Tell(state, new SummaryCommand.Brought(null, "GitHub did not answer in time.", Again: true));
        decision.Work.Select(item => item.Kind).ShouldBe([SummaryWork.ShowKind, SummaryWork.ChangesKind]);
        (state, decision) = Tell(state, new SummaryCommand.Brought(Nothing, null, false));
        decision.Work.Single().Kind.ShouldBe(SummaryWork.ShowKind);
        Tell(state, new SummaryCommand.Brought(Nothing, null, false)).Decision.Events.ShouldBeEmpty();
    }

    [Fact]
    public void What_stays_unknown_is_asked_a_few_times_and_then_left()
    {
        var state = Tell(Fresh, new SummaryCommand.Want([Deploys])).State;
        var asked = 0;
        for (var tries = 0; tries < 20; tries++)
        {
            (state, var decision) = Tell(state, new SummaryCommand.Brought(null, $"HTTP 50{tries % 3}", Again: true));
            asked += decision.Work.Count(item => item.Kind == SummaryWork.ChangesKind);
        }

        asked.ShouldBe(SummaryDecider.MostTries - 1);
    }

    [Fact]
    public void Its_end_plans_every_look_once_and_a_look_counts_once()
    {
        var (state, decision) = Tell(Shown, new SummaryCommand.End(Again));
        decision.Work.Where(item => item.Kind == SummaryWork.JudgeKind).Select(item => item.Due - Noon).ShouldBe(Again);
        Tell(state, new SummaryCommand.End(Again)).Decision.Work.ShouldBeEmpty();
        state = Tell(state, new SummaryCommand.LookedAgain(0, Healthy)).State;
        Tell(state, new SummaryCommand.LookedAgain(0, Healthy)).Decision.Events.ShouldBeEmpty();
        state.Closed.ShouldBeFalse();
        state = Tell(state, new SummaryCommand.LookedAgain(1, Healthy)).State;
        Tell(state, new SummaryCommand.LookedAgain(2, Healthy)).State.Closed.ShouldBeTrue();
    }

    [Fact]
    public void A_later_run_ends_it_early_and_takes_back_what_was_still_to_be_looked_at()
    {
        var state = Tell(Shown, new SummaryCommand.End(Again)).State;
        Tell(state, new SummaryCommand.LookedAgain(null, Healthy)).Decision.Events.ShouldBeEmpty("a look before its time counts only where it ends the matter");
        var (after, decision) = Tell(state, new SummaryCommand.LookedAgain(null, Taken));
        after.Closed.ShouldBeTrue();
        decision.Withdrawn.ShouldBe([SummaryWork.JudgeKey(state.Run, 0), SummaryWork.JudgeKey(state.Run, 1), SummaryWork.JudgeKey(state.Run, 2)]);
        decision.Work.Single().Kind.ShouldBe(SummaryWork.ShowKind);
        Tell(after, new SummaryCommand.LookedAgain(1, Healthy)).Decision.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_change_set_too_long_to_show_is_cut_and_says_so()
    {
        var many = Nothing with { Commits = [.. Enumerable.Range(0, 500).Select(at => new Change($"{at:x40}", "ana", $"commit {at}"))], Paths = ["a", "b"] };
        var seen = Tell(Shown, new SummaryCommand.Want([Deploys]), new SummaryCommand.Brought(many, null, false));
        seen.Changes!.Commits.ShouldBe(0, "what is known once stays as it is");
        var fresh = Tell(Fresh, new SummaryCommand.Want([Deploys]), new SummaryCommand.Brought(many, null, false)).Changes!;
        fresh.ShouldSatisfyAllConditions(one => one.Commits.ShouldBe(500), one => one.Files.ShouldBe(2), one => one.Changes.Commits.Length.ShouldBe(100), one => one.Changes.Commits[^1].Title.ShouldBe("commit 499"), one => one.Changes.Truncated.ShouldBeTrue());
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_is_written_and_read_again_as_it_was()
    {
        SummaryCommand[] all =
        [
            new SummaryCommand.Want([Deploys]), new SummaryCommand.Want(["teams:x"]), new SummaryCommand.End(Again), new SummaryCommand.Brought(Nothing, null, false), new SummaryCommand.Brought(null, "no", true),
            new SummaryCommand.WasPosted(Deploys, "C1", "1.2", new Uri("https://slack.example.com/p1")), new SummaryCommand.WasNotPosted(Deploys, "not in the channel"),
            new SummaryCommand.LookedAgain(0, Healthy), new SummaryCommand.LookedAgain(1, Healthy), new SummaryCommand.LookedAgain(null, Taken),
            new SummaryCommand.WasMarked("sentry", MarkPhase.Succeeded, new ChatOps.Runbooks.Summaries.Record("7")), new SummaryCommand.WasNotMarked("datadog", MarkPhase.Began, "403"),
        ];
        Prop.ForAll(Gen.Elements(all).ArrayOf().ToArbitrary(), commands =>
        {
            var state = Fresh;
            var read = Fresh;
            foreach (var command in commands)
            {
                (state, var decision) = SummaryDecider.Decide(state, command, Noon);
                foreach (var what in decision.Events)
                {
                    var kept = SummaryJson.Write(what);
                    read = read.Evolve(SummaryJson.Read(new StoredEvent(read.Stream, read.Version + 1, kept.Type, kept.Body, Noon)), Noon);
                }

                // Nothing is shown before it was looked up what there is to show, and nobody looks twice.
                if (!state.Looked) decision.Work.ShouldNotContain(item => item.Kind == SummaryWork.ShowKind);
                state.Judgements.Where(one => one.Round is not null).Select(one => one.Round).ShouldBeUnique();
                if (state.Closed && state.Last is { IsFinal: true }) state.Judgements[^1].Judgement.IsFinal.ShouldBeTrue();
            }

            System.Text.Json.JsonSerializer.Serialize(read).ShouldBe(System.Text.Json.JsonSerializer.Serialize(state));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_summary_belongs_where_its_steps_say_else_where_the_card_is_once_something_was_changed()
    {
        SummaryState.PlacesOf(Ended.Well(), channel => [$"slack:{channel}"]).ShouldBe(["slack:#deploys"]);
        SummaryState.PlacesOf(Ended.Back(), _ => throw new InvalidOperationException("its step was never reached")).ShouldBe(["slack:#deploys"]);
        SummaryState.PlacesOf(Shop.Opened(), _ => []).ShouldBeEmpty();
        var cancelled = Shop.Opened().Told(new RunCommand.Abort(Shop.Ana, "no"), TimeSpan.FromMinutes(1)).State;
        cancelled.IsOver.ShouldBeTrue();
        SummaryState.PlacesOf(cancelled, _ => []).ShouldBeEmpty("nothing was changed");
    }

    private static SummaryState Fresh => SummaryState.Of(new RunId(7));

    private static SummaryState Shown => Tell(Fresh, new SummaryCommand.Want([Deploys]), new SummaryCommand.Brought(Nothing, null, false));

    private static (SummaryState State, SummaryDecision Decision) Tell(SummaryState state, SummaryCommand command) => SummaryDecider.Decide(state, command, Noon);

    private static SummaryState Tell(SummaryState state, params SummaryCommand[] commands) => commands.Aggregate(state, (next, command) => Tell(next, command).State);
}
