using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Summaries;

/// <summary>Tells afterwards what happened: what tripped, what went where and what it brought, who agreed, how long it took against the usual, how things stand since.</summary>
public static class SummaryCard
{
    /// <summary>What is changed past the bot so long after a run is part of its summary: as long as its place is looked at again.</summary>
    public static readonly TimeSpan BesideFor = TimeSpan.FromDays(1);

    /// <summary>What the version brought, as lines of plain text for a thread; none while that is not known.</summary>
    public static IEnumerable<string> BroughtInWords(SummaryState summary) => SummaryBlocks.ChangesInWords(summary);

    /// <param name="beside">What was changed at its place meanwhile and since, by no run.</param>
    /// <param name="usual">How long steps of the place usually take, by title.</param>
    /// <param name="clock">Says a moment as people there read it.</param>
    /// <param name="publicUrl">Where pages are; null = nowhere that can be linked to.</param>
    public static Card Of(RunState run, SummaryState summary, ImmutableArray<SeenChange> beside, ImmutableDictionary<string, Usual> usual, Func<DateTimeOffset, string> clock, DateTimeOffset now, Uri? publicUrl)
    {
        var sentence = Sentence(run, now);
        var (tone, state) = Stands(run, summary);
        return new Card($"Summary: {RunCard.TitleOf(run)}", tone, state, summary.Last is { } last ? $"{sentence} {last.Says}" : sentence)
        {
            Facts = Facts(run, now),
            Body =
            [
                .. Tripped(run), new CardBlock.Text(sentence), .. Judged(summary, clock), .. SummaryBlocks.Changes(summary), .. SummaryBlocks.Beside(beside, clock),
                new CardBlock.Steps([.. run.Steps.Where(step => step.BeganAt is not null && step.Step is not Summary).Select(step => Line(step, usual, now))]),
                .. SummaryBlocks.People(run), .. SummaryBlocks.Health(run, summary), .. SummaryBlocks.NotTold(summary), .. Watched(run, summary, clock),
            ],
            Links = Links(run, summary, publicUrl),
            Footer = $"Run {run.Id}{(run.Opened.Target.IsSimulated ? " · simulated target" : "")}",
        };
    }

    /// <summary>What somebody reads who reads one sentence.</summary>
    public static string Sentence(RunState run, DateTimeOffset now)
    {
        var (site, took, by) = (run.Site, Words.Duration((run.EndedAt ?? now) - run.OpenedAt), run.Opened.By.ShortName);
        if (run.Status == RunStatus.Failed) return $"{RunCard.TitleOf(run)} failed {took} after {by} asked for it, and was left as it is.";
        if (run.Status == RunStatus.Cancelled) return $"{RunCard.TitleOf(run)} was cancelled {took} after {by} asked for it.";
        return run.Plan.Kind switch
        {
            RunKind.Procedure => $"{run.Plan.Runbook} {(run.Rollback is null ? "was run" : "was undone")} on {site.Service} in {site.Environment}, {took} after {by} asked for it.",
            RunKind.Rollback when run.Rollback is null => $"{site.Service} is back on {run.Plan.Version} in {site.Environment}, {took} after {by} asked for it.",
            _ => $"{site.Service} {run.Plan.Version} {(run.Rollback is null ? $"is live in {site.Environment}" : $"was rolled back to {run.Rollback.ToVersion}")}, {took} after {by} asked for it.",
        };
    }

    private static (Tone, string) Stands(RunState run, SummaryState summary) => (run.Status, summary.Last?.Verdict) switch
    {
        (RunStatus.Failed, _) => (Tone.Bad, "failed"),
        (_, Verdict.RolledBack) => (Tone.Warning, "rolled back"),
        (_, Verdict.Superseded) => (Tone.Muted, "superseded"),
        (_, Verdict.Alerting) => (Tone.Bad, "alerts since"),
        (_, Verdict.Unhealthy) => (Tone.Bad, "not healthy"),
        _ when run.Rollback is not null => (Tone.Warning, "rolled back"),
        (_, Verdict.Healthy) => (Tone.Good, "still healthy"),
        _ => (Tone.Good, "done"),
    };

