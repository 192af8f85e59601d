using System.Runtime.CompilerServices;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Waits until something holds that nobody announces.</summary>
internal static class Eventually
{
    /// <summary>Long enough for a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>For what costs nothing to look at: seldom missed although it holds for a moment only.</summary>
    public static Task TrueAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => TrueAsync(() => Task.FromResult(holds()), TimeSpan.FromMilliseconds(5), what);

    public static Task TrueAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => TrueAsync(holds, TimeSpan.FromMilliseconds(50), what);

    private static async Task TrueAsync(Func<Task<bool>> holds, TimeSpan every, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            if (patience.IsCancellationRequested) throw new TimeoutException($"Not within {Patience.TotalSeconds:0} s: {what}");
            await Task.Delay(every);
        }
    }
}
