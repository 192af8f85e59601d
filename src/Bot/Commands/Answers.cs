using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Answers to questions, as cards.</summary>
internal static class Answers
{
    /// <summary>Failed versions shown of one place.</summary>
    private const int MarksShown = 3;

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
                .. lines.Where(line => line.WatchedUntil is not null).Select(line => new CardBlock.Text($"{line.Service} in {line.Environment}: {line.Live} is watched until {line.WatchedUntil!.Value.UtcDateTime:HH:mm} UTC.")),
                .. lines.SelectMany(line => line.Failed.Take(MarksShown), (line, failed) => new CardBlock.Notice(Tone.Warning, $"{line.Service}: {FailureCard.Says(failed, line.Environment, now)}")).Take(MarksShown * 2),
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

    /// <summary>Which runs wait for which: each place, in order.</summary>
    public static Card Queue(ImmutableArray<RunRow> open, DateTimeOffset now)
    {
        var lines = open.GroupBy(row => (row.Service, row.Environment)).Where(place => place.Count() > 1).SelectMany(place => place.OrderBy(row => row.Status == nameof(RunStatus.Queued)).ThenBy(row => row.Number)).ToImmutableArray();
        return new Card("Queues", Tone.Neutral, null, lines.IsEmpty ? "No run waits for another." : $"{Words.Count(lines.Count(row => row.Status == nameof(RunStatus.Queued)), "run waits", "runs wait")} for another.")
        {
            Body = lines.IsEmpty ? [new CardBlock.Text("No run waits for another.")] : [Table(lines, now)],
        };
    }

    /// <summary>Who has a right somewhere, and why.</summary>
    public static Card WhoCan(Configuration current, Command.WhoCan c)
    {
        var service = current.Service(c.Service)!;
        var holders = current.Access.Holders(c.Right, c.Environment, service.Owners);
        var verb = AccessRules.Word(c.Right);
        var says = holders.IsEmpty ? $"Nobody may {verb} {c.Service} in {c.Environment}: access.yaml grants it to no group." : $"{Words.List(holders.Select(group => group.Name))} may {verb} {c.Service} in {c.Environment}.";
        return new Card($"Who can {verb} {c.Service} in {c.Environment}", Tone.Neutral, null, says)
        {
            Body =
            [
                new CardBlock.Text(says),
                new CardBlock.List("By", [.. holders.Select(name => new ListLine($"{name.Name}: {Members(current, name)}"))]),
                new CardBlock.Text(current.Access.Grants.Any(grant => grant.Right == c.Right && grant.Environment.Equals(c.Environment, StringComparison.OrdinalIgnoreCase))
                    ? $"access.yaml says so under may: {verb}: {c.Environment}:" : $"access.yaml says so under may: {verb}: \"*\":, since it does not name {c.Environment}."),
            ],
        };
    }

    private static string Members(Configuration current, GroupName name) => current.Access.Groups.FirstOrDefault(group => group.Name == name) switch
    {
        { All: true } => "everybody whose address is known",
        { } group => Words.List(group.Members.Select(person => person.Email).Order(StringComparer.Ordinal).Concat(group.Outside.Select(one => $"members of {one.Id} in {one.System}"))),
        _ => "one person",
    };

    /// <summary>A run's state in words, from its row.</summary>
    public static string StatusOf(RunRow row) => Enum.TryParse<RunStatus>(row.Status, out var status) ? RunWords.Of(status) : row.Status;

    /// <summary>What a run does, without where.</summary>
    public static string WhatOf(RunRow row) => row.Kind switch { "deploy" => $"{row.Service} {row.Version}", "run" => $"{row.Version} on {row.Service}", _ => $"{row.Service} back to {row.Version}" };

    private static CardBlock.Table Table(ImmutableArray<RunRow> runs, DateTimeOffset now) => new(
        ["Run", "What", "Where", "State", "By", "When"],
        [.. runs.Select(row => (ImmutableArray<string>)
        [
            $"{row.Number}", WhatOf(row), row.Environment, StatusOf(row),
            new Person(row.By).ShortName, $"{Words.Duration(now - row.OpenedAt)} ago",
        ])]);

    private static string Sentence(ImmutableArray<BoardLine> lines) => lines.Length switch
    {
        0 => "Nothing is configured there.",
        1 => $"{lines[0].Service} in {lines[0].Environment}: {lines[0].Says}.",
        _ => $"{Words.List(lines.Take(6).Select(line => $"{line.Service} {line.Live ?? "(not known)"} in {line.Environment}"))}{(lines.Length > 6 ? ", and more" : "")}.",
    };
}
