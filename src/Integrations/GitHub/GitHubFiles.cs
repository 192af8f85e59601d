using System.Collections.Immutable;
using System.Text;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>Reads a folder's YAML files at exactly the commit that a version stands for, by GitHub's contents API.</summary>
internal sealed class GitHubFiles(GitHubClient client, GitHubVersions versions) : IRepositoryFiles
{
    private const int MostFiles = 40;
    private const int LongestFile = 512 * 1024;

    public async Task<Outcome<ImmutableArray<RepositoryFile>>> ReadAsync(string repository, string version, string folder, CancellationToken cancellationToken)
    {
        if (Repository.Read(repository) is not { } known) return Never("repository-unclear", $"\"{BoundedReads.Printable(repository, 80)}\" is no repository: owner/name.", "Mend repository: in the service's file.");
        if (!IsUsable(folder)) return Never("folder-unclear", $"\"{BoundedReads.Printable(folder, 80)}\" is no folder of a repository.", "Name it from the repository's root, without .. in it.");
        return await (await versions.FindAsync(known, version, cancellationToken)).ThenAsync(async revision =>
            await (await client.ContentsAsync(known, folder, revision.Commit.Sha, cancellationToken)).ThenAsync(entries => FilesAsync(known, folder, revision.Commit.Sha, entries, cancellationToken)));
    }

    private async Task<Outcome<ImmutableArray<RepositoryFile>>> FilesAsync(Repository repository, string folder, string sha, ImmutableArray<Content> entries, CancellationToken cancellationToken)
    {
        var wanted = entries.Where(entry => entry.Type == "file" && Path.GetExtension(entry.Name).ToLowerInvariant() is ".yaml" or ".yml").OrderBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        if (wanted.Count is 0 or > MostFiles || wanted.Exists(entry => entry.Size > LongestFile))
            return Never("folder-unfit", $"{folder} of {repository} has {Words.Count(wanted.Count, "YAML file", "YAML files")}: from 1 to {MostFiles} are read, each of at most {LongestFile / 1024} kB.", "Name the folder that holds the manifests.");
        var files = ImmutableArray.CreateBuilder<RepositoryFile>();
        foreach (var entry in wanted)
        {
            var read = await client.ContentAsync(repository, entry.Path, sha, cancellationToken);
            if (read is not Outcome<Content>.Done { Value: { Encoding: "base64", Body: { } body } })
                return read.Then<Content, ImmutableArray<RepositoryFile>>(_ => Never("folder-unfit", $"{entry.Path} of {repository} can't be read as a text.", null));
            files.Add(new RepositoryFile(entry.Path, Encoding.UTF8.GetString(Convert.FromBase64String(body))));
        }

        return new Outcome<ImmutableArray<RepositoryFile>>.Done(files.ToImmutable());
    }

    /// <summary>What can be part of an address without becoming another one.</summary>
    private static bool IsUsable(string folder) => folder.Length is > 0 and <= 200 && !folder.StartsWith('/') && folder.Split('/').All(part => part.Length > 0 && part is not ("." or "..")
        && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'));

    private static Outcome<ImmutableArray<RepositoryFile>>.Never Never(string code, string why, string? next) => new(new Fault(code, why, next));
}
