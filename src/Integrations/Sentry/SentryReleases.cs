using System.Globalization;
using System.Text.Json;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Gates;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Sentry;

/// <summary>
/// Asks Sentry how a release does: issues first seen in it, and how many of its sessions went wrong or crashed, against the release before. A session counts once:
/// as healthy, errored, crashed or abnormal.
/// </summary>
internal sealed class SentryReleases(HttpClient http, IOptions<SentryReleasesOptions> options, TimeProvider time) : IGateSource
{
    private const int MostIssues = 100;

    /// <summary>How much of the release before is looked at.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromDays(1);

    private readonly JsonCalls calls = new(http, "Sentry", options.Value.Timeout, time);

    public string Name => "sentry";

    public async Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken) => question.Query.Text == "new-issues"
        ? await IssuesAsync(question, cancellationToken)
        : await SessionsAsync(question, cancellationToken);

    public Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        Task.FromResult(GatePast.Unknown("Sentry tells numbers by release, not over the time before one."));

    private async Task<GateReading> IssuesAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        var query = $"is:unresolved firstRelease:\"{Release(question, question.Version)}\"";
        var path = $"organizations/{Uri.EscapeDataString(options.Value.Organization)}/issues/?query={Uri.EscapeDataString(query)}&{Place(question)}&statsPeriod=24h&limit={MostIssues}";
        var answer = await SendAsync(path, SentryReleasesJson.Default.SentryIssueArray, cancellationToken);
        var link = new Uri(options.Value.ApiUrl, $"/organizations/{Uri.EscapeDataString(options.Value.Organization)}/issues/?project={Uri.EscapeDataString(question.Query.Project ?? "")}&query={Uri.EscapeDataString(query)}");
        return (answer is { Value: { } issues, Why: null } ? GateReading.Known(issues.Length) : GateReading.Unknown(Refused(answer.Status) ?? answer.Why ?? "Sentry answered something that can't be read.")) with { Link = link };
    }

    private async Task<GateReading> SessionsAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (share, of, why) = await ShareAsync(question, question.Version, question.Since, now, cancellationToken);
        if (share is null) return GateReading.Unknown(why!);
        var known = GateReading.Known(share.Value) with { Of = of };
        if (!question.Compared) return known;
        if (question.FromVersion is not { } before) return GateReading.Unknown("the release before is not known.");
        var (shareBefore, ofBefore, whyNot) = await ShareAsync(question, before, question.Since - Before, question.Since, cancellationToken);
        return shareBefore is { } baseline ? known with { Baseline = baseline, BaselineOf = ofBefore } : GateReading.Unknown($"the release before: {whyNot}");
    }

    /// <summary>The share of a release's sessions that the gate is about, and of how many.</summary>
    private async Task<(double? Share, long Of, string? Why)> ShareAsync(GateQuestion question, string version, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        // Sentry counts by the hour at least.
        if (to - from < TimeSpan.FromHours(1)) from = to - TimeSpan.FromHours(1);
        var path = $"organizations/{Uri.EscapeDataString(options.Value.Organization)}/sessions/?field={Uri.EscapeDataString("sum(session)")}&groupBy=session.status&{Place(question)}"
            + $"&query={Uri.EscapeDataString($"release:\"{Release(question, version)}\"")}&interval=1h&start={Moment(from)}&end={Moment(to)}";
        var answer = await SendAsync(path, SentryReleasesJson.Default.SentrySessions, cancellationToken);
        if (answer is not { Value.Groups: { } groups, Why: null })
            return (null, 0, answer.Value is { Detail.ValueKind: JsonValueKind.String } refused ? $"Sentry answered {answer.Status}: {BoundedReads.Printable(refused.Detail.GetString()!, 200)}." : Refused(answer.Status) ?? answer.Why ?? "Sentry answered something that can't be read.");
        double all = 0, healthy = 0, crashed = 0;
        foreach (var group in groups.Where(group => group is not null))
        {
            var count = group.Totals?.GetValueOrDefault("sum(session)") ?? 0;
            var status = group.By?.TryGetValue("session.status", out var value) == true && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            all += count;
            if (status == "healthy") healthy += count;
            if (status == "crashed") crashed += count;
        }

        if (!(all > 0)) return (null, 0, $"Sentry has no session of {Release(question, version)} yet.");
        return (question.Query.Text == "crash-free" ? 1 - (crashed / all) : 1 - (healthy / all), (long)all, null);
    }

    private async Task<JsonAnswer<T>> SendAsync<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.Value.ApiUrl, path));
        request.Headers.Authorization = new("Bearer", options.Value.Token);
        return await calls.SendAsync(request, type, cancellationToken);
    }

    private static string? Refused(int status) => status switch
    {
        401 or 403 => $"Sentry answered {status}: Sentry:Token may not read this.",
        404 => "Sentry answered 404: there is no such organisation, or the token may not see it.",
        _ => null,
    };

    /// <summary>Quotes and backslashes would end the text that the release is looked for by.</summary>
    private static string Release(GateQuestion question, string version) =>
        (question.Query.Release ?? "{version}").Replace("{version}", version, StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal);

    private static string Place(GateQuestion question) => $"project={Uri.EscapeDataString(question.Query.Project ?? "")}&environment={Uri.EscapeDataString(question.Environment)}";

    private static string Moment(DateTimeOffset at) => Uri.EscapeDataString(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
}
