using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What somebody can do by the link of a page: answer it, and take back what is likely behind it. Looked at anew each time; the link says who asks, never what they may.</summary>
internal sealed class LinkDesk(RunEngine engine, PageEngine pages, Rollbacks rollbacks, Callers callers, IStore store, RefusalLog refusals)
{
    /// <summary>How the link stands now, and what it would do. Changes nothing.</summary>
    public async Task<LinkView> LookAsync(PageLink link, CancellationToken cancellationToken)
    {
        var page = await pages.FindAsync(link.Subject, cancellationToken);
        var view = new LinkView(link, page) { Used = await UsedAsync(link, cancellationToken) };
        if (view.Used is not null) return view with { Refusal = Used(view.Used.Value) };
        if (page.Began is null || page.Round != link.Round) return view with { Refusal = new Refusal(RefusalCodes.LinkExpired, "This page is past.", Next(link, "There is a newer one: open the link of that.")) };
        if (engine.Now >= link.Until) return view with { Refusal = new Refusal(RefusalCodes.LinkExpired, $"This link held for {Words.Duration(PageLink.Lasts)} and is over since {link.Until.UtcDateTime:HH:mm} UTC.", Next(link, "Open the page's own place instead.")) };
        if (page.Status == PageStatus.Over) return view with { Refusal = new Refusal(RefusalCodes.LinkExpired, $"This page is over: {page.Ending}.", Next(link, "There is nothing to answer.")) };
        view = view with { MayAnswer = page.Status == PageStatus.Open };
        return link.Back is { } back ? await LookBackAsync(view, back, await CallerAsync(link, cancellationToken), cancellationToken) : view;
    }

    /// <summary>Says that the link's person looks after it.</summary>
    public async Task<LinkView> AnswerAsync(PageLink link, CancellationToken cancellationToken)
    {
        var view = await LookAsync(link, cancellationToken);
        if (!view.MayAnswer) return view;
        if (AccessRules.ReadOnly(await CallerAsync(link, cancellationToken)) is { } unknown) return view with { Refusal = unknown };
        await AcknowledgeAsync(link, cancellationToken);
        return await LookAsync(link, cancellationToken);
    }

    /// <summary>Takes back what the link offers. That it was used is kept in the transaction that begins it.</summary>
    /// <param name="shown">What they were shown it would do; where it would do something else by now, nothing is done.</param>
    public async Task<LinkView> RollBackAsync(PageLink link, string? shown, CancellationToken cancellationToken)
    {
        var view = await LookAsync(link, cancellationToken);
        var caller = await CallerAsync(link, cancellationToken);
        var refusal = view.Refusal ?? view.NotBack ?? (shown != view.Shown ? new Refusal(RefusalCodes.PlanChanged, "What it would do has changed since you opened this page.", "Read it again below, then decide.") : null);
        if (refusal is null && link.Back is { } back && await engine.FindAsync(back.Run, cancellationToken) is { } run)
        {
            var reason = $"by the link of the page about {link.Subject}";
            refusal = run.IsOver
                ? (await rollbacks.TakeBackAsync(new Speaker(caller, null), run, reason, link.Name, cancellationToken)).Refusal
                : (await engine.TellAsync(run.Id, new RunCommand.RollBack(caller, reason), link.Name, null, cancellationToken)).Refusal;

            // Of two clicks at once the second is refused by what the first one did.
            if (await UsedAsync(link, cancellationToken) is not null)
            {
                await AcknowledgeAsync(link, cancellationToken);
                return await LookAsync(link, cancellationToken);
            }
        }

        if (refusal is null) return view;
        await refusals.NoteAsync(caller, $"rollback by the link of {link.Subject}", refusal, link.Back?.Run, $"{link.Name}:{engine.Now.UtcTicks}", cancellationToken);
        return view with { Refusal = refusal, Again = refusal.Code == RefusalCodes.PlanChanged };
    }

    private async Task<LinkView> LookBackAsync(LinkView view, OfferedRollback back, Caller caller, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(back.Run, cancellationToken) is not { } run) return view with { NotBack = new Refusal(RefusalCodes.RunUnknown, $"There is no run {back.Run}.", null) };
        view = view with { Run = run };
        if (run.Plan.Version != back.From || run.BackTo != back.To)
            return view with { NotBack = new Refusal(RefusalCodes.PlanChanged, $"Run {run.Id} is not what it was when this link was sent.", $"Look at run {run.Id}.") };
        if (!run.IsOver)
        {
            return view with
            {
                NotBack = engine.Refuses(run, new RunCommand.RollBack(caller, null)),
                Shown = $"stop run {run.Id} and go back to {back.To}",
            };
        }

        var way = await rollbacks.WayBackAsync(caller, run, cancellationToken);
        var refusal = way.Refusal
            ?? (way.Seen is { } seen && seen.Version != back.From ? new Refusal(RefusalCodes.NothingToRollBack, $"{back.From} is no longer live: {run.Site} runs {seen.Version}.", "Look at what changed it before anything is rolled back.") : null)
            ?? await engine.RefuseRollbackAsync(run.Site, cancellationToken);
        return view with { NotBack = refusal, Plan = way.Planned?.Plan, Shown = way.Planned?.Plan.Hash.Hex };
    }

    private Task<Caller> CallerAsync(PageLink link, CancellationToken cancellationToken) => callers.KnownAsync(link.For, link.For.ShortName, cancellationToken);

    private async Task AcknowledgeAsync(PageLink link, CancellationToken cancellationToken) =>
        await pages.TellAsync(link.Subject, new PageCommand.Acknowledge(link.For, link.For.ShortName, null, link.Round), $"{link.Name}:answer", null, cancellationToken);

    private async Task<RunId?> UsedAsync(PageLink link, CancellationToken cancellationToken) =>
        link.Back is not null && await store.FindDeliveryAsync(link.Name, cancellationToken) is { } answer && RunId.TryParse(answer, out var run) ? run : null;

    private static Refusal Used(RunId run) => new(RefusalCodes.LinkUsed, "This link was used, and works once.", $"Run {run} is what it began: look at that.");

    private static string Next(PageLink link, string otherwise) =>
        link.Back is { } back ? $"To roll back all the same, use the button on the card, or say rollback {back.Run}." : otherwise;
}

/// <summary>A page's link as it stands now.</summary>
internal sealed record LinkView(PageLink Link, Page Page)
{
    /// <summary>Why nothing can be done by it at all; null when something can.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>Why nothing can be taken back by it now; null when it can, or it offers nothing.</summary>
    public Refusal? NotBack { get; init; }

    /// <summary>Whether the page still waits for an answer.</summary>
    public bool MayAnswer { get; init; }

    /// <summary>The run that is to be taken back, where it is known.</summary>
    public RunState? Run { get; init; }

    /// <summary>The rollback it would begin; null where it turns a run around that is still under way.</summary>
    public Plan? Plan { get; init; }

    /// <summary>Names exactly what would be done: what was shown is what is done, or nothing.</summary>
    public string? Shown { get; init; }

    /// <summary>The run that it began.</summary>
    public RunId? Used { get; init; }

    /// <summary>Whether it may be asked once more after the refusal.</summary>
    public bool Again { get; init; }

    public bool MayRollBack => Link.Back is not null && NotBack is null && (Refusal is null || Again);
}
