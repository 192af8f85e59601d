using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Versions;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Opens runs, deployments and others, or shows the plan of one.</summary>
internal sealed class Openings(RunEngine engine, Readings readings, IStore store, CardPlaces places, Locks locks, Laters laters, Outlooks outlooks, Foreseeing foreseeing, Usuals usuals, TrainYard trains, Standings standings, Func<Configuration> configuration, BotAddress address)
{
    /// <summary>How long an answer to whoever asks waits for a look at what operations would change.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1.5);

    /// <summary>Opens a deployment. A delivery that comes again gets the answer it got, whatever has become of the world since.</summary>
    public async Task<Reply> DeployAsync(Speaker speaker, Command.Deploy c, string delivery, CancellationToken cancellationToken)
    {
        var reply = await TryDeployAsync(speaker, c, delivery, cancellationToken);

        // An opening finds the delivery itself; a refusal has to look whether the run it refuses is its own.
        return reply.Refusal is not null && !c.PlanOnly && await BeforeAsync(speaker, delivery, cancellationToken) is { } before ? before : reply;
    }

    private async Task<Reply> TryDeployAsync(Speaker speaker, Command.Deploy c, string delivery, CancellationToken cancellationToken)
    {
        var current = configuration();
        var service = current.Service(c.Service)!;
        var environment = service.Environment(c.Environment)!;
        if (current.Access.Refuse(speaker.Caller, Right.Deploy, environment.Name, service.Owners) is { } forbidden && !c.PlanOnly) return Refused(forbidden);
        var site = new Site(service.Name, environment.Name);
        var failed = (await standings.NowAsync(cancellationToken)).Of(site).FailureOf(c.Version);
        if (failed is not null && !c.Again && !c.PlanOnly) return FailureCard.Ask(failed, c, engine.Now);
        if (c.At is not null && !c.PlanOnly) return await laters.AskAsync(speaker, c, delivery, cancellationToken);
        if (Passed(current, c) is { } nobody) return Refused(nobody);
        if (!c.PlanOnly && await locks.RefuseAsync(site, PassOf(c), cancellationToken) is { } way) return InTheWay(way, c, current);
        var (seen, _) = await readings.LookAsync(environment.Target, cancellationToken);
        var holder = (await engine.QueueAsync(new Site(service.Name, environment.Name), cancellationToken)).Holder;
        if (!c.PlanOnly && seen is { ByHand: null } && seen.Version == c.Version && holder is null)
            return Refused(new Refusal(RefusalCodes.AlreadyLive, $"{c.Version} is already live in {environment.Name}: {seen.Ready} of {seen.Replicas} ready.", "Name another version, or look at status."));
        if (!c.PlanOnly && await UnmetAsync(service, environment, c.Version, cancellationToken) is { } unmet) return Refused(unmet);
        var runbook = current.Runbook(environment.Runbook)!;
        if (c.Emergency is not null) runbook = current.Overrides.InEmergency(runbook);
        else if (c.Exception is not null) runbook = current.Overrides.WithException(runbook);
        var context = new PlanContext(service, environment, c.Version, speaker.Caller.Person ?? default) { At = engine.Now, Calendar = current.Calendar, Emergency = c.Emergency };
        if (AsksWhatChanged(runbook, current)) context = context with { Changed = await outlooks.ChangedAsync(service, seen?.Version, c.Version, cancellationToken) };
        var planned = Planner.Deploy(context, runbook, current.Runbook, seen?.Version);
        if (c.PlanOnly) return await PlannedAsync(planned, service, environment, speaker, c with { PlanOnly = false }, PassOf(c), cancellationToken, failed);
        return await OpenAsync(speaker, new OpenRequest(planned, service, environment, speaker.Caller.Person!.Value, c.Emergency ?? c.Exception ?? c.Reason, await places.OfAsync(speaker, service, cancellationToken), c.NoQueue, null)
        {
            Emergency = c.Emergency,
            Exception = c.Exception,
            ExceptionLasts = c.Exception is null ? null : current.Overrides.ExceptionLasts,
            Carried = await CarriedAsync(planned, site, cancellationToken),
            Usual = await usuals.OfAsync(site, cancellationToken),
            FailedBefore = failed,
            Good = await GoodAsync(site, c.Version, seen, cancellationToken),
        }, delivery, cancellationToken);
    }

