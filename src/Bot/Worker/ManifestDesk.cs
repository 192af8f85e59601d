using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Gives operations the manifests that they name: exactly what was planned, with everything filled in. They are written down nowhere, since they may hold secrets.</summary>
internal sealed class ManifestDesk(Func<Configuration> configuration, IEnumerable<IRepositoryFiles> repositories)
{
    /// <param name="fill">Fills in what steps before it kept.</param>
    public async Task<Outcome<Operation>> FilledAsync(Operation operation, Func<string, string> fill, CancellationToken cancellationToken)
    {
        var filled = operation.Filled(fill);
        if (filled is not Operation.Apply apply) return new Outcome<Operation>.Done(filled);
        return await ReadAsync(apply, cancellationToken) switch
        {
            Outcome<ManifestFolder>.Done { Value.Json: var json } => new Outcome<Operation>.Done(apply with { Manifests = Jobs.Fill(json, text => fill(apply.Fill(text))) }),
            Outcome<ManifestFolder>.Later later => new Outcome<Operation>.Later(later.Why, later.After),
            Outcome<ManifestFolder>.Never never => new Outcome<Operation>.Never(never.Fault),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }

    private async Task<Outcome<ManifestFolder>> ReadAsync(Operation.Apply apply, CancellationToken cancellationToken)
    {
        if (!apply.IsFromRepository)
        {
            return configuration().Manifests.GetValueOrDefault(apply.Folder) is { } folder && folder.Digest == apply.Digest
                ? new Outcome<ManifestFolder>.Done(folder)
                : Never("manifests-changed", $"What is in manifests/{apply.Folder} is no longer what was planned.", "Start again, with the plan as it is now.");
        }

        if (apply.Repository is not { } repository) return Never("repository-missing", "The service names no repository to read manifests from.", "Write repository: owner/name in its file.");
        if (repositories.FirstOrDefault() is not { } files) return Never("repository-unread", "GitHub is not connected, so the repository's manifests can't be read.", "Set GitHub:Token, or GitHub:AppId and GitHub:PrivateKey.");
        return await files.ReadAsync(repository, apply.Fills["version"], apply.Folder, cancellationToken) switch
        {
            Outcome<ImmutableArray<RepositoryFile>>.Done done => Judge(apply, done.Value),
            Outcome<ImmutableArray<RepositoryFile>>.Later later => new Outcome<ManifestFolder>.Later(later.Why, later.After),
            Outcome<ImmutableArray<RepositoryFile>>.Never never => new Outcome<ManifestFolder>.Never(never.Fault),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }

    private static Outcome<ManifestFolder> Judge(Operation.Apply apply, ImmutableArray<RepositoryFile> files)
    {
        var (folder, findings) = ManifestReader.Read(files.Select(file => new SourceFile(file.Path, file.Text)));
        if (folder is not null) return new Outcome<ManifestFolder>.Done(folder);
        var first = findings.FirstOrDefault(finding => finding.Error);
        return Never("manifest-invalid", $"{apply.Folder} of the repository can't be applied: {first?.File}:{first?.Line}: {first?.What}", first?.Mend);
    }

    private static Outcome<ManifestFolder>.Never Never(string code, string why, string? next) => new(new Fault(code, why, next));
}
