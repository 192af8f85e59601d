using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Reports;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Makes reports of what was counted, and plans each group's next one.</summary>
internal sealed class Reports(Records records, RunEngine engine, Func<Configuration> configuration)
{
    public const string Kind = "report", Lane = "report";

    /// <summary>What a weekly report is about.</summary>
    public static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>A report of a stretch of time.</summary>
    /// <param name="service">Null = every service, or those of the group.</param>
    public async Task<Report> MakeAsync(string? service, string? group, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var about = Report.About(await records.NowAsync(cancellationToken), service, group is null ? null : new GroupName(group));
        var reviewed = new HashSet<RunId>();
        foreach (var run in about.Where(run => run.Emergency is not null && run.Ended >= from && run.Ended < to))
        {
            // Whoever asked for it does not review it.
            if (await engine.FindAsync(run.Run, cancellationToken) is { } state && state.Notes.Any(note => note.By.Email != run.By)) reviewed.Add(run.Run);
        }

        return Report.Make(service ?? group ?? "everything", about, from, to, reviewed);
    }

    /// <summary>Plans each group's next report; called at start and when the configuration changes. What passed while nobody was there is made up for once.</summary>
    public async Task PlanAsync(CancellationToken cancellationToken)
    {
        var (current, book) = (configuration(), await records.NowAsync(cancellationToken));
        foreach (var group in current.Access.Groups)
        {
            if (group.Report is not { } wanted)
            {
                if (book.Reports.ContainsKey(group.Name.Name)) await records.OrderAsync(commit => commit with { Withdrawn = [KeyOf(group.Name.Name)] }, cancellationToken);
                continue;
            }

            if (!book.Reports.TryGetValue(group.Name.Name, out var last))
                book = await records.KeepAsync(state => state.Reports.ContainsKey(group.Name.Name) ? null : new ReportPlanned(group.Name.Name, last = engine.Now), null, cancellationToken);
            if (Report.Next(wanted, current.Calendar.Zone, book.Reports.GetValueOrDefault(group.Name.Name, last)) is { } due)
                await records.OrderAsync(commit => commit with { Withdrawn = [KeyOf(group.Name.Name)], Work = [WorkOf(group.Name.Name, due)] }, cancellationToken);
        }
    }

    /// <summary>Whether a group's report of the time up to then was handed over before.</summary>
    public async Task<bool> WasSentAsync(string group, DateTimeOffset until, CancellationToken cancellationToken) => (await records.NowAsync(cancellationToken)).Reports.GetValueOrDefault(group) >= until;

    /// <summary>A group's report was handed over: it is kept, and the next one is planned.</summary>
    public async Task SentAsync(string group, DateTimeOffset until, TeamReport wanted, ClaimedWork work, CancellationToken cancellationToken)
    {
        var now = engine.Now;
        var next = Report.Next(wanted, configuration().Calendar.Zone, until > now ? until : now);
        await records.KeepAsync(_ => new ReportSent(group, until), commit => commit with { Work = next is { } due ? [WorkOf(group, due)] : [], Completes = work }, cancellationToken);
    }

    private static string KeyOf(string group) => $"{Kind}:{group}";

    private static WorkItem WorkOf(string group, DateTimeOffset due) => new(Kind, KeyOf(group), Lane, due, JsonSerializer.Serialize(new AboutReport(group, due), ReportJson.Default.AboutReport));
}

/// <summary>The payload of work that is about a group's report.</summary>
/// <param name="Until">The end of the week that it is about: the same however often it is tried.</param>
internal sealed record AboutReport(string Group, DateTimeOffset Until);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AboutReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