    /// <summary>Where to go back to if what runs now was brought by a run and never stayed well: the last version that did. Null = what runs now; what came by hand is somebody's own.</summary>
    private async Task<string?> GoodAsync(Site site, string version, Sighting? seen, CancellationToken cancellationToken)
    {
        if (seen is not { ByHand: null, Run: not null }) return null;
        var known = (await standings.NowAsync(cancellationToken)).Of(site);
        return known.PassOf(seen.Version) is not null && known.FailureOf(seen.Version) is null ? null : known.LastGood(version)?.Version is { } good && good != seen.Version ? good : null;
    }

    /// <summary>Somebody says that what failed is fixed.</summary>
    public async Task<Reply> FixedAsync(Speaker speaker, Command.Fixed c, string delivery, CancellationToken cancellationToken) =>
        await standings.ClearAsync(new Site(c.Service, c.Environment), c.Version, speaker.Caller, c.Reason, delivery, cancellationToken) is { } refusal
            ? Refused(refusal)
            : new Reply(Answers.Said($"{c.Version} is no longer marked as failed in {c.Environment}: {c.Reason}"));

    /// <summary>What would happen, with what is to be expected of it.</summary>
    public async Task<Reply> PlannedAsync(Planned planned, Service service, ServiceEnvironment environment, Speaker speaker, Command start, Pass pass, CancellationToken cancellationToken, FailedVersion? failed = null)
    {
        var outlook = await outlooks.OfAsync(planned, service, environment, speaker.Caller.Person ?? default, pass, cancellationToken);
        outlook = outlook with { FailedBefore = failed is null ? null : FailureCard.Says(failed, environment.Name, engine.Now) };
        return new Reply(PlanCard.Of(planned.Plan, CommandText.Of(start), outlook, configuration().Calendar.Zone.Says));
    }

    /// <summary>Whether any step, of it or of a runbook inside it, depends on which files changed: only then is it worth asking.</summary>
    private static bool AsksWhatChanged(Runbook runbook, Configuration current) => runbook.Conditions(current.Runbook).Any(text => text.Contains("changed", StringComparison.Ordinal));

    /// <summary>What a change may pass.</summary>
    public static Pass PassOf(RunState run, DateTimeOffset now) => run switch
    {
        { Opened.Emergency: not null } or { Plan.Kind: not RunKind.Deploy } => Pass.Everything,
        _ when PassUsed.StillCounts(run, now) => Pass.Freezes,
        _ => Pass.Nothing,
    };

    private static Pass PassOf(Command.Deploy c) => c.Emergency is not null ? Pass.Everything : c.Exception is not null ? Pass.Freezes : Pass.Nothing;

    /// <summary>Why nobody can let this pass; null when somebody can, or nothing is to be passed.</summary>
    private static Refusal? Passed(Configuration current, Command.Deploy c) => (c.Emergency, c.Exception) switch
    {
        (not null, _) when current.Overrides.Emergency is null => new(RefusalCodes.NotPassable, "Nobody may let an emergency pass here.", "Name who may under emergency: in calendar.yaml."),
        (null, not null) when current.Overrides.Exception is null => new(RefusalCodes.NotPassable, "Nobody may make exceptions here.", "Name who may under exceptions: in calendar.yaml."),
        _ => null,
    };

