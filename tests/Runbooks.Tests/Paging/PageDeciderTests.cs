using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Paging;

public sealed class PageDeciderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly Person Cleo = new("cleo@example.com"), Ben = new("ben@example.com");
    private static readonly TimeSpan Five = TimeSpan.FromMinutes(5), Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Without_an_answer_the_second_person_is_called_and_then_both_again_until_all_was_in_vain()
    {
        var (page, _) = Tell(Page.Of("A1"), Want(Cleo, Ben), Noon);
        Called(page).ShouldBe(["cleo"]);
        Tell(page, new PageCommand.TimePassed(), Noon + Five - TimeSpan.FromTicks(1)).Events.ShouldBeEmpty();
        var now = Noon;
        for (var i = 0; i < 3; i++) (page, _) = Tell(page, new PageCommand.TimePassed(), now += Five);
        Called(page).ShouldBe(["cleo", "ben", "cleo", "ben"]);
        (page, var events) = Tell(page, new PageCommand.TimePassed(), now + Five);
        events.ShouldBe([new PageUnanswered()]);
        PageDecider.Due(page).ShouldBeNull();
        (page, _) = Tell(page, Want(Cleo, Ben), now + Five);
        page.Round.ShouldBe(2);
        Called(page).ShouldBe(["cleo"]);
    }

    [Fact]
    public void An_answer_ends_the_calling_and_only_the_round_that_was_seen_is_answered()
    {
        var (page, _) = Tell(Page.Of("A1"), Want(Cleo, Ben), Noon);
        Tell(page, new PageCommand.Acknowledge(Ben, "ben", null, 2), Noon).Events.ShouldBeEmpty();
        (page, _) = Tell(page, new PageCommand.Acknowledge(Ben, "ben", null, 1), Noon);
        page.Status.ShouldBe(PageStatus.Acknowledged);
        PageDecider.Due(page).ShouldBeNull();
        Tell(page, new PageCommand.TimePassed(), Noon + Five).Events.ShouldBeEmpty();
        Tell(page, new PageCommand.Acknowledge(Cleo, "cleo", null, 1), Noon).Events.ShouldBeEmpty();
        Tell(page, Want(Cleo), Noon).Page.Round.ShouldBe(2);
    }

    [Fact]
    public void Whoever_is_called_is_not_called_once_more_for_the_same()
    {
        var (page, _) = Tell(Page.Of("A1"), Want(Cleo, Ben), Noon);
        Tell(page, Want(Cleo, Ben), Noon + Minute).Events.ShouldBeEmpty();
    }

    [Fact]
    public void What_became_worse_is_another_round_even_while_the_first_is_open()
    {
        var (page, _) = Tell(Page.Of("run-1"), Want(Cleo, Ben), Noon);
        (page, _) = Tell(page, Want(Cleo, Ben) with { Worse = true, Why = "the rollback failed" }, Noon + Minute);
        (page.Round, page.Status, page.Began!.Why).ShouldBe((2, PageStatus.Open, "the rollback failed"));
        Called(page).ShouldBe(["cleo"]);
    }

    [Fact]
    public void PagerDuty_has_a_minute_and_then_the_bot_calls_by_itself()
    {
        var (page, _) = Tell(Page.Of("A1"), Want(Cleo, Ben) with { Patience = Minute }, Noon);
        Called(page).ShouldBeEmpty();
        PageDecider.Due(page).ShouldBe(Noon + Minute);
        var (taken, _) = Tell(page, new PageCommand.PagerAnswered(1), Noon);
        PageDecider.Due(taken).ShouldBeNull();
        (page, var events) = Tell(page, new PageCommand.TimePassed(), Noon + Minute);
        events.Select(what => what.GetType()).ShouldBe([typeof(PagerSilent), typeof(PersonCalled)]);
        events.Select(what => PageWords.Of(page, what)).ShouldBe(["PagerDuty did not take the page (it did not answer within 1 min): the bot pages by itself.", "cleo was paged."]);

        // It answers late: nobody is called less for it.
        (page, events) = Tell(page, new PageCommand.PagerAnswered(1), Noon + Minute + Minute);
        events.ShouldBe([new PagerTook()]);
        PageDecider.Due(page).ShouldBe(Noon + Minute + Five);
        Tell(Tell(Page.Of("A1"), Want(Cleo) with { Patience = Minute }, Noon).Page, new PageCommand.PagerRefused(1, "400"), Noon).Events.Length.ShouldBe(2);
    }

    [Fact]
    public void Whoever_cannot_be_reached_is_passed_over_at_once()
    {
        var (page, _) = Tell(Page.Of("A1"), Want(Cleo, Ben), Noon);
        (page, _) = Tell(page, new PageCommand.NotReached(1, 1, "No account."), Noon);
        Called(page).ShouldBe(["cleo", "ben"]);
        (page, _) = Tell(page, new PageCommand.TimePassed(), Noon + Five);
        Called(page).ShouldBe(["cleo", "ben", "ben"]);
        Tell(Page.Of("A1"), Want(), Noon).Events[^1].ShouldBe(new PageUnanswered());
        (page, _) = Tell(Tell(Page.Of("A1"), Want(Cleo), Noon).Page, new PageCommand.NotReached(1, 1, "No account."), Noon);
        page.Unanswered.ShouldBeTrue();
    }

    [Theory]
    [InlineData(null, "Acknowledge chatops/A1/1")]
    [InlineData("PagerDuty", null)]
    public void PagerDuty_is_told_of_an_answer_that_it_did_not_give(string? through, string? told)
    {
        var (before, _) = Tell(Page.Of("A1"), Want(Cleo) with { Patience = Minute }, Noon);
        var (after, events) = Tell(before, new PageCommand.Acknowledge(Ben, "ben", through, null), Noon);
        Sent(before, after, events).ShouldBe(told is null ? [] : [told]);
        var (over, ended) = Tell(after, new PageCommand.End("it is resolved", null), Noon);
        Sent(after, over, ended).ShouldBe(["Resolve chatops/A1/1"]);
        var (next, began) = Tell(after, Want(Cleo) with { Patience = Minute }, Noon);
        Sent(after, next, began).ShouldBe(["Resolve chatops/A1/1", "Trigger chatops/A1/2"]);
        Sent(over, Tell(over, Want(Cleo) with { Patience = Minute }, Noon).Page, Tell(over, Want(Cleo) with { Patience = Minute }, Noon).Events).ShouldBe(["Trigger chatops/A1/2"]);
    }

    [Theory]
    [InlineData("chatops/A12/3", "A12", 3)]
    [InlineData("chatops/run-128/1", "run-128", 1)]
    [InlineData("chatops/A12", null, 0)]
    [InlineData("chatops/A12/x", null, 0)]
    [InlineData("d3640fbd41094207a1c11e58e46b1662", null, 0)]
    [InlineData(null, null, 0)]
    public void Keys_are_told_from_those_of_others(string? key, string? subject, int round) => PageKeys.Read(key).ShouldBe(subject is null ? null : (subject, round));

    [Fact]
    public void Whatever_happens_a_page_ends_answered_over_or_with_everybody_called()
    {
        var commands = Gen.Elements<PageCommand>(
            new PageCommand.TimePassed(), new PageCommand.TimePassed(), new PageCommand.TimePassed(), Want(Cleo, Ben), Want(Cleo, Ben) with { Patience = Minute }, new PageCommand.NotReached(1, 1, "x"), new PageCommand.NotReached(1, 2, "x"),
            new PageCommand.PagerAnswered(1), new PageCommand.PagerRefused(1, "x"), new PageCommand.Acknowledge(Ben, "ben", null, null), new PageCommand.End("x", null));
        Prop.ForAll(commands.ListOf().ToArbitrary(), said =>
        {
            var (page, now) = (Page.Of("A1"), Noon);
            foreach (var command in said)
            {
                var (after, events) = Tell(page, command, now);
                after.Version.ShouldBe(page.Version + events.Length);
                JsonOf(events).ShouldBe(events);
                (page, now) = (after, now + Five);
            }

            // Time alone leads to an end.
            for (var i = 0; i < 10 && PageDecider.Due(page) is { } due; i++) page = Tell(page, new PageCommand.TimePassed(), due).Page;
            PageDecider.Due(page).ShouldBeNull();
            if (page is { Status: PageStatus.Open, Taken: false }) page.Unanswered.ShouldBeTrue();
        }).QuickCheckThrowOnFailure();
    }

    private static PageCommand.Want Want(params Person[] people) => new(new GroupName("oncall"), "HighErrorRate: api in prod", "it fires.", true, [.. people], Five, null);

    private static (Page Page, ImmutableArray<PageEvent> Events) Tell(Page page, PageCommand command, DateTimeOffset now) => PageDecider.Decide(page, command, now);

    private static IEnumerable<string> Called(Page page) => page.Calls.Select(call => call.Person.ShortName);

    private static IEnumerable<string> Sent(Page before, Page after, ImmutableArray<PageEvent> events) => PageWork.Of(before, after, events, Noon).Work.Where(item => item.Kind == PageWork.SendKind)
        .Select(AboutPage.Read).Select(about => $"{about.Action} {after.KeyOf(about.Round)}");

    /// <summary>As they are read back; of one that began, the people are compared by the list that is shared.</summary>
    private static ImmutableArray<PageEvent> JsonOf(ImmutableArray<PageEvent> events) =>
    [
        .. events.Select((what, at) => PageJson.Write(what) is var written && PageJson.Read(new StoredEvent(new StreamId("page-A1"), at + 1, written.Type, written.Body, Noon)) is var read && read is PageBegan began && what is PageBegan same && began.People.SequenceEqual(same.People) ? began with { People = same.People } : read),
    ];
}
