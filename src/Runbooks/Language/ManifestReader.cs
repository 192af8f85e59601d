using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>A folder of manifests, read.</summary>
/// <param name="Json">A JSON array of objects, as they are written.</param>
/// <param name="Digest">SHA-256 of that, in hex.</param>
/// <param name="Objects">What it holds, in words.</param>
public sealed record ManifestFolder(string Json, string Digest, ImmutableArray<string> Objects);

/// <summary>Reads plain Kubernetes manifests, as kubectl would take them.</summary>
public static class ManifestReader
{
    private const int MostObjects = 200;
    private const int Longest = 1 << 20;

    private static readonly string[] ClustersOwn = ["resourceVersion", "uid", "managedFields"];

    /// <summary>A folder that is not the configuration's; what is wrong with it is told, and nothing of it is taken then.</summary>
    public static (ManifestFolder? Folder, ImmutableArray<Finding> Findings) Read(IEnumerable<SourceFile> files)
    {
        var findings = new Findings();
        var read = Read([.. files], findings);
        return (findings.AnyError ? null : read, findings.Sorted);
    }

    internal static ManifestFolder? Read(IReadOnlyList<SourceFile> files, Findings findings)
    {
        var all = new JsonArray();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var good = true;
        foreach (var file in files)
        {
            if (Path.GetFileName(file.File) is "kustomization.yaml" or "kustomization.yml")
            {
                findings.Error(file.File, 1, "manifest-invalid", "A kustomization is not rendered here.", null, "Put what kubectl kustomize writes into the folder, in place of it.");
                return null;
            }

            if (Yaml.Read(file.File, file.Text, findings) is not { } roots) return null;
            foreach (var root in roots) good &= Add(file.File, root, all, names, findings);
        }

        var json = all.ToJsonString();
        if (all.Count > MostObjects || json.Length > Longest)
        {
            findings.Error(files[0].File, 1, "manifest-invalid", $"The folder has {all.Count} objects in {json.Length:N0} characters.", $"At most {MostObjects} in {Longest:N0} are applied at once.", "Split it.");
            return null;
        }

        return good ? new ManifestFolder(json, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))), [.. names.Values]) : null;
    }

    private static bool Add(string file, YamlMappingNode root, JsonArray all, Dictionary<string, string> names, Findings findings)
    {
        bool Wrong(string what, string mend)
        {
            findings.Error(file, Math.Max(1, root.Start.Line), "manifest-invalid", what, null, mend);
            return false;
        }

        if (YamlJson.Of(root) is not JsonObject item) return false;
        var meta = item["metadata"] as JsonObject;
        var (version, kind, name) = (Text(item["apiVersion"]), Text(item["kind"]), Text(meta?["name"]));
        if (version is null || kind is null || kind == "List") return Wrong("This is not one object.", "Begin each document with apiVersion: and kind:.");
        if (name is null) return Wrong($"The {kind} has no name.", "Write metadata: { name: … }; a generated name can't be applied.");
        foreach (var own in ClustersOwn.Where(own => meta!.ContainsKey(own))) return Wrong($"{kind} {name} has {own}, which only the cluster gives.", "Take it out: it was exported from a cluster.");
        if (!names.TryAdd($"{version}/{kind}/{Text(meta!["namespace"])}/{name}", $"{kind.ToLowerInvariant()} {name}")) return Wrong($"{kind} {name} is there twice.", "Keep one.");
        item.Remove("status");
        all.Add(item);
        return true;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
}
