using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Steps;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads a file of <c>runbooks/</c>.</summary>
internal static class RunbookReader
{
    public static Runbook? Read(string file, YamlMappingNode root, Findings findings, JobShelf? jobs = null)
    {
        var reader = new MappingReader(file, root, Spot.Of(root.Start), RunbookShapes.Runbook, findings);
        var name = reader.Text("runbook");
        if (string.IsNullOrEmpty(name))
        {
            if (name is not null) findings.Error(file, reader.LineOf("runbook"), "bad-value", "runbook needs a name.", null, "Write one word after runbook:.");
            return null;
        }

        if (findings.Remember($"runbook:{name}", file, reader.LineOf("runbook")) is { } before)
            findings.Error(file, reader.LineOf("runbook"), "duplicate-name", $"There are two runbooks {name}.", $"The other is in {before.File}, line {before.Line}.", "Rename one.");
        foreach (var key in reader.Keys) findings.Remember($"runbook:{name}:{key}", file, reader.LineOf(key));
        var steps = new StepReader(name, findings, jobs ?? JobShelf.Empty);
        var runbook = new Runbook(name, reader.Text("summary") ?? "", reader.Text("starts-with") ?? "deploy", steps.Read(reader, "steps", "s"), Failure(reader.Mapping("on-failure"), findings))
        {
            Inputs = [.. reader.Named("inputs").Where(input => input.Value is not null).Select(input => Input(name, input.Name, input.Line, input.Value!, findings))],
            Schedules = [.. reader.OneOrMore("schedule").Select(schedule => Schedule(name, schedule, findings))],
            OnAbort = reader.Mapping("on-abort") is { } abort ? Failure(abort, findings) : null,
            SuggestedFor = [.. reader.Texts("suggested-for").Select(alert => alert.Text)],
        };
        foreach (var soak in runbook.StartsWith == "deploy" ? [] : runbook.AllSteps().OfType<Soak>().Where(soak => soak.WatchAfter is not null))
            findings.WarnAt(findings.At($"runbook:{name}:{soak.Id}", $"runbook:{name}"), "watch-unfit", $"{name} says watch-after, and does not start with deploy.", "Only what a deployment brought is watched behind it.", "Take watch-after out.");
        return runbook;
    }

    private static OnFailure Failure(MappingReader? reader, Findings findings) => new(
        reader?.Text("rollback") == "automatic" ? RollbackMode.Automatic : RollbackMode.Ask,
        reader?.Text("page") is { Length: > 0 } page ? new GroupName(page) : null) { Tell = reader is null ? null : RecipientsReader.Read(reader, "notify", findings) };

    private static Input Input(string runbook, string name, Spot line, MappingReader reader, Findings findings)
    {
        findings.Remember($"runbook:{runbook}:input:{name}", reader.File, line);
        ImmutableArray<string> choices = [.. reader.Texts("choices").Select(choice => choice.Text)];
        var input = new Input(name, reader.Text("type") ?? (choices.IsEmpty ? "text" : "choice"), reader.Text("help") ?? "", reader.Text("default"), choices);
        if (!Lint.IsName(name)) findings.Error(reader.File, line, "bad-name", $"An input can't be called \"{name}\".", null, "Use letters, digits and dashes.");
        if (input.Type == "choice" && choices.IsEmpty) findings.Error(reader.File, line, "missing-key", $"The input {name} is a choice, but has no choices.", null, "Write choices: [ … ].");
        if (input.Default is { } otherwise && input.Fault(otherwise) is { } fault) findings.Error(reader.File, reader.LineOf("default"), "bad-value", fault, "It is the default.");
        return input;
    }

    private static Schedule Schedule(string runbook, MappingReader reader, Findings findings)
    {
        findings.Remember($"runbook:{runbook}:schedule", reader.File, reader.Line);
        return new Schedule(
            reader.Text("cron") ?? "", reader.Said("zone") ?? "UTC", reader.Text("service") ?? "", reader.Text("environment") ?? "",
            reader.NamedValues("with"), reader.Text("missed") == "run-once");
    }
}