    private static ImmutableArray<Fact> Facts(RunState run, DateTimeOffset now)
    {
        var approvers = run.Steps.Select(step => step.State).OfType<Approval.State>().SelectMany(state => state.Yes).Select(yes => yes.By.ShortName).Distinct().ToList();
        var usual = run.Opened.Usual is { } before ? $" (usually {before.Says()}, without waiting)" : "";
        return
        [
            run.Plan.Kind == RunKind.Procedure ? new("Runbook", run.Plan.Runbook!) : new("Version", (run.Origin?.FromVersion ?? run.Plan.FromVersion) is { } from ? $"{from} → {run.Plan.Version}" : run.Plan.Version),
            new("Asked for by", run.Opened.By.Email + (run.Opened.Reason is { } reason ? $": {reason}" : "")),
            new("Approved by", approvers.Count == 0 ? "nobody had to" : Words.List(approvers)),
            new("Took", run.Spent.And(run, now - run.UpdatedAt).Says() + usual),
        ];
    }

    /// <summary>What went wrong first, at the head.</summary>
    private static IEnumerable<CardBlock> Tripped(RunState run)
    {
        if (run.Steps.FirstOrDefault(step => step is { Way: Way.Forward, Fault: not null }) is { Fault: { } fault } tripped)
            yield return new CardBlock.Notice(run.Status == RunStatus.Succeeded ? Tone.Warning : Tone.Bad, $"{tripped.Step.Title}: {fault.Why}{(fault.Next is null ? "" : $" {fault.Next}")}");
        if (run.Rollback is { } back)
            yield return new CardBlock.Notice(Tone.Warning, $"{(back.By is { } by ? $"{by.ShortName} rolled it back" : "It was rolled back by itself")}{(back.ToVersion.Length > 0 ? $" to {back.ToVersion}" : "")}: {back.Why}");
        else if (run is { Status: RunStatus.Failed, Ending: { } ending }) yield return new CardBlock.Notice(Tone.Bad, ending);
    }

    private static IEnumerable<CardBlock> Judged(SummaryState summary, Func<DateTimeOffset, string> clock)
    {
        if (summary.Judgements.IsEmpty) yield break;
        var last = summary.Judgements[^1];
        yield return new CardBlock.Notice(SummaryBlocks.ToneOf(last.Judgement.Verdict), $"{Words.Duration(last.At - summary.EndedAt!.Value)} later ({clock(last.At)}): {last.Judgement.Says}");
        if (summary.Judgements.Length > 1)
            yield return new CardBlock.List("Before that", [.. summary.Judgements.SkipLast(1).TakeLast(3).Select(one => new ListLine($"after {Words.Duration(one.At - summary.EndedAt!.Value)}: {one.Judgement.Says}", SummaryBlocks.ToneOf(one.Judgement.Verdict)))]);
    }

    private static StepLine Line(StepProgress step, ImmutableDictionary<string, Usual> usual, DateTimeOffset now)
    {
        var took = step.BeganAt is { } began ? (step.EndedAt ?? now) - began : TimeSpan.Zero;
        var detail = step.Note ?? step.Fault?.Why ?? GateLines.Short(step);
        var against = usual.GetValueOrDefault(step.Step.Title) is { } known ? $"usually {known.Says()}" : null;
        return new StepLine(
            step.Step.Title, step.Status == StepStatus.Passed ? Tone.Good : step.Status == StepStatus.Failed ? Tone.Bad : Tone.Muted,
            step.Status == StepStatus.Passed ? "done" : step.Status.ToString().ToLowerInvariant(), took, (detail, against) switch { ({ } a, { } b) => $"{a} ({b})", var (a, b) => a ?? b });
    }

    /// <summary>What is still being looked at, and until when.</summary>
    private static IEnumerable<CardBlock> Watched(RunState run, SummaryState summary, Func<DateTimeOffset, string> clock)
    {
        if (summary.EndedAt is null || summary.Last is { IsFinal: true }) yield break;
        var next = summary.Looks.Skip(summary.Rounds).ToList();
        if (next.Count > 0) yield return new CardBlock.Text($"{run.Site.Environment} is looked at again {Words.List(next.Select(clock))}.", "Still watched");
        else if (!summary.Looks.IsEmpty) yield return new CardBlock.Text($"Nobody looks any more: it was looked at {Words.Count(summary.Looks.Length, "time", "times")}.", "Still watched");
    }

    private static ImmutableArray<Link> Links(RunState run, SummaryState summary, Uri? publicUrl) =>
    [
        .. GateLines.Links(run),
        .. publicUrl is null ? [] : new[] { new Link("History", new Uri(publicUrl, $"runs/{run.Id}")) },
        .. summary.Changes?.Changes.Link is { } compare ? [new Link("Commits", compare)] : Array.Empty<Link>(),
        .. summary.Marks.Where(mark => mark.Value.Link is not null).Select(mark => new Link(SummaryBlocks.NameOf(mark.Key), mark.Value.Link!)),
    ];
}
