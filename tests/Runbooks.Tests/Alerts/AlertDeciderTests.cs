using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Alerts;

public sealed class AlertDeciderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly Caller Ana = new(new Person("ana@example.com"), "ana", []), Ben = new(new Person("ben@example.com"), "ben", []);
    private static readonly AlertRoute Critical = AlertRules.Usual.Routes[0] with { AskAgain = TimeSpan.FromMinutes(30), AnswerWithin = TimeSpan.FromMinutes(5), Escalate = "slack:#leads" };

    private AlertGroup group = AlertGroup.Open(new GroupBegan(new AlertId(12), "alertmanager", "HighLatency", "api", "prod", Severity.Warning, AlertRules.Usual.Routes[1], ["slack:#deploys"], Storm: false), Noon);

    [Theory]
    [InlineData(3600, 300)]
    [InlineData(300, 290)]
    [InlineData(11, 1)]
    [InlineData(10, null)]
    [InlineData(-5, null)]
    public void What_is_silenced_is_asked_about_every_five_minutes_and_once_just_before_the_end(int left, int? wait)
    {
        var now = new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);
        AlertWork.AskIn(now.AddSeconds(left), now).ShouldBe(wait is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    [Fact]
    public void It_fires_resolves_and_fires_again_as_the_same()
    {
        Take(0, Firing("a", 0), Firing("b", 0)).Select(Name).ShouldBe(["AlertsCame"]);
        group.Status.ShouldBe(AlertStatus.Firing);
        group.Members.Firing.ShouldBe(2);
        Take(1, Over("a", 1));
        group.Status.ShouldBe(AlertStatus.Firing);
        Take(2, Over("b", 2)).Select(Name).ShouldBe(["AlertsCame", "AlertsResolved"]);
        Take(3, Firing("a", 3)).Select(Name).ShouldBe(["AlertsCame", "AlertsReopened"]);
        group.Status.ShouldBe(AlertStatus.Firing);
        group.Members.Firing.ShouldBe(1);
    }

    [Fact]
    public void What_is_known_already_is_no_news() => (Take(0, Firing("a", 0)).Length, Take(1, Firing("a", 0)).Length).ShouldBe((1, 0));

    [Fact]
    public void An_end_that_comes_before_its_beginning_is_not_undone_by_it()
    {
        Take(0, Over("a", 5));
        group.Fired.ShouldBeFalse();
        Take(1, Firing("a", 0));
        group.Members.Firing.ShouldBe(0);
        group.IsFiring.ShouldBeFalse();
        group.Unsent[Unsent.OutOfOrder].Count.ShouldBe(1);
        Take(2, Firing("a", 6));
        group.Status.ShouldBe(AlertStatus.Firing);
    }

    [Fact]
    public void The_end_counts_where_both_come_in_one_message_in_any_order()
    {
        Take(0, Over("a", 5), Firing("a", 0), Firing("b", 0), Over("b", 5));
        group.Members.Firing.ShouldBe(0);
        group.Status.ShouldBe(AlertStatus.Resolved);
    }

    [Fact]
    public void Worse_takes_another_route_pages_and_breaks_an_acknowledgement()
    {
        Take(0, Firing("a", 0));
        Tell(1, new AlertCommand.Acknowledge(Ana));
        Take(2, Firing("b", 2) with { Severity = Severity.Critical }).Select(Name).ShouldBe(["AlertsCame", "AlertsRerouted", "AcknowledgementLapsed", "PageWanted"]);
        group.Status.ShouldBe(AlertStatus.Firing);
        group.Severity.ShouldBe(Severity.Critical);
        group.Places.ShouldBe(["slack:#deploys", "slack:#alerts"], ignoreOrder: true);
    }

    [Fact]
    public void Nobody_answering_in_time_is_escalated_paged_and_reported()
    {
        Begin(Critical);
        Take(0, Firing("a", 0)).OfType<PageWanted>().Single().Who.Name.ShouldBe("oncall");
        Tell(4, new AlertCommand.TimePassed()).ShouldBeEmpty();
        Tell(5, new AlertCommand.TimePassed()).Select(Name).ShouldBe(["ResponseOverdue", "PageWanted"]);
        group.Places.ShouldContain("slack:#leads");
        Tell(7, new AlertCommand.Acknowledge(Ben));
        group.Answered!.Took.ShouldBe(TimeSpan.FromMinutes(7));
        AlertCard.Of(group, At(8), [], null).Facts.ShouldContain(fact => fact.Value.Contains("too late", StringComparison.Ordinal));
        Tell(20, new AlertCommand.TimePassed()).ShouldBeEmpty();
    }

    [Fact]
    public void An_acknowledgement_is_asked_about_and_lapses_unless_somebody_answers()
    {
        Begin(Critical);
        Take(0, Firing("a", 0));
        Tell(1, new AlertCommand.Acknowledge(Ana));
        Tell(1, new AlertCommand.Acknowledge(Ana)).ShouldBeEmpty();
        Tell(31, new AlertCommand.TimePassed()).Select(Name).ShouldBe(["AcknowledgementAsked"]);
        Tell(33, new AlertCommand.Acknowledge(Ana)).Select(Name).ShouldBe(["AlertAcknowledged"]);
        Tell(63, new AlertCommand.TimePassed()).Select(Name).ShouldBe(["AcknowledgementAsked"]);
        Tell(68, new AlertCommand.TimePassed()).Select(Name).ShouldBe(["AcknowledgementLapsed", "PageWanted"]);
        group.Status.ShouldBe(AlertStatus.Firing);
    }

    [Fact]
    public void Firing_again_three_times_in_an_hour_is_flapping_and_is_said_so()
    {
        Begin(Critical);
        for (var minute = 0; minute < 8; minute += 2)
        {
            Take(minute, Firing("a", minute));
            Take(minute + 1, Over("a", minute + 1));
        }

        group.FlapsAt(At(8)).ShouldBeTrue();
        var card = AlertCard.Of(group, At(8), [], null);
        card.State!.ShouldContain("flapping, fired 4 times");
        card.Tone.ShouldBe(Tone.Warning);
        Take(9, Firing("a", 9)).ShouldNotContain(what => what is PageWanted);
        Tell(25, new AlertCommand.TimePassed()).ShouldContain(what => what is FlappingEnded);
    }

    [Fact]
    public void A_silence_is_asked_of_those_that_can_and_shown_as_confirmed_only_when_it_was_read_back()
    {
        Take(0, Firing("a", 0) with { Silence = new SilenceBy("alertmanager", null) });
        Tell(1, new AlertCommand.Silence(Ana, TimeSpan.FromHours(1), "known")).OfType<SilenceAsked>().Single().Systems.ShouldBe(["alertmanager"]);
        Silenced().ShouldContain("asking alertmanager");
        Tell(2, new AlertCommand.SilenceWas(1, "alertmanager", new SilenceKept("id", At(61), "silence id is active"), null));
        Silenced().ShouldContain("confirmed by alertmanager");
        Take(3, Firing("b", 3));
        group.Unsent[Unsent.Silenced].Count.ShouldBe(1);
        Tell(61, new AlertCommand.TimePassed()).Select(Name).ShouldContain("SilenceEnded");

        string Silenced() => AlertCard.Of(group, At(2), [], null).Facts.Single(fact => fact.Name == "Silenced").Value;
    }

    [Fact]
    public void Whoever_may_not_is_refused_and_nothing_that_is_over_is_acknowledged()
    {
        Take(0, Firing("a", 0));
        AlertDecider.Decide(group, new AlertCommand.Acknowledge(Caller.Unknown("zoe")), Context(1)).Decision.Refused!.Code.ShouldBe(RefusalCodes.ReadOnly);
        AlertDecider.Decide(group, new AlertCommand.Silence(Ben, TimeSpan.FromHours(1), null), Context(1)).Decision.Refused!.Code.ShouldBe(RefusalCodes.NotAllowed);
        Take(1, Over("a", 1));
        AlertDecider.Decide(group, new AlertCommand.Acknowledge(Ana), Context(1)).Decision.Refused!.Code.ShouldBe(RefusalCodes.AlertOver);
    }

    [Fact]
    public void What_never_says_that_it_is_over_is_taken_to_be_after_a_day_and_what_is_over_is_closed_after_a_while()
    {
        Take(0, Firing("a", 0) with { Ends = false });
        Tell(24 * 60, new AlertCommand.TimePassed()).Select(Name).ShouldBe(["AlertsResolved"]);
        Tell((24 * 60) + 30, new AlertCommand.TimePassed()).Select(Name).ShouldBe(["GroupClosed"]);
        AlertDecider.TakesMore(group).ShouldBeFalse();
    }

    [Fact]
    public void However_many_there_are_the_group_stays_bounded_and_the_counts_right()
    {
        Take(0, [.. Enumerable.Range(0, AlertMembers.Most + 500).Select(at => Firing($"{at}", 0))]);
        group.Members.Count.ShouldBe(AlertMembers.Most);
        group.Members.Firing.ShouldBe(AlertMembers.Most);
        group.Members.Beyond.ShouldBe(500);
        group.Members.All.Values.Count(one => one.Labels is not null).ShouldBe(AlertMembers.Detailed);
        Take(1, [.. Enumerable.Range(0, 1_000).Select(at => Over($"{at}", 1))]);
        group.Members.Firing.ShouldBe(AlertMembers.Most - 1_000);
    }

    [Fact]
    public void Events_come_back_as_they_were_written()
    {
        Begin(Critical);
        List<AlertEvent> all = [group.Began, .. Take(0, Firing("a", 0) with { Links = AlertShaper.Links(("Query", "https://example.com/q")), Silence = new SilenceBy("datadog", "12") }), .. Tell(1, new AlertCommand.Silence(Ana, TimeSpan.FromHours(1), "why")), .. Tell(2, new AlertCommand.Looked([new Suspect(new RunId(3), "api went", ["before"], 0.5, "v1")]))];
        foreach (var what in all)
        {
            var written = AlertJson.Write(what);
            var read = AlertJson.Read(new StoredEvent(group.Id.Stream, 1, written.Type, written.Body, Noon));
            AlertJson.Write(read).ShouldBe(written);
            read.GetType().ShouldBe(what.GetType());
        }
    }

    private static DateTimeOffset At(int minute) => Noon.AddMinutes(minute);

    private static string Name(AlertEvent what) => what.GetType().Name;

    private static Alert Firing(string id, int minute) =>
        new("alertmanager", id, "HighLatency", true, Severity.Warning, At(minute), At(minute)) { Service = "api", Environment = "prod", Labels = ImmutableSortedDictionary<string, string>.Empty.Add("pod", id) };

    private static Alert Over(string id, int minute) => Firing(id, 0) with { Firing = false, At = At(minute) };

    private static AlertContext Context(int minute) => new(
        At(minute), TimeSpan.FromMinutes(30), severity => severity == Severity.Critical ? (Critical, ["slack:#alerts"]) : (AlertRules.Usual.Routes[1], ["slack:#deploys"]),
        who => who == Ana ? null : new Refusal(RefusalCodes.NotAllowed, "no", null), ["alertmanager"]);

    private void Begin(AlertRoute route) => group = AlertGroup.Open(group.Began with { Route = route, Severity = Severity.Critical }, Noon);

    private ImmutableArray<AlertEvent> Take(int minute, params ImmutableArray<Alert> alerts) => Tell(minute, new AlertCommand.Take(alerts, 0, Busy: false));

    private ImmutableArray<AlertEvent> Tell(int minute, AlertCommand command)
    {
        var (next, decision) = AlertDecider.Decide(group, command, Context(minute));
        decision.Refused.ShouldBeNull();
        group = next;
        return decision.Events;
    }
}
