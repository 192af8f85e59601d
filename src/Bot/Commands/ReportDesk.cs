using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Reports;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Answers how deploying goes, and what is where.</summary>
internal sealed class ReportDesk(Reports reports, Followers followers, Readings readings, RunEngine engine, IEnumerable<IChanges> changes, Func<Configuration> configuration, BotAddress address)
{
    private const int MostLines = 15;
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30), Patience = TimeSpan.FromSeconds(8);

    public async Task<Reply> StatsAsync(Command.Stats c, CancellationToken cancellationToken)
    {
        var (now, zone) = (engine.Now, configuration().Calendar.Zone);
        var from = c.Since is null ? now - Usual : Durations.TryRead(c.Since, out var back) ? now - back : Moment.ReadDate(c.Since, zone) is Reading<DateTimeOffset>.Understood { Value: var date } ? date : now;
        if (from >= now) return Refused(new Refusal(RefusalCodes.WordUnknown, $"{Spoken.Quote(c.Since!)} is not past.", "Write 30d, 12h, or a date such as 2026-11-01."));
        var report = await reports.MakeAsync(c.Service, c.Group, from, now, cancellationToken);
        return new Reply(ReportCard.Of(report, $"How {report.Of} went in {Words.Duration(now - from)}", at => $"{zone.Says(at)} {zone}", address.Public));
    }

    /// <summary>Only Slack takes a message to a person by their address: who follows is told there, wherever they said so.</summary>
    public async Task<Reply> FollowAsync(Speaker speaker, bool on, string delivery, CancellationToken cancellationToken)
    {
        if (AccessRules.ReadOnly(speaker.Caller) is { } unknown) return Refused(unknown);
        await followers.SetAsync(speaker.Caller.Person!.Value, on ? "slack" : null, delivery, cancellationToken);
        return new Reply(Answers.Said(on
            ? $"When commits of {speaker.Caller.Person.Value.Email} go out you get one message in Slack, which follows how they do. To end it: unfollow"
            : "You are no longer told when commits of yours go out."));
    }

    public async Task<Reply> ChangelogAsync(Command.Changelog c, CancellationToken cancellationToken)
    {
        var board = (await readings.BoardAsync(c.Service, null, cancellationToken)).Lines;
        var (one, other) = (board.First(line => line.Environment == c.One), board.First(line => line.Environment == c.Other));
        if ((one.Live is null ? one : other.Live is null ? other : null) is { } silent)
            return Refused(new Refusal(RefusalCodes.TargetUnavailable, $"What runs in {silent.Environment} can't be told now: {silent.Says}", "Say it again in a minute."));
        var title = $"{c.Service}: {one.Live} in {c.One}, {other.Live} in {c.Other}";
        if (one.Live == other.Live) return new Reply(new Card(title, Tone.Neutral, null, $"{c.One} and {c.Other} run the same version of {c.Service}, {one.Live}."));
        if (configuration().Service(c.Service)?.Repository is not { } repository) return new Reply(Answers.Said($"{title}. {c.Service} names no repository, so what lies between is not known."));
        if (changes.FirstOrDefault() is not { } github) return new Reply(Answers.Said($"{title}. GitHub is not connected, so what lies between is not known."));
        var (ahead, why) = await BetweenAsync(github, repository, other.Live!, one.Live!, cancellationToken);
        if (ahead is null) return new Reply(Answers.Said($"{title}. What lies between is not known: {why}"));
        var behind = ahead.Dropped > 0 ? (await BetweenAsync(github, repository, one.Live!, other.Live!, cancellationToken)).Changes : null;
        return new Reply(new Card(title, ahead.Dropped > 0 ? Tone.Warning : Tone.Neutral, null, $"{c.One} has {Words.Count(ahead.Commits.Length, "commit", "commits")}{(ahead.Truncated ? " or more" : "")} that {c.Other} lacks, and lacks {ahead.Dropped}.")
        {
            Body =
            [
                new CardBlock.List($"In {c.One} and not in {c.Other}: {Count(ahead)}", Lines(ahead)),
                ahead.Dropped == 0 ? new CardBlock.Text($"Everything in {c.Other} is in {c.One} too.")
                    : behind is null ? new CardBlock.Notice(Tone.Warning, $"{Words.Count(ahead.Dropped, "commit", "commits")} of {c.Other} are not in {c.One}.")
                    : new CardBlock.List($"In {c.Other} and not in {c.One}: {Count(behind)}", Lines(behind)),
            ],
            Links = ahead.Link is { } link ? [new Link("All of it", link)] : [],
        });
    }

    private static async Task<(ChangeSet? Changes, string? Why)> BetweenAsync(IChanges github, string repository, string from, string to, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await github.BetweenAsync(repository, from, to, patience.Token) switch
            {
                Outcome<ChangeSet>.Done done => (done.Value, null),
                Outcome<ChangeSet>.Later later => (null, later.Why),
                Outcome<ChangeSet>.Never never => (null, never.Fault.Why),
                _ => throw new InvalidOperationException("An outcome is one of three."),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, "GitHub did not answer in time.");
        }
    }

    private static string Count(ChangeSet set) => $"{Words.Count(set.Commits.Length, "commit", "commits")}{(set.Truncated ? " or more" : "")}";

    private static ImmutableArray<ListLine> Lines(ChangeSet set)
    {
        // Commits that came without a pull request are listed by themselves; a pull request stands for its own.
        var lines = set.PullRequests.Select(one => $"#{one.Number} {one.Title} ({one.Author})")
            .Concat(set.Commits.Reverse().Select(one => $"{one.Id[..Math.Min(7, one.Id.Length)]} {one.Title} ({one.Author})")).ToList();
        return lines.Count <= MostLines ? [.. lines.Select(line => new ListLine(line))] : [.. lines.Take(MostLines).Select(line => new ListLine(line)), new ListLine($"and {lines.Count - MostLines} more")];
    }

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);
}
