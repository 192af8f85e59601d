using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads steps that change objects where the target runs.</summary>
internal static class OperationReader
{
    /// <summary>How long one try may take where its step does not say.</summary>
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(15);

    private static readonly string[] ChartKeys = ["chart", "chart-version"];

    private const int LongestPatch = 16 * 1024;

    /// <summary>What an object is, rather than what is wanted of it.</summary>
    private static readonly string[] Fixed = ["apiVersion", "kind", "status"];

    public static Operate? Read(string kind, StepId id, MappingReader reader, Findings findings) =>
        Operation(kind, reader, findings) is { } operation ? new Operate(id, operation.Title, operation) : null;

    public static Operate? Apply(StepId id, MappingReader reader, JobShelf shelf, Findings findings)
    {
        if (reader.Text("apply") is not { } folder) return null;
        var (inRepository, prune, until) = (reader.Text("source") == "repository", reader.Texts("prune"), reader.Texts("until"));
        foreach (var (word, line) in prune.Where(kind => ObjectKinds.Read($"{kind.Text}/x") is null || !ObjectKinds.All.Contains(kind.Text) || kind.Text is "secret" || ObjectKinds.IsForGood(ObjectKinds.Read($"{kind.Text}/x")!.Kind)))
            findings.Error(reader.File, line, "operation-unfit", $"prune can't have {MappingReader.Cut(word)}.", "Only what can be made again as it was is deleted, of kinds that are known.", Lint.Meant(word, ObjectKinds.All.Where(kind => kind is not ("secret" or "persistentvolumeclaim"))));
        foreach (var (word, line) in until.Where(one => one.Text is not ("rollout" or "jobs") && ConditionOf(one.Text) is null))
            findings.Error(reader.File, line, "bad-value", $"until can't have \"{MappingReader.Cut(word)}\".", null, "Write rollout, jobs, or KIND/NAME condition=NAME.");
        if (inRepository) return Applying(folder.Trim('/'), null, []);
        if (shelf.Folders.TryGetValue(folder, out var read)) return read is null ? null : Applying(folder, read.Digest, read.Objects);
        findings.Error(reader.File, reader.LineOf("apply"), "manifests-unknown", $"There is no folder manifests/{MappingReader.Cut(folder)}.", "Manifests of the configuration are in a folder of manifests/.", Lint.Meant(folder, shelf.Folders.Keys));
        return null;

        Operate Applying(string at, string? digest, System.Collections.Immutable.ImmutableArray<string> objects)
        {
            var apply = new Operation.Apply(at, digest, objects, reader.Flag("force"), [.. prune.Select(kind => kind.Text)], reader.Has("until") ? [.. until.Select(one => one.Text)] : Catalog.Operation.Apply.UsualUntil);
            return new Operate(id, apply.Title, apply);
        }
    }

    public static Operate? Helm(StepId id, MappingReader reader, Findings findings)
    {
        if (reader.Text("helm") is not { } release || reader.Text("chart") is not { Length: > 0 } chart) return null;

        // Both stand among the program's arguments: neither may be taken for an option.
        if (release.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal) is var plain && !Lint.IsName(plain.Replace('.', '-')))
            findings.Error(reader.File, reader.LineOf("helm"), "bad-value", $"A release can't be called \"{MappingReader.Cut(release)}\".", null, "Use letters, digits and dashes.");
        foreach (var key in ChartKeys.Where(key => reader.Text(key)?.StartsWith('-') == true))
            findings.Error(reader.File, reader.LineOf(key), "bad-value", $"{key} can't begin with a dash.", "helm would take it for an option.", "Write the chart as helm takes it.");
        var values = "{}";
        if (reader.Node("values") is { } node)
        {
            if (YamlJson.Of(node) is JsonObject body && body.ToJsonString() is { Length: <= LongestPatch } text) values = text;
            else findings.Error(reader.File, reader.LineOf("values"), "bad-value", $"values must be a mapping of at most {LongestPatch:N0} characters.", null, "Write values: { image: { tag: \"{version}\" } }.");
        }

