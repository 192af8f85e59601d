using System.Globalization;
using ChatOps.Bot.Web;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

public sealed class SharedReadsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Wall clock = new();
    private readonly SharedReads shared;
    private int begun;

    public SharedReadsTests() => shared = new SharedReads(clock);

    [Fact]
    public async Task Many_who_ask_at_once_are_given_one_drawing()
    {
        using var start = new ManualResetEventSlim();
        var drawn = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);

        // Threads of their own, let go together: whatever they find, the drawing is begun once.
        var readers = Enumerable.Range(0, 16).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.Wait();
                return shared.OfAsync("run 1", "5", () => Begun(drawn.Task), CancellationToken.None);
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToList();
        start.Set();
        var page = new object();
        drawn.SetResult(page);
        (await Task.WhenAll(readers).WaitAsync(Patience)).ShouldAllBe(one => ReferenceEquals(one, page));
        begun.ShouldBe(1);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(999, 1)]
    [InlineData(1000, 2)]
    [InlineData(60_000, 2)]
    public async Task A_drawing_is_handed_on_for_a_second(int milliseconds, int drawings)
    {
        await DrawAsync("5");
        clock.Now += TimeSpan.FromMilliseconds(milliseconds);
        (await DrawAsync("5")).ShouldBe(drawings);
    }

    [Fact]
    public async Task What_is_another_thing_is_drawn_for_itself()
    {
        (await DrawAsync("5", "run 1")).ShouldBe(1);
        (await DrawAsync("5", "run 2")).ShouldBe(2);
        (await DrawAsync("5", "run 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_change_while_it_is_drawn_is_drawn_anew_for_whoever_saw_it()
    {
        var slow = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var early = shared.OfAsync("run 1", "5", () => slow.Task, CancellationToken.None);
        (await shared.OfAsync("run 1", "6", () => Task.FromResult(6), CancellationToken.None).WaitAsync(Patience)).ShouldBe(6);
        early.IsCompleted.ShouldBeFalse();
        slow.SetResult(5);
        (await early.WaitAsync(Patience)).ShouldBe(5);

        // The late end of the older one does not take the newer one's place.
        (await shared.OfAsync("run 1", "6", () => Task.FromResult(-1), CancellationToken.None)).ShouldBe(6);
    }

    public static TheoryData<string> Failures() => ["at once", "later", "cancelled"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_drawing_that_failed_is_told_to_those_who_waited_and_not_kept(string how)
    {
        var ends = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<Task<int>> failing = how switch
        {
            "at once" => () => throw new IOException("gone"),
            "later" => async () =>
            {
                await ends.Task;
                throw new IOException("gone");
            },
            _ => () => Task.FromCanceled<int>(new CancellationToken(canceled: true)),
        };
        var waiting = Enumerable.Range(0, 3).Select(_ => shared.OfAsync("run 1", "5", failing, CancellationToken.None)).ToList();
        ends.SetResult();
        foreach (var one in waiting) await Should.ThrowAsync<Exception>(() => one.WaitAsync(Patience));
        (await DrawAsync("5")).ShouldBe(1);
        (await DrawAsync("5")).ShouldBe(1, "What was drawn after it is kept like any other.");
    }

    [Fact]
    public async Task Who_goes_away_does_not_end_the_drawing_for_the_others()
    {
        var slow = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var leaving = new CancellationTokenSource();
        var first = shared.OfAsync("run 1", "5", () => Begun(slow.Task), leaving.Token);
        var second = shared.OfAsync("run 1", "5", () => Begun(slow.Task), CancellationToken.None);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first.WaitAsync(Patience));
        slow.SetResult(7);
        (await second.WaitAsync(Patience)).ShouldBe(7);
        begun.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_over_is_forgotten_once_there_is_much_of_it()
    {
        for (var number = 0; number < 5_000; number++)
        {
            await DrawAsync("5", string.Create(CultureInfo.InvariantCulture, $"run {number}"));
            clock.Now += TimeSpan.FromMilliseconds(50);
            shared.Count.ShouldBeLessThanOrEqualTo(65);
        }
    }

    /// <summary>Asks for something whose value is the number of its drawing.</summary>
    private Task<int> DrawAsync(string at, string what = "run 1") => shared.OfAsync(what, at, () => Task.FromResult(Interlocked.Increment(ref begun)), CancellationToken.None).WaitAsync(Patience);

    private Task<T> Begun<T>(Task<T> drawing)
    {
        Interlocked.Increment(ref begun);
        return drawing;
    }

    private sealed class Wall : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
