using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Sentry;

/// <summary>Tells Sentry of a release, with its commits, and of its deploy.</summary>
/// <remarks>
/// Source: getsentry/sentry-api-schema. Making a release again answers 208 and changes nothing; a deploy is not idempotent, so those of the release are looked through first
/// for one with the run's key as its name.
/// </remarks>
internal sealed class SentryMarker(IOptions<SentryReleasesOptions> options, TimeProvider time) : IDeploymentMarker, IDisposable
{
    private const int LongestMessage = 500;

    private readonly ApiCalls calls = new("Sentry", options.Value.ApiUrl, options.Value.Timeout, request => request.Headers.Authorization = new("Bearer", options.Value.Token), time);

    public string System => "sentry";

    public bool Wants(Service service, MarkPhase phase) => phase == MarkPhase.Succeeded && service.Tell?.Sentry is not null;

    public async Task<Outcome<Record>> MarkAsync(Mark mark, CancellationToken cancellationToken)
    {
        var (organization, tell) = (Uri.EscapeDataString(options.Value.Organization), mark.Service.Tell!);
        var version = tell.SentryRelease.Replace("{version}", mark.Version, StringComparison.Ordinal);
        var release = new JsonObject { ["version"] = version, ["projects"] = new JsonArray(tell.Sentry), ["commits"] = Commits(mark) };
        if (mark.Protected) release["dateReleased"] = Moment(mark.At);
        if (await calls.SendAsync(HttpMethod.Post, $"organizations/{organization}/releases/", release, cancellationToken) is not Outcome<JsonElement>.Done and var refused) return Passed(refused);
        var path = $"organizations/{organization}/releases/{Uri.EscapeDataString(version)}/deploys/";
        var deploys = await calls.SendAsync(HttpMethod.Get, path, null, cancellationToken);
        if (deploys is not Outcome<JsonElement>.Done { Value: var listed }) return Passed(deploys);
        if (listed.ValueKind == JsonValueKind.Array && listed.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.Object && one.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() == mark.Key))
            return new Outcome<Record>.Done(new Record(version));
        var deploy = new JsonObject { ["environment"] = mark.Environment, ["name"] = mark.Key, ["dateStarted"] = Moment(mark.Began), ["dateFinished"] = Moment(mark.At), ["projects"] = new JsonArray(tell.Sentry) };
        if (mark.Link is { } link) deploy["url"] = link.AbsoluteUri;
        var made = await calls.SendAsync(HttpMethod.Post, path, deploy, cancellationToken);
        return made is Outcome<JsonElement>.Done ? new Outcome<Record>.Done(new Record(version)) : Passed(made);
    }

    public void Dispose() => calls.Dispose();

    private static JsonArray Commits(Mark mark)
    {
        var commits = new JsonArray();
        foreach (var commit in mark.Changes?.Commits ?? [])
        {
            var one = new JsonObject { ["id"] = commit.Id, ["repository"] = mark.Service.Repository, ["message"] = commit.Title.Length > LongestMessage ? commit.Title[..LongestMessage] : commit.Title, ["author_name"] = commit.Author };
            if (commit.Email is { } email) one["author_email"] = email;
            if (commit.At is { } at) one["timestamp"] = Moment(at);
            commits.Add((JsonNode)one);
        }

        return commits;
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);

    private static Outcome<Record> Passed(Outcome<JsonElement> outcome) => outcome switch
    {
        Outcome<JsonElement>.Later later => new Outcome<Record>.Later(later.Why, later.After) { Untouched = later.Untouched },
        Outcome<JsonElement>.Never never => new Outcome<Record>.Never(never.Fault with { Next = never.Fault.Next ?? "Check tell: sentry in the service's file, and that Sentry:Token may write releases (project:releases)." }),
        _ => throw new InvalidOperationException("It is done."),
    };
}
