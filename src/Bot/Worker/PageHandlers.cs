using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Tells a page what happened to what it is about.</summary>
internal sealed class PageNewsHandler(PageEngine pages) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [PageWork.NewsKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var news = PageNews.Read(work.Item);
        if (news.Kind == NewsKind.Want)
        {
            await pages.WantAsync(news, work, cancellationToken);
            return new Done.Kept();
        }

        PageCommand command = news.Kind switch
        {
            NewsKind.Acknowledged => new PageCommand.Acknowledge(news.By, news.By!.Value.ShortName, null, null),
            NewsKind.Cause => new PageCommand.Cause(news.Run!.Value, news.BackTo!, news.Why!),
            _ => new PageCommand.End(news.Why!, null),
        };
        await pages.TellAsync(news.Subject, command, null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Lets a page look at the clock.</summary>
internal sealed class PageTimerHandler(PageEngine pages) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [PageWork.TimerKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        await pages.TellAsync(AboutPage.Read(work.Item).Subject, new PageCommand.TimePassed(), null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Tells PagerDuty of a page: it begins, somebody looks after it, it is over. Tried until it is told, or no longer true.</summary>
internal sealed class PageSendHandler(PageEngine pages, PageLinks links, PageLooks looks, BotAddress address) : IWorkHandler
{
    /// <summary>About two hours, by the queue's growing delays and the pauses that PagerDuty asks for.</summary>
    private const int Patience = 60;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    public ImmutableArray<string> Kinds => [PageWork.SendKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutPage.Read(work.Item);
        var page = await pages.FindAsync(about.Subject, cancellationToken);
        if (pages.Pager is not { } pager || page.Began is not { } began) return new Done.Finished();
        var current = about.Round == page.Round;

        // Whoever is not to be called any more is not called late.
        if (about.Action == PagerAction.Trigger && (!current || page.Status != PageStatus.Open)) return new Done.Finished();
        if (about.Action == PagerAction.Trigger && await looks.IsUnderWayAsync(page, cancellationToken)) return new Done.Again(PageLooks.Beat, Untried: true);
        var note = new PagerNote(about.Action, page.KeyOf(about.Round), $"{began.Title}: {began.Why}", "chatops", began.Critical, address.Public is { } url ? new Uri(url, PageCard.PathOf(page.Subject)) : null)
        {
            Ways = about.Action == PagerAction.Trigger ? await WaysAsync(page, cancellationToken) : [],
        };
        switch (await pager.TellAsync(note, cancellationToken))
        {
            case Outcome<Nothing>.Later later:
                return work.Attempt < Patience ? new Done.Again(later.After > LongestPause ? LongestPause : later.After) : new Done.Finished();
            case Outcome<Nothing>.Never never when about.Action == PagerAction.Trigger:
                await pages.TellAsync(about.Subject, new PageCommand.PagerRefused(about.Round, never.Fault.Why), null, work, cancellationToken);
                return new Done.Kept();
            case Outcome<Nothing>.Done when about.Action == PagerAction.Trigger:
                await pages.TellAsync(about.Subject, new PageCommand.PagerAnswered(about.Round), null, work, cancellationToken);
                return new Done.Kept();
            default:
                return new Done.Finished();
        }
    }

    /// <summary>The rollback for whoever is first on call here, where one is likely to help.</summary>
    private async Task<ImmutableArray<(string Label, Uri Url)>> WaysAsync(Page page, CancellationToken cancellationToken) =>
        page is { Cause: { } cause, Began.People: [var first, ..] } && await links.OfAsync(page, "pager", first, page.BeganAt, cancellationToken) is { } url
            ? [($"Roll back to {cause.BackTo} (as {first.ShortName}, asks once)", url)] : [];
}

/// <summary>Tells what a page is about what became of it: on its card, and by whom it is looked after.</summary>
internal sealed class PageTellHandler(AlertEngine alerts, RunEngine runs, IncidentEngine incidents, Callers callers) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [PageWork.TellKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutPage.Read(work.Item);
        var by = about.Acked?.By is { } person ? await callers.KnownAsync(person, person.ShortName, cancellationToken) : null;
        if (AlertId.TryParse(about.Subject, out var alert))
        {
            if (by is not null) await alerts.TellAsync(alert, new AlertCommand.Acknowledge(by), null, null, cancellationToken);
            else if (about.Acked is { Through: { } system } there) await alerts.TellAsync(alert, new AlertCommand.AcknowledgedThere(there.Name, system), null, null, cancellationToken);
            await alerts.TellAsync(alert, new AlertCommand.PageWas(about.Text!), null, work, cancellationToken);
            return new Done.Kept();
        }

        if (IncidentWork.OfPage(about.Subject) is { } incident)
        {
            await incidents.TellAsync(incident, new IncidentCommand.PageWas(about.Text!, about.Acked?.By, about.Acked?.Name), null, work, cancellationToken);
            return new Done.Kept();
        }

        if (!RunId.TryParse(about.Subject, out var run) || await runs.FindAsync(run, cancellationToken) is null) return new Done.Finished();
        if (by is not null) await runs.TellAsync(run, new RunCommand.TakeOn(by), null, null, cancellationToken);
        await runs.TellAsync(run, new RunCommand.PageWas(about.Text!), null, work, cancellationToken);
        return new Done.Kept();
    }
}
