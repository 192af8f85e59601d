using System.CommandLine;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Runs;

namespace ChatOps.Bot.Cli;

/// <summary>Draws a runbook, or the life of a run or a step.</summary>
internal static class DiagramCommand
{
    public static Command Of(Terminal terminal)
    {
        var what = new Argument<string>("what") { Description = "A runbook's name; or run or step, for their life.", DefaultValueFactory = _ => "run" };
        var service = new Option<string?>("--service") { Description = "For which service.", HelpName = "NAME" };
        var environment = new Option<string?>("--environment") { Description = "In which environment.", HelpName = "NAME" };
        var format = new Option<string>("--format") { Description = "mermaid, or svg for a picture.", DefaultValueFactory = _ => "mermaid", HelpName = "mermaid|svg" };
        format.AcceptOnlyFromAmong("mermaid", "svg");
        var config = ConfigurationAt.Option();
        var command = new Command("diagram", "Draws a runbook: its steps, what each waits for, and what takes them back.") { what, service, environment, format, config };
        command.SetAction(said =>
        {
            switch (said.GetValue(what))
            {
                case "run": terminal.Out.Write(RunLife.Diagram()); return ExitCodes.Done;
                case "step": terminal.Out.Write(RunLife.StepDiagram()); return ExitCodes.Done;
                default: break;
            }

            if (ConfigurationAt.Read(said.GetValue(config), terminal) is not { } read) return ExitCodes.Usage;
            if (ConfigurationAt.Model(read, said.GetValue(what)!, said.GetValue(service), said.GetValue(environment), "v2", [], terminal) is not { } model) return ExitCodes.Usage;
            terminal.Out.Write(said.GetValue(format) == "svg" ? Diagram.Svg(model) : Diagram.Mermaid(model));
            return ExitCodes.Done;
        });
        return command;
    }
}
