using System.Collections.Immutable;
using System.Diagnostics;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Runs;
using ChatOps.Testing;

namespace ChatOps.Benchmarks;

/// <summary>How long it takes to read, check and prove what people write, and to decide about a run with a long history.</summary>
internal static class LanguageBenchmark
{
    public static async Task RunAsync(TextWriter output)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(Repository.Root, "config", "examples")).Concat(Directory.EnumerateDirectories(Path.Combine(Repository.Root, "examples"))).Order(StringComparer.Ordinal))
        {
            ImmutableArray<SourceFile> files = [.. Directory.EnumerateFiles(folder, "*.*", SearchOption.AllDirectories).Where(file => file.EndsWith(".yaml", StringComparison.Ordinal) || file.EndsWith(".ics", StringComparison.Ordinal)).Select(file => new SourceFile(Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllText(file)))];
            ConfigurationReader.Read(files);
            var watch = Stopwatch.StartNew();
            var read = ConfigurationReader.Read(files).Configuration!;
            var (linted, states) = (watch.Elapsed.TotalMilliseconds, 0L);
            watch.Restart();
            foreach (var model in Model.All(read)) states += Verification.Of(model).States;
            await output.WriteLineAsync($"language: {Path.GetFileName(folder)}: {files.Length} files read and linted in {linted:0} ms, {states:N0} states proved in {watch.Elapsed.TotalSeconds:0.00} s ({states / watch.Elapsed.TotalSeconds:N0} a second, goal 10,000)");
        }

        var many = Enumerable.Range(0, 1_000).SelectMany(at => (SourceFile[])
            [
                new($"services/s{at}.yaml", $"service: s{at}\nenvironments:\n  prod:\n    simulated: {{}}\n    health: [{{ url: \"https://s{at}.example.com/health\" }}]\n    runbook: r{at}\n"),
                new($"runbooks/r{at}.yaml", $"runbook: r{at}\nsteps:\n  - checklist: Before you deploy\n    items: [Reviewed by someone else, Database backup taken]\n  - deploy: rolling\n  - check: health\n  - soak: 10m\n  - summary:\non-failure: {{ rollback: automatic }}\n"),
            ]).Append(new SourceFile("access.yaml", "groups: { everyone: { all: true } }\nmay: { deploy: { \"*\": [everyone] }, rollback: { \"*\": [everyone] } }\n")).ToImmutableArray();
        ConfigurationReader.Read(many);
        var loading = Stopwatch.StartNew();
        var (_, findings) = ConfigurationReader.Read(many);
        await output.WriteLineAsync($"language: 1,000 runbooks and 1,000 services read and linted in {loading.Elapsed.TotalSeconds:0.00} s, {findings.Length} findings (goal 1 s)");
        await DecideAsync(output);
    }

    private static async Task DecideAsync(TextWriter output)
    {
        var (read, _) = ConfigurationReader.Read(
        [
            new SourceFile("access.yaml", "groups: { everyone: { all: true } }\nmay: { deploy: { \"*\": [everyone] }, rollback: { \"*\": [everyone] } }\n"),
            new SourceFile("services/a.yaml", "service: a\nenvironments: { prod: { simulated: {}, health: [{ url: 'https://example.com' }] } }\n"),
            new SourceFile("runbooks/default.yaml", "runbook: default\nsteps:\n  - checklist: c\n    items: [one, two]\n  - deploy: rolling\n  - check: health\non-failure: { rollback: ask }\n"),
        ]);
        var model = Model.All(read!, "default").First();
        var run = model.Open().Run;
        while (run.Version < 500) run = Decider.Decide(run, run.Version % 2 == 0 ? new RunCommand.Tick(model.Requester, null, 0) : new RunCommand.Untick(model.Requester, null, 0), model.At(Model.Start)) is { Decision.Events.Length: > 0 } decided ? decided.State : Decider.Decide(run, new RunCommand.Tick(model.Requester, null, 0), model.At(Model.Start)).State;
        const int Times = 20_000;
        for (var i = 0; i < Times; i++) Decider.Decide(run, new RunCommand.AddNote(model.Requester, "x"), model.At(Model.Start));
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Times; i++) Decider.Decide(run, new RunCommand.AddNote(model.Requester, "x"), model.At(Model.Start));
        await output.WriteLineAsync($"language: deciding a command on a run of {run.Version} events takes {watch.Elapsed.TotalMicroseconds / Times:0.0} µs (goal 100)");
    }
}
