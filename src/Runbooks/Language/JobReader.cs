using System.Collections.Immutable;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads a file of <c>jobs/</c>: a plain <c>batch/v1</c> Job, as kubectl would take it.</summary>
internal static class JobReader
{
    /// <summary>The manifest as JSON, or null when it is none; faults go to <paramref name="findings"/>.</summary>
    public static string? Read(string file, IReadOnlyList<YamlMappingNode> roots, Findings findings)
    {
        if (roots.Count > 1) findings.Error(file, Spot.Of(roots[1].Start), "job-invalid", $"There are two documents in {file}.", "A job is one manifest.", "Put the second into a file of its own.");
        if (YamlJson.Of(roots[0]) is not JsonObject job) return null;
        var wrong = Wrong(job).ToList();
        foreach (var (what, mend) in wrong) findings.Error(file, Spot.Of(roots[0].Start), "job-invalid", what, null, mend);
        return wrong.Count == 0 && roots.Count == 1 ? job.ToJsonString() : null;
    }

    private static IEnumerable<(string What, string Mend)> Wrong(JsonObject job)
    {
        if (Text(job["kind"]) != "Job" || Text(job["apiVersion"]) != "batch/v1") yield return ("This is not a Job.", "Begin with apiVersion: batch/v1 and kind: Job.");
        var pod = (job["spec"] as JsonObject)?["template"] is JsonObject template ? template["spec"] as JsonObject : null;
        if (pod?["containers"] is not JsonArray { Count: > 0 } containers || containers.Any(one => Text(one?["image"]) is null || Text(one?["name"]) is null))
            yield return ("The job has no containers with a name and an image.", "Write spec: { template: { spec: { containers: [{ name: …, image: … }] } } }.");
        else if (Text(pod["restartPolicy"]) is not ("Never" or "OnFailure")) yield return ("The job does not say whether its pod is started again.", "Write restartPolicy: Never, in spec.template.spec.");
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
}

/// <summary>The jobs of a folder, by name.</summary>
/// <param name="Manifests">Null for one whose file could not be read.</param>
internal sealed record JobShelf(ImmutableDictionary<string, string?> Manifests)
{
    /// <summary>The folders of manifests, by name; null for one that could not be read.</summary>
    public ImmutableDictionary<string, ManifestFolder?> Folders { get; init; } = ImmutableDictionary<string, ManifestFolder?>.Empty;

    public static readonly JobShelf Empty = new(ImmutableDictionary<string, string?>.Empty);
}
