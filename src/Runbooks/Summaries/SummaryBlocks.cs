using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Summaries;

/// <summary>The parts of a summary that are lists: what came, who agreed, how it was before and after.</summary>
internal static class SummaryBlocks
{
    /// <summary>More than this nobody reads in a chat: the rest is one click away.</summary>
    private const int MostChanges = 10, MostItems = 12, MostAlerts = 6;

    public static Tone ToneOf(Verdict verdict) => verdict switch
    {
        Verdict.Healthy => Tone.Good,
        Verdict.Alerting or Verdict.Unhealthy => Tone.Bad,
        Verdict.RolledBack => Tone.Warning,
        Verdict.Superseded => Tone.Muted,
        _ => Tone.Waiting,
    };

    /// <summary>What a system is called where people see it.</summary>
    public static string NameOf(string system) => system switch
    {
        "github-deployment" => "Deployment",
        "github-release" => "Release",
        "github-comments" => "Pull requests",
        _ => char.ToUpper(system[0], CultureInfo.InvariantCulture) + system[1..],
    };

    public static IEnumerable<CardBlock> Changes(SummaryState summary)
    {
        if (summary.Changes is not { } seen)
        {
            if (summary.NoChanges is { } why) yield return new CardBlock.Text(why, "What it brought");
            yield break;
        }

        var changes = seen.Changes;
        if (changes.Dropped > 0) yield return new CardBlock.Notice(Tone.Warning, $"{Words.Count(changes.Dropped, "commit", "commits")} that ran before are not part of it.");
        if (seen.Commits == 0) yield break;
        yield return new CardBlock.List(HeadingOf(seen), [.. Lines(changes)]);
    }

    /// <summary>What the version brought, as lines of plain text; none while that is not known.</summary>
    public static IEnumerable<string> ChangesInWords(SummaryState summary) =>
        summary.Changes is { Commits: > 0 } seen ? Lines(seen.Changes).Select(line => $"• {line.Text}").Prepend($"{HeadingOf(seen)}:") : [];

    /// <summary>What was changed at its place by no run, the latest first.</summary>
    public static IEnumerable<CardBlock> Beside(ImmutableArray<SeenChange> changes, Func<DateTimeOffset, string> clock)
    {
        if (changes.IsEmpty) yield break;
        yield return new CardBlock.List("Changed there by no run",
        [
            .. changes.Reverse().Take(MostChanges).Select(one => new ListLine($"{one.What}, by {one.By} ({clock(one.At)})", Tone.Warning)),
            .. changes.Length > MostChanges ? [new ListLine($"and {changes.Length - MostChanges} more")] : Array.Empty<ListLine>(),
        ]);
    }

    private static string HeadingOf(ChangesSeen seen)
    {
        var more = seen.Changes.Truncated ? " or more" : "";
        var authors = seen.Changes.Commits.Select(one => one.Author).Distinct().ToList();
        return $"{Words.Count(seen.Commits, "commit", "commits")}{more} by {Words.List(authors.Take(6))}{(authors.Count > 6 ? " and others" : "")}, in {Words.Count(seen.Files, "file", "files")}";
    }

    private static IEnumerable<ListLine> Lines(ChangeSet changes)
    {
        var lines = changes.PullRequests.Select(one => $"#{one.Number} {one.Title} ({one.Author})")
            .Concat(changes.PullRequests.IsEmpty ? changes.Commits.Reverse().Select(one => $"{one.Id[..Math.Min(7, one.Id.Length)]} {one.Title} ({one.Author})") : []).ToList();
        foreach (var line in lines.Take(MostChanges)) yield return new ListLine(line);
        if (lines.Count > MostChanges) yield return new ListLine($"and {lines.Count - MostChanges} more");
    }

    /// <summary>Systems that were to be told and can't be.</summary>
    public static IEnumerable<CardBlock> NotTold(SummaryState summary)
    {
        ImmutableArray<ListLine> lines = [.. summary.Marks.Where(mark => mark.Value.Why is not null).Select(mark => new ListLine($"{NameOf(mark.Key)}: {mark.Value.Why}", Tone.Warning))];
        if (!lines.IsEmpty) yield return new CardBlock.List("Could not be told", lines);
    }

