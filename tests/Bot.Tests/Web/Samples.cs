using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Web;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Tests.Web;

/// <summary>Cards of every kind and state, friendly and hostile.</summary>
internal static class Samples
{
    public const string Hostile = CardStates.Hostile;

    public static readonly DateTimeOffset Noon = new(2026, 11, 3, 12, 0, 0, TimeSpan.Zero);

    private static readonly RunId Run = new(128);

    public static Viewer Ana { get; } = new(new Caller(new Person("ana@example.com"), "Ana", []), [new Persona(new Person("ana@example.com"), "Ana", "engineer"), new Persona(new Person("ben@example.com"), "Ben", "release manager")], new string('a', 32), Noon);

    public static Viewer Reader { get; } = new(Caller.Unknown("Whoever reads here"), [], new string('b', 32), Noon);

    public static Showing At(string id = "run-128") => new(id, "stamp", Noon) { Run = Run, Token = "0123" };

    public static Card Checklist => CardStates.Checklist;

    public static Card Approval => CardStates.Approval;

    public static Card Rolling => CardStates.Rolling;

    public static Card Deciding => CardStates.Deciding;

    public static Card Queued => CardStates.Queued;

    public static Card Succeeded => CardStates.Succeeded;

    public static Card Failed => CardStates.Failed;

    public static Card RolledBack => CardStates.RolledBack;

    public static Card Cancelled => CardStates.Cancelled;

    public static Card Answer => CardStates.Answer;

    public static ImmutableArray<Card> All { get; } = [.. CardStates.All.Select(state => state.Card)];

    public static Card Filled(string text) => CardStates.Filled(text);

    public static RunRow Row(long number = 128, string status = "Running", bool open = true, string service = "api") => new(
        number, "deploy", service, "prod", "v1.2.3", "v1.2.2", status, open, "ana@example.com", Noon, Noon.AddSeconds(number), open ? null : Noon.AddMinutes(5), $"Deploy {service} v1.2.3 to prod, asked for by ana, is on its way.");

    public static RunPage Page(string text = "The target accepted the change") => new(
        Row(), Rolling, [new TimelineLine(Noon, "ana@example.com", "asked: Deploy api v1.2.3 to prod", Tone.Neutral), new TimelineLine(Noon.AddSeconds(90), null, text, Tone.Active)],
        new Card("Plan: deploy api v1.2.3 to prod", Tone.Neutral, null, "A plan") { Body = [new CardBlock.Table(["#", "Step", "What it does"], [["1", "Roll out", text]])] });

    public static ImmutableArray<BoardLine> Board(string text = "v1.2.3") =>
    [
        new("api", "staging", false, true, text, "ben@example.com", Noon.AddDays(-2), 2, 2, null, null, text),
        new("api", "prod", true, true, text, null, null, 5, 5, $"Run 127 brought v1.2.2; {text} was put there by something else.", Row(), text),
        new("auth", "prod", true, false, null, null, null, null, null, null, null, $"deployment auth does not answer within 1500 ms. {text}"),
    ];
}
