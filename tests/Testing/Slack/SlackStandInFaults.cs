using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Slack;

/// <summary>What goes wrong at Slack, or on the way there, because a test wants it to.</summary>
public sealed partial class SlackStandIn
{
    private readonly Dictionary<string, List<(Func<HttpContext, Task> Answer, bool After)>> faults = [];

    /// <summary>Every connection breaks.</summary>
    public bool IsUnreachable { get; set; }

    /// <summary>The next calls of a method are refused with this error.</summary>
    public void Fail(string method, string error, int times = 1) =>
        Inject(method, times, after: false, c => WriteAsync(c, new JsonObject { ["ok"] = false, ["error"] = error }));

    /// <summary>The next calls of a method get this status, with <c>Retry-After</c> in seconds where given.</summary>
    public void FailWith(string method, int status, int? retryAfter = null, int times = 1) => Inject(method, times, after: false, c =>
    {
        c.Response.StatusCode = status;
        if (retryAfter is { } seconds) c.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(c, new JsonObject { ["ok"] = false, ["error"] = "ratelimited" });
    });

    /// <summary>The next calls of a method are done, but their answers never arrive.</summary>
    public void LoseAnswer(string method, int times = 1) => Inject(method, times, after: true, c =>
    {
        c.Abort();
        return Task.CompletedTask;
    });

    /// <summary>The next call of a method is done, and its answer does not come until <paramref name="until"/> ends: then the connection breaks.</summary>
    public void HoldAnswer(string method, Task until) => Inject(method, 1, after: true, async c =>
    {
        await until;
        c.Abort();
    });

    /// <summary>The next call of a method gets no answer until <paramref name="until"/> ends, and then a broken connection.</summary>
    public void Hold(string method, Task until) => Inject(method, 1, after: false, async c =>
    {
        await until;
        c.Abort();
    });

    private void Inject(string method, int times, bool after, Func<HttpContext, Task> answer) => Locked(() =>
    {
        if (!faults.TryGetValue(method, out var waiting)) faults[method] = waiting = [];
        waiting.AddRange(Enumerable.Repeat((answer, after), times));
    });

    private (Func<HttpContext, Task> Answer, bool After)? NextFault(string method) => Locked<(Func<HttpContext, Task>, bool)?>(() =>
    {
        if (!faults.TryGetValue(method, out var waiting) || waiting.Count == 0) return null;
        var next = waiting[0];
        waiting.RemoveAt(0);
        return next;
    });
}