    /// <summary>Who ticked what, and who agreed with which words.</summary>
    public static IEnumerable<CardBlock> People(RunState run)
    {
        foreach (var step in run.Steps)
        {
            switch (step)
            {
                case { Step: Checklist list, State: Checklist.State state } when !list.Items.IsEmpty:
                    var lines = list.Items.Select((item, at) => Item(item, state, at)).ToList();
                    yield return new CardBlock.List($"{list.Title}: {lines.Count(line => line.Tone == Tone.Good)} of {lines.Count}",
                        [.. lines.Take(MostItems), .. lines.Count > MostItems ? [new ListLine($"and {lines.Count - MostItems} more")] : Array.Empty<ListLine>()]);
                    break;
                case { Step: Approval approval, State: Approval.State { Yes.IsEmpty: false } given }:
                    yield return new CardBlock.List(approval.Title, [.. given.Yes.Select(one => new ListLine($"{one.By.ShortName}{(one.Note is null ? "" : $": {one.Note}")}", Tone.Good))]);
                    break;
                default:
                    break;
            }
        }
    }

    private static ListLine Item(ChecklistItem item, Checklist.State state, int at) =>
        state.Ticks.GetValueOrDefault(at) is { } tick ? new ListLine($"{item.Text} ({tick.By.ShortName})", Tone.Good)
        : state.Looks.GetValueOrDefault(at) is { } look ? new ListLine($"{item.Text}: {look.Says}", look.Verdict == ItemVerdict.Holds ? Tone.Good : Tone.Warning)
        : new ListLine(item.Text, Tone.Muted);

    /// <summary>Health and gates: before the change, in its soak, and as they were last looked at; and the alerts since.</summary>
    public static IEnumerable<CardBlock> Health(RunState run, SummaryState summary)
    {
        var lines = new List<ListLine>();
        foreach (var step in run.Steps.Where(step => step is { Step: HealthCheck, State: HealthCheck.State { Last: not null } }).TakeLast(1))
            lines.Add(new ListLine($"{step.Step.Title}: {((HealthCheck.State)step.State!).Last}", ((HealthCheck.State)step.State!).Healthy ? Tone.Good : Tone.Bad));
        if (GateLines.Of(run) is { } watched) lines.AddRange(watched.Soak.Gates.Select((gate, at) => BeforeAndAfter(gate, watched.State.Tracks[at])));
        if (lines.Count > 0) yield return new CardBlock.List("Health and gates in the run", [.. lines]);
        if (summary.Last is not { } last) yield break;
        if (!last.Lines.IsEmpty) yield return new CardBlock.List("As looked at last", [.. last.Lines.Select(line => new ListLine(line.Says, line.Well switch { true => Tone.Good, false => Tone.Bad, _ => Tone.Waiting }))]);
        if (!last.Alerts.IsEmpty)
            yield return new CardBlock.List($"Alerts since: {last.Alerts.Length}", [.. last.Alerts.Take(MostAlerts).Select(alert => new ListLine($"{alert.Id} {alert.Title}{(alert.Firing ? "" : ", over again")}{(alert.Link is { } link ? $" {link.AbsoluteUri}" : "")}", alert.Firing ? Tone.Bad : Tone.Muted))]);
    }

    /// <summary><c>error-rate: ▁▁▂ 0.4% before, ▂▁▁ 0.5% after</c>.</summary>
    private static ListLine BeforeAndAfter(Gate gate, GateTrack track)
    {
        var limit = gate.Worse == Worse.Higher ? gate.Limit?.Number : null;
        var before = track.Past.IsEmpty ? "not known before" : $"{Sparkline.Of(track.Past.Select(point => (double?)point.Value), limit)} {new GateValue(track.Past.Average(point => point.Value), gate.Unit)} before";
        var after = $"{Sparkline.Of(track.Samples.Select(sample => sample.Value), limit)} {GateJudge.ValueInWords(gate, track)} after";
        return new ListLine($"{gate.Name}: {before}, {after} (limit: {gate.LimitInWords}) – {GateJudge.Says(gate, track)}", GateLines.ToneOf(track.Verdict));
    }
}
