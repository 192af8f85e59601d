using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>Decides about an incident: pure.</summary>
public static class IncidentDecider
{
    public const int LongestTitle = 150, LongestText = 2_000, MostTasks = 100, MostLinks = 100, MostFollowUps = 20;

    /// <summary>How often it is asked for a commander in vain.</summary>
    public const int MostAsked = 3;

    /// <returns>The state afterwards, and what led to it.</returns>
    public static (Incident Incident, IncidentDecision Decision) Decide(Incident incident, IncidentCommand command, IncidentContext context)
    {
        var decision = command switch
        {
            IncidentCommand.Update c => Guarded(incident, c.Who, context, () => Update(incident, c)),
            IncidentCommand.GiveRole c => Guarded(incident, c.Who, context, () => GiveRole(incident, c)),
            IncidentCommand.ChangeSeverity c => Guarded(incident, c.Who, context, () => ChangeSeverity(incident, c)),
            IncidentCommand.AddTask c => Guarded(incident, c.Who, context, () => AddTask(incident, c)),
            IncidentCommand.Resolve c => Guarded(incident, c.Who, context, () => Resolve(incident, c)),
            IncidentCommand.SayOutside c => Guarded(incident, c.Who, context, () => Texted(c.Text, text => new PublicSaid(By(c.Who), text))),

            // Afterwards too: what is done, linked or noted late belongs into the review.
            IncidentCommand.AddLink c => Allowed(incident, c.Who, context) ?? Link(incident, c.Link, By(c.Who)),
            IncidentCommand.FinishTask c => Allowed(incident, c.Who, context) ?? FinishTask(incident, c),
            IncidentCommand.Reopen c => Allowed(incident, c.Who, context) ?? Reopen(incident, c),
            IncidentCommand.KeepNote c => KeepNote(incident, c),
            IncidentCommand.AlertJoined c => Link(incident, c.Link, null),
            IncidentCommand.Gather c => Gather(incident, c),
            IncidentCommand.PageWas c => Accept([new IncidentPageTold(c.Says), .. c.Acked is { } name && incident.AcknowledgedAt is null ? [new IncidentAcknowledged(c.AckedBy, name)] : Array.Empty<IncidentEvent>()]),
            IncidentCommand.RoomWasMade c => incident.Room is not null ? IncidentDecision.Nothing : Accept(new RoomMade(c.Surface, c.Channel, c.Name)),
            IncidentCommand.RoomWasNotMade c => incident.Room is not null || incident.RoomFailed == c.Why ? IncidentDecision.Nothing : Accept(new RoomNotMade(c.Why)),
            IncidentCommand.PeopleWereInvited c => c.People.All(incident.Invited.Contains) && c.Missing.IsEmpty ? IncidentDecision.Nothing : Accept(new PeopleInvited(c.People, c.Missing)),
            IncidentCommand.CardWasPosted c => incident.Cards.ContainsKey(c.Place) ? IncidentDecision.Nothing : Accept(new IncidentCardPosted(c.Place, c.Channel, c.Message, c.Permalink)),
            IncidentCommand.CardWasPinned => incident.Pinned ? IncidentDecision.Nothing : Accept(new IncidentCardPinned()),
            IncidentCommand.WasNotShown c => Accept(new IncidentNotShown(c.Place, c.Why)),
            IncidentCommand.FollowUpWas c => FollowUpWas(incident, c),
            IncidentCommand.ReviewWas c => c.Url is { } url ? incident.Review == url ? IncidentDecision.Nothing : Accept(new ReviewProposed(url)) : Accept(new NotFiled(0, c.Why!)),
            IncidentCommand.TimePassed => Due(incident, context),
            _ => throw new InvalidOperationException($"Nothing decides about {command.GetType().Name}."),
        };
        return (decision.Events.Aggregate(incident, (state, what) => state.Evolve(what, context.Now)), decision);
    }

    /// <summary>Why somebody may not declare an incident of this severity; null when they may.</summary>
    /// <param name="owners">The groups that own the affected services.</param>
    public static Refusal? MayDeclare(AccessRules access, Caller who, IncidentSeverity? severity, ImmutableArray<GroupName> owners) =>
        access.Refuse(who, Right.Incident, "*", owners) ?? (severity is { Declare.IsEmpty: false } limited ? access.RefuseOutside(who, limited.Declare, owners) : null);

