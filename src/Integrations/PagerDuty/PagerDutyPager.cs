using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.PagerDuty;

/// <summary>Calls people by PagerDuty's Events API v2. Doing it twice changes nothing: events of one key join one alert while it is open.</summary>
/// <remarks>Source: PagerDuty/developer-docs, docs/events-API-v2. 202 says that it was taken; 429, 5xx and no answer are tried again; 400 never.</remarks>
internal sealed class PagerDutyPager(IOptions<PagerDutyOptions> options, TimeProvider time) : IPager, IDisposable
{
    private const int LongestSummary = 1024, LongestKey = 255;

    private readonly ApiCalls calls = new("PagerDuty", options.Value.EventsUrl, options.Value.Timeout, _ => { }, time);

    public string Name => "PagerDuty";

    public TimeSpan Patience => options.Value.Patience;

    public async Task<Outcome<Nothing>> TellAsync(PagerNote note, CancellationToken cancellationToken)
    {
        if (note.Key.Length > LongestKey) return new Outcome<Nothing>.Never(new Fault("pagerduty-key", "The page's name is too long for PagerDuty."));
        return await calls.SendAsync(HttpMethod.Post, "v2/enqueue", BodyOf(note), cancellationToken) switch
        {
            Outcome<JsonElement>.Later later => new Outcome<Nothing>.Later(later.Why, later.After),
            Outcome<JsonElement>.Never never => new Outcome<Nothing>.Never(never.Fault with { Next = "Check PagerDuty:RoutingKey in the settings." }),
            _ => new Outcome<Nothing>.Done(Nothing.Value),
        };
    }

    public void Dispose() => calls.Dispose();

    private JsonObject BodyOf(PagerNote note)
    {
        var body = new JsonObject
        {
            ["routing_key"] = options.Value.RoutingKey,
            ["event_action"] = note.Action.ToString().ToLowerInvariant(),
            ["dedup_key"] = note.Key,
        };
        if (note.Action != PagerAction.Trigger) return body;
        body["payload"] = new JsonObject { ["summary"] = note.Summary.Length > LongestSummary ? note.Summary[..(LongestSummary - 1)] + "…" : note.Summary, ["source"] = note.Source, ["severity"] = note.Critical ? "critical" : "warning" };
        body["client"] = "ChatOps";
        if (note.Link is { } link) body["client_url"] = link.AbsoluteUri;
        if (options.Value.RollbackLink && !note.Ways.IsEmpty) body["links"] = new JsonArray([.. note.Ways.Select(way => new JsonObject { ["href"] = way.Url.AbsoluteUri, ["text"] = way.Label })]);
        return body;
    }
}
