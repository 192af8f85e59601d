using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>A run is over: it is counted and summed up, and what was brought to its place before is judged once more.</summary>
internal sealed class SummaryEndHandler(RunEngine engine, Summaries summaries, Records records, SummaryOptions options) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [SummaryWork.EndKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(AboutSummary.Read(work.Item).Run, cancellationToken) is not { IsOver: true } run) return new Done.Finished();
        await records.CountAsync(run, cancellationToken);
        var places = Summaries.PlacesOf(run);
        if (!places.IsEmpty || run.MayHaveChanged)
        {
            await summaries.TellAsync(run.Id, new SummaryCommand.Want(places), null, cancellationToken);
            await summaries.TellAsync(run.Id, new SummaryCommand.End(options.Again), null, cancellationToken);
        }

        var book = await records.NowAsync(cancellationToken);
        var looked = book.Runs.Values.Where(one => one.Site == run.Site && one.Run.Number < run.Id.Number && one.Changed && one.Ended > engine.Now - SummaryOptions.Longest);
        await records.OrderAsync(commit => commit with { Work = [.. looked.Select(one => SummaryWork.Judge(one.Run, null, engine.Now))], Completes = work }, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Looks up what a version brought: commits, pull requests, authors. The summary is shown with it or, where it can't be told yet, without.</summary>
internal sealed class SummaryChangesHandler(RunEngine engine, Summaries summaries, Records records, Followers followers, IEnumerable<IChanges> changes, Func<Configuration> configuration) : IWorkHandler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public ImmutableArray<string> Kinds => [SummaryWork.ChangesKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(AboutSummary.Read(work.Item).Run, cancellationToken) is not { } run) return new Done.Finished();
        var brought = await BroughtAsync(run, cancellationToken);
        if (brought.Changes is { } known && run is { IsOver: true, Plan.Kind: RunKind.Deploy } && known.Commits.Select(commit => commit.At).OfType<DateTimeOffset>().ToList() is { Count: > 0 } written)
            await records.CountAsync(run.Id, written, cancellationToken);

        // Before it is known, so that it is shown to them as soon as it is.
        if (brought.Changes is { Commits: var commits } && (await followers.NowAsync(cancellationToken)).PlacesOf(commits) is { IsEmpty: false } authors)
            await summaries.TellAsync(run.Id, new SummaryCommand.Want(authors), null, cancellationToken);
        await summaries.TellAsync(run.Id, brought, work, cancellationToken);
        return new Done.Kept();
    }

    private async Task<SummaryCommand.Brought> BroughtAsync(RunState run, CancellationToken cancellationToken)
    {
        static SummaryCommand.Brought Nothing(string why) => new(null, why, Again: false);
        if (run.Plan.Kind == RunKind.Procedure) return new(new ChangeSet([], [], [], false, null), null, false);
        if (configuration().Service(run.Site.Service)?.Repository is not { } repository) return Nothing($"{run.Site.Service} names no repository, so its commits are not known.");
        if ((run.BackTo ?? run.Plan.FromVersion) is not { } from) return Nothing("What ran before is not known, so nothing can be compared.");
        if (changes.FirstOrDefault() is not { } github) return Nothing("GitHub is not connected, so commits are not known.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await github.BetweenAsync(repository, from, run.Plan.Version, patience.Token) switch
            {
                Outcome<ChangeSet>.Done done => new(done.Value, null, false),
                Outcome<ChangeSet>.Later later => new(null, later.Why, Again: true),
                Outcome<ChangeSet>.Never never => Nothing(never.Fault.Why),
                _ => throw new InvalidOperationException("An outcome is one of three."),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, "GitHub did not answer in time.", Again: true);
        }
    }
}

/// <summary>Shows a summary in a place: posts it once, then keeps it up to date. It renders what is true when it runs.</summary>
internal sealed class SummaryShowHandler(RunEngine engine, Summaries summaries, Records records, ChangeLog changes, Chats chats, Func<Configuration> configuration, BotAddress address) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [SummaryWork.ShowKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutSummary.Read(work.Item);
        if (await engine.FindAsync(about.Run, cancellationToken) is not { } run || Book.PlaceOf(about.Place!) is not { } place || chats.For(place.Surface) is not { } chat) return new Done.Finished();
        var summary = await summaries.FindAsync(about.Run, cancellationToken);
        var usual = (await records.NowAsync(cancellationToken)).UsualSteps(run.Site, run.Id);
        var beside = (await changes.NowAsync(cancellationToken)).Between(run.OpenedAt, (summary.EndedAt ?? engine.Now) + SummaryCard.BesideFor).Where(one => one.Concerns(run.Site.Service, run.Site.Environment));
        var card = SummaryCard.Of(run, summary, [.. beside], usual, configuration().Calendar.Zone.Says, engine.Now, address.Public);
        var shown = summary.Posted.GetValueOrDefault(about.Place!) is { } posted ? new Posted(place.Surface, posted.Channel, posted.Message, posted.Permalink) : null;
        switch (await chat.ShowAsync(work, place, shown, card, $"{SummaryWork.ShowKind}:{run.Id}:{place}", cancellationToken))
        {
            case Outcome<Posted?>.Done { Value: { } now }:
                await summaries.TellAsync(run.Id, new SummaryCommand.WasPosted(about.Place!, now.Channel, now.Message, now.Permalink), work, cancellationToken);
                return new Done.Kept();
            case Outcome<Posted?>.Later later:
                return work.Again(later);
            case Outcome<Posted?>.Never never:
                return await NotShownAsync(work, about, never.Fault, cancellationToken);
            default:
                return new Done.Finished();
        }
    }

    private async Task<Done> NotShownAsync(ClaimedWork work, AboutSummary about, Fault fault, CancellationToken cancellationToken)
    {
        await engine.TellAsync(about.Run, new RunCommand.CardWasNotPosted(about.Place!, fault.Next is null ? fault.Why : $"{fault.Why} {fault.Next}"), null, null, cancellationToken);
        await summaries.TellAsync(about.Run, new SummaryCommand.WasNotPosted(about.Place!, fault.Why), work, cancellationToken);
        return new Done.Kept();
    }
}