        var helm = new Operation.Helm(release, chart, reader.Said("chart-version"), values, reader.Has("timeout") ? reader.Duration("timeout") : UsualTimeout);
        return new Operate(id, helm.Title, helm);
    }

    /// <summary>The object and the condition that <c>ingress/shop condition=Ready</c> waits for.</summary>
    private static ObjectRef? ConditionOf(string text) => text.Split(' ', 2) is [var of, var condition] && condition.StartsWith("condition=", StringComparison.Ordinal) && condition.Length > 10 ? ObjectKinds.Read(of) : null;

    private static Operation? Operation(string kind, MappingReader reader, Findings findings)
    {
        if (Object(kind, reader, findings) is not { } of) return null;
        switch (kind)
        {
            case "scale" when of.Kind is "Deployment" or "StatefulSet": return new Operation.Scale(of, reader.Number("replicas"));
            case "scale": return Unfit(of, "have no replicas of their own", "Scale a deployment or a statefulset.");
            case "restart" when ObjectKinds.IsWorkload(of.ApiVersion, of.Kind): return new Operation.Restart(of);
            case "restart": return Unfit(of, "can't be restarted", "Restart a deployment, a statefulset or a daemonset.");
            case "patch" when ObjectKinds.IsSecret(of.ApiVersion, of.Kind): return Unfit(of, "are not patched by steps: what takes it back would have to keep what was in it, and the bot keeps no secrets", "Use what your secrets are kept in.");
            case "patch": return Patch(of, reader, findings);
            case "delete" when of.IsTarget: return Unfit(of, "that are deployed to are not deleted", "Name another object.");
            case "delete" when ObjectKinds.IsSecret(of.ApiVersion, of.Kind): return Unfit(of, "are not deleted by steps: to make it again the bot would have to keep what was in it, and it keeps no secrets", "Delete it by hand, with a manual step.");
            case "delete" when ObjectKinds.IsForGood(of.Kind): return Unfit(of, "are not deleted by steps: what goes with it can't be made again", "Delete it by hand, with a manual step.");
            default: return new Operation.Delete(of);
        }

        Operation? Unfit(ObjectRef what, string why, string mend)
        {
            findings.Error(reader.File, reader.LineOf(kind), "operation-unfit", $"Objects of the kind {what.Kind} {why}.", null, mend);
            return null;
        }
    }

    private static ObjectRef? Object(string kind, MappingReader reader, Findings findings)
    {
        var text = reader.Text(kind);
        if (text is null) return null;
        if (ObjectKinds.Read(text) is { } of) return of;
        var word = text.Split('/')[0];
        var near = Nearest.One(word, ObjectKinds.All.Append(ObjectKinds.Target));
        findings.Error(reader.File, reader.LineOf(kind), "object-unclear", $"{kind} can't be \"{MappingReader.Cut(text)}\".", "It has to be told which object of which kind is meant.",
            near is not null && near != word ? $"Did you mean {near}{(near == ObjectKinds.Target ? "" : $"/{text.Split('/')[^1]}")}?" : "Write target, deployment/NAME, configmap/NAME, or GROUP/VERSION/KIND/NAME.");
        return null;
    }

    private static Operation.Patch? Patch(ObjectRef of, MappingReader reader, Findings findings)
    {
        if (reader.Node("fields") is not { } node) return null;
        if (node is not YamlMappingNode { Children.Count: > 0 } || YamlJson.Of(node) is not JsonObject body)
        {
            findings.Error(reader.File, reader.LineOf("fields"), "bad-value", "fields must be a mapping.", null, "Write fields: { spec: { suspend: true } }.");
            return null;
        }

        foreach (var taken in Fixed.Where(body.ContainsKey))
            findings.Error(reader.File, reader.LineOf("fields"), "bad-value", $"fields can't have {taken}.", "A patch sets what is wanted of an object, not what it is.", "Leave it out.");
        if (body["metadata"] is JsonObject meta && meta.Any(field => field.Key is not ("labels" or "annotations")))
            findings.Error(reader.File, reader.LineOf("fields"), "bad-value", "fields can have labels and annotations of metadata, and nothing else of it.", null, "Leave the rest out.");
        var text = body.ToJsonString();
        if (text.Length > LongestPatch) findings.Error(reader.File, reader.LineOf("fields"), "bad-value", $"fields are more than {LongestPatch:N0} characters.", null, "Put the object into manifests, and apply them.");
        return new Operation.Patch(of, text);
    }
}
