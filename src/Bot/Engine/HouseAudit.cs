using System.Collections.Frozen;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>The reader of decisions for everything that this bot keeps, what integrations keep for themselves included.</summary>
internal static class HouseAudit
{
    private static readonly FrozenDictionary<StreamId, Func<ChainEntry, AuditLine?>> Others = new Dictionary<StreamId, Func<ChainEntry, AuditLine?>>
    {
        [SlackInstallBook.Stream] = SlackInstallAudit.Of,
    }.ToFrozenDictionary();

    public static AuditLines Lines() => new(Others);
}
