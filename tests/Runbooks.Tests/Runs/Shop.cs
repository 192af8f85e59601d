using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Tests.Runs;

/// <summary>A small shop with people, a service and a runbook, for the rules to be tried on.</summary>
internal static class Shop
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    public static readonly GroupName Engineers = new("engineers"), Managers = new("release-managers"), OnCall = new("oncall");
    public static readonly Caller Ana = Known("ana", Engineers), Ben = Known("ben", Engineers, Managers), Dora = Known("dora", Managers, Engineers), Cleo = Known("cleo", OnCall);
    public static readonly Caller Stranger = Caller.Unknown("someone");

    public static readonly AccessRules Access = new(
        [],
        [
            new Grant(Right.Deploy, "*", [Engineers, Managers]),
            new Grant(Right.Rollback, "*", [Engineers, Managers, OnCall]),
        ],
        []);

    public static readonly ServiceEnvironment Prod = new(
        "prod", null, true, new Target.Kubernetes("main", "prod", "api", "registry.example.com/api"),
        [new HealthProbe(new Uri("https://api.example.com/health"), 200, ImmutableSortedDictionary<string, string>.Empty, 2, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5))],
        "rolling-deploy");

    public static readonly Service Api = new("api", null, [Engineers], null, [], [Prod]);

    public static readonly Runbook Rolling = new("rolling-deploy", "Roll forward.", "deploy",
    [
        new Checklist(new("s1"), "Before you deploy", [new("Backup taken"), new("Stakeholders know about {version}")]),
        Approval.By(new("s2"), "Production change", [Managers], 2, TimeSpan.FromMinutes(30)) with { Rules = new StepRules { When = "environment.protected" } },
        new Rollout(new("s3"), "Roll out {version}"),
        new HealthCheck(new("s4"), "Check health", []),
        new Soak(new("s5"), "Soak", TimeSpan.FromMinutes(10)),
        new Summary(new("s6"), "Summary", "#deploys"),
    ], new OnFailure(RollbackMode.Automatic));

    public static RunContext At(DateTimeOffset now) => new(now, Access, [Engineers]);

    public static RunState Opened(RollbackMode onFailure = RollbackMode.Automatic, string? from = "v1.2.2", params ImmutableArray<RunId> behind) =>
        Decider.Open(OpenedEvent(onFailure, from, behind), Noon).State;

    public static RunState Opened(Runbook runbook)
    {
        var planned = Planner.Deploy(new PlanContext(Api, Prod, "v1.2.3", Ana.Person!.Value), runbook, _ => null, "v1.2.2");
        return Decider.Open(new RunOpened(new RunId(7), planned.Plan, planned.Steps, Prod.Target, true, planned.OnFailure, null, [Engineers], Ana.Person.Value, null, [], [], null), Noon).State;
    }

    public static RunOpened OpenedEvent(RollbackMode onFailure, string? from, ImmutableArray<RunId> behind)
    {
        var planned = Planner.Deploy(new PlanContext(Api, Prod, "v1.2.3", Ana.Person!.Value), Rolling with { OnFailure = new OnFailure(onFailure) }, _ => null, from);
        return new RunOpened(new RunId(7), planned.Plan, planned.Steps, Prod.Target, true, onFailure, null, [Engineers], Ana.Person.Value, "because", ["slack:#deploys"], behind, null);
    }

    /// <summary>Tells a run several things in a row; none may be refused.</summary>
    public static RunState Then(this RunState run, params ReadOnlySpan<RunCommand> commands)
    {
        foreach (var command in commands)
        {
            var (next, decision) = Decider.Decide(run, command, At(run.UpdatedAt.AddSeconds(1)));
            if (decision.Refused is { } refused) throw new InvalidOperationException($"{command} was refused: {refused}");
            run = next;
        }

        return run;
    }

    public static (RunState State, RunDecision Decision) Told(this RunState run, RunCommand command, TimeSpan? later = null) =>
        Decider.Decide(run, command, At(run.UpdatedAt + (later ?? TimeSpan.FromSeconds(1))));

    public static RunState Ticked(this RunState run) => run.Then(new RunCommand.Tick(Ana, null, 0), new RunCommand.Tick(Ana, null, 1));

    public static RunState Approved(this RunState run) =>
        run.Then(new RunCommand.Approve(Ben, null, run.Plan.Hash), new RunCommand.Approve(Dora, null, run.Plan.Hash));

    public static RunCommand Report(this RunState run, StepCommand what) => new RunCommand.Report(run.Current!.Step.Id, run.Current.Attempt, what);

    public static RunState Reports(this RunState run, StepCommand what) => run.Then(run.Report(what));

    public static RolloutBegun Begun { get; } = new("v1.2.2", 4, 5, false);

    public static RolloutSighting Seen(RolloutPhase phase, int ready = 3, Fault? trouble = null) => new(phase, ready, ready, 3, $"{ready} of 3", trouble);

    private static Caller Known(string name, params ImmutableHashSet<GroupName> groups) => new(new Person($"{name}@example.com"), name, groups);
}
