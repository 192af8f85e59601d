using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>The part of Alertmanager's API v2 that keeps silences, answering as the recordings do.</summary>
public sealed class AlertmanagerStandIn : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<JsonObject> silences = [];

    private AlertmanagerStandIn(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>The next silence is made, but its answer never arrives.</summary>
    public bool LoseNextAnswer { get; set; }

    public IReadOnlyList<JsonObject> Silences
    {
        get
        {
            lock (silences) return [.. silences];
        }
    }

    public static Task<AlertmanagerStandIn> StartAsync() => Loopback.StartAsync(app => new AlertmanagerStandIn(app), (standIn, context) => standIn.AnswerAsync(context));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (context.Request.Method == "POST" && path == "/api/v2/silences")
        {
            var made = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
            if (made["matchers"]!.AsArray().Count == 0)
            {
                context.Response.StatusCode = 422;
                await context.Response.WriteAsync(Recordings.Text("alertmanager/api-v2-silence-create-422.json"));
                return;
            }

            made["id"] = Guid.NewGuid().ToString();
            made["status"] = new JsonObject { ["state"] = "active" };
            lock (silences) silences.Add(made);
            if (LoseNextAnswer)
            {
                LoseNextAnswer = false;
                context.Abort();
                return;
            }

            await WriteAsync(context, new JsonObject { ["silenceID"] = (string?)made["id"] });
        }
        else if (path == "/api/v2/silences")
        {
            await WriteAsync(context, new JsonArray([.. Silences.Select(silence => silence.DeepClone())]));
        }
        else if (Silences.FirstOrDefault(silence => path == $"/api/v2/silence/{(string?)silence["id"]}") is { } found)
        {
            await WriteAsync(context, found);
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }

    private static Task WriteAsync(HttpContext context, JsonNode body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }
}
