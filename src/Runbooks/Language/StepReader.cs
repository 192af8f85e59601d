using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads the steps of one runbook.</summary>
internal sealed class StepReader(string runbook, Findings findings, JobShelf jobs)
{
    private readonly HashSet<string> names = [];

    /// <summary>The steps under a key of a mapping.</summary>
    /// <param name="prefix">Before the numbers of steps that have no name of their own.</param>
    public ImmutableArray<Step> Read(MappingReader reader, string key, string prefix) => Read(reader, reader.Entries(key), prefix);

    private ImmutableArray<Step> Read(MappingReader reader, ImmutableArray<YamlNode> entries, string prefix)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        foreach (var (entry, at) in entries.Select((entry, at) => (entry, at)))
        {
            if (reader.Nested("step", entry, RunbookShapes.Step) is { } one && One(one, string.Create(CultureInfo.InvariantCulture, $"{prefix}{at + 1}")) is { } step) steps.Add(step);
            else findings.Remember($"runbook:{runbook}:unread-step", reader.File, Spot.Of(entry.Start));
        }

        return steps.ToImmutable();
    }

    private Step? One(MappingReader reader, string number)
    {
        var kinds = RunbookShapes.StepKinds.Where(reader.Has).ToList();
        if (kinds.Contains("deploy")) kinds.Remove("soak");      // there it is how long each share of a canary soaks
        if (kinds.Count != 1)
        {
            var what = kinds.Count == 0 ? "This step has no kind." : $"This step is {Words.List(kinds)} at once.";
            findings.Error(reader.File, reader.Line, kinds.Count == 0 ? "step-kind-missing" : "step-kind-twice", what, "A step's first key says what it is.", $"Begin with one of: {string.Join(", ", RunbookShapes.StepKinds)}.");
            return null;
        }

        foreach (var key in RunbookShapes.Step.Keys.Where(key => !key.BelongsIn(kinds[0]) && reader.Has(key.Name)))
            findings.Error(reader.File, reader.LineOf(key.Name), "key-elsewhere", $"{MappingReader.Article(kinds[0])} has no {key.Name}.", null, $"It belongs to a step of the kind {key.OnlyIn}.");
        foreach (var key in RunbookShapes.Step.Keys.Where(key => key.NeededThere && key.BelongsIn(kinds[0]) && !reader.Has(key.Name)))
            findings.Error(reader.File, reader.Line, "missing-key", $"{MappingReader.Article(kinds[0])} needs {key.Name}.", key.Says, $"Write {key.Name}: {key.Example}");
        if (kinds[0] is "run" or "parallel") OfBlock(kinds[0], reader);
        var id = Name(reader, number);
        findings.Remember($"runbook:{runbook}:{id}", reader.File, reader.Line);
        return OfKind(kinds[0], id, reader) is { } step ? step with { Rules = Limited(step, Rules(reader, id)) } : null;
    }

    /// <summary>A block is not walked itself: only what can be passed on to each of its steps may be said there.</summary>
    private void OfBlock(string kind, MappingReader reader)
    {
        foreach (var key in (string[])["timeout", "retries", "backoff", "undo"])
        {
            if (reader.Has(key)) Refuse(key, $"{MappingReader.Article(kind)} has no {key} of its own.");
        }

        if (reader.Has("on-failure") && reader.Node("on-failure") is YamlScalarNode { Value: "continue" }) Refuse("on-failure", $"{MappingReader.Article(kind)} can't continue after a failure as a whole.");

        void Refuse(string key, string what) => findings.Error(reader.File, reader.LineOf(key), "key-elsewhere", what, "Its steps are walked one by one.", $"Write {key} on the steps in it.");
    }

    private StepId Name(MappingReader reader, string number)
    {
        var name = reader.Said("id") ?? number;
        if (!Lint.IsName(name)) findings.Error(reader.File, reader.LineOf("id"), "bad-name", $"A step can't be called \"{name}\".", null, "Use letters, digits and dashes.");
        else if (!names.Add(name)) findings.Error(reader.File, reader.LineOf("id"), "duplicate-name", $"There are two steps {name} in {runbook}.", null, "Rename one.");
        return new StepId(name);
    }

    private Step? OfKind(string kind, StepId id, MappingReader reader) => kind switch
    {
        "checklist" => new Checklist(id, Title(reader, kind, "Checklist"), ChecklistReader.Items(reader, findings)),
        "approval" => ApprovalReader.Read(id, Title(reader, kind, "Approval"), reader, findings),
        "deploy" => StrategyReader.Read(id, reader, findings),
        "check" => reader.Text(kind) is null ? null : new HealthCheck(id, "Check health", []),
        "soak" => Soaking(id, reader),
        "wait" => Waiting(id, reader),
        "manual" => new Manual(id, Title(reader, kind, "By hand"), reader.Text("do") ?? "", [.. reader.Texts("commands").Select(command => command.Text)], reader.Flag("note"), reader.Flag("changes")),
        "http" => Http(id, reader),
        "job" => Job(id, reader),
        "scale" or "restart" or "patch" or "delete" => OperationReader.Read(kind, id, reader, findings),
        "apply" => OperationReader.Apply(id, reader, jobs, findings),
        "helm" => OperationReader.Helm(id, reader, findings),
        "run" => new InnerRunbook(id, Filled(reader, kind), reader.Text(kind) ?? "", reader.NamedValues("with")),
        "parallel" => new SideBySide(id, "Side by side", Branches(id, reader)),
        "waves" => TrainReader.Read(id, Title(reader, kind, "Release train"), reader, findings),
        "notify" => new Notify(id, "Notify", Channel(reader.Text("channel")), Filled(reader, kind)) { Whom = RecipientsReader.Read(reader, "to", findings) },
        "set" => new SetValues(id, "Set values", reader.NamedValues(kind)),
        _ => new Summary(id, "Summary", Channel(reader.Text(kind))),
    };

    /// <summary>What waits for a cluster to settle waits for a while, also where nobody said how long.</summary>
    private static StepRules? Limited(Step step, StepRules? rules) => step switch
    {
        // Helm keeps its own time; the step's ends a little later, so that how it ended is known.
        Operate { Operation: Catalog.Operation.Helm helm } => (rules ?? new StepRules()) with { Timeout = helm.Limit + TimeSpan.FromMinutes(2) },
        Operate when rules?.Timeout is null => (rules ?? new StepRules()) with { Timeout = OperationReader.UsualTimeout },
        _ => rules,
    };

    private StepRules? Rules(MappingReader reader, StepId id)
    {
        var rules = new StepRules
        {
            When = reader.Said("when"),
            OnlyFor = [.. reader.Texts("only-for").Select(environment => environment.Text)],
            Timeout = reader.Has("timeout") ? reader.Duration("timeout") : null,
            Retries = reader.Number("retries"),
            Backoff = reader.Duration("backoff"),
            SkippableBy = reader.Has("skippable-by") ? [.. reader.Texts("skippable-by").Select(group => new GroupName(group.Text))] : null,
            Undo = reader.Has("undo") ? Read(reader, "undo", $"{id}-u") : [],
        };
        rules = reader.Node("on-failure") switch
        {
            YamlMappingNode mapping when reader.Nested("on-failure", mapping, RunbookShapes.StepFailure)?.Text("run") is { Length: > 0 } remedy => rules with { OnFailure = FailureMode.Run, Remedy = remedy },
            YamlMappingNode or null => rules,
            _ => rules with { OnFailure = reader.Text("on-failure") switch { "stop" => FailureMode.Stop, "continue" => FailureMode.Continue, "rollback" => FailureMode.Rollback, _ => null } },
        };
        string[] common = ["when", "only-for", "timeout", "retries", "backoff", "on-failure", "skippable-by", "undo"];
        return common.Any(reader.Has) ? rules : null;
    }

    private Soak Soaking(StepId id, MappingReader reader)
    {
        var soak = new Soak(id, "Soak", reader.Duration("soak")) { Watches = [.. reader.Texts("gates").Select(gate => gate.Text)], WatchAfter = reader.Has("watch-after") ? reader.Duration("watch-after") : null, Watcher = WatcherReader.Read(reader, findings) };
        if (soak is { WatchAfter: not null, Watches.IsEmpty: true })
            findings.Error(reader.File, reader.LineOf("watch-after"), "watch-blind", "Nothing is watched behind the run: this soak has no gates.", null, "Write gates: all, or a list of names.");
        return soak;
    }

    private Wait? Waiting(StepId id, MappingReader reader)
    {
        var text = Filled(reader, "wait");
        switch (text.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            case ["go"]: return new Wait(id, "Wait for go", null, null);
            case ["signal", var name] when Lint.IsName(name): return new Wait(id, $"Wait for {name}", null, name);
            case ["until", var moment]:
                if (!moment.Contains('{', StringComparison.Ordinal) && Calendar.Moment.Read(moment, DateTimeOffset.UnixEpoch, Calendar.Zone.Utc).Fault is { } fault)
                    findings.Error(reader.File, reader.LineOf("wait"), "bad-value", $"wait can't be \"{text}\": {fault.What}", null, fault.Mend);
                return new Wait(id, $"Wait until {moment}", moment, null);
            default:
                if (text.Length > 0) findings.Error(reader.File, reader.LineOf("wait"), "bad-value", $"wait can't be \"{text}\".", null, "Write go, signal NAME, or until MOMENT.");
                return null;
        }
    }

    private JobRun? Job(StepId id, MappingReader reader)
    {
        var name = Filled(reader, "job");
        if (name.Length == 0) return null;
        if (jobs.Manifests.TryGetValue(name, out var manifest)) return manifest is null ? null : new JobRun(id, $"Run {name}", name, manifest, reader.Flag("reads-only"));
        findings.Error(reader.File, reader.LineOf("job"), "job-unknown", $"There is no job {name}.", "Jobs are manifests in jobs/, one a file.", Lint.Meant(name, jobs.Manifests.Keys));
        return null;
    }

    private HttpCall? Http(StepId id, MappingReader reader)
    {
        var expect = reader.Mapping("expect");
        string[] methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
        if (Filled(reader, "http").Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var method, var url] || !methods.Contains(method)
            || !Uri.TryCreate(url.Replace('{', '-').Replace('}', '-'), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            findings.Error(reader.File, reader.LineOf("http"), "bad-value", "http needs a method and an address.", null, "Write, for instance, http: POST https://cdn.example.com/purge.");
            return null;
        }

        if (address.Host.Contains('-') && url.IndexOf('{', StringComparison.Ordinal) is var open and >= 0 && open < url.IndexOf('/', address.Scheme.Length + 3) )
            findings.Error(reader.File, reader.LineOf("http"), "bad-value", "The host of an address can't be filled in.", "Which hosts are spoken to must be plain to see.", "Write the host out.");
        var timeout = reader.Has("timeout") ? reader.Duration("timeout") : TimeSpan.FromSeconds(30);
        return new HttpCall(
            id, $"{method} {address.Host}", method, url, reader.NamedValues("headers"), reader.Text("body"), expect?.Number("status") ?? 200,
            expect?.NamedValues("json") ?? ImmutableSortedDictionary<string, string>.Empty, reader.NamedValues("capture"), timeout < TimeSpan.FromMinutes(1) ? timeout : TimeSpan.FromMinutes(1));
    }

    private ImmutableArray<Branch> Branches(StepId id, MappingReader reader)
    {
        var branches = ImmutableArray.CreateBuilder<Branch>();
        foreach (var (entry, at) in reader.Entries("parallel").Select((entry, at) => (entry, at)))
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"{id}{(char)('a' + at)}");
            if (entry is YamlMappingNode mapping && mapping.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value).ToList() is var keys && keys.Contains("steps") && !keys.Contains("deploy"))
            {
                if (reader.Nested("branch", entry, RunbookShapes.Branch) is { } branch) branches.Add(new Branch(branch.Said("name"), Read(branch, "steps", prefix)));
            }
            else
            {
                branches.Add(new Branch(null, Read(reader, [entry], prefix)));
            }
        }

        if (branches.Count is < 2 or > 20) findings.Error(reader.File, reader.LineOf("parallel"), "bad-value", $"The branches of parallel are {branches.Count}.", null, "Give it 2 to 20.");
        return branches.ToImmutable();
    }

    private static string Title(MappingReader reader, string key, string otherwise) => reader.Text(key) is { Length: > 0 } title ? title : otherwise;

    private string Filled(MappingReader reader, string key)
    {
        if (reader.Text(key) is { Length: > 0 } text) return text;
        findings.Error(reader.File, reader.LineOf(key), "bad-value", $"{key} needs a text.");
        return "";
    }

    private static string? Channel(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
