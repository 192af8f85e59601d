using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Steps;
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

    [Theory]
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
            new SourceFile("services/api.yaml", "service: api\nenvironments:\n  prod: { simulated: {}, protected: true, runbook: default }\n"),
            new SourceFile("runbooks/default.yaml", $"runbook: default\ninputs: {{ when: {{ default: \"* * * * *\" }} }}\nsteps:\n{(steps.Contains("approval", StringComparison.Ordinal) ? "" : "  - approval: Change\n    from: [managers]\n")}{steps}  - deploy: rolling\n"),
            new SourceFile("access.yaml", "groups: { managers: { members: [a@example.com, b@example.com, c@example.com] } }\nmay: { deploy: { \"*\": [managers] }, rollback: { \"*\": [managers] } }\n"),
        ]);
        findings = all;
        return read is null ? [] : [.. read.Runbook("default")!.Steps.OfType<Operate>()];
    }
}
