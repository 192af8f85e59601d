using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>The front desk: every surface brings what people say and click here, and shows what comes back.</summary>
internal sealed partial class Desk(
    RunEngine engine, Openings openings, Rollbacks rollbacks, Readings readings, KnownWords words, Callers callers, Keeping keeping, Laters laters, AlertDesk alerts, OnCallDesk onCall, PageDesk pages, IncidentDesk incidents, CommandForms forms, RefusalLog refusals, ReportDesk reports, Func<Configuration> configuration, ILogger<Desk> logger)
{
    /// <summary>A command in words: <c>deploy api v1.2.3 prod</c>, without a slash.</summary>
    /// <param name="delivery">The surface's own name for this delivery; hearing it again changes nothing and gives the same reply.</param>
    public async Task<Reply> HearAsync(Speaker speaker, string text, string delivery, CancellationToken cancellationToken)
    {
        var reply = await HeardAsync(speaker, text, delivery, cancellationToken);
        return await NotedAsync(reply.Form is { } form ? reply with { Form = form with { Said = text } } : reply, speaker, text, delivery, cancellationToken);
    }

    private Task<Reply> HeardAsync(Speaker speaker, string text, string delivery, CancellationToken cancellationToken) => GuardedAsync(async () =>
        Grammar.Read(text, await words.NowAsync(cancellationToken)) switch
        {
            Heard.Understood understood => await DoAsync(speaker, understood.Command, delivery, cancellationToken),
            Heard.Misheard misheard => new Reply(MisheardCard.Of(misheard), null, misheard.Refusal) { Form = await FormAsync(speaker.Caller, misheard, cancellationToken) },
            _ => throw new InvalidOperationException("What is heard is understood or misheard."),
        });

    /// <summary>A click on a card.</summary>
    /// <param name="reason">What the person gave where the button asks for a reason.</param>
    public async Task<Reply> ClickAsync(Speaker speaker, CardAction action, string? reason, string delivery, CancellationToken cancellationToken) =>
        await NotedAsync(await ClickedAsync(speaker, action, reason, delivery, cancellationToken), speaker, action.Argument is { Length: > 0 and < 40 } about ? $"{action.Verb} {about}" : action.Verb, delivery, cancellationToken);

    /// <summary>What a command asks before it can be done, with the answers so far filled in. Asking changes nothing.</summary>
    /// <returns>With a form; without one there is nothing to ask, and it says why.</returns>
    public Task<Reply> AskAsync(Speaker speaker, string command, IReadOnlyList<KeyValuePair<string, string>> answers, CancellationToken cancellationToken) => GuardedAsync(async () =>
    {
        if (AccessRules.ReadOnly(speaker.Caller) is { } no) return Refused(no, null);
        var asked = CommandFields.Of(command) is not null
            ? new Reply(null) { Form = await forms.FilledInAsync(speaker.Caller, command, answers, cancellationToken) }
            : Grammar.Read(command, await words.NowAsync(cancellationToken)) switch
            {
                Heard.Understood { Command: Command.Procedure c } => InputForms.Ask(configuration(), speaker.Caller, c),
                Heard.Understood { Command: Command.OnIncident c } => await incidents.AskAsync(speaker, c, cancellationToken),
                Heard.Misheard { Declare: true } => new Reply(null) { Form = incidents.DeclareForm() },
                Heard.Misheard misheard => Refused(misheard.Refusal, null),
                _ => new Reply(null),
            };
        if (asked is { Form: null, Refusal: null }) return asked with { Card = Answers.Said("There is nothing left to ask. Look at how it stands now.") };
        return asked.Form is { } form ? asked with { Form = InputForms.With(form, answers) } : asked;
    });

    /// <summary>A form that was filled in: its command with the answers. Where an answer does not fit, it is asked again, with what is wrong beside its field.</summary>
    /// <param name="command">As the form has it.</param>
    public async Task<Reply> FillAsync(Speaker speaker, string command, IReadOnlyList<KeyValuePair<string, string>> answers, string delivery, CancellationToken cancellationToken)
    {
        var reply = await HearAsync(speaker, InputForms.Filled(command, answers), delivery, cancellationToken);
        if (reply.Refusal is not { } refusal) return reply;
        if (reply.Form is { } form) return reply with { Form = InputForms.Beside(InputForms.With(form, answers), refusal) };
        var again = (await AskAsync(speaker, command, answers, cancellationToken)).Form;
        return again is not null && InputForms.Beside(again, refusal) is var beside && beside.Fields.Any(field => field.Fault is not null) ? reply with { Form = beside } : reply;
    }

    /// <summary>What was refused is kept before it is answered.</summary>
    private async Task<Reply> NotedAsync(Reply reply, Speaker speaker, string said, string delivery, CancellationToken cancellationToken)
    {
        if (reply.Refusal is { } refusal) await refusals.NoteAsync(speaker.Caller, said, refusal, reply.Run, delivery, cancellationToken);
        return reply;
    }

    private Task<Reply> ClickedAsync(Speaker speaker, CardAction action, string? reason, string delivery, CancellationToken cancellationToken) => GuardedAsync(async () =>
    {
        if (action is { Verb: "say", Argument: { } said }) return await HearAsync(speaker, said, delivery, cancellationToken);
        if (PageDesk.Knows(action)) return await pages.ClickAsync(speaker, action, delivery, cancellationToken);
        if (IncidentDesk.Knows(action)) return await incidents.ClickAsync(speaker, action, reason, delivery, cancellationToken);
        if (AlertDesk.Knows(action)) return await alerts.ClickAsync(speaker, action, reason, delivery, cancellationToken);
        if (action.Run is not { } run || Clicked(speaker.Caller, action, reason) is not { } command)
            return Refused(new Refusal(RefusalCodes.CommandUnknown, "This button is not known here.", "The card may be older than the bot: look at the run as it is now."), null);
        if (command is RunCommand.RollBack && await engine.FindAsync(run, cancellationToken) is { IsOver: true } over)
            return await rollbacks.TakeBackAsync(speaker, over, reason, delivery, cancellationToken);
        var told = await engine.TellAsync(run, command, delivery, null, cancellationToken);
        if (told.Refusal is { } refusal) return Refused(refusal, run);

        // Asked alone, they see no card that could show it.
        return command is RunCommand.Here ? new Reply(Answers.Said($"Thank you: you watch run {run}."), run) : new Reply(null, run) { Now = told.Run };
    });

    private async Task<Reply> DoAsync(Speaker speaker, Command command, string delivery, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case Command.Deploy c: return await openings.DeployAsync(speaker, c, delivery, cancellationToken);
            case Command.Procedure c: return await openings.RunAsync(speaker, c, delivery, cancellationToken);
            case Command.Rollback c: return await rollbacks.RollBackAsync(speaker, c, delivery, cancellationToken);
            case Command.Status c: return new Reply(Answers.Status(await readings.BoardAsync(c.Service, c.Environment, cancellationToken), c.Service, c.Environment, engine.Now));
            case Command.History c: return new Reply(Answers.History(c.Service, c.Environment, await readings.RunsAsync(new RunQuery(c.Service, c.Environment, AtMost: 15), cancellationToken), engine.Now));
            case Command.Runs: return new Reply(Answers.Runs(await readings.RunsAsync(new RunQuery(Open: true, AtMost: 30), cancellationToken), engine.Now));
            case Command.Lock c: return await keeping.LockAsync(speaker, c, delivery, cancellationToken);
            case Command.Unlock c: return await keeping.UnlockAsync(speaker, c, delivery, cancellationToken);
            case Command.Fixed c: return await openings.FixedAsync(speaker, c, delivery, cancellationToken);
            case Command.Locks: return await keeping.ListAsync(cancellationToken);
            case Command.Queue c: return new Reply(Answers.Queue(await readings.RunsAsync(new RunQuery(c.Service, c.Environment, Open: true, AtMost: 200), cancellationToken), engine.Now));
            case Command.WhoCan c: return new Reply(Answers.WhoCan(configuration(), c));
            case Command.Schedules: return await laters.ListAsync(cancellationToken);
            case Command.Unschedule c: return await laters.TakeBackAsync(speaker, c.Id, delivery, cancellationToken);
            case Command.OnCall c: return await onCall.WhoAsync(c, cancellationToken);
            case Command.SwapTurn c: return await onCall.SwapAsync(speaker, c, delivery, cancellationToken);
            case Command.Incidents: return await incidents.ListAsync(cancellationToken);
            case Command.Declare c: return await incidents.DeclareAsync(speaker, c, delivery, cancellationToken);
            case Command.OnIncident c: return await incidents.DoAsync(speaker, c, delivery, cancellationToken);
            case Command.Stats c: return await reports.StatsAsync(c, cancellationToken);
            case Command.Follow c: return await reports.FollowAsync(speaker, c.On, delivery, cancellationToken);
            case Command.Changelog c: return await reports.ChangelogAsync(c, cancellationToken);
            case Command.Alerts: return await alerts.ListAsync(cancellationToken);
            case Command.Why c: return await alerts.WhyAsync(c.Alert, cancellationToken);
            case Command.Acknowledge c: return await alerts.AcknowledgeAsync(speaker, c.Alert, delivery, cancellationToken);
            case Command.Silence c: return await alerts.SilenceAsync(speaker, c, delivery, cancellationToken);
            case Command.Help c: return new Reply(HelpCards.For(c.Topic, speaker.Caller, await words.NowAsync(cancellationToken), May(speaker.Caller)));
            case Command.OnRun c: return await OnRunAsync(speaker, c, delivery, cancellationToken);
            default: throw new InvalidOperationException($"Nobody does {command.GetType().Name}.");
        }
    }

    private async Task<Reply> OnRunAsync(Speaker speaker, Command.OnRun c, string delivery, CancellationToken cancellationToken)
    {
        var (found, refusal) = await WhichAsync(c, cancellationToken);
        if (refusal is not null) return Refused(refusal, null);
        if (found is not { } run || await engine.FindAsync(run, cancellationToken) is not { } state)
            return Refused(new Refusal(RefusalCodes.RunUnknown, $"There is no run {c.Run}.", "Say runs to see the open ones."), null);
        if (c.Verb == RunVerb.Show) return new Reply(await readings.CardAsync(run, cancellationToken), run);
        if (c.Verb == RunVerb.RollBack && state.IsOver) return await rollbacks.TakeBackAsync(speaker, state, c.Reason, delivery, cancellationToken);
        if (c.Verb == RunVerb.Approve && (c.Plan is not { } read || !state.Plan.Hash.Hex.StartsWith(read.Hex, StringComparison.OrdinalIgnoreCase)))
            return Reread(state, c.Plan is not null);
        if (c.Verb == RunVerb.Supersede) return await openings.SupersedeAsync(speaker, state, delivery, cancellationToken);
        if (c.Verb == RunVerb.Delegate) return await DelegateAsync(speaker, c, state, delivery, cancellationToken);
        StepId? step = null;
        if (c.Step is { } word)
        {
            var named = StepWords.Find(state, word);
            if (named.Refusal is { } which) return Misheard(which, [.. named.Near.Select(id => CommandText.Of(c with { Run = run, Step = id.Name }))], run);
            step = named.Step;
        }

        var told = await engine.TellAsync(run, Wanted(speaker.Caller, c, step, state), delivery, null, cancellationToken);
        if (told.Refusal is { } no) return Refused(no, run);
        return speaker.Place is null
            ? new Reply(await readings.CardAsync(run, cancellationToken), run)
            : new Reply(Answers.Said($"Run {run} is {RunWords.Of(told.Run!.Status)}."), run);
    }

    /// <summary>An approval in words names the plan it is for: whoever did not, or named one that changed, is shown it.</summary>
    private static Reply Reread(RunState run, bool changed)
    {
        var card = PlanCard.Of(run.Plan, null) with
        {
            Buttons = [new Button("Approve exactly this", ButtonStyle.Primary, CardAction.Say($"approve {run.Id} --plan-hash {run.Plan.Hash.Short}"))],
            Next = $"To approve it in words: approve {run.Id} --plan-hash {run.Plan.Hash.Short}",
        };
        return new Reply(card, run.Id, changed ? new Refusal(RefusalCodes.PlanChanged, "That is not the plan as it is now.", "Read this one and approve it.") : null);
    }

    private async Task<(RunId? Run, Refusal? Refusal)> WhichAsync(Command.OnRun c, CancellationToken cancellationToken)
    {
        if (c.Run is { } named) return (named, null);
        var open = await readings.RunsAsync(new RunQuery(Open: true, AtMost: 6), cancellationToken);
        return open.Length switch
        {
            0 => (null, new Refusal(RefusalCodes.RunUnknown, "No run is open.", "Say history SERVICE to see those that ended.")),
            1 => (new RunId(open[0].Number), null),
            _ => (null, new Refusal(RefusalCodes.WordsMissing, "Which run?", $"Open now: {Words.List(open.Take(5).Select(row => $"{row.Number} ({row.Service} {row.Version} to {row.Environment})"))}. Say its number.")),
        };
    }

    private async Task<Reply> DelegateAsync(Speaker speaker, Command.OnRun c, RunState run, string delivery, CancellationToken cancellationToken)
    {
        if (await callers.FindAsync(c.Person!, speaker.Place?.Surface, cancellationToken) is not { } to)
            return Refused(new Refusal(RefusalCodes.PersonUnknown, $"Who {Spoken.Quote(c.Person!)} is can't be told.", "Say their e-mail address, or mention them."), run.Id);
        var told = await engine.TellAsync(run.Id, new RunCommand.Delegate(speaker.Caller, null, to), delivery, null, cancellationToken);
        return told.Refusal is { } no ? Refused(no, run.Id) : new Reply(Answers.Said($"{to.ShortName} may decide about run {run.Id} in your place."), run.Id);
    }

    private static RunCommand Wanted(Caller who, Command.OnRun c, StepId? step, RunState run) => c.Verb switch
    {
        RunVerb.Tick => new RunCommand.Tick(who, step, (c.Item ?? 0) - 1),
        RunVerb.Untick => new RunCommand.Untick(who, step, (c.Item ?? 0) - 1),
        RunVerb.Approve => new RunCommand.Approve(who, step, run.Plan.Hash, c.Reason, c.SkipSoak),
        RunVerb.Reject => new RunCommand.Reject(who, step, c.Reason),
        RunVerb.Pause => new RunCommand.Pause(who, c.Reason),
        RunVerb.Resume => new RunCommand.Resume(who),
        RunVerb.Retry => new RunCommand.Retry(who, step),
        RunVerb.Done => new RunCommand.Done(who, step, c.Reason),
        RunVerb.Failed => new RunCommand.NotDone(who, step, c.Reason),
        RunVerb.Take => new RunCommand.TakeOn(who),
        RunVerb.Note => new RunCommand.AddNote(who, c.Reason),
        RunVerb.Skip => new RunCommand.Skip(who, step, c.Reason),
        RunVerb.RollBack => new RunCommand.RollBack(who, c.Reason),
        RunVerb.Unwatch => new RunCommand.StopWatch(who, c.Reason),
        RunVerb.Vouch => new RunCommand.Vouch(who, c.Reason),
        RunVerb.Here => new RunCommand.Here(who, step),
        RunVerb.Abort => new RunCommand.Abort(who, c.Reason),
        _ => throw new InvalidOperationException($"Nobody does {c.Verb}."),
    };

    private static RunCommand? Clicked(Caller who, CardAction action, string? reason) => action.Verb switch
    {
        "tick" when Item(action) is { } item => new RunCommand.Tick(who, action.Step, item),
        "untick" when Item(action) is { } item => new RunCommand.Untick(who, action.Step, item),
        "approve" when action.Argument is { } hash => new RunCommand.Approve(who, action.Step, new PlanHash(hash)),
        "reject" => new RunCommand.Reject(who, action.Step, reason),
        "pause" => new RunCommand.Pause(who, reason),
        "resume" => new RunCommand.Resume(who),
        "retry" => new RunCommand.Retry(who),
        "skip" => new RunCommand.Skip(who, action.Step, reason),
        "rollback" => new RunCommand.RollBack(who, reason),
        "abort" => new RunCommand.Abort(who, reason),
        "done" => new RunCommand.Done(who, action.Step, reason),
        "failed" => new RunCommand.NotDone(who, action.Step, reason),
        "unwatch" => new RunCommand.StopWatch(who, reason),
        "vouch" => new RunCommand.Vouch(who, reason),
        "take" => new RunCommand.TakeOn(who),
        "here" => new RunCommand.Here(who, action.Step),
        _ => null,
    };

    private static int? Item(CardAction action) =>
        int.TryParse(action.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out var item) ? item : null;

    private Func<Right, string, bool> May(Caller caller)
    {
        var current = configuration();
        return (right, environment) => current.Services.Any(service => current.Access.Refuse(caller, right, environment, service.Owners) is null);
    }

    private async Task<Form?> FormAsync(Caller caller, Heard.Misheard misheard, CancellationToken cancellationToken) =>
        misheard.Declare ? incidents.DeclareForm() : misheard.Asks is { } asked ? await forms.OfAsync(caller, asked, cancellationToken) : null;

    private static Reply Misheard(Refusal refusal, ImmutableArray<string> corrections, RunId run) => new(MisheardCard.Of(new Heard.Misheard(refusal, corrections)), run, refusal);

    private static Reply Refused(Refusal refusal, RunId? run) => new(RefusalCard.Of(refusal), run, refusal);

    /// <summary>When the database can't keep anything, nothing was done: say so, whatever was asked.</summary>
    private async Task<Reply> GuardedAsync(Func<Task<Reply>> act)
    {
        try
        {
            return await act();
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.StoreGone(logger, unavailable.Message);
            return Refused(new Refusal(RefusalCodes.StoreUnavailable, "The bot can't reach its database: nothing was done.", "Say it again in a minute; if it stays so, tell whoever runs the bot."), null);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(110, LogLevel.Error, "A command was refused because the database is not available: {Why}")]
        public static partial void StoreGone(ILogger logger, string why);
    }
}

/// <summary>Who speaks, and where it was heard.</summary>
/// <param name="Place">The channel it was said in; null for the console and the command line.</param>
internal sealed record Speaker(Caller Caller, Place? Place);

/// <summary>What to show the one who spoke, and nobody else.</summary>
/// <param name="Card">Null when there is nothing to say: the run's own card shows it.</param>
/// <param name="Run">The run it is about, where it is about one.</param>
/// <param name="Refusal">Set when it was refused; <paramref name="Card"/> says the same for people.</param>
internal sealed record Reply(Card? Card, RunId? Run = null, Refusal? Refusal = null)
{
    /// <summary>What can be asked to mend the refusal, where a surface can ask; null = nothing. <see cref="Card"/> says it in words.</summary>
    public Form? Form { get; init; }

    /// <summary>The run as a click left it; null where nothing was told to a run. Whoever clicked can be shown it without another look into the store.</summary>
    public RunState? Now { get; init; }
}
