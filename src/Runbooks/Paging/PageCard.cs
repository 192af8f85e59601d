using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Paging;

/// <summary>The message that somebody who is called gets. It follows what becomes of the page.</summary>
public static class PageCard
{
    public const string AckVerb = "page-ack";

    /// <param name="publicUrl">Where the bot's pages are; null = it links nowhere.</param>
    /// <param name="link">Where this person rolls back by a link, rather than by a button; null = by the button.</param>
    public static Card Of(Page page, Call call, DateTimeOffset now, Uri? publicUrl, Uri? link = null)
    {
        var began = page.Began!;
        var open = page.Status == PageStatus.Open;
        return new Card($"Page: {began.Title}", open ? Tone.Bad : page.Status == PageStatus.Over ? Tone.Good : Tone.Waiting, State(page), $"{began.Title}: {began.Why} You are paged as {began.Who}.")
        {
            Facts = [new Fact("Why", began.Why), new Fact("Since", $"{Words.Duration(now - page.BeganAt)} ago")],
            Body = page.Cause is { } cause && page.Status != PageStatus.Over ? [new CardBlock.Notice(Tone.Warning, $"Likely cause: {cause.Says}")] : [],
            Buttons = [.. Buttons(page, link is null)],
            Links = [.. Links(page, call, now, publicUrl, link)],
            Next = open ? page.Unanswered ? "Everybody was paged, and nobody has answered." : call == page.Calls[^1] ? $"Without an answer within {Words.Duration(began.Escalate)}, {Following(page)} is paged." : $"{page.Calls[^1].Person.ShortName} was paged too." : null,
            Footer = $"{page.Subject} · {began.Who}",
        };
    }

    /// <summary>The message of a round that is past.</summary>
    public static Card Past(Page page) => new($"Page: {page.Began!.Title}", Tone.Muted, "paged again since", $"{page.Began.Title}: this page is past; there is a newer one.") { Footer = $"{page.Subject} · {page.Began.Who}" };

    /// <summary>Where the console shows what a page is about.</summary>
    public static string PathOf(string subject) => subject.StartsWith("run-", StringComparison.Ordinal) ? $"runs/{subject[4..]}" : subject.StartsWith("INC-", StringComparison.Ordinal) ? $"incidents/{subject.Split('-')[1]}" : $"alerts/{subject}";

    private static string State(Page page) => page.Status switch
    {
        PageStatus.Open => "waiting for an answer",
        PageStatus.Acknowledged => $"acknowledged by {page.Acked!.Name}{(page.Acked.Through is { } system ? $" in {system}" : "")}",
        _ => $"over: {page.Ending}",
    };

    private static IEnumerable<Button> Buttons(Page page, bool rollsBack)
    {
        if (page.Status == PageStatus.Open) yield return new Button("Acknowledge", ButtonStyle.Primary, new CardAction(AckVerb, null, null, $"{page.Subject}/{page.Round}"));
        if (rollsBack && page is { Status: not PageStatus.Over, Cause: { } cause })
        {
            yield return new Button($"Roll back to {cause.BackTo}", ButtonStyle.Danger, new CardAction("rollback", cause.Run, null, null),
                new Confirm("Roll it back?", $"What run {cause.Run} did is taken back: {cause.Says}.", "Roll back", "Not now"));
        }
    }

    private static IEnumerable<Link> Links(Page page, Call call, DateTimeOffset now, Uri? publicUrl, Uri? link)
    {
        if (link is not null && page is { Status: not PageStatus.Over, Cause: { } cause } && now < call.At + PageLink.Lasts) yield return new Link($"Roll back to {cause.BackTo} (asks once)", link);
        if (publicUrl is not null) yield return new Link("Look closer", new Uri(publicUrl, PathOf(page.Subject)));
    }

    private static string Following(Page page) => page.Began!.People is { IsEmpty: false } people && page.Calls[^1].Number < people.Length * PageDecider.Times ? people[page.Calls[^1].Number % people.Length].ShortName : "nobody else";
}
