using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Catalog;

/// <summary>A job that is to run once where a target runs.</summary>
/// <param name="Name">What it is called there: the same for a repeat of the same try, so that it is found and not made twice.</param>
/// <param name="Manifest">A <c>batch/v1</c> Job as JSON, with everything filled in.</param>
/// <param name="Deadline">When it is ended if it still runs; null = what the manifest says.</param>
public sealed record JobToRun(string Name, string Manifest, TimeSpan? Deadline);

/// <summary>How a job stands.</summary>
/// <param name="Says">A sentence.</param>
/// <param name="ExitCode">Of the container that ended it; null while it runs, or where it can't be told.</param>
/// <param name="Log">The last lines that it wrote; empty while it runs, or where they can't be read.</param>
/// <param name="Trouble">Why its pod does not start, or why it failed.</param>
public sealed record JobSighting(JobPhase Phase, string Says, int? ExitCode, string Log, Fault? Trouble);

public enum JobPhase
{
    Running,
    Complete,

    /// <summary>It ended otherwise than it should, and is not tried again by itself.</summary>
    Failed,

    /// <summary>Somebody deleted it.</summary>
    Gone,
}

/// <summary>Names and texts of jobs.</summary>
public static class Jobs
{
    /// <summary>Names of jobs become labels of their pods: no longer than those may be.</summary>
    private const int LongestName = 63;

    /// <summary>The name of one try: <c>migrate-128-s3-1</c>.</summary>
    public static string NameOf(string job, RunId run, StepId step, int attempt)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"-{run}-{Plain(step.Name)}-{attempt}");
        var start = Plain(job);
        return (start[..Math.Min(start.Length, Math.Max(1, LongestName - end.Length))].TrimEnd('-') + end)[^Math.Min(LongestName, start.Length + end.Length)..].TrimStart('-');
    }

    /// <summary>The manifest with every text in it filled; names of fields are left as they are.</summary>
    public static string Fill(string manifest, Func<string, string> fill)
    {
        var root = JsonNode.Parse(manifest);
        return (Filled(root, fill) ?? root)!.ToJsonString();
    }

    private static JsonNode? Filled(JsonNode? node, Func<string, string> fill) => node switch
    {
        JsonObject mapping => new JsonObject(mapping.Select(pair => KeyValuePair.Create(pair.Key, Filled(pair.Value, fill)))),
        JsonArray list => new JsonArray([.. list.Select(item => Filled(item, fill))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(fill(text)),
        _ => node?.DeepClone(),
    };

    private static string Plain(string name)
    {
        var plain = new StringBuilder();
        foreach (var sign in name.ToLowerInvariant()) plain.Append(char.IsAsciiLetterLower(sign) || char.IsAsciiDigit(sign) ? sign : '-');
        return plain.ToString().Trim('-') is { Length: > 0 } some ? some : "job";
    }
}
