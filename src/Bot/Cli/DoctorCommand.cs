using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Serialization;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Cli;

/// <summary>Looks at everything that the settings name.</summary>
internal delegate Task<ImmutableArray<Symptom>> Examination(IReadOnlyDictionary<string, string?> settings, CancellationToken cancellationToken);

/// <summary>Says what is connected, what is missing and how to mend it, without starting the bot and without changing anything.</summary>
internal static class DoctorCommand
{
    public static Command Of(Examination examine, Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "For programs: a list of what was found." };
        var config = new Option<string?>("--config") { Description = "The configuration folder. Left out: ChatOps:Config, else the example.", HelpName = "DIR" };
        var command = new Command("doctor", "Looks whether everything that the settings name can be used: tokens, scopes, rights, clocks, disk. It only reads. Any setting can follow, as after serve.") { config, json };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (said, cancellationToken) =>
        {
            var (settings, fault) = ServeOptions.Read(said.GetValue(config), null, said.UnmatchedTokens);
            if (fault is not null)
            {
                terminal.Error.WriteLine(TerminalText.Line(fault));
                return ExitCodes.Usage;
            }

            var found = await examine(settings, cancellationToken);
            if (said.GetValue(json)) terminal.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(found.Select(SymptomLine.Of).ToArray(), DoctorJson.Default.SymptomLineArray));
            else Print(found, terminal);
            return found.Any(symptom => symptom.Health == Health.Bad) ? ExitCodes.Refused : ExitCodes.Done;
        });
        return command;
    }

    private static void Print(ImmutableArray<Symptom> found, Terminal terminal)
    {
        foreach (var system in found.GroupBy(symptom => symptom.System))
        {
            terminal.Out.WriteLine(TerminalText.Line(system.Key));
            foreach (var symptom in system)
            {
                terminal.Out.WriteLine($"  {Mark(symptom.Health, terminal.Colours)} {TerminalText.Line($"{symptom.What}: {symptom.Says}")}");
                if (symptom.Mend is not null) terminal.Out.WriteLine($"           {TerminalText.Line(symptom.Mend)}");
            }
        }

        var (bad, weak) = (found.Count(symptom => symptom.Health == Health.Bad), found.Count(symptom => symptom.Health == Health.Weak));
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(bad + weak == 0 ? "Nothing is wrong." : $"{Words.Count(bad, "thing does not work", "things do not work")}, {Words.Count(weak, "could be better", "could be better")}.");
    }

    /// <summary>A word, so that nothing hangs on a colour.</summary>
    private static string Mark(Health health, bool colours)
    {
        var (word, colour) = health switch { Health.Good => ("good   ", 32), Health.Off => ("not set", 90), Health.Weak => ("weak   ", 33), _ => ("BAD    ", 31) };
        return colours ? $"\u001b[{colour}m{word}\u001b[0m" : word;
    }
}

/// <summary>One thing that was looked at, as <c>--json</c> writes it.</summary>
internal sealed record SymptomLine(string System, string What, string Health, string Says, string? Mend)
{
    public static SymptomLine Of(Symptom symptom) => new(symptom.System, symptom.What, symptom.Health.ToString().ToLowerInvariant(), symptom.Says, symptom.Mend);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(SymptomLine[]))]
internal sealed partial class DoctorJson : JsonSerializerContext;
