using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Paging;

namespace ChatOps.Bot.Engine;

/// <summary>Whether it is still being looked at what may be behind a page. What is sent once, and can't be changed later, waits for that a moment.</summary>
internal sealed class PageLooks(AlertEngine alerts)
{
    /// <summary>How long it is waited for, and how often it is asked.</summary>
    public static readonly TimeSpan Glance = TimeSpan.FromSeconds(3), Beat = TimeSpan.FromMilliseconds(200);

    public async Task<bool> IsUnderWayAsync(Page page, CancellationToken cancellationToken) =>
        page.Cause is null && alerts.Now - page.BeganAt < Glance && AlertId.TryParse(page.Subject, out var alert)
        && await alerts.FindAsync(alert, cancellationToken) is { } group && (group.Suspects is not { } suspects || suspects.Any(one => one.BackTo is not null));
}
