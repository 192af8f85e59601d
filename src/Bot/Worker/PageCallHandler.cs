using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Calls somebody: by a direct message in the first chat that knows them, else by e-mail. A message is kept up to date.</summary>
/// <remarks>A chat that has not answered for a while is passed over, and the page says so. What it took unseen meanwhile may stand there too: better two messages than none.</remarks>
internal sealed class PageCallHandler(PageEngine pages, PageLinks links, PageLooks looks, Chats chats, IEnumerable<IMailer> mailers, BotAddress address) : IWorkHandler
{
    private const string Email = "email";

    public ImmutableArray<string> Kinds => [PageWork.CallKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutPage.Read(work.Item);
        var page = await pages.FindAsync(about.Subject, cancellationToken);
        if (about.Gone is { } gone && about.Round != page.Round) return await UpdateAsync(gone, PageCard.Past(page), cancellationToken);
        if (about.Round != page.Round || page.Calls.FirstOrDefault(one => one.Number == about.Number) is not { } call) return new Done.Finished();
        if (call.Posted is { } posted) return await UpdateAsync(posted, await CardAsync(page, call, posted.Surface, cancellationToken), cancellationToken);

        // It was answered before they heard of it: nobody is woken for that.
        if (page.Status != PageStatus.Open && work.Attempt == 1) return new Done.Finished();
        return await ReachAsync(work, about, page, call, cancellationToken);
    }

    private async Task<Done> ReachAsync(ClaimedWork work, AboutPage about, Page page, Call call, CancellationToken cancellationToken)
    {
        var key = $"{PageWork.CallKind}:{page.Subject}:{page.Round}:{call.Number}";
        var (refused, silent) = (new List<string>(), new List<string>());
        foreach (var chat in chats.All)
        {
            var outcome = await chat.SayAsync(work, new Place(chat.Surface, $"@{call.Person.Email}"), await CardAsync(page, call, chat.Surface, cancellationToken), key, null, cancellationToken);
            chats.Heard(chat.Surface, outcome);
            switch (outcome)
            {
                case Outcome<Posted>.Done { Value: var now }:
                    await pages.TellAsync(about.Subject, new PageCommand.Reached(about.Round, about.Number, now.Surface, now.Channel, now.Message, now.Permalink) { Instead = Instead(silent) }, null, null, cancellationToken);

                    // What happened while it was posted is shown too.
                    return await UpdateAgainAsync(work, about, call, page.Version, new PersonReached(about.Number, now.Surface, now.Channel, now.Message, now.Permalink), cancellationToken);
                case Outcome<Posted>.Later later when !chats.IsSilent(chat.Surface):
                    return new Done.Again(chats.Wait(chat.Surface, later.After));
                case Outcome<Posted>.Later:
                    silent.Add(Chats.NameOf(chat.Surface));
                    break;
                case Outcome<Posted>.Never never:
                    refused.Add(never.Fault.Next is null ? never.Fault.Why : $"{never.Fault.Why} {never.Fault.Next}");
                    break;
                default:
                    throw new InvalidOperationException("An outcome is one of three.");
            }
        }

        if (mailers.FirstOrDefault() is { } mailer)
        {
            // An e-mail can't be brought up to date: it waits for what it can say.
            if (await looks.IsUnderWayAsync(page, cancellationToken)) return new Done.Again(PageLooks.Beat, Untried: true);
            var mail = PageMail.Of(page, call, key, await links.OfAsync(page, $"{call.Number}", call.Person, call.At, cancellationToken));
            switch (await mailer.SendAsync(mail, cancellationToken))
            {
                case Outcome<Nothing>.Done:
                    await pages.TellAsync(about.Subject, new PageCommand.Reached(about.Round, about.Number, Email, call.Person.Email, key, null) { Instead = Instead(silent) }, null, work, cancellationToken);
                    return new Done.Kept();
                case Outcome<Nothing>.Later later:
                    return new Done.Again(later.After);
                case Outcome<Nothing>.Never never:
                    refused.Add(never.Fault.Why);
                    break;
                default:
                    break;
            }
        }

        // A chat that is down comes back: whoever is called next is called in time all the same.
        if (silent.Count > 0) return new Done.Again(null);
        var why = refused.Count > 0 ? string.Join(' ', refused) : "No chat is connected, and the bot sends no e-mail.";
        await pages.TellAsync(about.Subject, new PageCommand.NotReached(about.Round, about.Number, why), null, work, cancellationToken);
        return new Done.Kept();
    }

    private static string? Instead(List<string> silent) => silent.Count == 0 ? null : $"{Words.List(silent)} can't be reached";

    /// <summary>In Slack a button rolls back; elsewhere a link, which shows what it would do and asks once.</summary>
    private async Task<Card> CardAsync(Page page, Call call, string surface, CancellationToken cancellationToken) =>
        PageCard.Of(page, call, pages.Now, address.Public, surface == "slack" ? null : await links.OfAsync(page, $"{call.Number}", call.Person, call.At, cancellationToken));

    private async Task<Done> UpdateAgainAsync(ClaimedWork work, AboutPage about, Call made, long shown, PersonReached reached, CancellationToken cancellationToken)
    {
        var page = await pages.FindAsync(about.Subject, cancellationToken);
        if (page.Round != about.Round)
        {
            // Another round began while this one's message was on its way: what it says is no longer so.
            await pages.OrderPastAsync(about.Subject, about.Round, made.Person, reached, work, cancellationToken);
            return new Done.Kept();
        }

        return page.Version == shown + 1 || page.Calls.First(one => one.Number == about.Number) is not { Posted: { } posted } call
            ? new Done.Finished() : await UpdateAsync(posted, await CardAsync(page, call, posted.Surface, cancellationToken), cancellationToken);
    }

    private async Task<Done> UpdateAsync(PersonReached posted, Card card, CancellationToken cancellationToken)
    {
        if (chats.For(posted.Surface) is not { } chat) return new Done.Finished();
        var outcome = await chat.UpdateAsync(new Posted(posted.Surface, posted.Channel, posted.Message, posted.Permalink), card, cancellationToken);
        chats.Heard(posted.Surface, outcome);
        return outcome is Outcome<Nothing>.Later later ? new Done.Again(later.After) : new Done.Finished();
    }
}
