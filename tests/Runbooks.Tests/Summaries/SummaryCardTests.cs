using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Tests.Runs;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Summaries;

public sealed class SummaryCardTests
{
    [Fact]
    public void One_card_tells_what_came_who_agreed_how_long_each_step_took_against_the_usual_and_how_it_stands()
    {
        var run = Ended.Well();
        var brought = new ChangeSet([new Change("6dcb09b5b57875f334f61aebed695e2e4193db5e", "octocat", "Fix the login")], [new ChangeRequest(12, "Login", "octocat", null)], ["a.cs"], false, new Uri("https://github.example.com/compare"));
        var summary = Tell(new SummaryCommand.Want(["slack:#deploys"]), new SummaryCommand.Brought(brought, null, false), new SummaryCommand.End([TimeSpan.FromMinutes(15), TimeSpan.FromHours(1)]),
            new SummaryCommand.LookedAgain(0, new Judgement(Verdict.Healthy, "Still healthy: all.", [], [new Seen("api/health: 200", true)])));
        var usual = ImmutableDictionary<string, Usual>.Empty.Add("Soak", new Usual(TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(9), 5));
        var card = SummaryCard.Of(run, summary, [], usual, at => at.ToString("HH:mm", null), Shop.Noon, new Uri("https://bot.example.com/"));
        card.Tone.ShouldBe(Tone.Good);
        card.State.ShouldBe("still healthy");
        card.Facts.Single(fact => fact.Name == "Version").Value.ShouldBe("v1.2.2 → v1.2.3");
        Says(card).ShouldSatisfyAllConditions(
            all => all.ShouldContain("1 commit by octocat, in 1 file"), all => all.ShouldContain("#12 Login (octocat)"), all => all.ShouldContain("Before you deploy: 2 of 2"),
            all => all.ShouldContain("ben: looks fine"), all => all.ShouldContain("usually 9 min"), all => all.ShouldContain("Still healthy: all."), all => all.ShouldContain("is looked at again"));
        card.Links.Select(link => link.Label).ShouldBe(["History", "Commits"]);
    }

    [Fact]
    public void What_tripped_stands_at_the_head_of_a_run_that_went_back()
    {
        var card = SummaryCard.Of(Ended.Back(), Tell(new SummaryCommand.Want(["slack:#deploys"])), [], ImmutableDictionary<string, Usual>.Empty, _ => "", Shop.Noon, null);
        card.Tone.ShouldBe(Tone.Warning);
        ((CardBlock.Notice)card.Body[0]).Value.ShouldContain("503, expected 200");
        ((CardBlock.Notice)card.Body[1]).Value.ShouldContain("It was rolled back by itself to v1.2.2");
    }

    [Theory]
    [InlineData(Verdict.Alerting, Tone.Bad, "alerts since")]
    [InlineData(Verdict.Unhealthy, Tone.Bad, "not healthy")]
    [InlineData(Verdict.RolledBack, Tone.Warning, "rolled back")]
    [InlineData(Verdict.Superseded, Tone.Muted, "superseded")]
    [InlineData(Verdict.Unknown, Tone.Good, "done")]
    public void The_last_look_gives_the_card_its_colour_and_its_word(Verdict verdict, Tone tone, string state)
    {
        var summary = Tell(new SummaryCommand.Want(["slack:#deploys"]), new SummaryCommand.End([TimeSpan.FromMinutes(15)]), new SummaryCommand.LookedAgain(0, new Judgement(verdict, "As it is.", [], [])));
        var card = SummaryCard.Of(Ended.Well(), summary, [], ImmutableDictionary<string, Usual>.Empty, _ => "", Shop.Noon, null);
        (card.Tone, card.State).ShouldBe((tone, state));
        card.Fallback.ShouldEndWith("As it is.");
    }

    private static SummaryState Tell(params SummaryCommand[] commands) => commands.Aggregate(SummaryState.Of(new RunId(7)), (state, command) => SummaryDecider.Decide(state, command, Shop.Noon).Next);

    private static string Says(Card card) => string.Join("\n", card.Body.Select(block => block switch
    {
        CardBlock.List list => $"{list.Heading}\n{string.Join("\n", list.Lines.Select(line => line.Text))}",
        CardBlock.Text text => text.Value,
        CardBlock.Notice notice => notice.Value,
        CardBlock.Steps steps => string.Join("\n", steps.Lines.Select(line => $"{line.Title} {line.Detail}")),
        _ => "",
    }));
}
