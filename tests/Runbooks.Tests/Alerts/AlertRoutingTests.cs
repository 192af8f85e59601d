using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Language;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Alerts;

public sealed class AlertRoutingTests
{
    private const string Yaml = """
        routes:
          - route: night
            when: { severity: critical, hours: outside }
            channel: "#night"
            page: oncall
          - route: critical
            when: { severity: [critical], environment: prod }
            channel: "#alerts"
            page: oncall
            respond-within: 5m
            escalate: "#leads"
          - route: payments
            when: { team: payments, severity: warning }
            channel: service
          - route: rest
            channel: "#digest"
            digest: 2h
        group-by: [service]
        reopen: 1h
        storm: 3
        names: { service: [svc], severities: { sev0: critical }, environments: { production: prod, live: prod } }
        generic:
          uptime: { list: checks, alert: check.name, status: state, resolved: [up], service: check.service, severity: prio }
        """;

    [Theory]
    [InlineData(Severity.Critical, "prod", true, "critical")]
    [InlineData(Severity.Critical, "prod", false, "night")]
    [InlineData(Severity.Critical, "staging", true, "rest")]
    [InlineData(Severity.Warning, "prod", true, "payments")]
    [InlineData(Severity.Info, null, true, "rest")]
    public void The_first_route_that_matches_counts(Severity severity, string? environment, bool working, string route)
    {
        var configuration = Read(Yaml).Configuration!;
        configuration.Alerts.RouteOf(new AlertAbout("alertmanager", "Down", severity, configuration.Service("api"), "api", environment, null, working))!.Name.ShouldBe(route);
    }

    [Fact]
    public void Everything_that_is_written_is_read()
    {
        var rules = Read(Yaml).Configuration!.Alerts;
        rules.Reopen.ShouldBe(TimeSpan.FromHours(1));
        rules.Storm.ShouldBe(3);
        rules.By.ShouldBe([GroupBy.Service]);
        rules.Routes[1].RespondWithin.ShouldBe(TimeSpan.FromMinutes(5));
        rules.Routes[1].Escalate.ShouldBe("slack:#leads");
        rules.Routes[3].Digest.ShouldBe(TimeSpan.FromHours(2));
        rules.Names.SeverityOf("SEV0").ShouldBe(Severity.Critical);
        rules.Names.EnvironmentOf("Live").ShouldBe("prod");
        rules.Generic.Single().Alert.ShouldBe("check.name");
    }

    [Theory]
    [InlineData("routes: []", "missing-value")]
    [InlineData("routes: [{ route: a, page: nobody }]", "group-unknown")]
    [InlineData("routes: [{ route: a, when: { service: aip } }, { route: b }]", "service-unknown")]
    [InlineData("routes: [{ route: a, when: { environment: prdo } }, { route: b }]", "environment-unknown")]
    [InlineData("routes: [{ route: a, when: { severity: bad } }, { route: b }]", "bad-value")]
    [InlineData("routes: [{ route: a, when: { severity: 1 } }, { route: b }]", "bad-value")]
    [InlineData("routes: [{ route: a, runbook: nothing }]", "runbook-unknown")]
    [InlineData("routes: [{ route: a }, { route: a }]", "duplicate-name")]
    [InlineData("routes: [{ route: a }]\nstorm: 0", "bad-value")]
    [InlineData("routes: [{ route: a }]\ngeneric: { x: { status: a } }", "missing-key")]
    [InlineData("routes: [{ route: a, chanel: x }]", "unknown-key")]
    public void What_is_wrong_is_said_with_its_line(string yaml, string code)
    {
        var finding = Read(yaml).Findings.First(one => one.Code == code);
        finding.Error.ShouldBeTrue();
        finding.File.ShouldBe("alerts.yaml");
    }

    [Fact]
    public void A_route_that_nothing_reaches_and_alerts_without_a_route_are_warned_of()
    {
        Read("routes: [{ route: a }, { route: b, when: { severity: info } }]").Findings.ShouldContain(one => one.Code == "route-unreachable" && !one.Error);
        Read("routes: [{ route: b, when: { severity: info } }]").Findings.ShouldContain(one => one.Code == "route-missing" && !one.Error);
    }

    [Fact]
    public void A_sender_of_ones_own_is_read_by_its_mapping()
    {
        var shape = Read(Yaml).Configuration!.Alerts.Generic.Single();
        var body = """{"checks":[{"check":{"name":"home page","service":"api"},"state":"down","prio":"sev0"},{"check":{"name":"login"},"state":"up"},{"no":"alert"}]}"""u8.ToArray();
        var taken = shape.Read(new WebhookRequest(_ => null, body, DateTimeOffset.UnixEpoch.AddYears(56)), Read(Yaml).Configuration!.Alerts.Names).ShouldBeOfType<AlertReading.Taken>();
        taken.Alerts.Length.ShouldBe(2);
        taken.Alerts[0].ShouldSatisfyAllConditions(one => one.What.ShouldBe("home page"), one => one.Firing.ShouldBeTrue(), one => one.Service.ShouldBe("api"), one => one.Severity.ShouldBe(Severity.Critical));
        taken.Alerts[1].Firing.ShouldBeFalse();
        shape.Read(new WebhookRequest(_ => null, "{}"u8.ToArray(), DateTimeOffset.UnixEpoch), AlertNames.Usual).ShouldBeOfType<AlertReading.Unreadable>();
    }

    private static (Configuration? Configuration, System.Collections.Immutable.ImmutableArray<Finding> Findings) Read(string alerts) => ConfigurationReader.Read(
    [
        new SourceFile("alerts.yaml", alerts),
        new SourceFile("access.yaml", "groups: { everyone: { all: true }, payments: { members: [ana@example.com] }, oncall: { members: [cleo@example.com] } }\nmay: { deploy: { \"*\": [everyone] }, rollback: { \"*\": [everyone] } }\n"),
        new SourceFile("services/api.yaml", "service: api\nowners: [payments]\nenvironments: { prod: { simulated: {}, health: [{ url: \"https://api.example.com/health\" }], runbook: default }, staging: { simulated: {}, health: [{ url: \"https://api.example.com/health\" }], runbook: default } }\n"),
        new SourceFile("runbooks/default.yaml", "runbook: default\nsteps: [{ deploy: rolling }, { check: health }]\n"),
    ]);
}
