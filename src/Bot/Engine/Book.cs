using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Makes what is kept of a decision: its events, its work, the cards that show it, and the rows to find it by.</summary>
internal static class Book
{
    /// <param name="before">Null when the run has just opened.</param>
    public static Commit Of(RunState? before, RunState after, RunDecision decision, DateTimeOffset now) => new(now)
    {
        // Without an event too: what was decided holds only for the state that it was decided on.
        Streams = [new StreamAppend(after.Id.Stream, before?.Version ?? 0, [.. decision.Events.Select(RunJson.Write)])],
        Work = [.. decision.Work, .. Shown(before, after, decision, now), .. Aftermath.Paged(before, after, decision, now), .. Aftermath.Told(before, after, decision, now), .. Standings(before, after, decision, now), .. TrainNews(before, after, now), .. TakenBack(before, after) ? [LockAfter(after.Id, now)] : Array.Empty<WorkItem>(), .. Superseding.WasApproved(before, after) ? [Supersede(after.Id, now)] : Array.Empty<WorkItem>(), .. Summed(before, after, now)],
        Withdrawn = decision.Withdrawn,
        Runs = decision.Events.IsEmpty ? [] : [Row(after)],
        Live = Live(before, after, now) is { } live ? [live] : [],
    };

    /// <summary>A train hears how the runs of its services stand, and they hear when it is over.</summary>
    private static IEnumerable<WorkItem> TrainNews(RunState? before, RunState after, DateTimeOffset now)
    {
        if (before is not null && after.Opened.Train is { } part && Cars.Seen(before) != Cars.Seen(after))
            yield return new(RunWork.CarNewsKind, $"{RunWork.CarNewsKind}:{after.Id}", $"run:{part.Train}", now, JsonSerializer.Serialize(new AboutRun(after.Id, null, null), BookJson.Default.AboutRun));
        if (after.IsOver && before is { IsOver: false } && !Cars.RunsOf(after).IsEmpty)
            yield return new(RunWork.TrainOverKind, $"{RunWork.TrainOverKind}:{after.Id}", $"run:{after.Id}", now, JsonSerializer.Serialize(new AboutRun(after.Id, null, null), BookJson.Default.AboutRun));
    }

    /// <summary>What the run says of its version is kept beside the others'; and whatever is watched there is overtaken as soon as this run changes the place.</summary>
    private static IEnumerable<WorkItem> Standings(RunState? before, RunState after, RunDecision decision, DateTimeOffset now)
    {
        var payload = JsonSerializer.Serialize(new AboutRun(after.Id, null, null), BookJson.Default.AboutRun);
        if (decision.Events.Any(Standing.Changes)) yield return new WorkItem(Engine.Standings.StandKind, $"{Engine.Standings.StandKind}:{after.Id}", Engine.Standings.Lane, now, payload);
        if (decision.Events.Any(WayOut.Changes)) yield return new WorkItem(WayOutHandler.Kind, $"{WayOutHandler.Kind}:{after.Id}", $"{WayOutHandler.Kind}:{after.Id}", now, payload);
        if (before?.Origin is null && after.Origin is { Unchanged: false }) yield return new WorkItem(Engine.Standings.OvertakenKind, $"{Engine.Standings.OvertakenKind}:{after.Id}", Engine.Standings.Lane, now, payload);
    }

    /// <summary>What is told of a run elsewhere: that its target is being changed, and how it ended.</summary>
    private static IEnumerable<WorkItem> Summed(RunState? before, RunState after, DateTimeOffset now)
    {
        if (after.Plan.Kind != RunKind.Procedure && before?.Origin is null && after.Origin is { Unchanged: false } && !after.IsOver) yield return SummaryWork.Marks(after.Id, MarkPhase.Began, now);
        if (!after.IsOver || before?.IsOver == true) yield break;
        yield return SummaryWork.End(after.Id, now);
        if (after.Plan.Kind != RunKind.Procedure && after.Origin is { Unchanged: false }) yield return SummaryWork.Marks(after.Id, PhaseOf(after), now);
    }

    private static MarkPhase PhaseOf(RunState run) => run.Status switch
    {
        RunStatus.Succeeded => MarkPhase.Succeeded,
        RunStatus.RolledBack => MarkPhase.RolledBack,
        _ => MarkPhase.Failed,
    };

    /// <summary>The places that a channel means for a run: one of Slack, or of the chat that the run is shown in alone; elsewhere it is where the card is.</summary>
    public static IEnumerable<Place> InChannel(RunState run, string channel)
    {
        var shown = run.Opened.Places.Select(PlaceOf).OfType<Place>().ToList();
        if (shown.Count == 0) return [new Place("slack", channel)];
        return shown.Select(place => place.Surface == "slack" || shown.Count == 1 ? place with { Channel = channel } : place);
    }

    public static WorkItem Turn(RunId run, DateTimeOffset now) =>
        new(RunWork.TurnKind, $"{RunWork.TurnKind}:{run}", $"run:{run}", now, JsonSerializer.Serialize(new AboutRun(run, null, null), BookJson.Default.AboutRun));

