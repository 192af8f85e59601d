using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Asks, while alerts are silenced, whether they still fire where their sender tells nothing meanwhile.</summary>
/// <remarks>Without it a card would say for ever that something fires which ended under its silence, and somebody would be called for it.</remarks>
internal sealed class AlertAskHandler(AlertEngine alerts, IEnumerable<IFiring> systems) : IWorkHandler
{
    /// <summary>A group has one name of alerts, unless alerts.yaml puts others together.</summary>
    private const int MostNames = 20;

    public ImmutableArray<string> Kinds => [AlertWork.AskKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutAlert.Read(work.Item);
        if (await alerts.FindAsync(about.Id, cancellationToken) is not { IsFiring: true, Silence: { } silence } group || silence.Number != about.Number || systems.FirstOrDefault(one => one.System == about.Text) is not { } system) return new Done.Finished();
        var next = AlertWork.AskIn(silence.Until, alerts.Now);
        Done again = next is null ? new Done.Finished() : new Done.Again(next, Untried: true);

        // Before asking: what fires anew while it answers is younger than the answer.
        var asked = alerts.Now;
        var over = ImmutableArray.CreateBuilder<Alert>();
        foreach (var named in group.Members.All.Where(pair => pair.Value.Firing && pair.Value.Silence?.System == system.System).GroupBy(pair => pair.Value.What, StringComparer.Ordinal).Take(MostNames))
        {
            if (await system.AskAsync(named.Key, cancellationToken) is not Outcome<ImmutableHashSet<string>>.Done { Value: var firing }) return again;
            over.AddRange(named.Select(pair => Over(pair.Key, pair.Value, asked)).Where(alert => alert.At == asked && !firing.Contains(alert.Identity)));
        }

        if (over.Count > 0) await alerts.TellAsync(about.Id, new AlertCommand.Take(over.ToImmutable(), 0, Busy: false), null, null, cancellationToken);
        return over.Count > 0 && (await alerts.FindAsync(about.Id, cancellationToken))?.IsFiring != true ? new Done.Finished() : again;
    }

    private static Alert Over(string key, AlertMember member, DateTimeOffset asked)
    {
        var parts = key.Split('\u001f', 2);
        return new Alert(parts[0], parts[1], member.What, false, member.Severity, member.Since, member.At > asked ? member.At : asked) { Service = member.Service, Summary = member.Summary, Silence = member.Silence, Ends = member.Ends };
    }
}
