using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Proofs;

/// <summary>One runbook in one place, with people who may do everything that anybody may: what is proved and rehearsed.</summary>
public sealed class Model
{
    /// <summary>Where a model's clock begins: a Tuesday, at ten.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 6, 10, 0, 0, TimeSpan.Zero);

    private static readonly GroupName Everybody = new("everybody");
    private readonly ImmutableHashSet<GroupName> groups;
    private readonly AccessRules access = new([], [new Grant(Right.Deploy, "*", [Everybody]), new Grant(Right.Rollback, "*", [Everybody])], []);

    private Model(Runbook runbook, Service service, ServiceEnvironment environment, RunOpened opened)
    {
        (Runbook, Service, Environment, Opened) = (runbook, service, environment, opened);
        groups = [Everybody, .. opened.Steps.SelectMany(Groups), .. service.Owners];
        Requester = new Caller(opened.By, opened.By.ShortName, groups);
        People = [.. Enumerable.Range(1, 20).Select(number => new Caller(new Person($"person{number}@example.com"), $"person {number}", groups))];
    }

    public Runbook Runbook { get; }

    public Service Service { get; }

    public ServiceEnvironment Environment { get; }

    public RunOpened Opened { get; }

    /// <summary>Whether it is the plan of an emergency: one approval in place of the runbook's own, past windows and freezes.</summary>
    public bool IsEmergency => Opened.Emergency is not null;

    public Caller Requester { get; }

    /// <summary>People who did not ask, and are in every group.</summary>
    public ImmutableArray<Caller> People { get; }

    /// <summary>A model of the runbook where it would run. Targets are never real.</summary>
    public static Model Of(Configuration read, Runbook runbook, Service service, ServiceEnvironment environment, string version = "v2", ImmutableSortedDictionary<string, string>? inputs = null, bool emergency = false)
    {
        var why = emergency ? "rehearsed" : null;
        var by = new Person("requester@example.com");
        var given = TrainModels.Filled(runbook, runbook.Filled(inputs ?? ImmutableSortedDictionary<string, string>.Empty), version);
        var safe = environment with { Target = new Target.Simulated($"{service.Name}/{environment.Name}", 3, "v1") };
        var context = new PlanContext(service, safe, version, by) { Inputs = given, At = Start, Calendar = read.Calendar, Fleet = read.Fleet, Emergency = why };
        var planned = runbook.StartsWith == "deploy" ? Planner.Deploy(context, emergency ? read.Overrides.InEmergency(runbook) : runbook, read.Runbook, "v1") : Planner.Procedure(context, runbook, read.Runbook, "v1");
        return new Model(runbook, service, safe, new RunOpened(
            new RunId(1), planned.Plan, planned.Steps, safe.Target, environment.Protected, planned.OnFailure, planned.Page, service.Owners, by, null, [], [], null) { Inputs = given, Emergency = why, Tell = planned.Tell, OnAbort = planned.OnAbort });
    }

    /// <summary>Each runbook in each place that it is for, also as it is walked in an emergency; places where it would be walked alike stand for each other.</summary>
    public static IEnumerable<Model> All(Configuration read, string? only = null)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var runbook in read.Runbooks.Where(runbook => only is null || runbook.Name.Equals(only, StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var (service, environment) in read.Services.SelectMany(service => service.Environments, (service, environment) => (service, environment)))
            {
                if (runbook.StartsWith == "deploy" && !environment.Runbook.Equals(runbook.Name, StringComparison.OrdinalIgnoreCase)) continue;
                var model = Of(read, runbook, service, environment);
                if (seen.Add(model.Shape)) yield return model;
                if (runbook.StartsWith != "deploy" || read.Overrides.Emergency is null) continue;
                var urgent = Of(read, runbook, service, environment, emergency: true);
                if (seen.Add(urgent.Shape)) yield return urgent;
            }
        }
    }

    /// <summary>What decides how it can go: the steps and their rules, without what is only said.</summary>
    private string Shape => string.Join('\n', Opened.Steps.Select(step => $"{step.Id} {step.Kind} {step.Waits} {step.Rules?.Says()} {string.Join(',', step.Needs ?? [])} {(step as HealthCheck)?.Probes.Length} {(step as Approval)?.Says()} {(step as Soak)?.Says()} {(step as Train)?.Says()}")
        .Prepend($"{Runbook.Name} {IsEmergency} {Environment.Protected} {Opened.OnFailure} {Opened.OnAbort?.Rollback}"));

    public RunContext At(DateTimeOffset now) => new(now, access, Service.Owners);

    public (RunState Run, RunDecision Decision) Open() => Decider.Open(Opened, Start);

    private static IEnumerable<GroupName> Groups(Step step) => (step.Rules?.SkippableBy ?? []).Concat(step switch
    {
        Approval approval => approval.From.Concat(approval.Escalate.Select(one => one.To)),
        Checklist list => list.Items.SelectMany(item => item.By),
        _ => [],
    }).Concat(step.Rules?.Undo.SelectMany(Groups) ?? []).Concat(step.Rules?.RemedySteps.SelectMany(Groups) ?? []);
}
