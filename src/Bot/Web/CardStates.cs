using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <param name="Name">As addresses and files write it.</param>
internal sealed record CardState(string Name, Card Card);

/// <summary>A card in every state that people meet, and three that nobody would make on purpose: what the page of cards shows, and what tests draw on every surface.</summary>
internal static class CardStates
{
    /// <summary>Markup, quotes, a script, a right-to-left mark that is never closed, and no place to break a line.</summary>
    public const string Hostile = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>&amp;\u202Egnp.exe\u2067" + "\U0001F525";

    private static readonly DateTimeOffset Noon = new(2026, 11, 3, 12, 0, 0, TimeSpan.Zero);

    private static readonly RunId Run = new(128);

    private static readonly StepId Step = new("s1");

    public static Card Checklist { get; } = Base(Tone.Waiting, "waiting for its checklist") with
    {
        Body =
        [
            new CardBlock.Checklist("Before you deploy", [
                new("All checks are green on v1.2.3", Ticked: true, "github, 12:01 UTC", Verifies: true, null),
                new("Database backup taken", Ticked: true, "ana, 12:03 UTC", Verifies: false, Does("untick", "1")),
                new("Stakeholders know the window", Ticked: false, null, Verifies: false, Does("tick", "2")),
            ]),
            Steps(0),
        ],
        Buttons = [new("Abort", ButtonStyle.Plain, Does("abort"), new Confirm("Abort this run?", "Nothing was changed yet.", "Abort", "Keep going"))],
        Next = "1 item is still to be ticked.",
    };

    public static Card Approval { get; } = Base(Tone.Waiting, "waiting for approval") with
    {
        Body =
        [
            new CardBlock.Notice(Tone.Warning, "The runbook was edited: 1 approval fell away."),
            new CardBlock.Approvals("Production change", ["ben, 12:05 UTC"], 2, "release-managers", Noon.AddMinutes(25)),
            Steps(1),
        ],
        Buttons = [new("Approve", ButtonStyle.Primary, Does("approve", "hash")), new("Reject", ButtonStyle.Danger, Does("reject"), new Confirm("Reject this change?", "The run ends, and everybody sees why.", "Reject", "Keep it"), AsksReason: true)],
        Next = "1 approval is needed from release-managers by 12:30 UTC.",
    };

    public static Card Rolling { get; } = Base(Tone.Active, "running") with
    {
        Body = [new CardBlock.Progress("Roll out v1.2.3", 3, 5, "3 of 5 ready", Tone.Active), Steps(2)],
        Buttons = [new("Pause", ButtonStyle.Plain, Does("pause"))],
        Next = "Check health follows.",
    };

    public static Card Deciding { get; } = Base(Tone.Warning, "waiting for a decision") with
    {
        Body = [new CardBlock.Notice(Tone.Bad, "Roll out v1.2.3: the image registry.example.com/api:v1.2.3 can't be pulled: not found. Push it, then retry."), Steps(2, Tone.Bad, "failed")],
        Buttons =
        [
            new("Retry", ButtonStyle.Primary, Does("retry")), new("Roll back to v1.2.2", ButtonStyle.Danger, Does("rollback"), new Confirm("Roll api/prod back?", "It goes back to v1.2.2.", "Roll back", "Not now")),
            new("Skip the step", ButtonStyle.Plain, Does("skip"), new Confirm("Skip this step?", "The run goes on without it. The reason is kept.", "Skip", "Not now"), AsksReason: true),
        ],
        Next = "Somebody has to say: retry, skip the step or roll back.",
    };

    public static Card Queued { get; } = Base(Tone.Waiting, "queued behind another run") with { Body = [new CardBlock.Text("Behind run 127, which may change api/prod now.", "In the queue"), Steps(-1)] };

    public static Card Succeeded { get; } = Base(Tone.Good, "succeeded") with
    {
        Body = [Steps(9), new CardBlock.Text("Approved by ben and dora.")],
        Buttons = [new("Roll back to v1.2.2", ButtonStyle.Danger, Does("rollback"), new Confirm("Roll api/prod back?", "A new run takes it back to v1.2.2.", "Roll back", "Not now"))],
        Links = [new Link("The change", new Uri("https://example.com/changes/12"))],
    };

    public static Card Failed { get; } = Base(Tone.Bad, "failed") with { Body = [Steps(2, Tone.Bad, "failed")] };

