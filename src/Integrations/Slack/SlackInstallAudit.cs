using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Slack;

/// <summary>Where the app was brought to and lost, as an auditor reads it.</summary>
public static class SlackInstallAudit
{
    /// <param name="entry">One of <see cref="SlackInstallBook.Stream"/>.</param>
    public static AuditLine Of(ChainEntry entry) => SlackInstallBook.Read(entry.Event) switch
    {
        SlackInstalled { Install: var one } e => AuditLines.Line(
            entry, new Person(one.By), "slack-installed", $"installed the Slack app {(e.Again ? "again " : "")}in {(one.IsGrid ? "the organization " : "")}{Named(one.Id, one.Name)}", null) with { Evidence = one.Scopes },
        SlackUninstalled e => AuditLines.Line(entry, null, "slack-uninstalled", $"heard from Slack that its app was uninstalled from {Named(e.Id, e.Name)}", null),
        SlackRevoked e => AuditLines.Line(entry, null, "slack-revoked", $"heard from Slack that the token of {Named(e.Id, e.Name)} holds no longer ({e.Why})", null),
        var other => throw new InvalidOperationException($"Nobody tells of {other.GetType().Name}."),
    };

    private static string Named(string id, string? name) => name is null ? id : $"{name} ({id})";
}
