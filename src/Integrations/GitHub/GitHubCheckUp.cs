using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>Whether the bot may read what checklists ask for, in each repository that a service names.</summary>
internal sealed class GitHubCheckUp(GitHubClient client, Func<Configuration> configuration) : ICheckUp
{
    private const int MostRepositories = 5;
    private const string Name = "GitHub";

    public string System => Name;

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var repositories = configuration().Services.Select(service => Repository.Read(service.Repository)).OfType<Repository>().DistinctBy(repository => $"{repository}").Take(MostRepositories).ToList();
        if (repositories.Count == 0) return [new Symptom(Name, "repositories", Health.Off, "No service names a repository.")];
        var found = await Task.WhenAll(repositories.Select(repository => OfAsync(repository, cancellationToken)));
        return [.. found.SelectMany(one => one)];
    }

    private async Task<IEnumerable<Symptom>> OfAsync(Repository repository, CancellationToken cancellationToken)
    {
        var head = await client.CommitAsync(repository, "HEAD", cancellationToken);
        if (head is not Outcome<Commit>.Done { Value.Sha: { } sha }) return [Judge(head, repository, "commits", "Contents: read")];
        var checks = await client.CheckRunsAsync(repository, sha, cancellationToken);
        var pulls = await client.PullsAsync(repository, sha, cancellationToken);
        return [Judge(head, repository, "commits", "Contents: read"), Judge(checks, repository, "checks", "Checks: read"), Judge(pulls, repository, "pull requests", "Pull requests: read")];
    }

    private static Symptom Judge<T>(Outcome<T> outcome, Repository repository, string what, string right) => outcome switch
    {
        Outcome<T>.Done => new(Name, what, Health.Good, $"The bot may read the {what} of {repository}."),
        Outcome<T>.Never { Fault: var fault } => new(Name, what, Health.Bad, $"The {what} of {repository} can't be read: {fault.Why}", fault.Next ?? $"Give GitHub:Token, or the app, the permission {right} there."),
        Outcome<T>.Later later => new(Name, what, Health.Weak, $"The {what} of {repository} can't be read now: {later.Why}", "Look again in a minute."),
        _ => throw new InvalidOperationException("No such outcome."),
    };
}
