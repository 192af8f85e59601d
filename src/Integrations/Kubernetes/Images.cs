using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>A container of a template, as far as we change it.</summary>
internal sealed record ContainerImage(string Name, string Image);

/// <summary>Images, versions, and which container they belong to.</summary>
internal static class Images
{
    /// <summary>The version in a reference: its tag, else its digest, else <c>latest</c> as the runtime reads it.</summary>
    public static string VersionOf(string reference)
    {
        var (name, tag, digest) = ImageReference.Split(reference);
        return name.Length == 0 ? reference : tag ?? digest ?? "latest";
    }

    /// <summary>Whether a reference is of this version, by tag or by digest.</summary>
    public static bool IsOf(string reference, string version)
    {
        var (_, tag, digest) = ImageReference.Split(reference);
        return VersionOf(reference) == version || tag == version || (digest is not null && digest == version.TrimStart('@'));
    }

    /// <summary>The reference without tag and digest.</summary>
    public static string RepositoryOf(string reference) => ImageReference.Split(reference).Name;

    /// <summary>The container that a target means: the one it names, else the one whose image it names, else the only one.</summary>
    /// <exception cref="ApiException">There is none, or more than one: a guess would change the wrong one.</exception>
    public static ContainerImage Choose(JsonElement template, Target.Kubernetes target)
    {
        var all = ContainersOf(template);
        if (target.Container is { } named)
        {
            return all.FirstOrDefault(c => c.Name == named)
                ?? throw ApiException.Never("container-missing", $"The {target} has no container {named}.", $"It has {Names(all)}; mend container in the service's file.");
        }
        var matching = all.Where(c => RepositoryOf(c.Image) == target.Image).ToList();
        if (matching.Count == 1) return matching[0];
        if (matching.Count == 0 && all.Count == 1) return all[0];
        throw ApiException.Never(
            "container-unclear",
            $"Which container of {target} gets the image {target.Image} is unclear: {(matching.Count == 0 ? "none has it" : $"{Names(matching)} have it")}.",
            $"Name one of {Names(all)} as container in the service's file.");
    }

    /// <summary>As <see cref="Choose"/>, or null.</summary>
    public static ContainerImage? Find(JsonElement template, Target.Kubernetes target)
    {
        try
        {
            return Choose(template, target);
        }
        catch (ApiException)
        {
            return null;
        }
    }

    /// <summary>Whether two templates are the same, apart from what controllers add: a label, how a revision is to be patched in, and the empty time that older servers kept.</summary>
    public static bool SameTemplate(JsonElement a, JsonElement b) => JsonNode.DeepEquals(WithoutHash(a), WithoutHash(b));

    /// <summary>A template as a Deployment may have it.</summary>
    public static JsonNode? WithoutHash(JsonElement template)
    {
        if (template.ValueKind != JsonValueKind.Object) return null;
        var node = JsonNode.Parse(template.GetRawText())!;
        (node["metadata"]?["labels"] as JsonObject)?.Remove("pod-template-hash");
        (node as JsonObject)?.Remove("$patch");
        if (node["metadata"] is JsonObject meta && meta.ContainsKey("creationTimestamp") && meta["creationTimestamp"] is null) meta.Remove("creationTimestamp");
        return node;
    }

    private static List<ContainerImage> ContainersOf(JsonElement template)
    {
        if (template.ValueKind != JsonValueKind.Object || !template.TryGetProperty("spec", out var spec)
            || !spec.TryGetProperty("containers", out var containers) || containers.ValueKind != JsonValueKind.Array) return [];
        return [.. containers.EnumerateArray().Select(c => new ContainerImage(Text(c, "name"), Text(c, "image")))];
    }

    private static string Text(JsonElement at, string name) =>
        at.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Names(List<ContainerImage> containers) =>
        containers.Count == 0 ? "none" : string.Join(", ", containers.Select(c => c.Name));
}
