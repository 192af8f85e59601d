using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Answers to questions, as cards.</summary>
internal static class Answers
{
    /// <summary>One sentence.</summary>
    public static Card Said(string sentence) => new(sentence, Tone.Neutral, null, sentence);

    public static Card Status(Board board, string? service, string? environment, DateTimeOffset now)
    {
        var lines = board.Of(service, environment);
        var title = (service, environment) switch
        {
            (null, null) => "What is live",
            ({ } s, null) => $"What is live of {s}",
            (null, { } e) => $"What is live in {e}",
            var (s, e) => $"{s} in {e}",
        };
        var changed = lines.Where(line => line.ByHand is not null).Select(line => (CardBlock)new CardBlock.Notice(Tone.Warning, $"{line.Service} in {line.Environment}: {line.ByHand}"));
        return new Card(title, Tone.Neutral, null, Sentence(lines))
        {
            Body =
            [
                .. changed,
                new CardBlock.Table(
                    ["Service", "Environment", "Version", "Ready", "Since", "Run"],
                    [.. lines.Select(line => (ImmutableArray<string>)
                    [
                        line.Service, line.Environment, line.Live ?? "not known", line.Ready is null ? "–" : $"{line.Ready} of {line.Replicas}",
                        line.Since is { } since ? $"{Words.Duration(now - since)} ago{(line.By is { } by ? $", by {new Person(by).ShortName}" : "")}" : "–",
                        line.Open is { } open ? $"{open.Number}: {StatusOf(open)}" : "–",
                    ])]),
                .. lines.Where(line => line.Live is null).Select(line => new CardBlock.Notice(Tone.Warning, $"{line.Service} in {line.Environment}: {line.Says}")),
            ],
            Footer = lines.Any(line => line.Simulated) ? "Targets are simulated." : null,
        };
    }

    public static Card History(string service, string? environment, ImmutableArray<RunRow> runs, DateTimeOffset now) => new(
        environment is null ? $"History of {service}" : $"History of {service} in {environment}", Tone.Neutral, null,
        runs.IsEmpty ? $"No run has touched {service}{(environment is null ? "" : $" in {environment}")} yet." : $"The last {Words.Count(runs.Length, "run", "runs")} of {service}; the newest: {runs[0].Says}")
    {
        Body = runs.IsEmpty ? [new CardBlock.Text("No run yet.")] : [Table(runs, now)],
    };

    public static Card Runs(ImmutableArray<RunRow> runs, DateTimeOffset now) => new(
        "Open runs", Tone.Neutral, null, runs.IsEmpty ? "No run is open." : $"{Words.Count(runs.Length, "run is", "runs are")} open; the newest: {runs[0].Says}")
    {
        Body = runs.IsEmpty ? [new CardBlock.Text("No run is open.")] : [Table(runs, now)],
    };

    /// <summary>A run's state in words, from its row.</summary>
    public static string StatusOf(RunRow row) => Enum.TryParse<RunStatus>(row.Status, out var status) ? RunWords.Of(status) : row.Status;

    private static CardBlock.Table Table(ImmutableArray<RunRow> runs, DateTimeOffset now) => new(
        ["Run", "What", "Where", "State", "By", "When"],
        [.. runs.Select(row => (ImmutableArray<string>)
        [
            $"{row.Number}", row.Kind == "deploy" ? $"{row.Service} {row.Version}" : $"{row.Service} back to {row.Version}", row.Environment, StatusOf(row),
            new Person(row.By).ShortName, $"{Words.Duration(now - row.OpenedAt)} ago",
        ])]);

    private static string Sentence(ImmutableArray<BoardLine> lines) => lines.Length switch
    {
        0 => "Nothing is configured there.",
        1 => $"{lines[0].Service} in {lines[0].Environment}: {lines[0].Says}.",
        _ => $"{Words.List(lines.Take(6).Select(line => $"{line.Service} {line.Live ?? "(not known)"} in {line.Environment}"))}{(lines.Length > 6 ? ", and more" : "")}.",
    };
}
