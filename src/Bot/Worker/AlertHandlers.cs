using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Looks which changes may be behind an alert. Its first card follows.</summary>
internal sealed class AlertLookHandler(AlertEngine alerts, ChangeLog changes, RunEngine engine, WaysOut ways, IStore store, Func<Configuration> configuration) : IWorkHandler
{
    private const int RunsLookedAt = 30;

    public ImmutableArray<string> Kinds => [AlertWork.LookKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var id = AboutAlert.Read(work.Item).Id;
        if (await alerts.FindAsync(id, cancellationToken) is not { } group) return new Done.Finished();
        await alerts.TellAsync(id, new AlertCommand.Looked(await SuspectsAsync(group, cancellationToken)), null, work, cancellationToken);
        return new Done.Kept();
    }

    private async Task<ImmutableArray<Suspect>> SuspectsAsync(AlertGroup group, CancellationToken cancellationToken)
    {
        var current = configuration();
        if (group.Began is not { Service: { } name, Environment: var environment } || current.Service(name) is not { } service) return [];
        var around = WhatChanged.Around(service.Name, one => current.Service(one)?.DependsOn ?? []);
        var runs = new List<RunRow>();
        foreach (var one in around.Keys) runs.AddRange(await store.ListRunsAsync(new RunQuery(one, environment, AtMost: RunsLookedAt), cancellationToken));

        // Fired again, it is the time of that which counts.
        var suspects = WhatChanged.Find(group.Reopenings.IsEmpty ? group.Since : group.Reopenings[^1], service.Name, environment, runs, (await changes.NowAsync(cancellationToken)).Latest, around);
        return [.. await Task.WhenAll(suspects.Select(async one => one is { BackTo: not null, Run: { } named } && await engine.FindAsync(named, cancellationToken) is { } run
            ? one with { WayOut = WayOutLines.Short(await ways.LookAsync(run, cancellationToken)) } : one))];
    }
}

