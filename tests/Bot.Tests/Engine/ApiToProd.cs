using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;

namespace ChatOps.Bot.Tests.Engine;

/// <summary>The smallest run there is: ana brings a version of api to prod, in one step.</summary>
internal static class ApiToProd
{
    public static readonly StepId Rollout = new("s1");

    /// <param name="places">Where its card is shown.</param>
    public static OpenRequest Asked(params string[] places)
    {
        var environment = new ServiceEnvironment("prod", null, false, new Target.Simulated("api/prod", 1, "v1"), [], "quick");
        var service = new Service("api", null, [], null, [], [environment]);
        var runbook = new Runbook("quick", "", "deploy", [new Rollout(Rollout, "Roll out")], new OnFailure(RollbackMode.Ask));
        var planned = Planner.Deploy(new PlanContext(service, environment, "v2", new Person("ana@example.com")), runbook, _ => null, "v1");
        return new OpenRequest(planned, service, environment, new Person("ana@example.com"), null, [.. places], NoQueue: false, null);
    }

    /// <summary>Its rollout is seen complete: it is over.</summary>
    public static async Task EndAsync(this RunEngine engine, RunId run)
    {
        var seen = new RolloutSeen(new RolloutSighting(RolloutPhase.Complete, 1, 1, 1, "done", null));
        (await engine.TellAsync(run, new RunCommand.Report(Rollout, 1, seen), null, null, default)).Run!.IsOver.ShouldBeTrue();
    }
}
