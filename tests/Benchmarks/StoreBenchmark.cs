using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatOps.Benchmarks;

/// <summary>What keeping a command costs, beside what the disk asks for any commit at all.</summary>
/// <remarks>
/// Both in one run on one file system: (a) one connection that commits one row of the same number of bytes per transaction, (b) the store with
/// many callers at once. Rounds of both alternate, and the middle one counts, since a shared disk is never quiet. Then the time to
/// the answer, at a steady thousand commits per second.
/// </remarks>
public static class StoreBenchmark
{
    private const int Callers = 64;
    private const int Rounds = 5;
    private const int OfferedPerSecond = 1000;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(10);
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <summary>0 when both goals are met: at least 0.8 of the bare commits, and 99 of 100 answers within 25 ms.</summary>
    public static async Task<int> RunAsync(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-store-").FullName;
        try
        {
            await using var store = new SqliteStore(new SqliteAddress(Path.Combine(folder, "store.db")), new SqliteOptions(), NullLogger<SqliteStore>.Instance);
            await store.MigrateAsync(CancellationToken.None);
            using var bare = OpenBare(Path.Combine(folder, "bare.db"));
            await KeepAsync(store, TimeSpan.FromSeconds(1));   // until the code is compiled well
            CommitBare(bare, TimeSpan.FromSeconds(0.5));

            var rounds = new List<(double Bare, double Kept)>();
            for (var i = 0; i < Rounds; i++) rounds.Add((CommitBare(bare, Round), await KeepAsync(store, Round)));
            var middle = rounds.OrderBy(r => r.Kept / r.Bare).ElementAt(Rounds / 2);
            var (median, worst) = await AnswerTimesAsync(store);

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
                bare commits of {Bytes:N0} bytes, one connection  {middle.Bare,10:N0} per second
                commands kept, {Callers} callers at once           {middle.Kept,10:N0} per second
                ratio                                         {middle.Kept / middle.Bare,10:0.00} (goal: at least 0.80; rounds: {string.Join(" ", rounds.Select(r => (r.Kept / r.Bare).ToString("0.00", CultureInfo.InvariantCulture)))})
                answer at {OfferedPerSecond:N0} per second, half within       {median.TotalMilliseconds,10:0.00} ms
                answer at {OfferedPerSecond:N0} per second, 99 % within       {worst.TotalMilliseconds,10:0.00} ms (goal: under 25)
                """));
            return middle.Kept / middle.Bare >= 0.8 && worst < TimeSpan.FromMilliseconds(25) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Bytes { get; } = SizeOf(Command(1));

    /// <summary>What opening a run keeps: two events, a card, a timer and the next step, its row, and the delivery.</summary>
    private static Commit Command(long number)
    {
        var run = new RunId(number);
        return new Commit(Noon)
        {
            Streams = [new(run.Stream, 0, [new("RunOpened", Json(800)), new("StepStarted", Json(400))])],
            Work =
            [
                new("card", $"card-{number}-slack", "slack-C0123456789", Noon, Json(80)),
                new("timer", $"expiry-{number}-s2", $"run-{number}", Noon.AddHours(1), Json(60)),
                new("step", $"step-{number}-s1", $"run-{number}", Noon, Json(60)),
            ],
            Runs = [new(number, "deploy", $"service-{number % 50}", "prod", "v1.2.3", "v1.2.2", "waiting", true, "ana@example.com", Noon, Noon, null, "waits for the checklist")],
            Delivery = new($"slack:cmd:{number}.{number * 7919}.abcdef0123456789", Json(120)),
        };
    }

    private static string Json(int length) => $"{{\"text\":\"{new string('x', length - 11)}\"}}";

    private static int SizeOf(Commit commit) =>
        commit.Streams.Sum(s => s.Events.Sum(e => s.Stream.Name.Length + e.Type.Length + e.Body.Length + 16))
        + commit.Work.Sum(w => w.Kind.Length + w.Key.Length + w.Lane.Length + w.Payload.Length + 16)
        + commit.Runs.Sum(r => r.Kind.Length + r.Service.Length + r.Environment.Length + r.Version.Length + r.Status.Length + r.By.Length + r.Says.Length + 32)
        + commit.Delivery!.Key.Length + commit.Delivery.Answer.Length + 8;

    private static SqliteFile OpenBare(string path)
    {
        var file = SqliteFile.Open(path, TimeSpan.FromSeconds(1), create: true);
        file.Execute("create table rows (id integer primary key, body text not null)");
        return file;
    }

    private static double CommitBare(SqliteFile file, TimeSpan duration)
    {
        var body = new string('x', Bytes);
        var count = 0;
        var start = Stopwatch.GetTimestamp();
        for (; Stopwatch.GetElapsedTime(start) < duration; count++) file.Prepare("insert into rows (body) values (?1)").Bind(body).Run();
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> KeepAsync(SqliteStore store, TimeSpan duration)
    {
        var count = 0;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                await KeepOneAsync(store);
                Interlocked.Increment(ref count);
            }
        })));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Each commit counts from the moment it was due to be offered, so that a stall shows in all that it held up.</summary>
    private static async Task<(TimeSpan Median, TimeSpan Worst)> AnswerTimesAsync(SqliteStore store)
    {
        var all = (int)(OfferedPerSecond * Steady.TotalSeconds);
        var answers = new Task<TimeSpan>[all];
        var start = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < all;)
        {
            await tick.WaitForNextTickAsync();
            var due = Math.Min(all, (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * OfferedPerSecond));
            for (; i < due; i++) answers[i] = AnswerAsync(start + (long)i * Stopwatch.Frequency / OfferedPerSecond);
        }
        var times = (await Task.WhenAll(answers)).Order().ToImmutableArray();
        return (times[all / 2], times[all * 99 / 100]);

        async Task<TimeSpan> AnswerAsync(long due)
        {
            await KeepOneAsync(store);
            return Stopwatch.GetElapsedTime(due);
        }
    }

    private static async Task KeepOneAsync(SqliteStore store)
    {
        var number = await store.NextRunNumberAsync(CancellationToken.None);
        if (await store.CommitAsync(Command(number), CancellationToken.None) is not CommitResult.Committed)
        {
            throw new InvalidOperationException("A commit was not kept.");
        }
    }
}
