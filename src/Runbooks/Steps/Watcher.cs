using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>Somebody who stays with a soak and says now and then that they are still there. Silence hands the watch on to the next; when nobody is left, it leads to what the runbook says.</summary>
/// <param name="Who">In order: addresses, schedules (whoever is on call, then who is next), groups.</param>
/// <param name="Every">How long after a sign of life the next is asked for.</param>
/// <param name="AnswerWithin">How long one person has to answer.</param>
public sealed record Watcher(ImmutableArray<string> Who, TimeSpan Every, TimeSpan AnswerWithin, SilenceMeans Then)
{
    /// <summary>The most people one watch is handed on to.</summary>
    public const int Most = 10;

    public string Says() => $"watched by {Words.List(Who, "then")}, asked every {Words.Duration(Every)}; without an answer in {Words.Duration(AnswerWithin)} the next is asked, and where nobody answers it {(Then == SilenceMeans.Rollback ? "goes back" : "pauses")}";

    public Watcher For(PlanContext plan) => this with
    {
        Who = [.. new Recipients(Who, []).For(plan.By, plan.Service.Owners).To],
    };

    public StepDecision Decide(Vigil vigil, StepCommand command, DateTimeOffset now) => command switch
    {
        WatchersAre { People.IsEmpty: true } when vigil.IsUnknown => Lost("nobody is known who could watch it"),
        WatchersAre c when vigil.IsUnknown => StepDecision.Accept(new WatchersFound(c.People)).And(new TendWatch(), now + Every),
        WatchDue when vigil.IsUnknown => StepDecision.Nothing,
        WatchDue when now < vigil.Due => StepDecision.Nothing.And(new TendWatch(), vigil.Due),
        WatchDue when !vigil.Asked => Ask(vigil, vigil.At, now),
        WatchDue when vigil.Silent + 1 < vigil.People.Length => Ask(vigil, vigil.Next, now, new WatchPassedOn(vigil.Now, vigil.People[vigil.Next])),
        WatchDue => Lost($"{Words.List(vigil.People.Select(one => one.ShortName))} did not say that they are still there"),

        // A second click is no news; somebody else who says it takes the watch over.
        SayHere c when vigil.IsUnknown || (!vigil.Asked && c.By == vigil.Now) => StepDecision.Nothing,
        SayHere c => StepDecision.Accept(new StillHere(c.By)).And(new TendWatch(), now + Every),
        _ => StepDecision.Nothing,
    };

    public Vigil Evolve(Vigil vigil, StepEvent what, DateTimeOffset at) => what switch
    {
        WatchersFound e => new Vigil(e.People, 0, 0, at + Every),
        WatcherAsked e => vigil with { Number = e.Number, Asked = true, Due = e.Until },
        WatchPassedOn => vigil with { At = vigil.Next, Silent = vigil.Silent + 1 },
        StillHere e => vigil with { At = Math.Max(0, vigil.People.IndexOf(e.By)), Asked = false, Silent = 0, Due = at + Every },
        WatchLost => vigil with { At = 0, Asked = false, Silent = 0, Due = at + Every },
        _ => vigil,
    };

    private StepDecision Ask(Vigil vigil, int at, DateTimeOffset now, params ImmutableArray<StepEvent> first)
    {
        var (number, person, until) = (vigil.Number + 1, vigil.People[at], now + AnswerWithin);
        var text = $"Are you still here? You watch this soak{(first.IsEmpty ? "" : $", since {vigil.Now.ShortName} did not answer")}. Without an answer within {Words.Duration(AnswerWithin)} {(vigil.Silent + (first.IsEmpty ? 1 : 2) < vigil.People.Length ? "the next person is asked" : Then == SilenceMeans.Rollback ? "it is rolled back" : "it is paused")}.";
        return StepDecision.Accept([.. first, new WatcherAsked(number, person, until)])
            .And(new Inform(new Recipients([person.Email], []), text, $"watcher-{number}") { Asks = number }, now)
            .And(new TendWatch(), until);
    }

    private StepDecision Lost(string why) => StepDecision.Accept(new WatchLost($"Nobody watches: {why}.", Then));
}

/// <summary>What it leads to when nobody says that they are still there.</summary>
public enum SilenceMeans
{
    Pause,

    /// <summary>It goes back, where there is a way back; else it pauses.</summary>
    Rollback,
}

/// <summary>How a watch stands.</summary>
/// <param name="People">Who watches, one after another; empty = not looked up yet.</param>
/// <param name="At">Whose turn it is.</param>
/// <param name="Number">Of the last question.</param>
/// <param name="Due">When the next question is due; once it was asked, until when an answer counts.</param>
public sealed record Vigil(ImmutableArray<Person> People, int At, int Number, DateTimeOffset Due)
{
    public static readonly Vigil Unknown = new([], 0, 0, default);

    /// <summary>It waits for an answer.</summary>
    public bool Asked { get; init; }

    /// <summary>How many in a row did not answer.</summary>
    public int Silent { get; init; }

    public bool IsUnknown => People.IsEmpty;

    public Person Now => People[At];

    public int Next => (At + 1) % People.Length;
}
