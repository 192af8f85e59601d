using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Language;

/// <summary>Gates of a place and the soak that watches them, read and judged together.</summary>
public sealed class GateLanguageTests
{
    /// <summary>What takes two files to go wrong.</summary>
    public static readonly string[] Codes = ["gate-too-slow", "gate-too-often", "simulated-gate"];

    /// <summary>What a key of a gate needs beside it.</summary>
    public static string Beside(string key) => key switch
    {
        "prometheus" or "datadog" or "simulated" => "above: 5%, ",
        "http" => "",
        "json" => "above: 5%, path: a, ",
        "sentry" => "above: 0, project: 1, ",
        "path" => "json: https://example.com, above: 1, ",
        "headers" => "json: https://example.com, path: a, above: 1, ",
        "project" => "sentry: new-issues, above: 0, ",
        "release" => "sentry: new-issues, above: 0, project: 1, ",
        "above" or "below" or "compare" => "simulated: error-rate, ",
        "baseline" => "simulated: error-rate, compare: canary, ",
        "worse" or "margin" or "confidence" => "simulated: error-rate, compare: before, ",
        _ => "simulated: error-rate, above: 5%, ",
    };

    [Theory]
    [InlineData("simulated: error-rate, above: 5%, for: 5m", "1m", "simulated", "gate-too-slow")]
    [InlineData("simulated: error-rate, above: 5%, for: 1m", "1m", "simulated", null)]
    [InlineData("simulated: error-rate, above: 5%, min-samples: 20, every: 10s", "1m", "simulated", "gate-too-slow")]
    [InlineData("simulated: error-rate, compare: before, every: 10s", "1m", "simulated", "gate-too-slow")]
    [InlineData("simulated: error-rate, above: 5%, every: 1s", "2h", "simulated", "gate-too-often")]
    [InlineData("simulated: error-rate, above: 5%", "1m", "real", "simulated-gate")]
    [InlineData("prometheus: up, above: 5%", "1m", "real", null)]
    [InlineData("prometheus: 'up{password=\"hunter2hunter2\"}', above: 5%", "1m", "real", "secret-in-text")]
    public void A_gate_that_can_not_be_judged_in_its_soak_is_found(string gate, string soak, string target, string? code)
    {
        var (_, findings) = Read(gate, soak, target);
        if (code is null) findings.ShouldBeEmpty();
        else findings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(f => f.Code.ShouldBe(code), f => f.File.ShouldBe("services/api.yaml"), f => f.Line.ShouldBe(7));
    }

    [Fact]
    public void Gates_are_read_as_they_are_written()
    {
        var (read, findings) = Read("prometheus: 'sum(rate(errors{app=\"{service}\"}[1m]))', above: 5%, for: 30s, warn: 1%, every: 5s, on-unknown: fail, link: https://grafana.example.com/d/api", "1m", "real");
        findings.ShouldBeEmpty();
        var gate = read!.Service("api")!.Environment("prod")!.Gates.ShouldHaveSingleItem();
        gate.Says().ShouldBe("errors (prometheus: sum(rate(errors{app=\"{service}\"}[1m]))) above 5% for 30 s, warns above 1%, asked every 5 s, fails when unknown");
        gate.Worse.ShouldBe(Worse.Higher);
        var steps = Planner.Steps(new PlanContext(read.Service("api")!, read.Service("api")!.Environment("prod")!, "v2", default), read.Runbook("default")!, read.Runbook);
        steps.OfType<Soak>().Single().Gates.Single().Query.Text.ShouldBe("sum(rate(errors{app=\"api\"}[1m]))");
        steps.OfType<Soak>().Single().Says().ShouldContain("above 5% for 30 s", Case.Sensitive, "approvals are bound to it");
    }

    [Theory]
    [InlineData("http: https://example.com/health", "errors (http: https://example.com/health) below 1, at least 3 samples")]
    [InlineData("sentry: crash-free, project: 7, below: 99%", "errors (sentry: crash-free of project 7, release {version}) below 99%")]
    [InlineData("sentry: error-rate, project: 7, release: 'api@{version}', compare: before, margin: 10%", "errors (sentry: error-rate of project 7, release api@{version}) higher than before the change by more than 10%, 98% sure, at least 20 samples")]
    [InlineData("datadog: 'avg:lag{*}', above: 2, unit: ms", "errors (datadog: avg:lag{*}, times 0.001) above 2")]
    [InlineData("json: https://example.com/stats, path: a.b, below: 3, on-unknown: ignore", "errors (json: https://example.com/stats at a.b) below 3, ignored when unknown")]
    [InlineData("prometheus: a, compare: canary, baseline: b, worse: lower, confidence: 99%, min-samples: 8", "errors (prometheus: a against b) lower than on the stable pods, 99% sure, at least 8 samples")]
    public void What_is_left_out_has_its_usual_value(string text, string says) => Read(text, "30m", "real").Read!.Service("api")!.Environment("prod")!.Gates.Single().Says().ShouldBe(says);

    private static (Configuration? Read, IReadOnlyList<Finding> Findings) Read(string gate, string soak, string target)
    {
        var place = target == "real" ? "kubernetes: { cluster: a, namespace: b, deployment: c, image: d }" : "simulated: {}";
        var (read, findings) = ConfigurationReader.Read(
        [
            new SourceFile("access.yaml", "groups:\n  all: { all: true }\nmay:\n  deploy: { '*': [all] }\n  rollback: { '*': [all] }\n"),
            new SourceFile("runbooks/default.yaml", $"runbook: default\nsteps:\n  - deploy: rolling\n  - check: health\n  - soak: {soak}\n    gates: all\non-failure: {{ rollback: ask }}\n"),
            new SourceFile("services/api.yaml", $"service: api\nenvironments:\n  prod:\n    {place}\n    health: [{{ url: 'https://example.com' }}]\n    gates:\n      errors: {{ {gate} }}\n"),
        ]);
        return (read, findings);
    }
}
