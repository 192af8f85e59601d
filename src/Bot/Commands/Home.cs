using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What one person wants to see first: what waits for them, their own open runs, and what is live where.</summary>
internal sealed class Home(Readings readings, RunEngine engine, BotAddress address)
{
    /// <summary>Of more open runs the newest are shown.</summary>
    private const int MostRuns = 30;

    public async Task<Card> OfAsync(Caller caller, CancellationToken cancellationToken)
    {
        var open = await readings.RunsAsync(new RunQuery(Open: true, AtMost: MostRuns), cancellationToken);
        var waiting = new List<RunRow>();
        foreach (var row in open)
        {
            if (await engine.FindAsync(new RunId(row.Number), cancellationToken) is { } run && WaitsFor(caller, RunCard.Of(run, engine.Now, address.Public), IsOf(caller, row))) waiting.Add(row);
        }

        var live = Answers.Status(await readings.BoardAsync(cancellationToken), null, null, engine.Now);
        return new Card("ChatOps", Tone.Neutral, null, waiting.Count == 0 ? "Nothing waits for you." : $"{Words.Count(waiting.Count, "run waits", "runs wait")} for you.")
        {
            Body =
            [
                Lines("Waits for you", waiting, "Nothing waits for you."),
                Lines("Your open runs", open.Where(row => IsOf(caller, row)), "You have no open run."),
                new CardBlock.Text(live.Fallback, live.Title),
                .. live.Body,
            ],
            Links = address.Public is { } pages ? [new Link("Open the console", pages)] : [],
            Footer = caller.Person is null ? "Your Slack account is nobody's here: you can read." : null,
        };
    }

    /// <summary>Somebody else's run waits for those its buttons are for; one's own for oneself, unless it waits for others.</summary>
    public static bool WaitsFor(Caller caller, Card card, bool isOwn)
    {
        var meant = card.Buttons.SelectMany(button => button.For).ToList();
        return meant.Count == 0 ? isOwn && card.Tone == Tone.Waiting : !isOwn && meant.Any(name => name.IsPerson ? name.Name == caller.Person?.Email : caller.Groups.Contains(name));
    }

    private static bool IsOf(Caller caller, RunRow row) => caller.Person is { } me && row.By == me.Email;

    private static CardBlock Lines(string heading, IEnumerable<RunRow> rows, string otherwise)
    {
        var lines = rows.Select(row => new ListLine($"Run {row.Number}: {row.Says}", Tone.Waiting)).ToList();
        return lines.Count == 0 ? new CardBlock.Text(otherwise, heading) : new CardBlock.List(heading, [.. lines]);
    }
}
