using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Shows a run's card in a place: posts it once, then keeps it up to date. It renders what is true when it runs, so a burst of changes is one update.</summary>
internal sealed class CardHandler(RunEngine engine, Chats chats, BotAddress address) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.CardKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = Book.Read(work.Item);
        if (await engine.FindAsync(about.Run, cancellationToken) is not { } run || Book.PlaceOf(about.Place!) is not { } place || chats.For(place.Surface) is not { } chat)
            return new Done.Finished();
        var card = RunCard.Of(run, engine.Now, address.Public);
        var shown = run.Cards.GetValueOrDefault(about.Place!) is { } posted ? new Posted(place.Surface, posted.Channel, posted.Message, posted.Permalink) : null;
        var outcome = await chat.ShowAsync(work, place, shown, card, $"card:{run.Id}:{place}", cancellationToken);
        if (outcome is Outcome<Posted?>.Never { Fault.Code: ChatFaults.MessageGone })
            outcome = await chat.ShowAsync(work, place, null, card, $"card:{run.Id}:{place}:after:{shown?.Message}", cancellationToken);
        chats.Heard(place.Surface, outcome);
        switch (outcome)
        {
            case Outcome<Posted?>.Done { Value: { } now }:
                await engine.TellAsync(run.Id, new RunCommand.CardWasPosted(about.Place!, now.Channel, now.Message, now.Permalink), null, work, cancellationToken);
                return new Done.Kept();
            case Outcome<Posted?>.Later later:
                return await LaterAsync(work, run, place, later, cancellationToken);
            case Outcome<Posted?>.Never never:
                return await NotShownAsync(work, run, about.Place!, never.Fault, cancellationToken);
            default:
                return new Done.Finished();
        }
    }

    /// <summary>Tried until it is shown, newest state only. Where the chat can't be reached at all, those who are asked to approve are asked elsewhere meanwhile.</summary>
    private async Task<Done> LaterAsync(ClaimedWork work, RunState run, Place place, Outcome<Posted?>.Later later, CancellationToken cancellationToken)
    {
        if (chats.IsSilent(place.Surface)) await engine.TellAsync(run.Id, new RunCommand.ChatIsSilent(place.Surface), null, null, cancellationToken);
        return work.Again(later with { After = chats.Wait(place.Surface, later.After) });
    }

    private async Task<Done> NotShownAsync(ClaimedWork work, RunState run, string place, Fault fault, CancellationToken cancellationToken)
    {
        await engine.TellAsync(run.Id, new RunCommand.CardWasNotPosted(place, fault.Next is null ? fault.Why : $"{fault.Why} {fault.Next}"), null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Adds a line to the thread under a run's card.</summary>
internal sealed class ThreadHandler(RunEngine engine, Chats chats) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.ThreadKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = Book.Read(work.Item);
        if (await engine.FindAsync(about.Run, cancellationToken) is not { } run || Book.PlaceOf(about.Place!) is not { } place || chats.For(place.Surface) is not { } chat)
            return new Done.Finished();
        if (run.Cards.GetValueOrDefault(about.Place!) is not { } posted) return LateLines.Wait(about.At, engine.Now);
        var text = LateLines.Of(about.Text!, about.At, engine.Now);
        var card = new Card(text, Tone.Neutral, null, text);
        var thread = new Posted(place.Surface, posted.Channel, posted.Message, posted.Permalink);
        return await chat.SayAsync(work, place with { Channel = posted.Channel }, card, work.Item.Key, thread, cancellationToken) is Outcome<Posted>.Later later ? work.Again(later) : new Done.Finished();
    }
}

/// <summary>Says what a step has to say: a notice; or, of the run's summary, that it is wanted now.</summary>
internal sealed class SayHandler(RunEngine engine, Chats chats, Summaries summaries) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.SayKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var wanted = RunWork.Read(work.Item);
        var say = (Say)wanted.Order;
        if (await engine.FindAsync(wanted.Run, cancellationToken) is not { } run) return new Done.Finished();
        if (say.Summary)
        {
            await summaries.TellAsync(run.Id, new SummaryCommand.Want(Summaries.PlacesOf(run)), work, cancellationToken);
            return new Done.Kept();
        }

        var card = new Card(say.Text, Tone.Neutral, null, say.Text) { Footer = $"Run {run.Id}: {RunCard.TitleOf(run)}" };
        foreach (var place in PlacesOf(run, say))
        {
            if (chats.For(place.Surface) is not { } chat) continue;
            switch (await chat.SayAsync(work, place, card, place.Surface == "slack" ? work.Item.Key : $"{work.Item.Key}@{place}", null, cancellationToken))
            {
                case Outcome<Posted>.Later later:
                    // What was said already is found again by its key.
                    return new Done.Again(later.After);
                case Outcome<Posted>.Never never:
                    await engine.TellAsync(run.Id, new RunCommand.CardWasNotPosted(place.ToString(), never.Fault.Why), null, null, cancellationToken);
                    break;
                default:
                    break;
            }
        }

        return new Done.Finished();
    }

    /// <summary>A channel that the runbook names is one of Slack, or of the chat that the run is shown in alone; elsewhere it is said where the card is.</summary>
    internal static IEnumerable<Place> PlacesOf(RunState run, Say say) =>
        say.Channel is { } channel ? Book.InChannel(run, channel) : run.Opened.Places.Select(Book.PlaceOf).OfType<Place>();
}
