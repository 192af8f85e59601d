using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Audit;

namespace ChatOps.Bot.Cli;

/// <summary>One decision a line, by RFC 4180.</summary>
internal static class AuditCsv
{
    public const string Header = "entry,at,by,decision,says,run,service,environment,version,plan,via,evidence,hash";

    public static string Of(AuditLine line) => string.Join(',', ((string?[])
    [
        line.Entry.ToString(CultureInfo.InvariantCulture), line.At.UtcDateTime.ToString("o", CultureInfo.InvariantCulture), line.By, line.Decision, line.Says,
        line.Run?.ToString(CultureInfo.InvariantCulture), line.Service, line.Environment, line.Version, line.Plan, line.Via, string.Join('\n', line.Evidence), line.Hash,
    ]).Select(Cell));

    /// <summary>Quoted always; a cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection).</summary>
    private static string Cell(string? text)
    {
        text ??= "";
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r') text = "'" + text;
        return $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

[JsonSerializable(typeof(AuditLine))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    /// <summary>Letters as they are: it goes into files, not into pages.</summary>
    public static AuditJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
