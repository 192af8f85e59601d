using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Incidents;

public sealed class IncidentDeciderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly Caller Ana = Known("ana"), Ben = Known("ben"), Nobody = Caller.Unknown("Zoe"), Stranger = Known("max");
    private static readonly IncidentRules Rules = IncidentRules.Usual with { Repository = "example/ops" };

    [Theory]
    [InlineData("update", true, null)]
    [InlineData("update", false, "incident-over")]
    [InlineData("role", false, "incident-over")]
    [InlineData("sev", false, "incident-over")]
    [InlineData("task", false, "incident-over")]
    [InlineData("public", false, "incident-over")]
    [InlineData("resolve", false, "incident-over")]
    [InlineData("reopen", true, "incident-open")]
    [InlineData("reopen", false, null)]
    [InlineData("link", false, null)]
    [InlineData("note", false, null)]
    public void What_can_be_done_depends_on_whether_it_is_open(string what, bool open, string? refusal)
    {
        var incident = open ? Fresh() : Tell(Fresh(), new IncidentCommand.Resolve(Ana, "a full disk", []), Noon).Incident;
        var (after, decision) = Tell(incident, Do(what, Ana), Noon);
        (decision.Refused?.Code).ShouldBe(refusal);
        after.Version.ShouldBe(incident.Version + decision.Events.Length);
        decision.Events.IsEmpty.ShouldBe(refusal is not null);
    }

    [Theory]
    [InlineData("update")]
    [InlineData("role")]
    [InlineData("sev")]
    [InlineData("task")]
    [InlineData("public")]
    [InlineData("resolve")]
    [InlineData("link")]
    public void It_takes_the_right_or_a_role_in_it(string what)
    {
        Tell(Fresh(), Do(what, Stranger), Noon).Decision.Refused!.Code.ShouldBe("not-allowed");
        Tell(Fresh(), Do(what, Nobody), Noon).Decision.Refused!.Code.ShouldBe("read-only");
        var with = Tell(Fresh(), new IncidentCommand.GiveRole(Ana, IncidentRole.Scribe, Stranger.Person!.Value), Noon).Incident;
        Tell(with, Do(what, Stranger), Noon).Decision.Refused.ShouldBeNull();
    }

    [Fact]
    public void A_note_takes_no_right_but_a_known_person_and_a_pinned_message_is_kept_once()
    {
        Tell(Fresh(), new IncidentCommand.KeepNote(Nobody, "x"), Noon).Decision.Refused!.Code.ShouldBe("read-only");
        var pin = new IncidentCommand.KeepNote(Stranger, new string('x', 5_000), "dora", Noon, "slack:C1:1.2");
        var (kept, first) = Tell(Fresh(), pin, Noon);
        first.Events.ShouldHaveSingleItem().ShouldBeOfType<NoteKept>().Text.Length.ShouldBe(IncidentDecider.LongestText);
        Tell(kept, pin, Noon).Decision.Events.ShouldBeEmpty();
        Tell(Fresh(), new IncidentCommand.KeepNote(Ana, new string('x', 5_000)), Noon).Decision.Refused!.Code.ShouldBe("text-too-long");
    }

    [Fact]
    public void Updates_are_asked_for_every_so_often_and_one_that_comes_puts_the_next_off()
    {
        var incident = Tell(Fresh(), new IncidentCommand.GiveRole(Ana, IncidentRole.Commander, Ana.Person!.Value), Noon).Incident;
        Due(incident, IncidentTimer.Update).ShouldBe(Noon + (30 * Minute));
        Tell(incident, new IncidentCommand.TimePassed(), Noon + (30 * Minute) - TimeSpan.FromTicks(1)).Decision.Events.ShouldBeEmpty();
        (incident, var asked) = Tell(incident, new IncidentCommand.TimePassed(), Noon + (30 * Minute));
        asked.Events.ShouldBe([new UpdateAsked()]);
        Due(incident, IncidentTimer.Update).ShouldBe(Noon + (60 * Minute));
        incident = Tell(incident, new IncidentCommand.Update(Ana, "found it", IncidentStage.Identified), Noon + (40 * Minute)).Incident;
        Due(incident, IncidentTimer.Update).ShouldBe(Noon + (70 * Minute));
        incident = Tell(incident, new IncidentCommand.ChangeSeverity(Ana, Rules.Severities[2], null), Noon + (41 * Minute)).Incident;
        Due(incident, IncidentTimer.Update).ShouldBeNull();
        IncidentDecider.Timers(Tell(incident, new IncidentCommand.Resolve(Ana, "x", []), Noon).Incident, Rules).ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_commander_somebody_is_paged_three_times_and_a_commander_ends_that()
    {
        var incident = Fresh();
        for (var times = 1; times <= IncidentDecider.MostAsked; times++)
        {
            Due(incident, IncidentTimer.Commander).ShouldBe(Noon + (times * 10 * Minute));
            (incident, var asked) = Tell(incident, new IncidentCommand.TimePassed(), Noon + (times * 10 * Minute));
            asked.Events.OfType<CommanderMissing>().ShouldHaveSingleItem().ShouldBe(new CommanderMissing(times, new GroupName("oncall")));
        }

        Due(incident, IncidentTimer.Commander).ShouldBeNull();
        var (led, decision) = Tell(Fresh(), new IncidentCommand.GiveRole(Ana, IncidentRole.Commander, Ben.Person!.Value), Noon);
        Due(led, IncidentTimer.Commander).ShouldBeNull();
        Work(Fresh(), led, decision).ShouldContain(item => item.Key.StartsWith("page-news:INC-1-commander:", StringComparison.Ordinal) && item.Key.EndsWith("Over", StringComparison.Ordinal));
        IncidentDecider.Timers(Fresh(), Rules with { CommanderWithin = TimeSpan.Zero }).ShouldNotContain(one => one.Timer == IncidentTimer.Commander);
    }

    [Fact]
    public void Times_are_counted_from_where_they_begin()
    {
        var incident = Incident.Open(Declared() with { Since = Noon - (7 * Minute) }, Noon);
        IncidentTimes.Of(incident).ShouldBe(new IncidentTimes(7 * Minute, null, null, null));
        incident = Tell(incident, new IncidentCommand.AlertJoined(new IncidentLink("alert", "A2", null, Noon - (9 * Minute))), Noon).Incident;
        incident = Tell(incident, new IncidentCommand.GiveRole(Ana, IncidentRole.Scribe, Ana.Person!.Value), Noon + (2 * Minute)).Incident;
        incident = Tell(incident, new IncidentCommand.GiveRole(Ben, IncidentRole.Commander, Ben.Person!.Value), Noon + (3 * Minute)).Incident;
        incident = Tell(incident, new IncidentCommand.Update(Ben, null, IncidentStage.Mitigated), Noon + (20 * Minute)).Incident;
        incident = Tell(incident, new IncidentCommand.Resolve(Ben, "a full disk", []), Noon + (45 * Minute)).Incident;
        IncidentTimes.Of(incident).ShouldBe(new IncidentTimes(9 * Minute, 2 * Minute, 20 * Minute, 45 * Minute));
        incident = Tell(incident, new IncidentCommand.Reopen(Ana, "it is back"), Noon + (50 * Minute)).Incident;
        (IncidentTimes.Of(incident).Mitigate, IncidentTimes.Of(incident).Resolve).ShouldBe((null, null));
    }

    [Fact]
    public void Resolving_needs_a_cause_and_numbers_follow_ups_on_over_a_reopening()
    {
        Tell(Fresh(), new IncidentCommand.Resolve(Ana, "  ", []), Noon).Decision.Refused!.Code.ShouldBe("reason-missing");
        var (resolved, decision) = Tell(Fresh(), new IncidentCommand.Resolve(Ana, "a full disk", ["alert at 80 %", " ", "rotate logs", "rotate logs"]), Noon);
        resolved.FollowUps.Select(one => (one.Number, one.Text)).ShouldBe([(1, "alert at 80 %"), (2, "rotate logs")]);
        Work(Fresh(), resolved, decision).Count(item => item.Kind == IncidentWork.IssueKind).ShouldBe(2);
        var open = Tell(resolved, new IncidentCommand.Reopen(Ana, "it is back"), Noon).Incident;
        var again = Tell(open, new IncidentCommand.Resolve(Ana, "another disk", ["rotate logs", "buy disks"]), Noon).Incident;
        again.FollowUps.Select(one => one.Number).ShouldBe([1, 2, 3]);
        Tell(again, new IncidentCommand.FollowUpWas(3, new Uri("https://example.com/3"), null), Noon).Incident.FollowUps[2].Url.ShouldNotBeNull();
        Tell(again, new IncidentCommand.FollowUpWas(9, new Uri("https://example.com/9"), null), Noon).Decision.Events.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_heard_before_is_not_told_again()
    {
        var line = new GatheredLine(Noon, null, "Deploy api", Tone.Neutral, "run 1", true);
        var (heard, decision) = Tell(Fresh(), new IncidentCommand.Gather(12, [line], null), Noon);
        decision.Events.ShouldHaveSingleItem();
        heard.Heard.ShouldBe(12);
        Tell(heard, new IncidentCommand.Gather(12, [line], null), Noon).Decision.Events.ShouldBeEmpty();
        Tell(heard, new IncidentCommand.Gather(13, [line], Ben.Person), Noon).Incident.AcknowledgedAt.ShouldBe(Noon);
    }

    [Fact]
    public void A_channel_is_made_once_and_everything_else_follows_from_it()
    {
        var declared = Declared() with { Room = new WantedRoom("slack", "inc-x", false), Places = ["slack:C1"], Alert = new Runbooks.Alerts.AlertId(3) };
        var fresh = Incident.Open(declared, Noon);
        var first = IncidentWork.Of(null, fresh, [declared], Rules, Noon).Work;
        first.Select(item => item.Kind).Order(StringComparer.Ordinal).ShouldBe(["incident-alert", "incident-card", "incident-room", "incident-timer", "incident-timer", PageWork.NewsKind]);
        var (made, decision) = Tell(fresh, new IncidentCommand.RoomWasMade("slack", "C9", "inc-x"), Noon);
        Work(fresh, made, decision).Select(item => item.Kind).ShouldBe(["incident-invite", "incident-alert", "incident-topic", "incident-card", "incident-card"], ignoreOrder: true);
        Tell(made, new IncidentCommand.RoomWasMade("slack", "C10", "inc-y"), Noon).Decision.Events.ShouldBeEmpty();
        var (posted, card) = Tell(made, new IncidentCommand.CardWasPosted("slack:C9", "C9", "1.2", null), Noon);
        Work(made, posted, card).ShouldHaveSingleItem().Kind.ShouldBe(IncidentWork.PinKind);
        Tell(fresh, new IncidentCommand.RoomWasNotMade("no scope"), Noon).Incident.Home.ShouldBe("slack:C1");
    }

    [Fact]
    public void Whatever_is_told_in_whatever_order_a_replay_is_the_same_and_open_means_open() => Prop.ForAll(Gen.Choose(0, 13).ListOf().Select(all => all.Take(40).ToList()).ToArbitrary(), steps =>
    {
        var (incident, now) = (Fresh(), Noon);
        var events = new List<(IncidentEvent What, DateTimeOffset At)>();
        foreach (var step in steps)
        {
            now += 7 * Minute;
            var before = incident;
            (incident, var decision) = Tell(incident, Any(step), now);
            events.AddRange(decision.Events.Select(what => (what, now)));
            Work(before, incident, decision).Select(item => item.Key).ShouldBeUnique();
        }

        var replayed = events.Aggregate(Fresh(), (state, one) => state.Evolve(Written(one.What), one.At));
        IncidentCard.Of(replayed, now, null).Fallback.ShouldBe(IncidentCard.Of(incident, now, null).Fallback);
        (replayed.Version, replayed.Status, replayed.Heard, replayed.UpdateFrom).ShouldBe((incident.Version, incident.Status, incident.Heard, incident.UpdateFrom));
        incident.IsOpen.ShouldBe(incident.ResolvedAt is null);
        IncidentWords.Topic(incident).Length.ShouldBeLessThanOrEqualTo(250);
        IncidentReview.Of(incident, events.Prepend((Declared(), Noon))).ShouldContain("## Timeline");
    }).QuickCheckThrowOnFailure();

    private static IncidentCommand Any(int step) => step switch
    {
        0 => new IncidentCommand.Update(Ana, "how it stands", null),
        1 => new IncidentCommand.Update(Ben, null, IncidentStage.Mitigated),
        2 => new IncidentCommand.GiveRole(Ana, IncidentRole.Commander, Ben.Person!.Value),
        3 => new IncidentCommand.ChangeSeverity(Ana, Rules.Severities[1], "less"),
        4 => new IncidentCommand.AddTask(Ana, "look", null),
        5 => new IncidentCommand.FinishTask(Ben, 1),
        6 => new IncidentCommand.Resolve(Ana, "a | cause", ["a", "b"]),
        7 => new IncidentCommand.Reopen(Ben, "back"),
        8 => new IncidentCommand.TimePassed(),
        9 => new IncidentCommand.RoomWasMade("slack", "C9", "inc-x"),
        10 => new IncidentCommand.CardWasPosted("slack:C9", "C9", "1.2", null),
        11 => new IncidentCommand.Gather(step, [new GatheredLine(Noon, "ana@example.com", "x", Tone.Good, "run 1", true)], null),
        12 => new IncidentCommand.PageWas("cleo answered", null, "cleo"),
        _ => new IncidentCommand.PeopleWereInvited([Ana.Person!.Value], ["max (no account)"]),
    };

    private static IncidentEvent Written(IncidentEvent what) => IncidentJson.Read(new StoredEvent(new("incident-1"), 1, IncidentJson.Write(what).Type, IncidentJson.Write(what).Body, Noon));

    private static IncidentCommand Do(string what, Caller who) => what switch
    {
        "update" => new IncidentCommand.Update(who, "how it stands", null),
        "role" => new IncidentCommand.GiveRole(who, IncidentRole.Communications, Ben.Person!.Value),
        "sev" => new IncidentCommand.ChangeSeverity(who, Rules.Severities[1], null),
        "task" => new IncidentCommand.AddTask(who, "look", null),
        "public" => new IncidentCommand.SayOutside(who, "We look into it."),
        "resolve" => new IncidentCommand.Resolve(who, "a full disk", []),
        "reopen" => new IncidentCommand.Reopen(who, "back"),
        "link" => new IncidentCommand.AddLink(who, new IncidentLink("run", "128", null)),
        _ => new IncidentCommand.KeepNote(who, "warm by 14:10"),
    };

    private static Incident Fresh() => Incident.Open(Declared(), Noon);

    private static IncidentDeclared Declared() => new(new IncidentId(1), "checkout is failing", Rules.Severities[0], Ana.Person, ["api"], null, null, null, [], 10);

    private static DateTimeOffset? Due(Incident incident, IncidentTimer timer) => IncidentDecider.Timers(incident, Rules).Where(one => one.Timer == timer).Select(one => (DateTimeOffset?)one.Due).FirstOrDefault();

    private static ImmutableArray<WorkItem> Work(Incident before, Incident after, IncidentDecision decision) => IncidentWork.Of(before, after, decision.Events, Rules, Noon).Work;

    private static (Incident Incident, IncidentDecision Decision) Tell(Incident incident, IncidentCommand command, DateTimeOffset now) =>
        IncidentDecider.Decide(incident, command, new IncidentContext(now, Rules, who => who == Stranger ? new Refusal(RefusalCodes.NotAllowed, "no") : null));

    private static Caller Known(string name) => new(new Person($"{name}@example.com"), name, []);
}
