using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>The parts of Datadog (downtimes, API v2) and PagerDuty (incidents, REST) that keep monitoring quiet. Answers have the shape of the recordings.</summary>
public sealed class MutedStandIn : IAsyncDisposable
{
    public const string ApiKey = "stand-in-api-key", AppKey = "stand-in-app-key", Token = "stand-in-token", From = "bot@example.com";

    private readonly WebApplication app;

    private MutedStandIn(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Datadog:ApiUrl"] = $"{Address}/", ["Datadog:ApiKey"] = ApiKey, ["Datadog:AppKey"] = AppKey, ["PagerDuty:ApiUrl"] = $"{Address}/", ["PagerDuty:ApiToken"] = Token, ["PagerDuty:From"] = From,
    };

    /// <summary>Downtimes, as Datadog shows them.</summary>
    public List<JsonObject> Downtimes { get; } = [];

    /// <summary>States of incidents, by id.</summary>
    public Dictionary<string, string> Incidents { get; } = [];

    /// <summary>What a new downtime is, and an incident once it was acknowledged.</summary>
    public string DowntimeBecomes { get; set; } = "active";

    public string IncidentBecomes { get; set; } = "acknowledged";

    /// <summary>The monitor that a downtime is shown for, whatever was asked for; null = the one that was.</summary>
    public long? OtherMonitor { get; set; }

    /// <summary>Every call gets this status in place of an answer; null = none does.</summary>
    public HttpStatusCode? Refusal { get; set; }

    /// <summary>The next write is done, and its answer lost.</summary>
    public bool LoseNextAnswer { get; set; }

    public static Task<MutedStandIn> StartAsync() => Loopback.StartAsync(app => new MutedStandIn(app), (it, context) => it.AnswerAsync(context));

    /// <summary>Somebody's own downtime.</summary>
    public void AddDowntime(string message) => Downtimes.Add(Downtime(message, 1, null));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var write = context.Request.Method is "POST" or "PUT";
        var body = write ? (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))! : [];
        var path = context.Request.Path.Value!;
        var (status, answer) = Refusal is { } no ? ((int)no, new JsonObject { ["errors"] = new JsonArray("no") }) : path.StartsWith("/api/v2/", StringComparison.Ordinal) ? Datadog(context.Request, path, write, body) : PagerDuty(context.Request, path, write, body);
        if (write && LoseNextAnswer)
        {
            LoseNextAnswer = false;
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        if (status == StatusCodes.Status429TooManyRequests) context.Response.Headers.RetryAfter = "7";
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private (int, JsonObject) Datadog(HttpRequest request, string path, bool write, JsonObject body)
    {
        if (request.Headers["DD-API-KEY"] != ApiKey || request.Headers["DD-APPLICATION-KEY"] != AppKey) return (403, new JsonObject { ["errors"] = new JsonArray("Forbidden") });
        if (path != "/api/v2/downtime")
            return Downtimes.FirstOrDefault(one => path == $"/api/v2/downtime/{one["id"]}") is { } found ? (200, new JsonObject { ["data"] = found.DeepClone() }) : (404, new JsonObject { ["errors"] = new JsonArray("Downtime not found") });
        if (!write)
        {
            var (offset, limit) = (Number(request, "page[offset]", 0), Number(request, "page[limit]", 30));
            return (200, new JsonObject { ["data"] = new JsonArray([.. Downtimes.Skip(offset).Take(limit).Select(one => one.DeepClone())]) });
        }

        var asked = body["data"]!["attributes"]!;
        var made = Downtime((string)asked["message"]!, OtherMonitor ?? (long)asked["monitor_identifier"]!["monitor_id"]!, (string?)asked["schedule"]!["end"]);
        Downtimes.Add(made);
        return (200, new JsonObject { ["data"] = made.DeepClone() });
    }

    private JsonObject Downtime(string message, long monitor, string? end) => new()
    {
        ["type"] = "downtime",
        ["id"] = Guid.NewGuid().ToString(),
        ["attributes"] = new JsonObject
        {
            ["message"] = message, ["status"] = DowntimeBecomes, ["scope"] = "*", ["canceled"] = null,
            ["monitor_identifier"] = new JsonObject { ["monitor_id"] = monitor },
            ["schedule"] = new JsonObject { ["start"] = "2026-11-21T08:00:00.000000+00:00", ["end"] = end?.Replace("Z", ".000000+00:00", StringComparison.Ordinal) },
        },
    };

    private (int, JsonObject) PagerDuty(HttpRequest request, string path, bool write, JsonObject body)
    {
        if (request.Headers.Authorization != $"Token token={Token}") return (401, new JsonObject { ["error"] = new JsonObject { ["message"] = "Unauthorized" } });
        if (path.Split('/') is not ["", "incidents", var id] || !Incidents.TryGetValue(id, out var known)) return (404, new JsonObject { ["error"] = new JsonObject { ["message"] = "Not Found", ["code"] = 2100 } });
        if (write)
        {
            if (request.Headers["From"] != From || (string?)body["incident"]?["type"] is not ("incident" or "incident_reference")) return (400, new JsonObject { ["error"] = new JsonObject { ["message"] = "Invalid Input Provided" } });
            if (known != "resolved") known = Incidents[id] = IncidentBecomes;
        }

        return (200, new JsonObject { ["incident"] = new JsonObject { ["id"] = id, ["type"] = "incident", ["status"] = known } });
    }

    private static int Number(HttpRequest request, string name, int otherwise) => int.TryParse(request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