    public static WorkItem Replan(RunId run, DateTimeOffset now) =>
        new(RunWork.ReplanKind, $"{RunWork.ReplanKind}:{run}", $"run:{run}", now, JsonSerializer.Serialize(new AboutRun(run, null, null), BookJson.Default.AboutRun));

    private static WorkItem Supersede(RunId run, DateTimeOffset now) =>
        new(RunWork.SupersedeKind, $"{RunWork.SupersedeKind}:{run}", $"supersede:{run}", now, JsonSerializer.Serialize(new AboutRun(run, null, null), BookJson.Default.AboutRun));

    private static WorkItem LockAfter(RunId run, DateTimeOffset now) =>
        new(Locks.AfterKind, $"{Locks.AfterKind}:{run}", Locks.Lane, now, JsonSerializer.Serialize(new AboutRun(run, null, null), BookJson.Default.AboutRun));

    /// <summary>A version was just taken back: by the run that brought it, or by one that reverts it. One that was well, and went back with its train, may come again.</summary>
    private static bool TakenBack(RunState? before, RunState after) => after.IsOver && before?.IsOver != true && after.Rollback?.With is null
        && (after is { Status: RunStatus.RolledBack, Plan.Kind: RunKind.Deploy } || after is { Status: RunStatus.Succeeded, Plan.Kind: RunKind.Rollback });

    public static AboutRun Read(WorkItem item) =>
        JsonSerializer.Deserialize(item.Payload, BookJson.Default.AboutRun) ?? throw new JsonException("Work without a payload.");

    public static Place? PlaceOf(string text) => text.Split(':', 2) is [var surface, var channel] ? new Place(surface, channel) : null;

    public static RunRow Row(RunState run) => new(
        run.Id.Number, KindOf(run.Plan.Kind), run.Site.Service, run.Site.Environment, run.Plan.Runbook ?? run.Plan.Version,
        run.Origin?.FromVersion ?? run.Plan.FromVersion, run.Status.ToString(), !run.IsOver, run.Opened.By.Email, run.OpenedAt, run.UpdatedAt, run.EndedAt, RunCard.Fallback(run)) { Own = run.Spent.Own };

    private static string KindOf(RunKind kind) => kind switch
    {
        RunKind.Deploy => "deploy",
        RunKind.Procedure => "run",
        _ => "rollback",
    };

    /// <summary>The card in each of its places, and in its thread whatever is worth a line.</summary>
    private static IEnumerable<WorkItem> Shown(RunState? before, RunState after, RunDecision decision, DateTimeOffset now)
    {
        if (after.Opened.Places.IsEmpty || !decision.Events.Any(what => what is not (CardPosted or NotPosted) && WatchLines.IsNews(before, after, what))) yield break;
        var state = before;
        List<string> lines = [];
        foreach (var what in decision.Events)
        {
            state = state is null ? RunState.Open((RunOpened)what, now) : state.Evolve(what, now);
            if (Timeline.Of(state, what, now) is { Worth: true } line) lines.Add(line.By is null ? line.Says : $"{new Runbooks.Access.Person(line.By).ShortName} {line.Says}");
        }

        foreach (var place in after.Opened.Places)
        {
            yield return About(RunWork.CardKind, $"{RunWork.CardKind}:{after.Id}:{place}", place, now, new AboutRun(after.Id, place, null));
            if (lines.Count > 0)
                yield return About(RunWork.ThreadKind, $"{RunWork.ThreadKind}:{after.Id}:{after.Version}:{place}", place, now, new AboutRun(after.Id, place, string.Join('\n', lines), now));
        }
    }

    /// <summary>A line in the thread of a run's card, said once whatever is said again.</summary>
    public static WorkItem Line(RunId run, string place, string what, string text, DateTimeOffset now) =>
        About(RunWork.ThreadKind, $"{RunWork.ThreadKind}:{run}:{what}:{place}", place, now, new AboutRun(run, place, text, now));

    private static WorkItem About(string kind, string key, string place, DateTimeOffset now, AboutRun about) =>
        new(kind, key, place, now, JsonSerializer.Serialize(about, BookJson.Default.AboutRun));

    /// <summary>A site has a new version as soon as its rollout is complete, whatever the rest of the run does.</summary>
    private static LiveRow? Live(RunState? before, RunState after, DateTimeOffset now)
    {
        var done = after.Steps.LastOrDefault(step => step is { Step: Rollout { Lands: true }, Status: StepStatus.Passed });
        if (done is null || before?.Find(done.Step.Id)?.Status == StepStatus.Passed) return null;
        var version = done.Way == Way.Back ? after.Rollback!.ToVersion : after.Plan.Version;
        var from = done.Way == Way.Back ? after.Plan.Version : after.BackTo;
        return new LiveRow(after.Site.Service, after.Site.Environment, version, from, after.Id.Number, after.Opened.By.Email, now);
    }
}

/// <summary>The payload of work that is about a run rather than one of its steps.</summary>
/// <param name="At">Of when a line of a thread is.</param>
internal sealed record AboutRun(RunId Run, string? Place, string? Text, DateTimeOffset At = default);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AboutRun))]
internal sealed partial class BookJson : JsonSerializerContext;
