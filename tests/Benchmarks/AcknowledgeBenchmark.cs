using System.Collections.Concurrent;
using System.Diagnostics;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.DependencyInjection;
using SQLitePCL;

namespace ChatOps.Benchmarks;

/// <summary>Commands acknowledged durably (run created, committed with <c>synchronous=FULL</c>) against bare commits of the same size, in one run on one disk.</summary>
internal static class AcknowledgeBenchmark
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-bench-").FullName;
        try
        {
            await using var house = await House.BuildAsync(Path.Combine(folder, "a.db"));
            var desk = house.GetRequiredService<Desk>();
            var next = 0;
            await ManyAsync(desk, () => Interlocked.Increment(ref next), TimeSpan.FromSeconds(2));
            var bytes = await BytesPerCommandAsync(house, desk, () => Interlocked.Increment(ref next));
            using var bare = new BareCommits(Path.Combine(folder, "bare.db"), bytes);
            bare.Run(TimeSpan.FromSeconds(0.5));
            var ratios = new List<(double Bare, double Commands)>();
            for (var i = 0; i < 5; i++) ratios.Add((bare.Run(Round), await ManyAsync(desk, () => Interlocked.Increment(ref next), Round)));
            var middle = ratios.OrderBy(pair => pair.Commands / pair.Bare).ElementAt(2);
            await output.WriteLineAsync($"acknowledge: {middle.Commands:N0} commands/s acknowledged durably, {middle.Bare:N0} bare commits/s of {bytes:N0} bytes: ratio {middle.Commands / middle.Bare:0.00} (goal 0.8; rounds {string.Join(" ", ratios.Select(pair => $"{pair.Commands / pair.Bare:0.00}"))})");
            var (half, most) = await OfferedAsync(desk, () => Interlocked.Increment(ref next));
            await output.WriteLineAsync($"acknowledge: at 1,000 commands/s offered: p50 {half:0.0} ms, p99 {most:0.0} ms (goal 25)");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> ManyAsync(Desk desk, Func<int> next, TimeSpan length)
    {
        var watch = Stopwatch.StartNew();
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed < length)
            {
                await SayAsync(desk, next());
                Interlocked.Increment(ref done);
            }
        })));
        return done / watch.Elapsed.TotalSeconds;
    }

    private static async Task<(double Half, double Most)> OfferedAsync(Desk desk, Func<int> next)
    {
        var took = new ConcurrentBag<double>();
        var all = new List<Task>();
        var watch = Stopwatch.StartNew();
        for (var sent = 0; sent < 10_000;)
        {
            // What is due by the clock is sent, late or not: a slow answer does not slow the asking.
            for (var due = (int)watch.Elapsed.TotalMilliseconds; sent < due && sent < 10_000; sent++)
            {
                all.Add(Task.Run(async () =>
                {
                    var start = Stopwatch.GetTimestamp();
                    await SayAsync(desk, next());
                    took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }));
            }

            await Task.Delay(1);
        }

        await Task.WhenAll(all);
        var sorted = took.Order().ToList();
        return (sorted[sorted.Count / 2], sorted[sorted.Count * 99 / 100]);
    }

    private static async Task SayAsync(Desk desk, int number)
    {
        var reply = await desk.HearAsync(House.Ana, House.Command(number), $"bench:{number}", CancellationToken.None);
        if (reply.Refusal is { } refusal) throw new InvalidOperationException(refusal.ToString());
    }

    /// <summary>What one command keeps: its events, as they are written.</summary>
    private static async Task<int> BytesPerCommandAsync(ServiceProvider house, Desk desk, Func<int> next)
    {
        var reply = await desk.HearAsync(House.Ana, House.Command(next()), "bench:size", CancellationToken.None);
        var events = await house.GetRequiredService<IStore>().ReadAsync(reply.Run!.Value.Stream, 0, CancellationToken.None);
        return events.Sum(one => one.Body.Length) + 400;
    }

    /// <summary>One connection that commits one row of so many bytes per transaction.</summary>
    private sealed class BareCommits : IDisposable
    {
        private readonly sqlite3 file;
        private readonly byte[] row;

        public BareCommits(string path, int bytes)
        {
            SqliteLibrary.Use();
            raw.sqlite3_open(path, out file);
            row = new byte[bytes];
            Execute("pragma journal_mode=wal");
            Execute("pragma synchronous=full");
            Execute("create table rows (id integer primary key, body blob)");
        }

        public double Run(TimeSpan length)
        {
            raw.sqlite3_prepare_v2(file, "insert into rows (body) values (?1)", out var insert);
            var watch = Stopwatch.StartNew();
            var done = 0;
            while (watch.Elapsed < length)
            {
                raw.sqlite3_bind_blob(insert, 1, row);
                raw.sqlite3_step(insert);
                raw.sqlite3_reset(insert);
                done++;
            }

            insert.Dispose();
            return done / watch.Elapsed.TotalSeconds;
        }

        public void Dispose() => file.Dispose();

        private void Execute(string sql) => raw.sqlite3_exec(file, sql);
    }
}
