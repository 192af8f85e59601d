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
    private readonly ApiCalls calls = new("Datadog", options.Value.ApiUrl, options.Value.Timeout, request =>
    {
        request.Headers.Add("DD-API-KEY", options.Value.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", options.Value.AppKey);
    }, time);

    public string System => "datadog";

    public async Task<Outcome<SilenceKept>> SilenceAsync(SilenceWanted wanted, CancellationToken cancellationToken)
    {
        if (wanted.Handles.IsEmpty) return new Outcome<SilenceKept>.Never(new Fault("datadog-no-monitor", "The alert does not say which monitor it is of."));
        var known = await calls.SendAsync(HttpMethod.Get, "api/v2/downtime?current_only=true", null, cancellationToken);
        if (known is not Outcome<JsonElement>.Done { Value: var list }) return Pass(known);
        var ids = new List<string>();
        foreach (var monitor in wanted.Handles)
        {
            var message = $"{wanted.Reason ?? "muted from its card"} ({wanted.By}, {wanted.Mark}/{monitor})";
            var id = Payload.List(list, "data").Where(one => Payload.Text(one, "attributes", "message") == message).Select(one => Payload.Text(one, "id")).FirstOrDefault();
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
            ids.Add(id);
        }

        return new Outcome<SilenceKept>.Done(new SilenceKept(string.Join(',', ids), wanted.Until, $"{Words.Count(ids.Count, "monitor is", "monitors are")} muted until {wanted.Until.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture)}"));
    }

    public void Dispose() => calls.Dispose();

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
