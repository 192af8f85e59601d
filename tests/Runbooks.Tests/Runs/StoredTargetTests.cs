using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Runs;

/// <summary>Targets as they are kept with a run.</summary>
public sealed class StoredTargetTests
{
    private static readonly Target.Kubernetes Api = (Target.Kubernetes)Shop.Prod.Target;

    [Theory]
    [InlineData(WorkloadKind.Deployment, null, "target:k8s:main/prod/api", "deployment api in prod on main")]
    [InlineData(WorkloadKind.StatefulSet, "StatefulSet", "target:k8s:main/prod/statefulset/api", "statefulset api in prod on main")]
    [InlineData(WorkloadKind.DaemonSet, "DaemonSet", "target:k8s:main/prod/daemonset/api", "daemonset api in prod on main")]
    public void A_kind_is_kept_and_one_that_was_kept_before_there_were_others_is_a_Deployment(WorkloadKind kind, string? kept, string lane, string says)
    {
        var target = Api with { Kind = kind };
        var opened = Shop.Opened().Opened with { Target = target };
        var written = RunJson.Write(opened);
        JsonNode.Parse(written.Body)!["target"]!["kind"]?.GetValue<string>().ShouldBe(kept);
        ((RunOpened)RunJson.ReadRun(new StoredEvent(new RunId(1).Stream, 1, written.Type, written.Body, Shop.Noon))).Target.ShouldBe(target);
        (target.Lane, target.ToString()).ShouldBe((lane, says));
    }
}
