using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>Keeps a list of deployments in the notes of the version's release. A version that went live in a protected environment gets a release with GitHub's own notes, where it has none.</summary>
/// <remarks>The list stands between two marks, and the rest of the notes is left as it is; a line carries its run's key.</remarks>
internal sealed class ReleaseMarker(GitHubMarks marks, GitHubVersions versions) : IDeploymentMarker
{
    private const string Begin = "<!-- chatops-deployments -->", End = "<!-- /chatops-deployments -->";
    private const int LongestNotes = 120_000;

    public string System => "github-release";

    public bool Wants(Service service, MarkPhase phase) => phase == MarkPhase.Succeeded && service.Tell?.GitHub.Contains("releases") == true;

    public async Task<Outcome<Record>> MarkAsync(Mark mark, CancellationToken cancellationToken)
    {
        if (Repository.Read(mark.Service.Repository) is not { } repository) return NoRepository.Of<Record>();
        return await (await versions.FindTagAsync(repository, mark.Version, cancellationToken)).ThenAsync(async revision =>
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"- {mark.Environment}: {mark.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC, run {mark.Run}{(mark.Link is { } link ? $" ({link.AbsoluteUri})" : "")} <!-- {mark.Key} -->");
            var read = await marks.ReleaseAsync(repository, revision.Tag!, cancellationToken);
            return read switch
            {
                Outcome<ReleaseText>.Done { Value: { } release } when release.Body?.Contains($"<!-- {mark.Key} -->", StringComparison.Ordinal) == true => Made(release),
                Outcome<ReleaseText>.Done { Value: { } release } => (await marks.WriteReleaseAsync(repository, release.Id, new JsonObject { ["body"] = With(release.Body ?? "", line) }, cancellationToken)).Then(Made),
                Outcome<ReleaseText>.Never { Fault.Code: GitHubCalls.NotFound } when !mark.Protected => new Outcome<Record>.Done(new Record(null)),
                Outcome<ReleaseText>.Never { Fault.Code: GitHubCalls.NotFound } => Again(await marks.WriteReleaseAsync(
                    repository, null, new JsonObject { ["tag_name"] = revision.Tag, ["name"] = revision.Tag, ["body"] = With("", line), ["generate_release_notes"] = true }, cancellationToken)),
                _ => read.Then(Made),
            };
        });
    }

    /// <summary>The notes with one more line in the bot's part of them; a part that somebody took apart is begun anew.</summary>
    internal static string With(string notes, string line)
    {
        var end = notes.IndexOf(End, StringComparison.Ordinal);
        var with = notes.Contains(Begin, StringComparison.Ordinal) && end > notes.IndexOf(Begin, StringComparison.Ordinal)
            ? notes.Insert(end, $"{line}\n")
            : $"{notes.TrimEnd()}{(notes.Length == 0 ? "" : "\n\n")}{Begin}\n### Deployments\n\n{line}\n{End}\n";
        return with.Length > LongestNotes ? notes : with;
    }

    private static Outcome<Record> Made(ReleaseText release) => new Outcome<Record>.Done(new Record(release.Id.ToString(CultureInfo.InvariantCulture), release.HtmlUrl));

    /// <summary>Somebody made it in the same moment: it is looked for again.</summary>
    private static Outcome<Record> Again(Outcome<ReleaseText> made) => made is Outcome<ReleaseText>.Never { Fault.Code: "github-422" }
        ? new Outcome<Record>.Later("The release was made by somebody else in this moment.", TimeSpan.FromSeconds(5))
        : made.Then(Made);
}
