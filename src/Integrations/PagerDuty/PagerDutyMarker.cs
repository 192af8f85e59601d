using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.PagerDuty;

/// <summary>Sends PagerDuty a change event when a change begins and when it ends: whoever is paged sees it beside the incident. It wakes nobody.</summary>
/// <remarks>Source: PagerDuty/developer-docs, docs/events-API-v2 (send a change event). There is no key and nothing to look for: where an answer was lost it is not sent again.</remarks>
internal sealed class PagerDutyMarker(IOptions<PagerDutyOptions> options, TimeProvider time) : IDeploymentMarker, IDisposable
{
    private const int LongestSummary = 1024;

    private readonly ApiCalls calls = new("PagerDuty", options.Value.EventsUrl, options.Value.Timeout, _ => { }, time);

    public string System => "pagerduty";

    public bool Wants(Service service, MarkPhase phase) => service.Tell?.PagerDuty == true;

    public async Task<Outcome<Record>> MarkAsync(Mark mark, CancellationToken cancellationToken)
    {
        if (mark.MaybeSent) return new Outcome<Record>.Never(new Fault("pagerduty-lost", "PagerDuty's answer was lost: it can't be told whether it took the change event, and it is not sent twice."));
        var key = options.Value.ChangeKey.Length > 0 ? options.Value.ChangeKey : options.Value.RoutingKey;
        var body = new JsonObject
        {
            ["routing_key"] = key,
            ["payload"] = new JsonObject
            {
                ["summary"] = mark.Says.Length > LongestSummary ? mark.Says[..(LongestSummary - 1)] + "…" : mark.Says, ["source"] = "chatops", ["timestamp"] = mark.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null),
                ["custom_details"] = new JsonObject { ["run"] = mark.Key, ["service"] = mark.Service.Name, ["environment"] = mark.Environment, ["version"] = mark.Version, ["from"] = mark.FromVersion, ["by"] = mark.By.Email },
            },
        };
        if (mark.Link is { } link) body["links"] = new JsonArray(new JsonObject { ["href"] = link.AbsoluteUri, ["text"] = $"Run {mark.Run}" });
        return await calls.SendAsync(HttpMethod.Post, "v2/change/enqueue", body, cancellationToken) switch
        {
            Outcome<JsonElement>.Later later => new Outcome<Record>.Later(later.Why, later.After) { Untouched = later.Untouched },
            Outcome<JsonElement>.Never never => new Outcome<Record>.Never(never.Fault with { Next = "Check PagerDuty:ChangeKey, or PagerDuty:RoutingKey, in the settings." }),
            _ => new Outcome<Record>.Done(new Record(null)),
        };
    }

    public void Dispose() => calls.Dispose();
}