    /// <summary>What stands in the way, and what can be done about it at once.</summary>
    private static Reply InTheWay(InTheWay way, Command.Deploy c, Configuration current)
    {
        var card = RefusalCard.Of(way.Refusal) with
        {
            Buttons = way.Opens is { } opens && current.Calendar.Zone is var zone
                ? [new Button($"Start it {zone.Says(opens)}", ButtonStyle.Primary, CardAction.Say(CommandText.Of(c with { At = opens.UtcDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) })))]
                : [],
        };
        return new Reply(card, null, way.Refusal);
    }

    /// <summary>Approvals of exactly this plan that were given shortly before, where the runbook carries them over.</summary>
    private async Task<ImmutableArray<CarriedApproval>> CarriedAsync(Planned planned, Site site, CancellationToken cancellationToken)
    {
        if (planned.Steps.OfType<Approval>().Select(approval => approval.Carry).Max() is not { } longest) return [];
        var carried = ImmutableArray.CreateBuilder<CarriedApproval>();
        foreach (var row in (await store.ListRunsAsync(new RunQuery(site.Service, site.Environment, Open: false, AtMost: 10), cancellationToken)).Where(row => row.Kind == "deploy" && engine.Now - row.OpenedAt < longest + TimeSpan.FromDays(1)))
        {
            if (await engine.FindAsync(new RunId(row.Number), cancellationToken) is not { } run || run.Plan.Hash != planned.Plan.Hash) continue;
            carried.AddRange(run.Steps.Select(step => step.State).OfType<Approval.State>().SelectMany(state => state.Yes).Where(given => given.From is null && engine.Now - given.At < longest)
                .Select(given => new CarriedApproval(run.Id, given.By, given.As, given.At)));
        }

        return carried.ToImmutable();
    }

    /// <summary>A run takes the place of those before it that wait for people and have changed nothing.</summary>
    public async Task<Reply> SupersedeAsync(Speaker speaker, RunState run, string delivery, CancellationToken cancellationToken)
    {
        var current = configuration();
        if (current.Access.Refuse(speaker.Caller, Right.Deploy, run.Site.Environment, current.Service(run.Site.Service)?.Owners ?? run.Opened.Owners) is { } forbidden) return Refused(forbidden);
        if (run.IsOver) return Refused(new Refusal(RefusalCodes.RunEnded, $"Run {run.Id} is over: {RunWords.Of(run.Status)}.", null));
        var before = (await engine.QueueAsync(run.Site, cancellationToken)).Before(run.Id);
        foreach (var older in before)
        {
            var told = await engine.TellAsync(older, new RunCommand.GiveUpFor(run.Id, run.Plan.Version, speaker.Caller.Person!.Value), $"{delivery}:{older}", null, cancellationToken);
            if (told.Refusal is { } no) return Refused(no);
        }

        return new Reply(Answers.Said(before.IsEmpty ? $"Nothing is before run {run.Id}." : $"Run {run.Id} took the place of {Words.List(before.Select(one => $"run {one}"))}."), run.Id);
    }

    /// <summary>Starts a runbook whose schedule says so. The configuration says that it may.</summary>
    public async Task<Reply> RunScheduledAsync(Runbook runbook, Schedule schedule, string delivery, CancellationToken cancellationToken)
    {
        var current = configuration();
        if (current.Service(schedule.Service) is not { } service || service.Environment(schedule.Environment) is not { } environment)
            return Refused(new Refusal(RefusalCodes.ServiceUnknown, $"{schedule.Service} in {schedule.Environment} is no longer configured.", null));
        var (seen, _) = await readings.LookAsync(environment.Target, cancellationToken);
        var inputs = runbook.Filled(schedule.Inputs);
        var context = new PlanContext(service, environment, seen?.Version ?? "", LockDecider.Itself) { Inputs = inputs, At = engine.Now, Calendar = current.Calendar };
        var planned = await trains.PlanAsync(context, runbook, seen?.Version, cancellationToken);
        if (await TrainRefusedAsync(planned, current, null, cancellationToken) is { } stopped) return Refused(stopped);
        var nobody = new Speaker(new Caller(LockDecider.Itself, "the schedule", []), null);
        return await OpenAsync(nobody, new OpenRequest(planned, service, environment, LockDecider.Itself, $"schedule {schedule.Cron} ({schedule.Zone})", await places.OfAsync(nobody, service, cancellationToken), NoQueue: false, null) { Inputs = inputs }, delivery, cancellationToken);
    }

    /// <summary>Starts a runbook by its name.</summary>
    public async Task<Reply> RunAsync(Speaker speaker, Command.Procedure c, string delivery, CancellationToken cancellationToken)
    {
        if (!c.PlanOnly && await BeforeAsync(speaker, delivery, cancellationToken) is { } before) return before;
        var current = configuration();
        var service = current.Service(c.Service)!;
        var environment = service.Environment(c.Environment)!;
        if (!c.PlanOnly && current.Access.Refuse(speaker.Caller, Right.Deploy, environment.Name, service.Owners) is { } forbidden) return Refused(forbidden);
        var runbook = current.Runbook(c.Runbook)!;
        if (Unfit(runbook, c) is { } unfit) return Refused(unfit) with { Form = InputForms.Of(runbook, c) };
        var (seen, _) = await readings.LookAsync(environment.Target, cancellationToken);
        var inputs = runbook.Filled(c.Inputs);
        var context = new PlanContext(service, environment, seen?.Version ?? "", speaker.Caller.Person ?? default) { Inputs = inputs, At = engine.Now, Calendar = current.Calendar };
        var planned = await trains.PlanAsync(context, runbook, seen?.Version, cancellationToken);
        if (!c.PlanOnly && await TrainRefusedAsync(planned, current, speaker.Caller, cancellationToken) is { } stopped) return Refused(stopped);
        if (c.PlanOnly) return await PlannedAsync(planned, service, environment, speaker, c with { PlanOnly = false }, Pass.Everything, cancellationToken);
        return await OpenAsync(speaker, new OpenRequest(planned, service, environment, speaker.Caller.Person!.Value, c.Reason, await places.OfAsync(speaker, service, cancellationToken), c.NoQueue, null) { Inputs = inputs }, delivery, cancellationToken);
    }

    /// <summary>Why a release train in it can't go; null when there is none, or nothing stands against it. Whoever starts it needs the right to every one of its services.</summary>
    /// <param name="caller">Null = its schedule starts it.</param>
    private async Task<Refusal?> TrainRefusedAsync(Planned planned, Configuration current, Caller? caller, CancellationToken cancellationToken)
    {
        foreach (var train in planned.Steps.OfType<Train>())
        {
            if (train.Trouble is { } trouble) return new Refusal(RefusalCodes.TrainImpossible, trouble.Why, trouble.Next);
            foreach (var car in train.Cars)
            {
                if (caller is { } who && current.Access.Refuse(who, Right.Deploy, car.Plan.Site.Environment, car.Owners) is { } forbidden) return forbidden with { Why = $"{car.Service}: {forbidden.Why}" };
                if (await locks.RefuseAsync(car.Plan.Site, Pass.Nothing, cancellationToken) is { } way) return way.Refusal;
            }

            var unmet = await Task.WhenAll(train.Cars.Select(car => current.Service(car.Service) is { } service && service.Environment(car.Plan.Site.Environment) is { } environment
                ? UnmetAsync(service, environment, car.Plan.Version, cancellationToken) : Task.FromResult<Refusal?>(null)));
            if (Array.FindIndex(unmet, one => one is not null) is var at and >= 0) return unmet[at]! with { Why = $"{train.Cars[at].Service}: {unmet[at]!.Why}" };
        }

        return null;
    }

    /// <summary>What is wrong with what was given for the runbook's inputs; null when nothing is.</summary>
    private static Refusal? Unfit(Runbook runbook, Command.Procedure c)
    {
        var missing = runbook.Inputs.Where(input => input.Default is null && !c.Inputs.ContainsKey(input.Name)).ToList();
        if (missing.Count > 0)
        {
            var what = Words.List(missing.Select(input => $"{input.Name}{(input.Choices.IsEmpty ? "" : $" ({string.Join(", ", input.Choices)})")}{(input.Help.Length == 0 ? "" : $": {input.Help}")}"));
            return new Refusal(RefusalCodes.InputMissing, $"{runbook.Name} has to know {what}.", $"Say: {CommandText.Of(c)} {string.Join(' ', missing.Select(input => $"{input.Name}={(input.Choices.IsEmpty ? "…" : input.Choices[0])}"))}");
        }

        return c.Inputs.Select(given => runbook.Inputs.FirstOrDefault(input => input.Name == given.Key)?.Fault(given.Value)).FirstOrDefault(fault => fault is not null) is { } unfit
            ? new Refusal(RefusalCodes.InputUnfit, unfit, null)
            : null;
    }

    /// <summary>Opens what was planned.</summary>
    public async Task<Reply> OpenAsync(Speaker speaker, OpenRequest request, string delivery, CancellationToken cancellationToken)
    {
        if (request.Planned.Steps.Any(step => step is Operate)) request = request with { Foreseen = await foreseeing.OfAsync(request.Environment.Target, request.Planned.Steps, Glance, cancellationToken) };
        var opening = await engine.OpenAsync(request, delivery, cancellationToken);
        return opening.Refusal is { } refusal ? Refused(refusal) : Opened(speaker, opening.Run!);
    }

    private Reply Opened(Speaker speaker, RunState run)
    {
        // Where its own card is posted anyway, a second one would only be noise.
        var shown = run.Opened.Places.Select(Book.PlaceOf).FirstOrDefault(place => place?.Surface == speaker.Place?.Surface);
        if (speaker.Place is not { } here || shown is not { } there) return new Reply(RunCard.Of(run, engine.Now, address.Public), run.Id);
        var named = there.Channel.StartsWith('#') || (there.Surface == "teams" && !there.Channel.Contains(':', StringComparison.Ordinal));
        var where = there == here ? "this channel" : named ? there.Channel : "its service's channel";
        return new Reply(Answers.Said($"Run {run.Id} is {RunWords.Of(run.Status)}: {RunCard.TitleOf(run)}. Its card is in {where}."), run.Id);
    }

    /// <summary>What was answered when this delivery came the first time.</summary>
    public async Task<Reply?> BeforeAsync(Speaker speaker, string delivery, CancellationToken cancellationToken) =>
        await store.FindDeliveryAsync(delivery, cancellationToken) is { } answer && RunId.TryParse(answer, out var run) && await engine.FindAsync(run, cancellationToken) is { } state
            ? Opened(speaker, state)
            : null;

    private async Task<Refusal?> UnmetAsync(Service service, ServiceEnvironment environment, string version, CancellationToken cancellationToken)
    {
        if (environment.After is not { } earlier || service.Environment(earlier) is not { } first) return null;
        var (seen, why) = await readings.LookAsync(first.Target, cancellationToken);
        if (seen is null) return new Refusal(RefusalCodes.TargetUnavailable, $"{version} must be live in {earlier} before {environment.Name}, and that can't be told now: {why}", "Try again when it answers.");
        if (seen.Version != version || seen.Ready != seen.Replicas)
        {
            return new Refusal(RefusalCodes.OrderUnmet, seen.Version == version
                    ? $"{version} is not healthy in {earlier} yet: {seen.Ready} of {seen.Replicas} ready."
                    : $"{version} must be live in {earlier} before {environment.Name}; {earlier} runs {seen.Version}.",
                $"Deploy it there first: deploy {service.Name} {version} {earlier}.");
        }

        if (environment.AfterFor == TimeSpan.Zero) return null;
        var brought = (await store.ListLiveAsync(cancellationToken)).FirstOrDefault(row => row.Service == service.Name && row.Environment == first.Name && row.Version == version);
        var lived = brought is null ? TimeSpan.Zero : engine.Now - brought.At;
        return lived >= environment.AfterFor
            ? null
            : new Refusal(RefusalCodes.OrderUnmet, brought is null
                    ? $"{version} must have been live in {earlier} for {Words.Duration(environment.AfterFor)}, and no run brought it there, so since when is not known."
                    : $"{version} must have been live in {earlier} for {Words.Duration(environment.AfterFor)}; it has been for {Words.Duration(lived)}.",
                brought is null ? $"Deploy it there first: deploy {service.Name} {version} {earlier}." : $"Try again in {Words.Duration(environment.AfterFor - lived)}, or say deploy {service.Name} {version} {environment.Name} --at a later time.");
    }

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);
}
