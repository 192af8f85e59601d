using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>The part of PagerDuty that takes events (Events API v2), with its rules for names, keys and severities.</summary>
public sealed class PagerDutyStandIn : IAsyncDisposable
{
    public const string RoutingKey = "0123456789abcdef0123456789abcdef";

    private readonly WebApplication app;
    private readonly List<JsonObject> events = [];
    private readonly List<JsonObject> changes = [];

    private PagerDutyStandIn(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>What it answers every event with; 202 takes it.</summary>
    public int Status { get; set; } = StatusCodes.Status202Accepted;

    /// <summary>Events that it took, in order.</summary>
    public IReadOnlyList<JsonObject> Events
    {
        get
        {
            lock (events) return [.. events];
        }
    }

    /// <summary><c>trigger chatops/A1/1</c>, in order.</summary>
    public IReadOnlyList<string> Said => [.. Events.Select(one => $"{one["event_action"]} {one["dedup_key"]}")];

    /// <summary>Change events that it took, in order.</summary>
    public IReadOnlyList<JsonObject> Changes
    {
        get
        {
            lock (events) return [.. changes];
        }
    }

    public static Task<PagerDutyStandIn> StartAsync() => Loopback.StartAsync(app => new PagerDutyStandIn(app), (standIn, context) => standIn.AnswerAsync(context));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/v2/change/enqueue")
        {
            await TakeChangeAsync(context);
            return;
        }

        var sent = context.Request.Path == "/v2/enqueue" && context.Request.Method == "POST" ? await JsonNode.ParseAsync(context.Request.Body) as JsonObject : null;
        var fault = sent is null ? "no event" : FaultOf(sent);
        context.Response.StatusCode = fault is not null ? StatusCodes.Status400BadRequest : Status;
        context.Response.ContentType = "application/json";
        if (context.Response.StatusCode == StatusCodes.Status202Accepted)
        {
            lock (events) events.Add(sent!);
        }

        await context.Response.WriteAsync(fault is null ? new JsonObject { ["status"] = "success", ["dedup_key"] = (string?)sent!["dedup_key"] }.ToJsonString() : new JsonObject { ["status"] = "invalid event", ["message"] = fault }.ToJsonString());
    }

    private async Task TakeChangeAsync(HttpContext context)
    {
        var sent = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
        var well = (string?)sent["routing_key"] == RoutingKey && (string?)sent["payload"]?["summary"] is { Length: > 0 and <= 1024 };
        context.Response.StatusCode = well ? Status : StatusCodes.Status400BadRequest;
        if (context.Response.StatusCode == StatusCodes.Status202Accepted)
        {
            lock (events) changes.Add(sent);
        }

        await context.Response.WriteAsync("""{"status":"success"}""");
    }

    private static string? FaultOf(JsonObject sent)
    {
        if ((string?)sent["routing_key"] != RoutingKey) return "Invalid routing key";
        if ((string?)sent["dedup_key"] is not { Length: > 0 and <= 255 }) return "Invalid dedup key";
        if ((string?)sent["event_action"] is "acknowledge" or "resolve") return null;
        return (string?)sent["event_action"] == "trigger" && sent["payload"] is JsonObject payload && (string?)payload["summary"] is { Length: > 0 and <= 1024 } && (string?)payload["source"] is { Length: > 0 }
            && (string?)payload["severity"] is "critical" or "error" or "warning" or "info" ? null : "Invalid payload";
    }
}