    /// <summary>What is to be looked at again, and when.</summary>
    public static IEnumerable<(IncidentTimer Timer, DateTimeOffset Due)> Timers(Incident incident, IncidentRules rules)
    {
        if (!incident.IsOpen) yield break;
        if (incident.Severity.UpdateEvery is { } every) yield return (IncidentTimer.Update, incident.UpdateFrom + every);
        if (incident.Commander is null && incident.CommanderAsked < MostAsked && rules.CommanderWithin > TimeSpan.Zero)
            yield return (IncidentTimer.Commander, incident.LeaderlessFrom + (rules.CommanderWithin * (incident.CommanderAsked + 1)));
    }

    /// <summary>Why nothing more is done to an incident that is resolved.</summary>
    public static Refusal Over(Incident incident) => new(RefusalCodes.IncidentOver, $"{incident.Id} is resolved.", $"If it is not over: incident reopen {incident.Id} \"why\".");

    private static IncidentDecision Guarded(Incident incident, Caller who, IncidentContext context, Func<IncidentDecision> decide) => Allowed(incident, who, context)
        ?? (incident.IsOpen ? decide() : new IncidentDecision([], Over(incident)));

    /// <summary>Whoever has a role in it may act in it; null when they may.</summary>
    private static IncidentDecision? Allowed(Incident incident, Caller who, IncidentContext context)
    {
        if (AccessRules.ReadOnly(who) is { } unknown) return new IncidentDecision([], unknown);
        return incident.Roles.ContainsValue(who.Person!.Value) || context.May(who) is not { } no ? null : new IncidentDecision([], no);
    }

    private static IncidentDecision Update(Incident incident, IncidentCommand.Update c)
    {
        var stage = c.Stage == incident.Stage ? null : c.Stage;
        if (string.IsNullOrWhiteSpace(c.Text) && stage is { } next) return Accept([.. First(incident, c.Who), new StatusUpdated(By(c.Who), $"It is {IncidentWords.Of(next)} now.", stage)]);
        return Texted(c.Text, text => new StatusUpdated(By(c.Who), text, stage), First(incident, c.Who));
    }

    private static IncidentDecision GiveRole(Incident incident, IncidentCommand.GiveRole c)
    {
        if (incident.Roles.TryGetValue(c.Role, out var has) && has == c.Person) return IncidentDecision.Nothing;
        return Accept([.. First(incident, c.Who), new RoleTaken(c.Role, c.Person, By(c.Who))]);
    }

    private static IncidentDecision ChangeSeverity(Incident incident, IncidentCommand.ChangeSeverity c) => c.To.Name == incident.Severity.Name ? IncidentDecision.Nothing
        : c.Reason?.Length > LongestText ? TooLong() : Accept(new SeverityChanged(By(c.Who), incident.Severity, c.To, c.Reason));

    private static IncidentDecision Link(Incident incident, IncidentLink link, Person? by)
    {
        if (incident.Has(link.Kind, link.What) || (link.Kind == "service" && incident.Concerns(link.What))) return IncidentDecision.Nothing;
        return incident.Links.Length >= MostLinks ? IncidentDecision.Refuse(RefusalCodes.Busy, $"{incident.Id} has {MostLinks} links already.", null) : Accept(new LinkAdded(by, link));
    }

    private static IncidentDecision AddTask(Incident incident, IncidentCommand.AddTask c) => incident.Tasks.Length >= MostTasks
        ? IncidentDecision.Refuse(RefusalCodes.Busy, $"{incident.Id} has {MostTasks} tasks already.", "Finish some.")
        : Texted(c.Text, text => new TaskAdded(incident.Tasks.Length + 1, text, c.Owner, By(c.Who)));

    private static IncidentDecision FinishTask(Incident incident, IncidentCommand.FinishTask c) => incident.Tasks.FirstOrDefault(one => one.Number == c.Number) switch
    {
        null => IncidentDecision.Refuse(RefusalCodes.TaskUnknown, $"{incident.Id} has no task {c.Number}.", incident.Tasks.IsEmpty ? "It has none." : $"It has {Words.List(incident.Tasks.Select(one => $"{one.Number} ({one.Text})").Take(8))}."),
        { DoneBy: not null } => IncidentDecision.Nothing,
        _ => Accept(new TaskDone(c.Number, By(c.Who))),
    };

    /// <summary>Whoever is known may keep a note: they are in the channel.</summary>
    private static IncidentDecision KeepNote(Incident incident, IncidentCommand.KeepNote c)
    {
        if (AccessRules.ReadOnly(c.Who) is { } unknown) return new IncidentDecision([], unknown);
        if (c.Message is { } message && incident.Messages.Contains(message)) return IncidentDecision.Nothing;
        return Texted(c.Message is null ? c.Text : c.Text[..Math.Min(c.Text.Length, LongestText)], text => new NoteKept(By(c.Who), text, c.Author, c.WrittenAt, c.Message) { Link = c.Link });
    }

