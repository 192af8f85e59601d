using System.CommandLine;
using ChatOps.Runbooks.Language;

namespace ChatOps.Bot.Cli;

/// <summary>Gives the JSON Schemas of the language to editors.</summary>
internal static class SchemaCommand
{
    public static Command Of(Terminal terminal)
    {
        var name = new Argument<string?>("name") { Description = "Which one to print.", Arity = ArgumentArity.ZeroOrOne, HelpName = string.Join('|', ConfigurationSchema.Names) };
        name.AcceptOnlyFromAmong([.. ConfigurationSchema.Names]);
        var folder = new Option<string?>("--out") { Description = "Write all of them into this folder, as NAME.json.", HelpName = "DIR" };
        var markdown = new Option<bool>("--markdown") { Description = "Print every key as tables for people instead." };
        var command = new Command("schema", "Prints the JSON Schema of a kind of configuration file, made from what the bot itself checks by.") { name, folder, markdown };
        command.SetAction(said => said.GetValue(markdown) ? Print(ConfigurationDocument.Keys(), terminal) : Run(said.GetValue(name), said.GetValue(folder), terminal));
        return command;
    }

    private static int Run(string? name, string? folder, Terminal terminal)
    {
        if (folder is not null) return Write(folder, name is null ? ConfigurationSchema.Names : [name], terminal);
        if (name is null)
        {
            terminal.Error.WriteLine($"Say which: chatops schema {string.Join('|', ConfigurationSchema.Names)}, or --out DIR for all.");
            return ExitCodes.Usage;
        }

        return Print(ConfigurationSchema.For(name)!, terminal);
    }

    private static int Print(string text, Terminal terminal)
    {
        terminal.Out.Write(text);
        return ExitCodes.Done;
    }

    private static int Write(string folder, IEnumerable<string> names, Terminal terminal)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var name in names)
            {
                var file = Path.Combine(folder, $"{name}.json");
                File.WriteAllText(file, ConfigurationSchema.For(name));
                terminal.Out.WriteLine(file);
            }

            return ExitCodes.Done;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            terminal.Error.WriteLine(TerminalText.Safe(fault.Message));
            return ExitCodes.Usage;
        }
    }
}
