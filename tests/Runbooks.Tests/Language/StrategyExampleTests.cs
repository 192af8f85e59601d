using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Language;

/// <summary>The whole configurations of strategies that docs/kubernetes.md shows, and what is wrong with those that are not whole.</summary>
public sealed class StrategyExampleTests
{
    private const string Access = "groups:\n  stores: { members: [a@example.com] }\n  release-managers: { members: [b@example.com, c@example.com] }\nmay:\n  deploy: { '*': [stores, release-managers] }\n  rollback: { '*': [stores, release-managers] }\n";

    [Fact]
    public void They_read_without_findings_are_proved_safe_and_rehearse_to_their_end()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "kubernetes.md")).ReplaceLineEndings("\n");
        var files = page.Split("```yaml\n").Skip(1).Select(part => part.Split("```")[0]).Where(text => text.StartsWith("# ", StringComparison.Ordinal)).Select(text => new SourceFile(text.Split('\n')[0][2..], text)).ToList();
        files.Count.ShouldBe(8);
        var (read, findings) = ConfigurationReader.Read([.. files, new SourceFile("access.yaml", Access)]);
        findings.ShouldBeEmpty(string.Join('\n', findings));
        var models = read!.Runbooks.SelectMany(runbook => Model.All(read, runbook.Name)).ToList();
        models.Count.ShouldBe(4);
        foreach (var model in models)
        {
            Rehearsal.Walk(model, []).Last().Run.Status.ShouldBe(RunStatus.Succeeded);
            var proof = Verification.Of(model);
            proof.Broken.ShouldBeEmpty($"{model.Runbook.Name}: {string.Join('\n', proof.Broken.Select(broken => $"{broken.Why}\n{string.Join('\n', broken.Story)}"))}");
            proof.Holds.ShouldBeTrue();
        }

        read.Service("api")!.Environments[0].Target.ShouldBeOfType<Target.Kubernetes>().Traffic.ShouldBe(new Traffic(TrafficMeans.Gateway, "api", "api", "api-canary"));
        models.SelectMany(model => model.Opened.Steps).OfType<Soak>().Where(soak => soak.Asks).ShouldAllBe(soak => !soak.Gates.IsEmpty);
    }

    [Theory]
    [InlineData("pause-at: 25%", "pause-empty")]
    [InlineData("soak: 5m", "key-unfit")]
    [InlineData("resume: ask", "key-unfit")]
    [InlineData("pause-at: 100%\n    soak: 5m", "bad-value")]
    [InlineData("pause-at: [50%, 25%]\n    soak: 5m", "bad-value")]
    [InlineData("surge: lots", "bad-value")]
    [InlineData("surge: 0\n    unavailable: 0%", "bad-value")]
    [InlineData("keep: 2h", "key-unfit")]
    [InlineData("pause-at: 25%\n    soak: 5m\n    promote: ask", "key-unfit")]
    [InlineData("pause-at: 25%\n    soak: 5m\n    inconclusive: fail", null)]
    [InlineData("surge: 25%", null)]
    [InlineData("pause-at: 25%\n    soak: 5m\n    resume: sometimes", "bad-value")]
    public void What_does_not_go_together_is_said(string keys, string? code) =>
        Codes($"  - deploy: rolling\n    {keys}\n  - check: health\n", "").ShouldBe(code is null ? [] : [code]);

    [Theory]
    [InlineData("traffic: { by: replicas, route: api }", "key-unfit")]
    [InlineData("traffic: { route: api }", null)]
    [InlineData("traffic: { by: magic }", "bad-value")]
    [InlineData("traffic: { by: nginx, canary: api-next }", null)]
    public void Traffic_is_checked_too(string traffic, string? code) => Codes("  - deploy: canary\n  - check: health\n", $", {traffic}").ShouldBe(code is null ? [] : [code]);

    [Fact]
    public void Only_Prometheus_can_be_asked_with_pods_and_then_needs_no_baseline()
    {
        string[] Of(string gate) => [.. ConfigurationReader.Read([new SourceFile("services/api.yaml", $"service: api\nenvironments: {{ prod: {{ simulated: {{}}, gates: {{ g: {{ {gate}, compare: canary }} }} }} }}\n")]).Findings.Where(finding => finding.File.StartsWith("services", StringComparison.Ordinal)).Select(finding => finding.Code)];
        Of("prometheus: 'a{pod=~\"{pods}\"}'").ShouldNotContain("missing-key");
        Of("prometheus: 'a'").ShouldContain("missing-key");
        Of("datadog: 'avg:a{pod:{pods}}'").ShouldContain("pods-unfit");
    }

    private static IEnumerable<string> Codes(string steps, string traffic) => ConfigurationReader.Read(
    [
        new SourceFile("access.yaml", Access),
        new SourceFile("services/api.yaml", $"service: api\nowners: [stores]\nenvironments:\n  prod:\n    kubernetes: {{ cluster: main, namespace: prod, deployment: api, image: registry.example.com/api{traffic} }}\n    health: [{{ url: 'https://example.com' }}]\n"),
        new SourceFile("runbooks/default.yaml", $"runbook: default\nsteps:\n{steps}on-failure: {{ rollback: ask }}\n"),
    ]).Findings.Select(finding => finding.Code).Distinct();
}