/// <summary>Shows the card of a group of alerts: posts it once, then keeps it up to date. It renders what is true when it runs.</summary>
internal sealed class AlertCardHandler(AlertEngine alerts, Chats chats, Func<Configuration> configuration, BotAddress address) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [AlertWork.CardKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutAlert.Read(work.Item);
        if (await alerts.FindAsync(about.Id, cancellationToken) is not { Fired: true } group || Book.PlaceOf(about.Place!) is not { } place || chats.For(place.Surface) is not { } chat) return new Done.Finished();

        // Before it is rendered: what comes from now on is another update.
        alerts.Pace.Shown(about.Id, about.Place!, alerts.Now);
        var card = AlertCard.Of(group, alerts.Now, Suggested(group), address.Public);
        var shown = group.Cards.GetValueOrDefault(about.Place!) is { } posted ? new Posted(place.Surface, posted.Channel, posted.Message, posted.Permalink) : null;
        switch (await chat.ShowAsync(work, place, shown, card, $"{AlertWork.CardKind}:{group.Id}:{place}", cancellationToken))
        {
            case Outcome<Posted?>.Done { Value: { } now }:
                await alerts.TellAsync(about.Id, new AlertCommand.CardWasPosted(about.Place!, now.Channel, now.Message, now.Permalink), null, work, cancellationToken);
                return new Done.Kept();
            case Outcome<Posted?>.Later later:
                await alerts.TellAsync(about.Id, new AlertCommand.CardWasNotShown(about.Place!, Unsent.RateLimited, later.Why), null, null, cancellationToken);
                return work.Again(later);
            case Outcome<Posted?>.Never never:
                return await NotShownAsync(work, about, never.Fault, cancellationToken);
            default:
                return new Done.Finished();
        }
    }

    /// <summary>What the route names, and runbooks that say that they are for it.</summary>
    private ImmutableArray<string> Suggested(AlertGroup group)
    {
        var current = configuration();
        var names = group.Route?.Runbook is { } named ? (string[])[named] : [];
        return [.. names.Concat(current.Runbooks.Concat(current.Shelf).Where(one => one.StartsWith == "run" && one.SuggestedFor.Contains(group.Began.What, StringComparer.OrdinalIgnoreCase)).Select(one => one.Name)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private async Task<Done> NotShownAsync(ClaimedWork work, AboutAlert about, Fault fault, CancellationToken cancellationToken)
    {
        await alerts.TellAsync(about.Id, new AlertCommand.CardWasNotShown(about.Place!, Unsent.Refused, fault.Next is null ? fault.Why : $"{fault.Why} {fault.Next}"), null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Adds a line to the thread under a card: where nobody answers, and where something fires again.</summary>
internal sealed class AlertThreadHandler(AlertEngine alerts, Chats chats) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [AlertWork.ThreadKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutAlert.Read(work.Item);
        if (await alerts.FindAsync(about.Id, cancellationToken) is not { } group || Book.PlaceOf(about.Place!) is not { } place || chats.For(place.Surface) is not { } chat) return new Done.Finished();
        if (group.Cards.GetValueOrDefault(about.Place!) is not { } posted) return LateLines.Wait(about.At, alerts.Now);
        var text = LateLines.Of(about.Text!, about.At, alerts.Now);
        var thread = new Posted(place.Surface, posted.Channel, posted.Message, posted.Permalink);
        return await chat.SayAsync(work, place with { Channel = posted.Channel }, new Card(text, Tone.Neutral, null, text), work.Item.Key, thread, cancellationToken) is Outcome<Posted>.Later later
            ? work.Again(later) : new Done.Finished();
    }
}

/// <summary>Lets a group look at the clock: promises, acknowledgements, silences, its end.</summary>
internal sealed class AlertTimerHandler(AlertEngine alerts) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [AlertWork.TimerKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        await alerts.TellAsync(AboutAlert.Read(work.Item).Id, new AlertCommand.TimePassed(), null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Silences alerts where they come from, and says what was read back.</summary>
internal sealed class AlertSilenceHandler(AlertEngine alerts, IEnumerable<ISilencer> silencers) : IWorkHandler
{
    private const int Patience = 8;

    public ImmutableArray<string> Kinds => [AlertWork.SilenceKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutAlert.Read(work.Item);
        if (await alerts.FindAsync(about.Id, cancellationToken) is not { Silence: { } silence } group || silence.Number != about.Number || silence.Until <= alerts.Now
            || silencers.FirstOrDefault(one => one.System == about.Text) is not { } silencer) return new Done.Finished();
        ImmutableArray<string> handles = [.. group.Members.All.Values.Where(one => one.Firing && one.Silence?.System == about.Text).Select(one => one.Silence!.Handle).OfType<string>().Distinct().Order(StringComparer.Ordinal).Take(20)];
        var wanted = new SilenceWanted(group.Members.Common(), handles, alerts.Now, silence.Until, silence.By.Email, silence.Reason, $"{group.Id}/{silence.Number}");
        var outcome = await silencer.SilenceAsync(wanted, cancellationToken);
        if (outcome is Outcome<SilenceKept>.Later later && work.Attempt < Patience) return new Done.Again(later.After);
        var said = outcome switch
        {
            Outcome<SilenceKept>.Done done => new AlertCommand.SilenceWas(about.Number, about.Text!, done.Value, null),
            Outcome<SilenceKept>.Never never => new AlertCommand.SilenceWas(about.Number, about.Text!, null, never.Fault.Next is null ? never.Fault.Why : $"{never.Fault.Why} {never.Fault.Next}"),
            Outcome<SilenceKept>.Later never => new AlertCommand.SilenceWas(about.Number, about.Text!, null, never.Why),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
        await alerts.TellAsync(about.Id, said, null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Tells once of all that was collected for a place.</summary>
internal sealed class AlertDigestHandler(AlertEngine alerts, Chats chats, IStore store) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [AlertWork.DigestKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var place = AboutAlert.Read(work.Item).Place!;
        var collected = (await alerts.OpenAsync(cancellationToken)).Groups.Where(group => group is { Fired: true, Digested: false, Route.Digest: not null } && group.Places.Contains(place)).ToImmutableArray();
        if (collected.IsEmpty || Book.PlaceOf(place) is not { } where || chats.For(where.Surface) is not { } chat) return new Done.Finished();
        if (await chat.SayAsync(work, where, AlertLists.Digest(collected, alerts.Now), $"{work.Item.Key}:{work.Item.Due.ToUnixTimeSeconds()}", null, cancellationToken) is Outcome<Posted>.Later later) return work.Again(later);
        foreach (var group in collected) await alerts.TellAsync(group.Id, new AlertCommand.Digested(place), null, null, cancellationToken);
        await store.CommitAsync(new Commit(alerts.Now) { Completes = work }, cancellationToken);
        return new Done.Kept();
    }
}
