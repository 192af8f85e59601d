using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>A repository's tags as its versions, with whose commit each is and how its checks stand.</summary>
internal sealed class GitHubTags(GitHubClient client) : IVersions
{
    public async Task<Outcome<ImmutableArray<KnownVersion>>> NewestAsync(string repository, CancellationToken cancellationToken)
    {
        if (Repository.Read(repository) is not { } read) return new Outcome<ImmutableArray<KnownVersion>>.Never(new Fault("github-no-repository", "The repository has to be written as owner/name.", "Correct it in the service's file."));
        return (await client.NewestTagsAsync(read, cancellationToken)).Then(answer => answer.Data?.Repository is { } found
            ? new Outcome<ImmutableArray<KnownVersion>>.Done([.. (found.Refs?.Nodes ?? []).Select(Read)])
            : (Outcome<ImmutableArray<KnownVersion>>)new Outcome<ImmutableArray<KnownVersion>>.Never(new Fault(GitHubCalls.NotFound, $"{read} can't be seen by the bot.", "Check the repository's name and what the token may read.")));
    }

    private static KnownVersion Read(TagNode tag)
    {
        // A tag with words of its own leads to the commit by one more step.
        var commit = tag.Target?.Target ?? tag.Target;
        return new KnownVersion(
            BoundedReads.Printable(tag.Name, 128), commit?.CommittedDate, (commit?.Author?.User?.Login ?? commit?.Author?.Name) is { } by ? BoundedReads.Printable(by, 40) : null,
            commit?.StatusCheckRollup?.State switch
            {
                "SUCCESS" => ChecksState.Green,
                "FAILURE" or "ERROR" => ChecksState.Red,
                "PENDING" or "EXPECTED" => ChecksState.Running,
                _ => ChecksState.Unknown,
            });
    }
}

internal sealed record TagsQuestion(string Query, TagsOf Variables);

internal sealed record TagsOf(string Owner, string Name);

/// <param name="Data">Null, or without a repository, when it may not be seen.</param>
internal sealed record TagsAnswer(TagsData? Data = null);

internal sealed record TagsData(TagsRepository? Repository = null);

internal sealed record TagsRepository(TagRefs? Refs = null);

internal sealed record TagRefs(ImmutableArray<TagNode>? Nodes = null);

internal sealed record TagNode(string Name, TagTarget? Target = null);

/// <summary>A commit, or a tag of its own that leads to one.</summary>
internal sealed record TagTarget(DateTimeOffset? CommittedDate = null, TagAuthor? Author = null, TagChecks? StatusCheckRollup = null, TagTarget? Target = null);

internal sealed record TagAuthor(string? Name = null, TagUser? User = null);

internal sealed record TagUser(string Login);

internal sealed record TagChecks(string State);

/// <remarks>GraphQL writes names in another way than the REST API.</remarks>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TagsQuestion))]
[JsonSerializable(typeof(TagsAnswer))]
internal sealed partial class TagsJson : JsonSerializerContext;
