using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Brings words to people: first works out who they are, then reaches each by work of their own, so that one who can't be reached keeps nobody else waiting.</summary>
/// <remarks>
/// A message that was posted is found again by its key. An e-mail whose answer was lost is sent again with the same Message-ID. Whom nothing reaches within the step's timeout,
/// or an hour, is said on the card.
/// </remarks>
internal sealed class InformHandler(RunEngine engine, Duty duty, IStore store, Chats chats, IEnumerable<IMailer> mailers, BotAddress address) : IWorkHandler
{
    private static readonly TimeSpan UsualPatience = TimeSpan.FromHours(1);

    public ImmutableArray<string> Kinds => [RunWork.InformKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var wanted = RunWork.Read(work.Item);
        var inform = (Inform)wanted.Order;
        if (await engine.FindAsync(wanted.Run, cancellationToken) is not { } run) return new Done.Finished();
        if (inform.Whom.Only is not { } only) return await SpreadAsync(work, wanted, inform, run, cancellationToken);
        var (outcome, way) = Recipients.IsChannel(only.Who) ? (await PostAsync(work, run, only.Who, inform.Text, cancellationToken), "")
            : only.ByEmail ? (await MailAsync(work, run, only.Who, inform.Text, cancellationToken), " by e-mail")
            : (await WriteAsync(work, run, wanted.Step, only.Who, inform, cancellationToken), "");
        switch (outcome)
        {
            case Outcome<Nothing>.Later later when engine.Now - work.FirstClaimedAt + (later.After ?? TimeSpan.Zero) < PatienceOf(run, wanted):
                return new Done.Again(later.After);
            case Outcome<Nothing>.Later later:
                return await NotToldAsync(work, run, only.Who + way, $"{later.Why} It was tried for {Words.Duration(PatienceOf(run, wanted))}.", cancellationToken);
            case Outcome<Nothing>.Never { Fault: var fault }:
                return await NotToldAsync(work, run, only.Who + way, fault.Next is null ? fault.Why : $"{fault.Why} {fault.Next}", cancellationToken);
            default:
                return new Done.Finished();
        }
    }

    /// <summary>One piece of work for each person, kept in the transaction that ends this one: whatever happens, nobody is forgotten and nobody told twice.</summary>
    private async Task<Done> SpreadAsync(ClaimedWork work, RunWork wanted, Inform inform, RunState run, CancellationToken cancellationToken)
    {
        var leaves = new List<(string Who, bool ByEmail)>();
        foreach (var (who, byEmail) in inform.Whom.To.Select(who => (who, false)).Concat(inform.Whom.Email.Select(who => (who, true))))
        {
            if (Recipients.IsChannel(who))
            {
                leaves.Add((who, false));
                continue;
            }

            var people = await duty.PeopleAsync(new GroupName(who), cancellationToken);
            leaves.AddRange(people.Where(person => inform.Without is null || person != run.Opened.By).Select(person => (person.Email, byEmail)));
            if (people.IsEmpty) await engine.TellAsync(run.Id, new RunCommand.WasNotInformed(who, "nobody is known to be in it."), $"inform:{work.Item.Key}:{who}", null, cancellationToken);
        }

        await store.CommitAsync(new Commit(engine.Now)
        {
            Work = [.. leaves.Distinct().Select(leaf => RunWork.Of(run, wanted.Step, wanted.Attempt, new Ordered(One(inform, leaf.Who, leaf.ByEmail), engine.Now)))],
            Completes = work,
        }, cancellationToken);
        return new Done.Kept();
    }

    private static Inform One(Inform inform, string who, bool byEmail) =>
        new(byEmail ? new Recipients([], [who]) : new Recipients([who], []), inform.Text, $"{inform.Part}:{(byEmail ? "mail:" : "")}{who}") { Without = inform.Without };

