using System.Globalization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Rotas;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Rotas;

public sealed class WhoIsOnCallTests
{
    private static readonly Zone Amsterdam = Zone.Find("Europe/Amsterdam")!;
    private static readonly Person Ana = new("ana@example.com"), Ben = new("ben@example.com"), Cleo = new("cleo@example.com"), Dora = new("dora@example.com");

    /// <summary>Mondays at 09:00 in Amsterdam, from 5 January 2026: ana, ben, cleo.</summary>
    private static readonly OnCallSchedule Weekly = new("oncall", Amsterdam, [new Rotation([Ana, Ben, Cleo], new Handovers(At("2026-01-05T09:00+01:00"), 7, Amsterdam))], [], TimeSpan.FromMinutes(5));

    [Theory]
    [InlineData("2026-01-05T08:59+01:00", null)]
    [InlineData("2026-01-05T09:00+01:00", "ana")]
    [InlineData("2026-01-12T08:59:59+01:00", "ana")]
    [InlineData("2026-01-12T09:00+01:00", "ben")]
    [InlineData("2026-01-26T09:00+01:00", "ana")]
    // Clocks go forward on 29 March: the turn ends at 09:00 on the wall all the same, an hour earlier in UTC.
    [InlineData("2026-03-30T08:59+02:00", "cleo")]
    [InlineData("2026-03-30T09:00+02:00", "ana")]
    [InlineData("2026-03-30T07:59Z", "ana")]
    // And back on 25 October.
    [InlineData("2026-10-26T07:59Z", "cleo")]
    [InlineData("2026-10-26T08:00Z", "ana")]
    [InlineData("2046-01-01T12:00Z", "cleo")]
    public void Turns_change_at_the_same_time_on_the_wall(string now, string? who) => WhoIsOnCall.At(Weekly, At(now)).Person?.ShortName.ShouldBe(who);

    [Fact]
    public void It_is_told_until_when_and_who_is_next()
    {
        var turn = WhoIsOnCall.At(Weekly, At("2026-01-07T12:00Z"));
        (turn.Person, turn.Until, turn.Next, turn.Stands).ShouldBe((Ana, At("2026-01-12T08:00Z"), Ben, null));
        var before = WhoIsOnCall.At(Weekly, At("2026-01-01T12:00Z"));
        (before.Person, before.Until, before.Next).ShouldBe((null, At("2026-01-05T08:00Z"), Ana));
        var alone = Weekly with { Rotations = [Weekly.Rotations[0] with { People = [Ana] }] };
        WhoIsOnCall.At(alone, At("2026-01-07T12:00Z")).ShouldBe(new Turn(Ana, null, null, null));
        WhoIsOnCall.Chain(alone, At("2026-01-07T12:00Z")).ShouldBe([Ana]);
    }

    [Theory]
    [InlineData("2026-01-07T11:59Z", "ana", "2026-01-07T12:00Z", "dora")]
    [InlineData("2026-01-07T12:00Z", "dora", "2026-01-07T18:00Z", "ana")]
    [InlineData("2026-01-07T18:00Z", "ana", "2026-01-12T08:00Z", "ben")]
    public void An_override_holds_from_its_beginning_and_not_at_its_end(string now, string who, string until, string next)
    {
        var schedule = Weekly with { Overrides = [new Override(Dora, At("2026-01-07T12:00Z"), At("2026-01-07T18:00Z"))] };
        var turn = WhoIsOnCall.At(schedule, At(now));
        (turn.Person?.ShortName, turn.Until, turn.Next?.ShortName).ShouldBe((who, At(until), next));
    }

    [Fact]
    public void Of_two_overrides_the_later_counts_and_a_swap_before_both()
    {
        var (from, until) = (At("2026-01-07T00:00Z"), At("2026-01-08T00:00Z"));
        var schedule = Weekly with { Overrides = [new Override(Dora, from, until), new Override(Ben, from, until)] };
        WhoIsOnCall.At(schedule, from).Person.ShouldBe(Ben);
        var book = OnCallBook.Empty.Evolve(new TurnSwapped(1, "OnCall", Cleo, from, until, Cleo));
        var turn = WhoIsOnCall.At(schedule.With(book), from);
        (turn.Person, turn.Stands?.Number).ShouldBe((Cleo, 1));
        schedule.With(OnCallBook.Empty.Evolve(new TurnSwapped(1, "other", Cleo, from, until, Cleo))).ShouldBe(schedule);
    }

