using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ChatOps.Integrations.Http;

namespace ChatOps.Integrations.Helm;

/// <summary>One line of <c>helm history -o json</c>.</summary>
internal sealed record HelmRevision(int Revision, DateTimeOffset Updated, string Status, string Chart, string? Description)
{
    public bool IsPending => Status.StartsWith("pending-", StringComparison.Ordinal);
}

/// <summary>Reads what helm writes.</summary>
internal static partial class HelmWords
{
    /// <summary>How a release was, oldest first; null when this is not what helm writes.</summary>
    public static List<HelmRevision>? History(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, HelmJson.Default.ListHelmRevision)?.OrderBy(one => one.Revision).ToList();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What it waits for, from a line of <c>--debug</c>; null for other lines.</summary>
    public static string? Progress(string line)
    {
        if (Ready().Match(line) is not { Success: true } match) return null;
        var counts = match.Groups["ready"] is { Success: true } ready ? string.Create(CultureInfo.InvariantCulture, $": {ready.Value} of {match.Groups["of"].Value} pods are ready") : match.Groups["not"].Success ? ": not ready yet" : ": ready";
        return BoundedReads.Printable($"{match.Groups["kind"].Value.ToLowerInvariant()} {match.Groups["name"].Value}{counts}", 200);
    }

    /// <summary>Why it failed: what follows <c>Error:</c>, without what <c>--debug</c> writes below it.</summary>
    public static string Fault(string errors)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var said = lines.LastOrDefault(line => line.StartsWith("Error: ", StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? "it said nothing";
        return BoundedReads.Printable(said.StartsWith("Error: ", StringComparison.Ordinal) ? said[7..] : said, 300);
    }

    [GeneratedRegex(@"\[debug\] (?<kind>[A-Za-z]+) is (?<not>not )?ready: (?<name>[A-Za-z0-9./-]*[A-Za-z0-9])(\. (?<ready>[0-9]+) out of (?<of>[0-9]+) expected pods)?", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Ready();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<HelmRevision>))]
internal sealed partial class HelmJson : JsonSerializerContext;
