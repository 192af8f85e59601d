using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What people click on a page.</summary>
internal sealed class PageDesk(PageEngine pages)
{
    public static bool Knows(CardAction action) => action.Verb == PageCard.AckVerb;

    /// <summary>A click on Acknowledge. The message itself shows what came of it.</summary>
    public async Task<Reply> ClickAsync(Speaker speaker, CardAction action, string delivery, CancellationToken cancellationToken)
    {
        if (PageKeys.Read(PageKeys.Prefix + action.Argument) is not { } named) return Refused(new Refusal(RefusalCodes.AlertUnknown, "This button names no page.", "Say alerts to see what is firing."));
        if (AccessRules.ReadOnly(speaker.Caller) is { } unknown) return Refused(unknown);
        var page = await pages.TellAsync(named.Subject, new PageCommand.Acknowledge(speaker.Caller.Person, speaker.Caller.Person!.Value.ShortName, null, named.Round), delivery, null, cancellationToken);
        return page switch
        {
            { Status: PageStatus.Over } or { Status: PageStatus.None } => Refused(new Refusal(RefusalCodes.AlertOver, "This page is over: there is nothing to acknowledge.")),
            _ when page.Round != named.Round => Refused(new Refusal(RefusalCodes.AlertOver, "This page is past: there is a newer one.", "Acknowledge that.")),
            _ => new Reply(null),
        };
    }

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);
}
