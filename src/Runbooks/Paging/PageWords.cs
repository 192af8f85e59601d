namespace ChatOps.Runbooks.Paging;

/// <summary>Tells what happened to a page in words, for the card of what it is about.</summary>
public static class PageWords
{
    /// <param name="page">As it stands just after it.</param>
    public static string? Of(Page page, PageEvent what) => what switch
    {
        PageBegan { Pager: true } e => $"PagerDuty is asked to page {e.Who}.",
        PagerTook when page.Silent is not null => "PagerDuty took the page too, late.",
        PagerTook => "PagerDuty took the page.",
        PagerSilent e => $"PagerDuty did not take the page ({e.Why.TrimEnd('.')}): the bot pages by itself.",
        PersonCalled { Number: 1 } e => $"{e.Person.ShortName} was paged.",
        PersonCalled e => $"Nobody answered: {e.Person.ShortName} was paged{(e.Number > page.Began!.People.Length ? " again" : " too")}.",
        PersonReached { Surface: "email" } e => $"{Called(page, e.Number)} was paged by e-mail{(e.Instead is null ? "" : $": {e.Instead}")}.",
        PersonReached { Instead: { } instead } e => $"{instead}: {Called(page, e.Number)} was paged in {(e.Surface == "teams" ? "Teams" : e.Surface)}.",
        PersonNotReached e => $"{Called(page, e.Number)} can't be reached: {e.Why}",
        PageUnanswered when page.Calls.IsEmpty => $"Nobody can be paged: nobody is known to be in {page.Began!.Who}.",
        PageUnanswered => "Everybody was paged, and nobody answered.",
        PageAcknowledged { Through: { } system } e => $"{e.Name} acknowledged the page in {system}.",
        PageAcknowledged e => $"{e.Name} acknowledged the page.",
        _ => null,
    };

    private static string Called(Page page, int number) => page.Calls.First(call => call.Number == number).Person.ShortName;
}
