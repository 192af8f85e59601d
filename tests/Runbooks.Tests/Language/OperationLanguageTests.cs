using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Tests.Runs;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Language;

/// <summary>Steps on objects are read, limited in time, and refused where nothing could take them back.</summary>
public sealed class OperationLanguageTests
{
    [Fact]
    public void Each_kind_is_read_with_what_it_changes_and_how_it_is_taken_back()
    {
        var steps = Read("  - scale: deployment/worker\n    replicas: 0\n  - restart: target\n    timeout: 5m\n  - patch: cronjob/report\n    fields: { spec: { suspend: true, schedule: \"{inputs.when}\", limit: ~ } }\n  - delete: cert-manager.io/v1/Certificate/api\n", out var findings);
        findings.Where(finding => finding.Error).ShouldBeEmpty(string.Join('\n', findings));
        steps.Select(step => step.Operation).ShouldBe(
        [
            new Operation.Scale(new ObjectRef("apps/v1", "Deployment", "worker"), 0),
            new Operation.Restart(ObjectRef.Target),
            new Operation.Patch(new ObjectRef("batch/v1", "CronJob", "report"), """{"spec":{"suspend":true,"schedule":"{inputs.when}","limit":null}}"""),
            new Operation.Delete(new ObjectRef("cert-manager.io/v1", "Certificate", "api")),
        ]);
        steps.Select(step => step.Rules!.Timeout!.Value.TotalMinutes).ShouldBe([15, 5, 15, 15]);
        steps.ShouldAllBe(step => step.Changes);
        steps[0].Says().ShouldBe("set the replicas of deployment worker to 0, and wait until they are up; taken back by scaling back to the count that it had, unless somebody changed it since");
        steps[1].Says().ShouldContain("taken back by nothing: new pods run what the old ones ran");
    }

    [Fact]
    public void Manifests_and_charts_are_read_with_what_they_hold()
    {
        var steps = Read("  - apply: shop\n    prune: [configmap]\n  - apply: deploy/{environment}/\n    source: repository\n    force: true\n    until: []\n  - helm: shop\n    chart: oci://charts.example.com/shop\n    chart-version: 1.4.2\n    values: { image: { tag: \"{version}\" }, replicas: 3 }\n    timeout: 5m\n", out var findings);
        findings.Where(finding => finding.Error).ShouldBeEmpty(string.Join('\n', findings));
        var (folder, repository) = ((Operation.Apply)steps[0].Operation, (Operation.Apply)steps[1].Operation);
        (folder.Objects.Single(), folder.Prune.Single(), folder.IsFromRepository).ShouldBe(("configmap flags", "configmap", false));
        (repository.Folder, repository.Force, repository.Until.IsEmpty, repository.IsFromRepository).ShouldBe(("deploy/{environment}", true, true, true));
        steps[2].Operation.ShouldBe(new Operation.Helm("shop", "oci://charts.example.com/shop", "1.4.2", """{"image":{"tag":"{version}"},"replicas":3}""", TimeSpan.FromMinutes(5)));
        steps[2].Rules!.Timeout.ShouldBe(TimeSpan.FromMinutes(7));
        var planned = (Operation.Apply)((Operate)steps[0].For(new PlanContext(Shop.Api, Shop.Prod, "v2", Shop.Ana.Person!.Value))).Operation;
        planned.Fill("{version} {environment} {unknown}").ShouldBe("v2 prod {unknown}");
        planned.Set.ShouldMatch("^api\\.prod\\.shop-[0-9a-f]{8}$");
        planned.Says().ShouldContain("configmap flags, deleting what was applied before and is gone from it (configmap), and wait for rollout and jobs");
    }

    [Theory]
    [InlineData("apply: shopp", "manifests-unknown", "Did you mean shop?")]
    [InlineData("apply: shop\n    prune: [secret]", "operation-unfit", "can be made again")]
    [InlineData("apply: shop\n    prune: [configmaps]", "operation-unfit", "Did you mean configmap?")]
    [InlineData("apply: shop\n    until: [ready]", "bad-value", "KIND/NAME condition=NAME")]
    [InlineData("helm: shop", "missing-key", "Write chart:")]
    [InlineData("helm: -f\n    chart: shop", "bad-value", "letters, digits and dashes")]
    [InlineData("helm: shop\n    chart: --post-renderer=sh", "bad-value", "for an option")]
    [InlineData("scale: deployments/worker\n    replicas: 2", "object-unclear", "Did you mean deployment/worker?")]
    [InlineData("restart: targt", "object-unclear", "Did you mean target?")]
    [InlineData("scale: daemonset/agent\n    replicas: 2", "operation-unfit", "Scale a deployment or a statefulset.")]
    [InlineData("restart: job/import", "operation-unfit", "Restart a deployment")]
    [InlineData("delete: secret/db", "operation-unfit", "it keeps no secrets")]
    [InlineData("patch: secret/db\n    fields: { data: { a: b } }", "operation-unfit", "keeps no secrets")]
    [InlineData("delete: persistentvolumeclaim/data", "operation-unfit", "can't be made again")]
    [InlineData("delete: target", "operation-unfit", "Name another object.")]
    [InlineData("patch: configmap/flags", "missing-key", "Write fields:")]
    [InlineData("patch: configmap/flags\n    fields: [a]", "bad-value", "Write fields: {")]
    [InlineData("patch: configmap/flags\n    fields: { metadata: { name: other } }", "bad-value", "labels and annotations")]
    [InlineData("patch: configmap/flags\n    fields: { data: { a: \"{values.missing}\" } }", "name-unknown", "values.missing")]
    [InlineData("restart: target\n    replicas: 3", "key-elsewhere", "It belongs to a step of the kind scale.")]
    public void What_makes_no_sense_is_said_with_a_way_out(string step, string code, string says)
    {
        Read($"  - {step}\n", out var findings);
        findings.Where(finding => finding.Error).ShouldContain(finding => finding.Code == code && finding.ToString().Contains(says, StringComparison.Ordinal), string.Join('\n', findings));
    }

    [Fact]
    public void They_count_as_changes_to_a_protected_place()
    {
        Read("  - restart: target\n  - approval: Change\n    from: [managers]\n", out var findings);
        findings.ShouldContain(finding => finding.Code == "approval-missing");
    }

    private static Operate[] Read(string steps, out IReadOnlyList<Finding> findings)
    {
        var (read, all) = ConfigurationReader.Read(
        [
            new SourceFile("services/api.yaml", "service: api\nrepository: example/api\nenvironments:\n  prod: { simulated: {}, protected: true, runbook: default }\n"),
            new SourceFile("runbooks/default.yaml", $"runbook: default\ninputs: {{ when: {{ default: \"* * * * *\" }} }}\nsteps:\n{(steps.Contains("approval", StringComparison.Ordinal) ? "" : "  - approval: Change\n    from: [managers]\n")}{steps}  - deploy: rolling\n"),
            new SourceFile("manifests/shop/flags.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: flags }\ndata: { A: \"{version}\" }\n"),
            new SourceFile("access.yaml", "groups: { managers: { members: [a@example.com, b@example.com, c@example.com] } }\nmay: { deploy: { \"*\": [managers] }, rollback: { \"*\": [managers] } }\n"),
        ]);
        findings = all;
        return read is null ? [] : [.. read.Runbook("default")!.Steps.OfType<Operate>()];
    }
}
