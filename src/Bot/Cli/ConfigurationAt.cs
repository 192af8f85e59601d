using System.CommandLine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Cli;

/// <summary>Reads the configuration that a command is about, or says why it can't.</summary>
internal static class ConfigurationAt
{
    public static Option<string?> Option() => new("--config") { Description = "The configuration folder. Left out: ChatOps__Config, else the current folder.", HelpName = "DIR" };

    /// <summary>Null when it can't be read or has errors; they are printed then.</summary>
    public static Configuration? Read(string? folder, Terminal terminal)
    {
        try
        {
            var (read, findings) = ConfigurationReader.Read(ConfigFolder.Read(folder ?? ChatOptions.NonEmpty(terminal.Variable("ChatOps__Config")) ?? "."));
            foreach (var finding in findings.Where(finding => finding.Error)) terminal.Error.WriteLine(TerminalText.Line(finding.ToString()));
            return read;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            terminal.Error.WriteLine(TerminalText.Safe(fault.Message));
            return null;
        }
    }

    /// <summary>A runbook in a place: the one named, or the first that it is for. Null when there is none; that is said then.</summary>
    public static Model? Model(Configuration read, string name, string? service, string? environment, string version, IReadOnlyList<string> inputs, Terminal terminal)
    {
        if (read.Runbook(name) is not { } runbook)
        {
            terminal.Error.WriteLine($"There is no runbook {TerminalText.Line(name)}.{(Nearest.To(name, read.Runbooks.Select(one => one.Name)) is [var near, ..] ? $" Did you mean {near}?" : "")}");
            return null;
        }

        var places = read.Services.Where(one => service is null || one.Name.Equals(service, StringComparison.OrdinalIgnoreCase))
            .SelectMany(one => one.Environments, (one, place) => (Service: one, Environment: place))
            .Where(place => environment is null || place.Environment.Name.Equals(environment, StringComparison.OrdinalIgnoreCase)).ToList();
        var usual = places.Where(place => runbook.StartsWith != "deploy" || place.Environment.Runbook.Equals(runbook.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        if (places.Count == 0 || (usual.Count == 0 && service is null))
        {
            terminal.Error.WriteLine(service is null && environment is null ? $"No service uses {runbook.Name}: name one with --service." : "There is no such service or environment.");
            return null;
        }

        var given = inputs.Select(input => input.Split('=', 2)).ToList();
        if (given.Find(input => input.Length != 2 || runbook.Inputs.All(one => one.Name != input[0])) is { } alien)
        {
            terminal.Error.WriteLine($"{runbook.Name} asks for nothing called {TerminalText.Line(alien[0])}. Write --input NAME=VALUE.");
            return null;
        }

        var values = System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(given.Select(input => KeyValuePair.Create(input[0], input[1])));
        var (at, where) = usual.Count > 0 ? usual[^1] : places[^1];
        return Runbooks.Proofs.Model.Of(read, runbook, at, where, version, values);
    }
}
