using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>The parts of Sentry (releases, deploys) and Datadog (events) that keep a record of deployments, on one free port of this machine.</summary>
public sealed class TimelineStandIn : IAsyncDisposable
{
    public const string Token = "stand-in-token", Organization = "example", ApiKey = "stand-in-api-key", AppKey = "stand-in-app-key";

    private readonly WebApplication app;
    private readonly Lock gate = new();
    private readonly HashSet<string> toLose = [];

    private TimelineStandIn(WebApplication app) => this.app = app;

    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Sentry:ApiUrl"] = $"{app.Urls.First()}/api/0/", ["Sentry:Token"] = Token, ["Sentry:Organization"] = Organization,
        ["Datadog:ApiUrl"] = $"{app.Urls.First()}/", ["Datadog:ApiKey"] = ApiKey, ["Datadog:AppKey"] = AppKey,
    };

    /// <summary>Releases by version.</summary>
    public Dictionary<string, JsonObject> Releases { get; } = [];

    public List<JsonObject> Deploys { get; } = [];

    public List<JsonObject> Events { get; } = [];

    /// <summary>What Datadog answers every event with.</summary>
    public int EventStatus { get; set; } = StatusCodes.Status202Accepted;

    /// <summary>The next write whose path ends so is done, and its answer lost.</summary>
    public void LoseAnswer(string ending)
    {
        lock (gate) toLose.Add(ending);
    }

    public static Task<TimelineStandIn> StartAsync() => Loopback.StartAsync(app => new TimelineStandIn(app), (standIn, context) => standIn.AnswerAsync(context));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (path, write) = (context.Request.Path.Value!, context.Request.Method == "POST");
        var body = write ? (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))! : [];
        (int Status, JsonNode Body) answer;
        bool lost;
        lock (gate)
        {
            answer = path.StartsWith("/api/v1/", StringComparison.Ordinal) ? Datadog(context.Request, write, body) : Sentry(context.Request, path, write, body);
            lost = write && toLose.RemoveWhere(ending => path.EndsWith(ending, StringComparison.Ordinal)) > 0;
        }

        if (lost)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.Body.ToJsonString());
    }

    private (int, JsonNode) Sentry(HttpRequest request, string path, bool write, JsonObject body)
    {
        if (request.Headers.Authorization != $"Bearer {Token}") return (401, new JsonObject { ["detail"] = "Invalid token" });
        if (path == $"/api/0/organizations/{Organization}/releases/" && write)
        {
            if (body["projects"] is not JsonArray { Count: > 0 }) return (400, new JsonObject { ["projects"] = "This field is required." });
            var known = Releases.ContainsKey((string)body["version"]!);
            Releases[(string)body["version"]!] = (JsonObject)body.DeepClone();
            return (known ? 208 : 201, new JsonObject { ["version"] = (string)body["version"]! });
        }

        if (!path.EndsWith("/deploys/", StringComparison.Ordinal)) return (404, new JsonObject { ["detail"] = "The requested resource does not exist" });
        if (!write) return (200, new JsonArray([.. Deploys.Select(one => one.DeepClone())]));
        Deploys.Add((JsonObject)body.DeepClone());
        return (201, new JsonObject { ["id"] = "1" });
    }

    private (int, JsonNode) Datadog(HttpRequest request, bool write, JsonObject body)
    {
        if (request.Headers["DD-API-KEY"] != ApiKey) return (403, new JsonObject { ["errors"] = new JsonArray("Forbidden") });
        if (!write)
        {
            var wanted = request.Query["tags"].ToString().Split(',');
            return request.Headers["DD-APPLICATION-KEY"] != AppKey ? (403, new JsonObject())
                : (200, new JsonObject { ["events"] = new JsonArray([.. Events.Where(one => wanted.All(tag => ((JsonArray)one["tags"]!).Any(has => (string)has! == tag))).Select(one => one.DeepClone())]) });
        }

        if (EventStatus != StatusCodes.Status202Accepted) return (EventStatus, new JsonObject { ["errors"] = new JsonArray("Try later") });
        if ((string?)body["title"] is not { Length: > 0 } || (string?)body["text"] is not { Length: > 0 and <= 4_000 }) return (400, new JsonObject { ["errors"] = new JsonArray("Invalid") });
        Events.Add((JsonObject)body.DeepClone());
        return (202, new JsonObject { ["status"] = "ok", ["event"] = new JsonObject { ["id"] = Events.Count, ["url"] = $"https://app.datadoghq.com/event/event?id={Events.Count}" } });
    }
}
