using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Tells in lines how an object would differ, without what the server keeps for itself, and without secrets.</summary>
internal static partial class ObjectDifference
{
    private const int LongestValue = 80;
    private const string Masked = "•••";

    private static readonly string[] ServersOwn = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];

    private static readonly string[] Marked = ["annotations", "labels"];

    /// <summary>Fields by which entries of a list are told apart, where they have one.</summary>
    private static readonly string[] Keys = ["name", "containerPort", "port", "type", "mountPath", "ip", "key"];

    /// <param name="before">Null = it is not there.</param>
    /// <param name="secret">Whether it holds secrets: then no value of it is shown.</param>
    public static ImmutableArray<string> Lines(JsonObject? before, JsonObject? after, bool secret)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        Compare(Shown(before), Shown(after), "", secret, lines);
        return lines.ToImmutable();
    }

    /// <summary>One change of one value, in a line.</summary>
    public static string Line(string path, JsonNode? before, JsonNode? after, bool secret) => (before, after) switch
    {
        (null, _) => $"+ {path}: {Value(path, after, secret)}",
        (_, null) => $"- {path}: {Value(path, before, secret)}",
        _ when secret || Holds(path, before) || Holds(path, after) => $"{path}: {Masked} → {Masked}, another value",
        _ => $"{path}: {Value(path, before, secret)} → {Value(path, after, secret)}",
    };

    private static JsonObject? Shown(JsonObject? item)
    {
        if (item is null) return null;
        var shown = (JsonObject)item.DeepClone();
        shown.Remove("status");
        if (shown["metadata"] is not JsonObject meta) return shown;
        foreach (var own in ServersOwn) meta.Remove(own);
        foreach (var marks in new[] { meta["annotations"], meta["labels"] }.OfType<JsonObject>())
        {
            foreach (var mark in marks.Select(mark => mark.Key).Where(key => key.StartsWith(Marks.Prefix, StringComparison.Ordinal) || key == "kubectl.kubernetes.io/last-applied-configuration").ToList()) marks.Remove(mark);
        }

        foreach (var empty in Marked.Where(name => meta[name] is JsonObject { Count: 0 })) meta.Remove(empty);
        return shown;
    }

    private static void Compare(JsonNode? before, JsonNode? after, string path, bool secret, ImmutableArray<string>.Builder lines)
    {
        if (JsonNode.DeepEquals(before, after)) return;
        switch (before, after)
        {
            case (JsonObject or null, JsonObject or null) when before is JsonObject { Count: > 0 } || after is JsonObject { Count: > 0 }:
                var (old, now) = (before as JsonObject ?? [], after as JsonObject ?? []);
                foreach (var key in old.Select(field => field.Key).Union(now.Select(field => field.Key))) Compare(old[key], now[key], Under(path, key), secret, lines);
                break;
            case (JsonArray list, JsonArray other) when KeyOf(list, other) is { } by:
                Entries(list, other, by, path, secret, lines);
                break;
            case (null, JsonArray list) when KeyOf(list, list) is { } by:
                Entries([], list, by, path, secret, lines);
                break;
            default:
                lines.Add(Line(path, before, after, secret));
                break;
        }
    }

    private static void Entries(JsonArray before, JsonArray after, string by, string path, bool secret, ImmutableArray<string>.Builder lines)
    {
        JsonObject? Find(JsonArray list, string key) => list.OfType<JsonObject>().FirstOrDefault(entry => entry[by]!.ToString() == key);
        var keys = before.Concat(after).Select(entry => entry![by]!.ToString()).Distinct(StringComparer.Ordinal);
        foreach (var key in keys) Compare(Find(before, key), Find(after, key), $"{path}[{key}]", secret, lines);
    }

    /// <summary>What all entries of both lists can be told apart by; null = nothing, so they are compared whole.</summary>
    private static string? KeyOf(JsonArray one, JsonArray other) => Keys.FirstOrDefault(key =>
        one.Count + other.Count > 0 && one.Concat(other).All(entry => entry is JsonObject mapping && mapping[key] is JsonValue)
        && new[] { one, other }.All(list => list.Select(entry => entry![key]!.ToString()).Distinct(StringComparer.Ordinal).Count() == list.Count));

    private static string Under(string path, string key)
    {
        var name = key.Contains('.', StringComparison.Ordinal) ? $"[{key}]" : key;
        return path.Length == 0 || name[0] == '[' ? path + name : $"{path}.{name}";
    }

    private static string Value(string path, JsonNode? value, bool secret)
    {
        if (secret && !path.StartsWith("metadata", StringComparison.Ordinal) && path is not ("kind" or "apiVersion" or "type") || Holds(path, value)) return Masked;
        var text = value is JsonValue plain && plain.TryGetValue<string>(out var word) ? word : value?.ToJsonString() ?? "nothing";
        return BoundedReads.Printable(text, LongestValue);
    }

    /// <summary>Whether a value seems to be a secret, by where it stands or what it looks like: a guess, on the safe side.</summary>
    private static bool Holds(string path, JsonNode? value) => value is not null && (SecretName().IsMatch(path) && !Reference().IsMatch(path) || SecretWords.In(value.ToJsonString()));

    [GeneratedRegex("(passw|secret|token|credential|api[-_]?key|private[-_]?key)", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex SecretName();

    /// <summary>Where secrets are named rather than held.</summary>
    [GeneratedRegex("(secretKeyRef|secretName|secretRef|imagePullSecrets|automountServiceAccountToken)", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
