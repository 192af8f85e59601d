using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Changes;
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
    [InlineData("routes: [{ route: a }]\nchanges: { x: { by: a } }", "missing-key")]
    [InlineData("routes: [{ route: a }]\nchanges: { x: { what: a, kind: toggle } }", "bad-value")]
    [InlineData("routes: [{ route: a }]\nchanges: { x: { what: a, about: aip } }", "service-unknown")]
    [InlineData("routes: [{ route: a }]\nchanges: { \"x y\": { what: a } }", "bad-name")]
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

    [Theory]
    [InlineData("""{"flag":{"key":"new-checkout","on":true},"member":{"email":"ana@example.com"},"env":"production","date":1795248000000,"url":"https://flags.example.com/1"}""", "api in prod: flag new-checkout is now true, by ana@example.com", "https://flags.example.com/1")]
    [InlineData("""{"flag":{"key":"x","on":"50%"},"service":"web","date":"2026-11-21T07:00:00Z","url":"javascript:alert(1)"}""", "web: flag x is now 50%, by flags", null)]
    [InlineData("""{"flag":{"key":"a\nb\u202e"}}""", "api: flag a b, by flags", null)]
    public void A_change_is_read_by_its_mapping(string body, string says, string? link)
    {
        var change = Told(body).ShouldBeOfType<AlertReading.OfChange>().Changes.ShouldHaveSingleItem();
        (change.Says, change.Link?.AbsoluteUri, change.Kind).ShouldBe((says, link, ChangeKind.Flag));
        (Noon - change.At).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromDays(1));
    }

    [Fact]
    public void What_is_not_where_the_mapping_says_is_no_change_and_the_same_message_has_the_same_key()
    {
        Told("{\"flag\":{}}").ShouldBeOfType<AlertReading.Unreadable>().Again.ShouldBeFalse();
        Told("{\"flag\":").ShouldBeOfType<AlertReading.Unreadable>().Again.ShouldBeTrue();
        string Key(string body) => ((AlertReading.OfChange)Told(body)).Key;
        Key("{\"flag\":{\"key\":\"x\"}}").ShouldBe(Key("{\"flag\":{\"key\":\"x\"}}"));
        Key("{\"flag\":{\"key\":\"x\"}}").ShouldNotBe(Key("{\"flag\":{\"key\":\"y\"}}"));
    }

    [Fact]
    public void What_the_page_about_alerts_shows_is_read()
    {
        var blocks = System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Path.Combine(ChatOps.Testing.Repository.Root, "docs", "alerts.md")), "```yaml\n(?<text>.*?)```", System.Text.RegularExpressions.RegexOptions.Singleline);
        blocks.Count.ShouldBe(2);
        foreach (var block in blocks.Select(match => match.Groups["text"].Value)) Read(block).Findings.Where(one => one.Error && one.Code != "runbook-unknown").ShouldBeEmpty(block);
    }

    private static AlertReading Told(string body)
    {
        var rules = Read("routes: [{ route: all }]\nchanges: { flags: { kind: flag, what: flag.key, now: flag.on, by: member.email, service: service, environment: env, at: date, link: url, about: api } }").Configuration!.Alerts;
        return rules.Changes.Single().Read(new WebhookRequest(_ => null, System.Text.Encoding.UTF8.GetBytes(body), Noon), rules.Names);
    }

    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static (Configuration? Configuration, System.Collections.Immutable.ImmutableArray<Finding> Findings) Read(string alerts) => ConfigurationReader.Read(
    [
        new SourceFile("alerts.yaml", alerts),
        new SourceFile("access.yaml", "groups: { everyone: { all: true }, payments: { members: [ana@example.com] }, oncall: { members: [cleo@example.com] } }\nmay: { deploy: { \"*\": [everyone] }, rollback: { \"*\": [everyone] } }\n"),
        new SourceFile("services/api.yaml", "service: api\nowners: [payments]\nenvironments: { prod: { simulated: {}, health: [{ url: \"https://api.example.com/health\" }], runbook: default }, staging: { simulated: {}, health: [{ url: \"https://api.example.com/health\" }], runbook: default } }\n"),
        new SourceFile("runbooks/default.yaml", "runbook: default\nsteps: [{ deploy: rolling }, { check: health }]\n"),
    ]);
}
