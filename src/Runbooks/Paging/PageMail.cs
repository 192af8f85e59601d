using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Paging;

/// <summary>Makes the e-mail of a page, for whoever no chat reaches.</summary>
public static class PageMail
{
    private const int SubjectLength = 120;

    /// <param name="key">The same for each try of one call.</param>
    /// <param name="link">Where they answer, and roll back; null where the bot's pages have no address.</param>
    public static Mail Of(Page page, Call call, string key, Uri? link)
    {
        var began = page.Began!;
        var subject = $"Page: {began.Title}: {began.Why}";
        var offer = page.Cause is { } cause ? $"Likely cause: {cause.Says}.\n\nThe link below is for you alone. It opens a page where you can roll back to {cause.BackTo}, or only acknowledge." : "The link below is for you alone. It opens a page where you can acknowledge.";
        var next = link is null ? "Answer in the console." : $"{offer} It holds until {call.At + PageLink.Lasts:HH:mm} UTC, and opening it changes nothing.";
        return new Mail(call.Person.Email, subject.Length > SubjectLength ? subject[..(SubjectLength - 1)] + "…" : subject, $"{began.Why}\n\n{next}\n\nWithout an answer within {Words.Duration(began.Escalate)} the next person is paged.", key, $"page-{page.Key}-{page.BeganAt.ToUnixTimeMilliseconds()}")
        {
            Footer = $"{page.Subject}, paged as {began.Who}",
            Link = link,
        };
    }
}
