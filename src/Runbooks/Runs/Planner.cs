using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>A plan, and the steps that carry it out.</summary>
public sealed record Planned(Plan Plan, ImmutableArray<Step> Steps, RollbackMode OnFailure, GroupName? Page)
{
    /// <summary>Who is told when a step fails.</summary>
    public Recipients? Tell { get; init; }

    public OnFailure? OnAbort { get; init; }
}

/// <summary>Makes plans: what a run would do, from the configuration and what is live.</summary>
public static class Planner
{
    /// <summary>A deployment as the environment's runbook says.</summary>
    /// <param name="from">What is live; null when it can't be told.</param>
    public static Planned Deploy(PlanContext context, Runbook runbook, Func<string, Runbook?> others, string? from) =>
        Of(RunKind.Deploy, context, Steps(context, runbook, others), from, runbook);

    /// <summary>A runbook that is started by its name.</summary>
    public static Planned Procedure(PlanContext context, Runbook runbook, Func<string, Runbook?> others, string? from) =>
        Of(RunKind.Procedure, context, Steps(context, runbook, others), from, runbook) is var planned
            ? planned with { Plan = planned.Plan with { Runbook = runbook.Name } }
            : planned;

    /// <summary>The way back: undo, look whether it is well, say so. No checklist and no approval, since it restores what ran before.</summary>
    /// <param name="revision">The revision to go back to, where it is known.</param>
    /// <param name="walked">What a deployment there walks: where it switches traffic, so does the way back.</param>
    public static Planned Rollback(Service service, ServiceEnvironment environment, string version, long? revision, string? from, Person by, ImmutableArray<Step> walked = default)
    {
        var context = new PlanContext(service, environment, version, by);
        var back = new Rollout(new StepId("s1"), $"Back to {version}", Back: true, revision);
        if (!walked.IsDefault && walked.OfType<Rollout>().FirstOrDefault(step => step.Stage?.Kind == StageKind.Switch) is { } switched)
            back = new Rollout(back.Id, $"Switch back to {version}", Back: true) { Stage = switched.Stage, Keep = switched.Keep };
        ImmutableArray<Step> steps =
        [
            back,
            new HealthCheck(new StepId("s2"), "Check health", environment.Health),
            new Summary(new StepId("s3"), "Summary", null),
        ];
        return Of(RunKind.Rollback, context, steps, from, new Runbook("", "", "rollback", [], new OnFailure(RollbackMode.Ask)));
    }

    /// <summary>The plan of a run with another version live before it: same steps.</summary>
    public static Plan From(RunState run, string? from) => run.Plan with { FromVersion = from };

    /// <summary>The steps that a run by this runbook walks.</summary>
    public static ImmutableArray<Step> Steps(PlanContext context, Runbook runbook, Func<string, Runbook?> others) =>
        TrainPlans.Assemble(new Unfolding(context, others).Steps(runbook), context, others, runbook.OnFailure.Rollback);

    internal static Planned Of(RunKind kind, PlanContext context, ImmutableArray<Step> steps, string? from, Runbook runbook)
    {
        OnFailure For(OnFailure one) => one.Tell is null ? one : one with { Tell = one.Tell.For(context.By, context.Service.Owners) };
        var meant = runbook with { OnFailure = For(runbook.OnFailure), OnAbort = runbook.OnAbort is { } abort ? For(abort) : null };
        var plan = new Plan(
            kind, new Site(context.Service.Name, context.Environment.Name), context.Version, from, context.Environment.Target.ToString()!,
            [.. steps.Select(step => step.Planned())], meant.SaysOfTrouble());
        return new Planned(plan, steps, meant.OnFailure.Rollback, meant.OnFailure.Page) { Tell = meant.OnFailure.Tell, OnAbort = meant.OnAbort };
    }
}
