using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Xml.Linq;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Cli;

/// <summary>Walks a runbook in the terminal, touching nothing: people, targets and answers are played.</summary>
internal static class RehearseCommand
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    public static Command Of(Terminal terminal)
    {
        var name = new Argument<string>("runbook") { Description = "Which one." };
        var service = new Option<string?>("--service") { Description = "For which service. Left out: one that uses it.", HelpName = "NAME" };
        var environment = new Option<string?>("--environment") { Description = "In which environment. Left out: the last one that uses it.", HelpName = "NAME" };
        var version = new Option<string>("--version-to") { Description = "The version to bring.", DefaultValueFactory = _ => "v2", HelpName = "VERSION" };
        var fail = new Option<string[]>("--fail") { Description = "A step that is to fail, by its name or words of its title; may be given more than once.", HelpName = "STEP" };
        var input = new Option<string[]>("--input") { Description = "A value for an input; may be given more than once.", HelpName = "NAME=VALUE" };
        var speed = new Option<double>("--speed") { Description = "How much faster than real; 0: without waiting. Only in a terminal.", DefaultValueFactory = _ => 60 };
        var junit = new Option<string?>("--junit") { Description = "Write what came of each step into this file, as JUnit XML.", HelpName = "FILE" };
        var config = ConfigurationAt.Option();
        var command = new Command("rehearse", "Walks a runbook with played people and targets: what happens when all goes well, or when a step fails.") { name, service, environment, version, fail, input, speed, junit, config };
        command.SetAction(async (said, cancellationToken) =>
        {
            if (ConfigurationAt.Read(said.GetValue(config), terminal) is not { } read) return ExitCodes.Usage;
            if (ConfigurationAt.Model(read, said.GetValue(name)!, said.GetValue(service), said.GetValue(environment), said.GetValue(version)!, said.GetValue(input) ?? [], terminal) is not { } model) return ExitCodes.Usage;
            ImmutableArray<string> fails = [.. (said.GetValue(fail) ?? []).SelectMany(words => words.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
            if (fails.FirstOrDefault(word => Rehearsal.Find(model, word) is null) is { } unknown)
            {
                terminal.Error.WriteLine($"There is no step {TerminalText.Line(unknown)}. There are {Words.List(model.Opened.Steps.Select(step => $"{step.Id} ({step.Title})"))}.");
                return ExitCodes.Usage;
            }

            return await RunAsync(model, fails, terminal.Colours ? said.GetValue(speed) : 0, said.GetValue(junit), terminal, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(Model model, ImmutableArray<string> fails, double speed, string? junit, Terminal terminal, CancellationToken cancellationToken)
    {
        terminal.Out.WriteLine($"Rehearsing {model.Runbook.Name} for {model.Service.Name} in {model.Environment.Name}. Nothing is touched: people, targets and answers are played.");
        var (run, at) = (model.Open().Run, TimeSpan.Zero);
        foreach (var line in Rehearsal.Walk(model, fails))
        {
            if (speed > 0 && line.At > at) await Task.Delay(Min((line.At - at) / speed, LongestWait), cancellationToken);
            (run, at) = (line.Run, line.At);
            terminal.Out.WriteLine(TerminalText.Line(string.Create(CultureInfo.InvariantCulture, $"{(int)at.TotalHours:00}:{at:mm\\:ss}  {Mark(line.Line.Tone)} {(line.Line.By is { } by ? $"{new Runbooks.Access.Person(by).ShortName} " : "")}{line.Line.Says}")));
        }

        if (TrainBlocks.Of(run, Model.Start + at).OfType<CardBlock.Table>().ToImmutableArray<CardBlock>() is { IsEmpty: false } trains)
            terminal.Out.Write(TerminalCards.Render(new Card("The release train", Tone.Neutral, null, "") { Body = trains }, terminal.Width, terminal.Colours));
        if (junit is not null) File.WriteAllText(junit, JUnit(model, run).ToString());
        var asItShould = fails.IsEmpty ? run.Status == RunStatus.Succeeded : run.IsOver || run.Status == RunStatus.Deciding;
        terminal.Out.WriteLine($"It {(run.IsOver ? "ended" : "stopped")} after {Words.Duration(at)}: {RunWords.Of(run.Status)}{(run.Ending is { } ending && !ending.StartsWith(RunWords.Of(run.Status), StringComparison.Ordinal) ? $", {ending}" : "")}.{(run.Status == RunStatus.Deciding ? " A person would have to decide now." : "")}");
        return asItShould ? ExitCodes.Done : ExitCodes.Refused;
    }

    private static XDocument JUnit(Model model, RunState run)
    {
        var cases = run.Steps.Select(step =>
        {
            var took = step is { BeganAt: { } began, EndedAt: { } ended } ? (ended - began).TotalSeconds : 0;
            var one = new XElement("testcase", new XAttribute("classname", model.Runbook.Name), new XAttribute("name", Clean($"{step.Step.Id} {step.Step.Title}")), new XAttribute("time", took.ToString("0.###", CultureInfo.InvariantCulture)));
            if (step.Fault is { } fault) one.Add(new XElement("failure", new XAttribute("message", Clean(fault.Why)), new XAttribute("type", fault.Code)));
            else if (step.Status is not StepStatus.Passed) one.Add(new XElement("skipped", new XAttribute("message", step.Status.ToString())));
            return one;
        }).ToList();
        return new XDocument(new XElement("testsuites", new XElement(
            "testsuite", new XAttribute("name", $"{model.Runbook.Name} {model.Service.Name} {model.Environment.Name}"), new XAttribute("tests", cases.Count),
            new XAttribute("failures", cases.Count(one => one.Element("failure") is not null)), new XAttribute("skipped", cases.Count(one => one.Element("skipped") is not null)), cases)));
    }

    /// <summary>XML can't hold every character that a title can.</summary>
    private static string Clean(string text) => new([.. text.Where(System.Xml.XmlConvert.IsXmlChar)]);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static string Mark(Tone tone) => tone switch { Tone.Good => "✓", Tone.Bad => "✗", Tone.Warning => "!", Tone.Waiting => "…", _ => "·" };
}