    public static Card RolledBack { get; } = Base(Tone.Warning, "rolled back") with { Body = [Steps(3)] };

    public static Card Cancelled { get; } = Base(Tone.Muted, "cancelled") with { Body = [Steps(0, Tone.Muted, "stopped")] };

    public static Card Answer { get; } = new("There is no service \"aip\": did you mean api?", Tone.Warning, null, "There is no service \"aip\".")
    {
        Body =
        [
            new CardBlock.Table(["Service", "Environment", "Version"], [["api", "prod", "v1.2.3"], ["auth", "prod", "v2.7.0"]]),
            new CardBlock.List("You may have meant", [new("deploy api v1.2.3 prod", Tone.Good, new Button("Say it", ButtonStyle.Plain, CardAction.Say("deploy api v1.2.3 prod"))), new("A line without a mark")]),
        ],
        Buttons = [new("deploy api v1.2.3 prod", ButtonStyle.Primary, CardAction.Say("deploy api v1.2.3 prod")), new("deploy api v1.2.3 staging", ButtonStyle.Plain, CardAction.Say("deploy api v1.2.3 staging"))],
        Footer = "service-unknown",
    };

    public static ImmutableArray<CardState> All { get; } =
    [
        new("checklist", Checklist),
        new("approval", Approval),
        new("rolling", Rolling),
        new("deciding", Deciding),
        new("queued", Queued),
        new("succeeded", Succeeded),
        new("failed", Failed),
        new("rolled-back", RolledBack),
        new("cancelled", Cancelled),
        new("answer", Answer),
        new("hostile", Filled(Hostile)), new("endless", Filled(new string('W', 40_000))), new("right-to-left", Filled("שלום \u202Eעולם " + new string('ש', 300))),
    ];

    /// <summary>A card that has the same text in every field there is.</summary>
    public static Card Filled(string text) => new(text, Tone.Warning, text, text)
    {
        Facts = [new Fact(text, text)],
        Body =
        [
            new CardBlock.Text(text, text),
            new CardBlock.Notice(Tone.Bad, text),
            new CardBlock.Steps([new StepLine(text, Tone.Active, text, TimeSpan.FromSeconds(5), text)]),
            new CardBlock.Checklist(text, [new ChecklistLine(text, true, text, false, new CardAction("tick", Run, new StepId(text), text)), new ChecklistLine(text, false, text, true, null)]),
            new CardBlock.Approvals(text, [text], 2, text, Noon),
            new CardBlock.Progress(text, 9, 5, text, Tone.Active),
            new CardBlock.Table([text, text], [[text, text]]),
            new CardBlock.List(text, [new ListLine(text, Tone.Good, new Button(text, ButtonStyle.Plain, CardAction.Say(text)))]),
        ],
        Buttons = [new Button(text, ButtonStyle.Danger, new CardAction(text, null, null, text), new Confirm(text, text, text, text), AsksReason: true)],
        Links = [new Link(text, new Uri("https://example.com/?q=" + Uri.EscapeDataString(text[..Math.Min(20, text.Length)])))],
        Next = text,
        Footer = text,
    };

    private static CardAction Does(string verb, string? argument = null) => new(verb, Run, Step, argument);

    private static Card Base(Tone tone, string state) => new("Deploy api v1.2.3 to prod", tone, state, $"Deploy api v1.2.3 to prod, asked for by ana, is {state}.")
    {
        Facts = [new("Service", "api"), new("Environment", "prod (protected)"), new("Version", "v1.2.2 → v1.2.3"), new("Asked for by", "ana@example.com"), new("Target", "deployment api in prod on main")],
        Footer = "Run 128 · asked for by ana",
    };

    private static CardBlock.Steps Steps(int current, Tone tone = Tone.Active, string mark = "running")
    {
        string[] titles = ["Before you deploy", "Production change", "Roll out v1.2.3", "Check health", "Soak", "Summary"];
        return new([.. titles.Select((title, at) => at < current
            ? new StepLine(title, Tone.Good, "done", TimeSpan.FromSeconds(12 * (at + 1)), "3 of 3 ticked")
            : at == current ? new StepLine(title, tone, mark, TimeSpan.FromSeconds(75), "3 of 5 new replicas are ready.") : new StepLine(title, Tone.Neutral, "to do", null, null))]);
    }
}
