using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Reports;

/// <summary>Tells how deploying goes: the four DORA measures, where the time went, and what went around the rules.</summary>
public static class ReportCard
{
    private const int MostRuns = 8;

    /// <param name="clock">Says a moment as people there read it.</param>
    /// <param name="publicUrl">Where pages are; null = nowhere that can be linked to.</param>
    public static Card Of(Report report, string title, Func<DateTimeOffset, string> clock, Uri? publicUrl)
    {
        var says = Sentence(report);
        return new Card(title, report.Unreviewed.IsEmpty ? Tone.Neutral : Tone.Warning, null, says)
        {
            Body =
            [
                new CardBlock.Text(says),
                new CardBlock.Table(["Measure", "Now", "Before"], [.. Measures(report.Dora, report.Before).Select(row => (ImmutableArray<string>)[row.Name, row.Now, row.Before])]),
                .. Time(report), .. Around(report),
            ],
            Links = [.. publicUrl is null ? [] : new[] { new Link("Charts", new Uri(publicUrl, $"reports?of={Uri.EscapeDataString(report.Of)}")) }, new Link("What they mean", Dora.Definitions)],
            Footer = $"{clock(report.From)} to {clock(report.To)}; before: as long before that.",
        };
    }

    /// <summary>Each measure with its value now and before, in words.</summary>
    public static IEnumerable<(string Name, string Now, string Before)> Measures(Dora now, Dora before)
    {
        yield return ("Deployment frequency", Frequency(now), Frequency(before));
        yield return ("Lead time for changes", Lead(now), Lead(before));
        yield return ("Change failure rate", Rate(now), Rate(before));
        yield return ("Time to restore", Restore(now), Restore(before));
    }

    public static string Frequency(Dora dora) => dora.Deployments == 0 ? "none"
        : dora.PerDay >= 1 ? $"{Words.Count(dora.Deployments, "deployment", "deployments")}, {Number(dora.PerDay)} a day"
        : $"{Words.Count(dora.Deployments, "deployment", "deployments")}, {Number(dora.PerDay * 7)} a week";

    public static string Lead(Dora dora) => dora.LeadTime is { } lead ? $"{Words.Duration(lead)} ({Words.Count(dora.Commits, "commit", "commits")})" : "not known: no commits";

    public static string Rate(Dora dora) => dora.FailureRate is { } rate ? $"{Number(rate * 100)}% ({dora.Failed} of {dora.Deployments})" : "–";

    public static string Restore(Dora dora) => (dora.Restore, dora.Unrestored) switch
    {
        (null, 0) => "nothing to restore",
        (null, var open) => $"{Words.Count(open, "failure is", "failures are")} not made good yet",
        ({ } time, 0) => Words.Duration(time),
        ({ } time, var open) => $"{Words.Duration(time)}, {open} not made good yet",
    };

    private static string Sentence(Report report) => report.Runs == 0 && report.Dora.Deployments == 0
        ? $"Nothing of {report.Of} was run in that time."
        : $"{(report.Of == "everything" ? "Everything" : report.Of)}: {Frequency(report.Dora)}; lead time {Lead(report.Dora)}; {Rate(report.Dora)} failed; time to restore: {Restore(report.Dora)}.";

    private static IEnumerable<CardBlock> Time(Report report)
    {
        if (report.Runs == 0) yield break;
        var (working, waiting) = (report.Spent.Own, report.Spent.People);
        var share = working + waiting is var both && both > TimeSpan.Zero ? $" ({Number(waiting / both * 100)}% of both)" : "";
        yield return new CardBlock.Text($"Waiting for people {Words.Duration(waiting)}{share}, working and watching {Words.Duration(working)}, in all {report.Spent.Says()} over {Words.Count(report.Runs, "run", "runs")}.", "Where the time went");
        if (!report.Slowest.IsEmpty)
            yield return new CardBlock.List("Slowest steps", [.. report.Slowest.Select(step => new ListLine($"{step.Title}: {Words.Duration(step.Median)}{(step.Times > 1 ? $" in the middle, at most {Words.Duration(step.Most)}, {step.Times} times" : "")}{(step.Waits ? ", waiting for people" : "")}"))]);
    }

    private static IEnumerable<CardBlock> Around(Report report)
    {
        if (report.Dora.NotLive > 0) yield return new CardBlock.Text($"{Words.Count(report.Dora.NotLive, "run", "runs")} changed something and never went live; they are no deployments.", "Did not get there");
        if (!report.Exceptions.IsEmpty) yield return new CardBlock.List($"Passed a freeze: {report.Exceptions.Length}", [.. report.Exceptions.Take(MostRuns).Select(run => Line(run, run.Exception))]);
        if (!report.Emergencies.IsEmpty)
            yield return new CardBlock.List(
                $"Emergencies: {report.Emergencies.Length}, {report.Unreviewed.Length} without a review",
                [.. report.Emergencies.Take(MostRuns).Select(run => Line(run, run.Emergency) with { Tone = report.Unreviewed.Contains(run) ? Tone.Warning : Tone.Good })]);
        if (!report.Unreviewed.IsEmpty) yield return new CardBlock.Text($"A review is a note by somebody other than who asked: note {report.Unreviewed[0].Run} \"…\"");
    }

    private static ListLine Line(RunRecord run, string? why) => new($"run {run.Run}: {run.Site.Service} {run.Version} to {run.Site.Environment}: {why}");

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