    [Fact]
    public void The_second_person_is_of_the_second_rotation_and_else_the_next_of_the_first()
    {
        var now = At("2026-01-07T12:00Z");
        WhoIsOnCall.Chain(Weekly, now).ShouldBe([Ana, Ben]);
        WhoIsOnCall.Chain(Weekly with { Rotations = [.. Weekly.Rotations, new Rotation([Dora], Weekly.Rotations[0].Handovers)] }, now).ShouldBe([Ana, Dora, Ben]);

        // Whoever gave their turn away is not the one to be called next.
        WhoIsOnCall.Chain(Weekly with { Overrides = [new Override(Dora, now, now.AddHours(1))] }, now).ShouldBe([Dora, Ben]);
        WhoIsOnCall.Chain(Weekly with { Overrides = [new Override(Ben, now, now.AddHours(1))] }, now).ShouldBe([Ben, Cleo]);
    }

    [Theory]
    [InlineData("ana", "cleo", "2026-01-08T00:00Z", "2026-01-09T00:00Z", null)]
    [InlineData("ana", "dora", "2026-01-08T00:00Z", "2026-01-09T00:00Z", null)]
    [InlineData("ana", "nobody", "2026-01-08T00:00Z", "2026-01-09T00:00Z", RefusalCodes.PersonUnknown)]
    [InlineData("dora", "cleo", "2026-01-08T00:00Z", "2026-01-09T00:00Z", RefusalCodes.NotInGroup)]
    [InlineData("eli", "cleo", "2026-01-08T00:00Z", "2026-01-09T00:00Z", null)]
    [InlineData(null, "cleo", "2026-01-08T00:00Z", "2026-01-09T00:00Z", RefusalCodes.ReadOnly)]
    [InlineData("ana", "cleo", "2026-01-09T00:00Z", "2026-01-08T00:00Z", RefusalCodes.WordsAmbiguous)]
    [InlineData("ana", "cleo", "2026-01-01T00:00Z", "2026-01-02T00:00Z", RefusalCodes.WordsAmbiguous)]
    [InlineData("ana", "cleo", "2026-01-08T00:00Z", "2026-06-08T00:00Z", RefusalCodes.WordUnknown)]
    public void Whoever_takes_turns_may_swap_them_and_whoever_the_file_names(string? by, string person, string from, string until, string? refused)
    {
        var managers = new GroupName("managers");
        var access = AccessRules.Empty with { Groups = [new Group(managers, false, [new Person("eli@example.com")], []), new Group(new GroupName("others"), false, [Dora], [])] };
        var who = by is null ? Caller.Unknown("x") : new Caller(new Person($"{by}@example.com"), by, by == "eli" ? [managers] : []);
        var now = At("2026-01-07T12:00Z");
        var (what, refusal) = OnCallDecider.Decide(OnCallBook.Empty, new Swap(who, Weekly, new Person($"{person}@example.com"), At(from), At(until)), new OnCallRules([Weekly], [managers]), access, now);
        refusal?.Code.ShouldBe(refused);
        (what is null).ShouldBe(refused is not null);
    }

    [Fact]
    public void At_any_moment_after_the_first_handover_somebody_is_on_call_until_the_very_moment_that_is_told() =>
        Prop.ForAll(Gen.Choose(0, 20_000_000).Select(minutes => At("2026-01-05T09:00+01:00").AddMinutes(minutes % 5_000_000)).ToArbitrary(), now =>
        {
            var turn = WhoIsOnCall.At(Weekly, now);
            turn.Person.ShouldNotBeNull();
            turn.Until!.Value.ShouldBeGreaterThan(now);
            WhoIsOnCall.At(Weekly, turn.Until.Value.AddSeconds(-1)).Person.ShouldBe(turn.Person);
            WhoIsOnCall.At(Weekly, turn.Until.Value).Person.ShouldBe(turn.Next);
            Amsterdam.Says(turn.Until.Value).ShouldMatch("^Mon .* 09:00$");
        }).QuickCheckThrowOnFailure();

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
