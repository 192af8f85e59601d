using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.GitHub;

/// <summary>What was written to the repository: deployments and their statuses, comments, releases.</summary>
public sealed class GitHubWrites
{
    private readonly Lock gate = new();
    private readonly HashSet<string> toLose = [];
    private long last = 100;

    public List<JsonObject> Deployments { get; } = [];

    /// <summary><c>in_progress</c>, <c>success</c> … in order, by deployment.</summary>
    public Dictionary<long, List<string>> Statuses { get; } = [];

    public Dictionary<int, List<string>> Comments { get; } = [];

    /// <summary>Notes by tag.</summary>
    public Dictionary<string, JsonObject> Releases { get; } = [];

    /// <summary>The next write whose path ends so is done, and its answer lost.</summary>
    public void LoseAnswer(string ending)
    {
        lock (gate) toLose.Add(ending);
    }

    public void AddRelease(string tag, string body) => Releases[tag] = Release(tag, body);

    /// <summary>False when it is about something else.</summary>
    internal async Task<bool> AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (!path.StartsWith(GitHubStandIn.Repo + "/", StringComparison.Ordinal)) return false;
        var parts = path[(GitHubStandIn.Repo.Length + 1)..].Split('/');
        var write = context.Request.Method is "POST" or "PATCH";
        var body = write ? (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))! : [];
        var answer = Answer(parts, write, body);
        if (answer is null) return false;
        if (write && Loses(path))
        {
            context.Abort();
            return true;
        }

        context.Response.StatusCode = answer.Value.Status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(answer.Value.Body.ToJsonString());
        return true;
    }

    private bool Loses(string path)
    {
        lock (gate) return toLose.RemoveWhere(ending => path.EndsWith(ending, StringComparison.Ordinal)) > 0;
    }

    private (int Status, JsonNode Body)? Answer(string[] parts, bool write, JsonObject body)
    {
        lock (gate)
        {
            return (parts, write) switch
            {
                (["deployments"], true) => Deploy(body),
                (["deployments"], false) => (200, new JsonArray([.. Deployments.Select(one => one.DeepClone())])),
                (["deployments", var id, "statuses"], true) => SetStatus(Number(id), body),
                (["deployments", var id, "statuses"], false) => (200, new JsonArray([.. Statuses.GetValueOrDefault(Number(id), []).Select((state, at) => (JsonNode)new JsonObject { ["id"] = at + 1, ["state"] = state })])),
                (["issues", var number, "comments"], true) => Comment((int)Number(number), body),
                (["issues", var number, "comments"], false) => (200, new JsonArray([.. Comments.GetValueOrDefault((int)Number(number), []).Select((text, at) => (JsonNode)new JsonObject { ["id"] = at + 1, ["body"] = text })])),
                (["releases", "tags", var tag], false) when Releases.TryGetValue(tag, out var release) => (200, release.DeepClone()),
                (["releases"], true) => Publish((string)body["tag_name"]!, (string?)body["body"] ?? ""),
                (["releases", var id], true) => Edit(Number(id), (string)body["body"]!),
                _ => null,
            };
        }
    }

    private (int, JsonNode) Deploy(JsonObject body)
    {
        if ((bool?)body["auto_merge"] != false || body["required_contexts"] is not JsonArray { Count: 0 }) return (409, new JsonObject { ["message"] = "Conflict: it would merge, or wait for checks." });
        var made = (JsonObject)body.DeepClone();
        made["id"] = ++last;
        Deployments.Add(made);
        return (201, made.DeepClone());
    }

    private (int, JsonNode) SetStatus(long id, JsonObject body)
    {
        if (!Statuses.TryGetValue(id, out var known)) Statuses[id] = known = [];
        known.Add((string)body["state"]!);
        return (201, new JsonObject { ["id"] = known.Count, ["state"] = (string)body["state"]! });
    }

    private (int, JsonNode) Comment(int number, JsonObject body)
    {
        if (!Comments.TryGetValue(number, out var known)) Comments[number] = known = [];
        known.Add((string)body["body"]!);
        return (201, new JsonObject { ["id"] = known.Count, ["body"] = (string)body["body"]! });
    }

    private (int, JsonNode) Publish(string tag, string body)
    {
        if (Releases.ContainsKey(tag)) return (422, new JsonObject { ["message"] = "Validation Failed" });
        AddRelease(tag, body);
        return (201, Releases[tag].DeepClone());
    }

    private (int, JsonNode) Edit(long id, string body)
    {
        var release = Releases.Values.Single(one => (long)one["id"]! == id);
        release["body"] = body;
        return (200, release.DeepClone());
    }

    private JsonObject Release(string tag, string body) => new() { ["id"] = ++last, ["tag_name"] = tag, ["html_url"] = $"https://github.com/octocat/Hello-World/releases/tag/{tag}", ["body"] = body };

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