    private static IncidentDecision Resolve(Incident incident, IncidentCommand.Resolve c)
    {
        if (string.IsNullOrWhiteSpace(c.Cause)) return IncidentDecision.Refuse(RefusalCodes.ReasonMissing, "What was the cause?", $"Say: incident resolve {incident.Id} --cause \"…\" --follow-ups \"one; another\".");
        if (c.Cause.Length > LongestText || c.FollowUps.Any(one => one.Length > LongestText)) return TooLong();
        if (c.FollowUps.Length > MostFollowUps) return IncidentDecision.Refuse(RefusalCodes.Busy, $"That is more than {MostFollowUps} follow-ups.", "Put some together.");
        var first = incident.FollowUps.Length + 1;
        ImmutableArray<FollowUp> fresh = [.. c.FollowUps.Select(one => one.Trim()).Where(one => one.Length > 0 && incident.FollowUps.All(known => known.Text != one)).Distinct().Select((one, at) => new FollowUp(first + at, one))];
        return Accept([.. First(incident, c.Who), new IncidentResolved(By(c.Who), c.Cause.Trim(), fresh)]);
    }

    private static IncidentDecision Reopen(Incident incident, IncidentCommand.Reopen c) => incident.IsOpen
        ? IncidentDecision.Refuse(RefusalCodes.IncidentOpen, $"{incident.Id} is open.", null)
        : string.IsNullOrWhiteSpace(c.Why) ? IncidentDecision.Refuse(RefusalCodes.ReasonMissing, "Why is it not over?", $"Say: incident reopen {incident.Id} \"why\".")
        : Texted(c.Why, text => new IncidentReopened(By(c.Who), text));

    /// <summary>What was looked at before is not kept again.</summary>
    private static IncidentDecision Gather(Incident incident, IncidentCommand.Gather c)
    {
        if (c.UpTo <= incident.Heard || c.Lines.IsEmpty) return IncidentDecision.Nothing;
        return Accept([.. c.AckedBy is { } by && incident.AcknowledgedAt is null ? [new IncidentAcknowledged(by, by.ShortName)] : Array.Empty<IncidentEvent>(), new Gathered(c.UpTo, c.Lines)]);
    }

    private static IncidentDecision FollowUpWas(Incident incident, IncidentCommand.FollowUpWas c)
    {
        if (incident.FollowUps.FirstOrDefault(one => one.Number == c.Number) is not { Url: null } one || (c.Url is null && one.Why == c.Why)) return IncidentDecision.Nothing;
        return Accept(c.Url is { } url ? new FollowUpFiled(c.Number, url) : new NotFiled(c.Number, c.Why!));
    }

    private static IncidentDecision Due(Incident incident, IncidentContext context)
    {
        var events = ImmutableArray.CreateBuilder<IncidentEvent>();
        foreach (var (timer, due) in Timers(incident, context.Rules).Where(one => one.Due <= context.Now))
            events.Add(timer == IncidentTimer.Update ? new UpdateAsked() : new CommanderMissing(incident.CommanderAsked + 1, context.Rules.Escalate ?? incident.Severity.Page));
        return new IncidentDecision(events.ToImmutable(), null);
    }

    /// <summary>Whoever does something first took care of it.</summary>
    private static IEnumerable<IncidentEvent> First(Incident incident, Caller who) => incident.AcknowledgedAt is null ? [new IncidentAcknowledged(By(who), who.Name)] : [];

    private static IncidentDecision Texted(string? text, Func<string, IncidentEvent> what, IEnumerable<IncidentEvent>? before = null) => string.IsNullOrWhiteSpace(text)
        ? IncidentDecision.Refuse(RefusalCodes.WordsMissing, "There are no words in that.", "Say them in quotes.")
        : text.Length > LongestText ? TooLong() : Accept([.. before ?? [], what(text.Trim())]);

    private static IncidentDecision TooLong() => IncidentDecision.Refuse(RefusalCodes.TextTooLong, $"That is longer than {LongestText} characters.", "Say it in fewer words, and link to the rest.");

    private static Person By(Caller who) => who.Person!.Value;

    private static IncidentDecision Accept(params ImmutableArray<IncidentEvent> events) => new(events, null);
}

/// <summary>Why an incident is looked at again.</summary>
public enum IncidentTimer
{
    Update,
    Commander,
}
