using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Serialization;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Cli;

/// <summary>Checks a configuration folder without starting anything.</summary>
internal static class LintCommand
{
    public static Command Of(Terminal terminal)
    {
        var folder = new Argument<string?>("dir") { Description = "The configuration folder. Left out: ChatOps__Config, else the current folder.", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string>("--format") { Description = "text for people, github for annotations, sarif for code scanning, json for programs.", DefaultValueFactory = _ => "text", HelpName = "text|github|sarif|json" };
        format.AcceptOnlyFromAmong("text", "github", "sarif", "json");
        var command = new Command("lint", "Checks a configuration folder: every finding with file, line, column, why it matters and how to mend it.") { folder, format };
        command.SetAction(said => Lint(said.GetValue(folder) ?? ChatOptions.NonEmpty(terminal.Variable("ChatOps__Config")) ?? ".", said.GetValue(format)!, terminal));
        return command;
    }

    private static int Lint(string folder, string format, Terminal terminal)
    {
        ImmutableArray<SourceFile> files;
        try
        {
            files = ConfigFolder.Read(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            terminal.Error.WriteLine(TerminalText.Safe(fault.Message));
            return ExitCodes.Usage;
        }

        if (files.IsEmpty)
        {
            terminal.Error.WriteLine($"{folder} holds no configuration: a configuration folder has services/*.yaml, runbooks/*.yaml, access.yaml and perhaps calendar.yaml.");
            return ExitCodes.Usage;
        }

        var (read, findings) = ConfigurationReader.Read(files);
        Print(folder, findings, files.Length, format, terminal.Out);
        if (format == "text" && read is { Borrowed.IsEmpty: false }) terminal.Out.WriteLine($"from the library: {string.Join(", ", read.Borrowed)}");
        return findings.Any(finding => finding.Error) ? ExitCodes.Refused : ExitCodes.Done;
    }

    private static void Print(string folder, ImmutableArray<Finding> findings, int files, string format, TextWriter to)
    {
        // The path as the reader of these lines would open it.
        var placed = findings.Select(finding => finding with { File = folder == "." ? finding.File : Path.Combine(folder, finding.File).Replace('\\', '/') }).ToImmutableArray();
        switch (format)
        {
            case "json":
                to.WriteLine(System.Text.Json.JsonSerializer.Serialize(placed.Select(FindingLine.Of).ToArray(), LintJson.Default.FindingLineArray));
                return;
            case "sarif":
                to.WriteLine(Sarif.Of(placed));
                return;
            case "github":
                foreach (var finding in placed) to.WriteLine(Annotation(finding));
                break;
            default:
                foreach (var finding in placed) to.WriteLine(TerminalText.Line(finding.ToString()));
                break;
        }

        var errors = findings.Count(finding => finding.Error);
        to.WriteLine($"{Words.Count(errors, "error", "errors")}, {Words.Count(findings.Length - errors, "warning", "warnings")} in {Words.Count(files, "file", "files")}");
    }

    /// <summary>A workflow command: its own marks are percent-encoded, so that no text can add another one.</summary>
    private static string Annotation(Finding finding)
    {
        var says = string.Join(' ', ((string?[])[finding.What, finding.Why, finding.Mend]).Where(part => part is not null));
        return $"::{(finding.Error ? "error" : "warning")} file={Property(finding.File)},line={finding.Line}{(finding.Column > 0 ? $",col={finding.Column}" : "")},title={Property(finding.Code)}::{Data(says)}";
    }

    private static string Data(string text) => TerminalText.Line(text).Replace("%", "%25", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}

/// <summary>A finding as <c>--format json</c> writes it.</summary>
internal sealed record FindingLine(string File, int Line, int? Column, string Severity, string Code, string What, string? Why, string? Mend)
{
    public static FindingLine Of(Finding finding) => new(finding.File, finding.Line, finding.Column > 0 ? finding.Column : null, finding.Error ? "error" : "warning", finding.Code, finding.What, finding.Why, finding.Mend);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(FindingLine[]))]
internal sealed partial class LintJson : JsonSerializerContext;
