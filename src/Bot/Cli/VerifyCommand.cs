using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ChatOps.Runbooks.Proofs;
using Command = System.CommandLine.Command;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Cli;

/// <summary>Proves that runbooks are safe, or tells how they are not.</summary>
internal static class VerifyCommand
{
    public static Command Of(Terminal terminal)
    {
        var name = new Argument<string?>("runbook") { Description = "Which one. Left out: all of them.", Arity = ArgumentArity.ZeroOrOne };
        var config = ConfigurationAt.Option();
        var states = new Option<int>("--states") { Description = "How many states to look at for each before giving up.", DefaultValueFactory = _ => 200_000 };
        var command = new Command("verify", "Explores every way a runbook can go, with the rules that walk real runs, and proves that it is safe or tells the shortest way that it is not.") { name, config, states };
        command.SetAction(said => Run(said.GetValue(name), said.GetValue(config), Math.Clamp(said.GetValue(states), 1, 5_000_000), terminal));
        return command;
    }

    private static int Run(string? name, string? folder, int states, Terminal terminal)
    {
        if (ConfigurationAt.Read(folder, terminal) is not { } read) return ExitCodes.Usage;
        if (name is not null && read.Runbook(name) is null)
        {
            terminal.Error.WriteLine($"There is no runbook {TerminalText.Line(name)}.{(Nearest.To(name, read.Runbooks.Select(one => one.Name)) is [var near, ..] ? $" Did you mean {near}?" : "")}");
            return ExitCodes.Usage;
        }

        var (watch, seen, broken, unproved) = (Stopwatch.StartNew(), 0L, 0, 0);
        foreach (var model in Model.All(read, name))
        {
            var proof = Verification.Of(model, states);
            seen += proof.States;
            broken += proof.Broken.Length;
            if (!proof.Complete) unproved++;
            Tell(proof, terminal);
        }

        var rate = seen / Math.Max(watch.Elapsed.TotalSeconds, 0.001);
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Words.Count(broken, "promise", "promises")} broken, {Words.Count(unproved, "runbook", "runbooks")} not proved; {seen:N0} states looked at, {rate:N0} a second"));
        return broken + unproved == 0 ? ExitCodes.Done : ExitCodes.Refused;
    }

    private static void Tell(Proof proof, Terminal terminal)
    {
        var where = $"{proof.Model.Runbook.Name} ({proof.Model.Service.Name} in {proof.Model.Environment.Name}{(proof.Model.IsEmergency ? ", in an emergency" : "")})";
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{where}: {(proof.Holds ? "safe" : proof.Broken.IsEmpty ? "not proved" : "not safe")}, {proof.States:N0} states{(proof.Complete ? "" : " and more")}"));
        foreach (var one in proof.Broken)
        {
            terminal.Out.WriteLine($"  {Says(one.Promise)}, and that is not kept. {TerminalText.Line(one.Why)}");
            foreach (var (line, at) in one.Story.Select((line, at) => (line, at))) terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {at + 1}. {TerminalText.Line(line)}"));
        }
    }

    private static string Says(Promise promise) => promise switch
    {
        Promise.Ends => "It always comes to an end",
        Promise.ApprovedFirst => "Nothing changes a protected environment before an approval",
        Promise.NeverHalfDone => "After a failure it ends healthy, undone, or where a person said so",
        Promise.WayOut => "It waits for people only where there is a way out",
        Promise.AbortUndoes => "An abort undoes what ran where on-abort says so",
        _ => "What is reported twice counts once",
    };
}