    private async Task<Outcome<Nothing>> PostAsync(ClaimedWork work, RunState run, string channel, string text, CancellationToken cancellationToken)
    {
        var outcome = (Outcome<Nothing>)new Outcome<Nothing>.Never(new Fault("no-chat", "No chat is connected.", "Connect Slack or Teams."));
        foreach (var place in SayHandler.PlacesOf(run, new Say(channel, text, Summary: false)))
        {
            if (chats.For(place.Surface) is not { } chat) continue;
            outcome = Told(await chat.SayAsync(work, place, CardOf(run, text), place.Surface == "slack" ? work.Item.Key : $"{work.Item.Key}@{place}", null, cancellationToken));
            if (outcome is not Outcome<Nothing>.Done) return outcome;
        }

        return outcome;
    }

    /// <summary>Writes to somebody in the first chat that knows them.</summary>
    private async Task<Outcome<Nothing>> WriteAsync(ClaimedWork work, RunState run, StepId step, string who, Inform inform, CancellationToken cancellationToken)
    {
        var nowhere = new Outcome<Nothing>.Never(new Fault("no-chat", "No chat is connected.", "Connect Slack or Teams, or tell them by e-mail."));
        Outcome<Nothing>? first = null;
        var card = inform.Without is not null ? AskingCardOf(run, inform.Text) : inform.Asks is { } number ? CardOf(run, inform.Text) with { Buttons = [new Button("Still here", ButtonStyle.Primary, new CardAction("here", run.Id, step, $"{number}"))] } : CardOf(run, inform.Text);
        foreach (var chat in chats.All.Where(chat => chat.Surface != inform.Without && !(inform.Asks is not null && chats.IsSilent(chat.Surface))))
        {
            var outcome = Told(await chat.SayAsync(work, new Place(chat.Surface, $"@{who}"), card, work.Item.Key, null, cancellationToken));

            // Where they are not known, the next chat may know them; where it can't be told now, another would be a second message.
            if (outcome is not Outcome<Nothing>.Never) return outcome;
            first ??= outcome;
        }

        return (inform.Without is not null || inform.Asks is not null) && mailers.Any() ? await MailAsync(work, run, who, inform.Text, cancellationToken) : first ?? nowhere;
    }

    private async Task<Outcome<Nothing>> MailAsync(ClaimedWork work, RunState run, string who, string text, CancellationToken cancellationToken) =>
        mailers.FirstOrDefault() is { } mailer
            ? await mailer.SendAsync(NoticeMail.Of(run, who, text, work.Item.Key, address.Public), cancellationToken)
            : new Outcome<Nothing>.Never(new Fault("no-mail", "The bot sends no e-mail.", "Set Smtp:Host and Smtp:From."));

    private Card CardOf(RunState run, string text) => new(RunCard.TitleOf(run), Tone.Neutral, null, text)
    {
        Body = [new CardBlock.Text(text)],
        Footer = $"Run {run.Id} · {RunWords.Of(run.Status)}",
        Links = address.Public is { } url ? [new Link("Look closer", new Uri(url, $"runs/{run.Id}"))] : [],
    };

    /// <summary>The run's own card, with what it can be answered by: its usual place can't be reached.</summary>
    private Card AskingCardOf(RunState run, string text)
    {
        var card = RunCard.Of(run, engine.Now, address.Public);
        return card with { Fallback = $"{text} {card.Fallback}", Body = card.Body.Insert(0, new CardBlock.Notice(Tone.Warning, text)) };
    }

    private async Task<Done> NotToldAsync(ClaimedWork work, RunState run, string whom, string why, CancellationToken cancellationToken)
    {
        await engine.TellAsync(run.Id, new RunCommand.WasNotInformed(whom, why), null, work, cancellationToken);
        return new Done.Kept();
    }

    private static TimeSpan PatienceOf(RunState run, RunWork wanted) => run.Find(wanted.Step)?.Step.Rules?.Timeout is { } limit ? limit : UsualPatience;

    private static Outcome<Nothing> Told(Outcome<Posted> outcome) => outcome switch
    {
        Outcome<Posted>.Later later => new Outcome<Nothing>.Later(later.Why, later.After),
        Outcome<Posted>.Never never => new Outcome<Nothing>.Never(never.Fault),
        _ => new Outcome<Nothing>.Done(Nothing.Value),
    };
}
