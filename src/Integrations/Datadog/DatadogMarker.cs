using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Datadog;

/// <summary>Puts an event on Datadog's timeline when a change begins and when it ends; those of one run are shown as one.</summary>
/// <remarks>
/// Source: DataDog/datadog-api-client-go, api/v1/events. Sending one needs the API key alone, finding it again the application key too. Where an answer was lost, it is looked for by its
/// tags; without an application key it is not sent again, since nobody could tell.
/// </remarks>
internal sealed class DatadogMarker(IOptions<DatadogOptions> options, TimeProvider time) : IDeploymentMarker, IDisposable
{
    private const int LongestText = 4_000;

    /// <summary>Longer ago Datadog does not take them.</summary>
    private static readonly TimeSpan Oldest = TimeSpan.FromHours(17);

    private readonly ApiCalls calls = new("Datadog", options.Value.ApiUrl, options.Value.Timeout, request =>
    {
        request.Headers.Add("DD-API-KEY", options.Value.ApiKey);
        if (options.Value.AppKey.Length > 0) request.Headers.Add("DD-APPLICATION-KEY", options.Value.AppKey);
    }, time);

    public string System => "datadog";

    public bool Wants(Service service, MarkPhase phase) => service.Tell?.Datadog == true;

    public async Task<Outcome<Record>> MarkAsync(Mark mark, CancellationToken cancellationToken)
    {
        var tags = Tags(mark);
        if (mark.MaybeSent)
        {
            if (options.Value.AppKey.Length == 0) return Lost();
            var range = string.Create(CultureInfo.InvariantCulture, $"start={(mark.At - TimeSpan.FromHours(1)).ToUnixTimeSeconds()}&end={(time.GetUtcNow() + TimeSpan.FromHours(1)).ToUnixTimeSeconds()}");
            var found = await calls.SendAsync(HttpMethod.Get, $"api/v1/events?{range}&unaggregated=true&tags={Uri.EscapeDataString($"{tags[0]},{tags[1]}")}", null, cancellationToken);
            if (found is not Outcome<JsonElement>.Done { Value: var listed }) return Passed(found);
            if (listed.ValueKind == JsonValueKind.Object && listed.TryGetProperty("events", out var events) && events.ValueKind == JsonValueKind.Array && events.GetArrayLength() > 0) return new Outcome<Record>.Done(new Record(null));
        }

        var at = mark.At < time.GetUtcNow() - Oldest ? time.GetUtcNow() - Oldest : mark.At;
        var body = new JsonObject
        {
            ["title"] = mark.Says, ["text"] = Text(mark), ["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]), ["aggregation_key"] = mark.Key, ["date_happened"] = at.ToUnixTimeSeconds(),
            ["alert_type"] = mark.Phase switch { MarkPhase.Began => "info", MarkPhase.Succeeded => "success", MarkPhase.RolledBack => "warning", _ => "error" }, ["source_type_name"] = "chatops",
        };
        var sent = await calls.SendAsync(HttpMethod.Post, "api/v1/events", body, cancellationToken);
        return sent is Outcome<JsonElement>.Done { Value: var answer }
            ? new Outcome<Record>.Done(new Record(null, answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("event", out var made) && made.TryGetProperty("url", out var url) && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var link) && link.Scheme == "https" ? link : null))
            : Passed(sent);
    }

    public void Dispose() => calls.Dispose();

    private static string[] Tags(Mark mark) => [$"chatops_run:{mark.Run}", $"chatops_phase:{mark.Phase.ToString().ToLowerInvariant()}", $"service:{mark.Service.Name}", $"env:{mark.Environment}", $"version:{mark.Version}"];

    private static string Text(Mark mark)
    {
        var text = $"{mark.Says}.{(mark.FromVersion is { } from ? $" Before: {from}." : "")}{(mark.Link is { } link ? $" {link.AbsoluteUri}" : "")}{string.Concat(mark.Changes?.PullRequests.Select(pull => $"\n#{pull.Number} {pull.Title} ({pull.Author})") ?? [])}";
        return text.Length > LongestText ? text[..(LongestText - 1)] + "…" : text;
    }

    private static Outcome<Record> Lost() => new Outcome<Record>.Never(new Fault("datadog-lost", "Datadog's answer was lost, and without an application key it can't be told whether it took the event: it is not sent twice.", "Set Datadog:AppKey."));

    private static Outcome<Record> Passed(Outcome<JsonElement> outcome) => outcome switch
    {
        Outcome<JsonElement>.Later later => new Outcome<Record>.Later(later.Why, later.After) { Untouched = later.Untouched },
        Outcome<JsonElement>.Never never => new Outcome<Record>.Never(never.Fault),
        _ => throw new InvalidOperationException("It is done."),
    };
}
