using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>Keeps a GitHub Deployment for each run, and its statuses: in progress, success, failure.</summary>
/// <remarks>The run's key is in the deployment's payload: what was made before is found by it.</remarks>
internal sealed class DeploymentMarker(GitHubMarks marks, GitHubVersions versions) : IDeploymentMarker
{
    private const int LongestDescription = 140;

    public string System => "github-deployment";

    public bool Wants(Service service, MarkPhase phase) => service.Tell?.GitHub.Contains("deployments") == true;

    public async Task<Outcome<Record>> MarkAsync(Mark mark, CancellationToken cancellationToken)
    {
        if (Repository.Read(mark.Service.Repository) is not { } repository) return NoRepository.Of<Record>();
        var found = await versions.FindAsync(repository, mark.Version, cancellationToken);
        return await found.ThenAsync(async revision => await (await IdAsync(repository, revision, mark, cancellationToken)).ThenAsync(id => StateAsync(repository, revision, id, mark, cancellationToken)));
    }

    private async Task<Outcome<string>> IdAsync(Repository repository, Revision revision, Mark mark, CancellationToken cancellationToken)
    {
        if (mark.Handle is { } known) return new Outcome<string>.Done(known);
        return await (await marks.FindDeploymentAsync(repository, revision.Commit.Sha, mark.Environment, mark.Key, cancellationToken)).ThenAsync(async before =>
        {
            if (before is not null) return new Outcome<string>.Done(before.Id.ToString(CultureInfo.InvariantCulture));

            // Whether it may be deployed was decided already: GitHub is only told, so nothing is merged and no check is waited for.
            var body = new JsonObject
            {
                ["ref"] = revision.Tag ?? revision.Commit.Sha, ["auto_merge"] = false, ["required_contexts"] = new JsonArray(), ["environment"] = mark.Environment,
                ["production_environment"] = mark.Protected, ["description"] = Cut(mark.Says), ["payload"] = new JsonObject { ["run"] = mark.Key },
            };
            return (await marks.DeployAsync(repository, body, cancellationToken)).Then(made => new Outcome<string>.Done(made.Id.ToString(CultureInfo.InvariantCulture)));
        });
    }

    private async Task<Outcome<Record>> StateAsync(Repository repository, Revision revision, string id, Mark mark, CancellationToken cancellationToken)
    {
        var state = mark.Phase switch { MarkPhase.Began => "in_progress", MarkPhase.Succeeded => "success", _ => "failure" };
        return await (await marks.StatusesAsync(repository, id, cancellationToken)).ThenAsync(async statuses =>
        {
            var record = new Record(id, PageOf(revision, mark.Environment));
            if (statuses.Any(status => status.State == state)) return new Outcome<Record>.Done(record);
            var body = new JsonObject { ["state"] = state, ["description"] = Cut(mark.Says), ["environment"] = mark.Environment };
            if (mark.Link is { } link) body["log_url"] = link.AbsoluteUri;
            return (await marks.SetStatusAsync(repository, id, body, cancellationToken)).Then(_ => new Outcome<Record>.Done(record));
        });
    }

    private static Uri? PageOf(Revision revision, string environment) => revision.Commit.HtmlUrl.AbsoluteUri.Split("/commit/") is [var root, _] ? new Uri($"{root}/deployments/{Uri.EscapeDataString(environment)}") : null;

    private static string Cut(string text) => text.Length > LongestDescription ? text[..(LongestDescription - 1)] + "…" : text;
}

/// <summary>What is said where a service's file names no repository.</summary>
internal static class NoRepository
{
    public static Outcome<T> Of<T>() => new Outcome<T>.Never(new Fault("github-no-repository", "The service names no repository as owner/name.", "Write repository: in the service's file."));
}
