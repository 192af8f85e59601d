using System.Text.Json.Nodes;
using ChatOps.Runbooks.Language;

namespace ChatOps.Bot.Cli;

/// <summary>Findings as SARIF 2.1.0 (OASIS), which code scanning reads.</summary>
internal static class Sarif
{
    public static string Of(IReadOnlyCollection<Finding> findings) => new JsonObject
    {
        ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
        ["version"] = "2.1.0",
        ["runs"] = new JsonArray(new JsonObject
        {
            ["tool"] = new JsonObject
            {
                ["driver"] = new JsonObject { ["name"] = "chatops", ["rules"] = new JsonArray([.. findings.Select(finding => finding.Code).Distinct().Order(StringComparer.Ordinal).Select(code => (JsonNode)new JsonObject { ["id"] = code })]) },
            },
            ["results"] = new JsonArray([.. findings.Select(finding => (JsonNode)new JsonObject
            {
                ["ruleId"] = finding.Code,
                ["level"] = finding.Error ? "error" : "warning",
                ["message"] = new JsonObject { ["text"] = string.Join(' ', new[] { finding.What, finding.Why, finding.Mend }.Where(part => part is not null)) },
                ["locations"] = new JsonArray(new JsonObject
                {
                    ["physicalLocation"] = new JsonObject { ["artifactLocation"] = new JsonObject { ["uri"] = finding.File }, ["region"] = Region(finding) },
                }),
            })]),
        }),
    }.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });

    private static JsonObject Region(Finding finding)
    {
        var region = new JsonObject { ["startLine"] = finding.Line };
        if (finding.Column > 0) region["startColumn"] = finding.Column;
        return region;
    }
}
