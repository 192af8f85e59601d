using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Datadog;

/// <summary>Mutes monitors by downtimes (API v2), and reads them back.</summary>
/// <remarks>A downtime is looked for by the mark in its message before one is made. Source: DataDog/datadog-api-client, v2 downtimes.</remarks>
internal sealed class DatadogDowntimes(IOptions<DatadogOptions> options, TimeProvider time) : ISilencer, IDisposable
{
    // 30 is what Datadog gives without being asked.
    private const int PageSize = 30, MostPages = 20;

    private readonly ApiCalls calls = new("Datadog", options.Value.ApiUrl, options.Value.Timeout, request =>
    {
        request.Headers.Add("DD-API-KEY", options.Value.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", options.Value.AppKey);
    }, time);

    public string System => "datadog";

    public async Task<Outcome<SilenceKept>> SilenceAsync(SilenceWanted wanted, CancellationToken cancellationToken)
    {
        if (wanted.Handles.IsEmpty) return new Outcome<SilenceKept>.Never(new Fault("datadog-no-monitor", "The alert does not say which monitor it is of."));
        var (known, failed) = await KnownAsync(cancellationToken);
        if (failed is not null) return Pass(failed);
        var kept = new List<(string Id, DateTimeOffset? Until)>();
        foreach (var monitor in wanted.Handles)
        {
            var message = $"{wanted.Reason ?? "muted from its card"} ({wanted.By}, {wanted.Mark}/{monitor})";
            var id = known.GetValueOrDefault(message);
            if (id is null)
            {
                var made = await calls.SendAsync(HttpMethod.Post, "api/v2/downtime", Body(wanted, monitor, message), cancellationToken);
                if (made is not Outcome<JsonElement>.Done { Value: var answer }) return Pass(made);
                id = Payload.Text(answer, "data", "id");
            }

            if (id is null) return new Outcome<SilenceKept>.Later("Datadog's answer did not name the downtime.");
            var read = await calls.SendAsync(HttpMethod.Get, $"api/v2/downtime/{Uri.EscapeDataString(id)}", null, cancellationToken);
            if (read is not Outcome<JsonElement>.Done { Value: var downtime }) return Pass(read);
            if (Payload.Text(downtime, "data", "attributes", "status") is not ("active" or "scheduled") and var status)
                return new Outcome<SilenceKept>.Never(new Fault("datadog-not-active", $"Datadog took the downtime, but it is {status ?? "in no known state"}."));
            if (Payload.Text(downtime, "data", "attributes", "monitor_identifier", "monitor_id") != monitor)
                return new Outcome<SilenceKept>.Never(new Fault("datadog-other-monitor", $"Datadog took the downtime, but it is not of monitor {monitor}."));
            kept.Add((id, Payload.Time(downtime, "data", "attributes", "schedule", "end")));
        }

        var until = kept.Min(one => one.Until);
        return new Outcome<SilenceKept>.Done(new SilenceKept(string.Join(',', kept.Select(one => one.Id)), until, $"{Words.Count(kept.Count, "monitor is", "monitors are")} muted{(until is { } end ? $" until {end.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture)}" : "")}"));
    }

    public void Dispose() => calls.Dispose();

    /// <summary>Ids of the downtimes that hold, by their messages; page after page.</summary>
    private async Task<(Dictionary<string, string> Known, Outcome<JsonElement>? Failed)> KnownAsync(CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await calls.SendAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"api/v2/downtime?current_only=true&page[offset]={page * PageSize}&page[limit]={PageSize}"), null, cancellationToken);
            if (answer is not Outcome<JsonElement>.Done { Value: var list }) return (known, answer);
            var read = Payload.List(list, "data").ToList();
            foreach (var one in read)
            {
                if (Payload.Text(one, "attributes", "message") is { } message && Payload.Text(one, "id") is { } id) known.TryAdd(message, id);
            }

            if (read.Count < PageSize) break;
        }

        return (known, null);
    }

    private static JsonObject Body(SilenceWanted wanted, string monitor, string message) => new()
    {
        ["data"] = new JsonObject
        {
            ["type"] = "downtime",
            ["attributes"] = new JsonObject
            {
                ["message"] = message,
                ["scope"] = "*",
                ["monitor_identifier"] = new JsonObject { ["monitor_id"] = long.Parse(monitor, CultureInfo.InvariantCulture) },
                ["schedule"] = new JsonObject { ["start"] = null, ["end"] = wanted.Until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) },
            },
        },
    };

    private static Outcome<SilenceKept> Pass(Outcome<JsonElement> outcome) => outcome switch
    {
        Outcome<JsonElement>.Later later => new Outcome<SilenceKept>.Later(later.Why, later.After),
        Outcome<JsonElement>.Never never => new Outcome<SilenceKept>.Never(never.Fault),
        _ => throw new InvalidOperationException("It is done."),
    };
}
