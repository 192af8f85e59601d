using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Incidents;

/// <summary>Names of channels, what people outside read, the review, and the file that says what follows.</summary>
public sealed class IncidentTextTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("checkout is failing", null, "inc-2026-11-20-checkout")]
    [InlineData("The payment gateway returns 500", null, "inc-2026-11-20-payment-gateway")]
    [InlineData("Can't log in", null, "inc-2026-11-20-cant-log-in")]
    [InlineData("Überweisungen hängen", null, "inc-2026-11-20-uberweisungen-hangen")]
    [InlineData("checkout is failing", "Web-Shop", "inc-2026-11-20-web-shop")]
    [InlineData("日本語", null, "inc-2026-11-20")]
    [InlineData("one two three four five six", null, "inc-2026-11-20-one-two-three-four")]
    public void A_channel_is_named_by_the_day_and_with_what_something_is_wrong(string title, string? service, string name) =>
        RoomName.Of("inc", Noon, title, service, _ => false).ShouldBe(name);

    [Fact]
    public void No_two_incidents_want_the_same_name_and_every_name_is_one_that_Slack_takes() => Prop.ForAll<string, int>((title, count) =>
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < Math.Abs(count % 5) + 1; i++)
        {
            var name = RoomName.Of("inc", Noon, title ?? "", null, taken.Contains);
            name.Length.ShouldBeLessThanOrEqualTo(80);
            name.ShouldAllBe(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
            taken.Add(name).ShouldBeTrue();
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("INC-12", 12)]
    [InlineData("inc12", 12)]
    [InlineData("#inc-7", 7)]
    [InlineData("12", 0)]
    [InlineData("INC", 0)]
    [InlineData("INC-0", 0)]
    [InlineData("INC-99999999999999999999", 0)]
    [InlineData("incident", 0)]
    public void An_incident_is_named_by_its_number(string text, long number) => (IncidentId.TryParse(text, out var id) ? id.Number : 0).ShouldBe(number);

    [Fact]
    public void The_review_says_who_did_what_when_and_takes_no_ones_words_for_markup()
    {
        var ana = new Person("ana@example.com");
        var declared = new IncidentDeclared(new IncidentId(3), "a | b <script> `x`", IncidentRules.Usual.Severities[0], ana, ["api"], Noon.AddMinutes(-5), null, null, [], 0);
        ImmutableArray<(IncidentEvent, DateTimeOffset)> happened =
        [
            (declared, Noon),
            (new Gathered(9, [new GatheredLine(Noon.AddMinutes(-3), "ben@example.com", "Deploy api v1.2.3 to prod", Tone.Neutral, "run 8", true)]), Noon.AddMinutes(1)),
            (new RoleTaken(IncidentRole.Commander, ana, ana), Noon.AddMinutes(2)),
            (new IncidentResolved(ana, "the deploy\n# no heading", [new FollowUp(1, "test it")]), Noon.AddMinutes(30)),
        ];
        var incident = happened.Skip(1).Aggregate(Incident.Open(declared, Noon), (state, one) => state.Evolve(one.Item1, one.Item2));
        var review = IncidentReview.Of(incident, happened);
        review.ShouldContain("# INC-3 sev1: a \\| b \\<script\\> \\`x\\`\n");
        review.ShouldContain("| Time to detect | 5 min (it began 2026-11-20 11:55:00 UTC) |");
        review.ShouldContain("| Time to resolve | 30 min |");
        review.ShouldContain("- 11:57 run 8: ben Deploy api v1.2.3 to prod");
        review.ShouldContain("- [ ] test it");
        review.ShouldContain("the deploy\n\n\\# no heading");
        review.Split('\n').Where(line => line.StartsWith("# ", StringComparison.Ordinal)).ShouldHaveSingleItem();

        // By when it happened, not by when it was heard of.
        review.IndexOf("11:57:00", StringComparison.Ordinal).ShouldBeLessThan(review.IndexOf("| 2026-11-20 12:00:00 |", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "Investigating. We look into a problem with api.")]
    [InlineData(IncidentStage.Identified, "Identified. We know the cause of the problem with api and work on it.")]
    [InlineData(IncidentStage.Mitigated, "Monitoring. The problem with api is mended, and we watch whether it stays so.")]
    public void People_outside_are_told_what_can_be_said_until_somebody_writes_more(IncidentStage? stage, string says)
    {
        var ana = new Person("ana@example.com");
        var incident = Incident.Open(new IncidentDeclared(new IncidentId(1), "secret detail", IncidentRules.Usual.Severities[0], ana, ["api"], null, null, null, [], 0), Noon);
        if (stage is not null) incident = incident.Evolve(new StatusUpdated(ana, "secret", stage), Noon);
        IncidentWords.Outside(incident).ShouldBe(says);
        incident = incident.Evolve(new PublicSaid(ana, "Cards are declined."), Noon);
        IncidentWords.Outside(incident).ShouldBe("Cards are declined.");
        IncidentWords.Outside(incident.Evolve(new IncidentResolved(ana, "x", []), Noon)).ShouldStartWith("Resolved.");
    }

    private const string Whole = """
        severities:
          - { severity: sev1, says: Customers can't buy., page: oncall, update-every: 30m }
          - { severity: sev2, says: It is slow., declare: [everyone] }
        channel-prefix: fire
        private: true
        announce: "#incidents"
        commander-within: 5m
        escalate: leads@example.com
        reaction: eyes
        repository: example/ops
        reviews: docs/postmortems
        """;

    [Fact]
    public void The_file_is_read_whole()
    {
        var read = Read(Whole);
        read.Findings.Where(finding => finding.Error).ShouldBeEmpty();
        var rules = read.Configuration!.Incidents;
        rules.Severities.Select(one => one.Name).ShouldBe(["sev1", "sev2"]);
        rules.Severities[0].ShouldBe(new IncidentSeverity("sev1", "Customers can't buy.", new GroupName("oncall"), TimeSpan.FromMinutes(30)) { Declare = rules.Severities[0].Declare });
        (rules.Prefix, rules.Private, rules.Announce, rules.CommanderWithin, rules.Reaction, rules.Repository, rules.ReviewFolder).ShouldBe(("fire", true, "slack:#incidents", TimeSpan.FromMinutes(5), "eyes", "example/ops", "docs/postmortems"));
        rules.For(null, Severity.Info).Name.ShouldBe("sev2");
        rules.For(new AlertRoute("x") { IncidentAs = "SEV2" }, Severity.Critical).Name.ShouldBe("sev2");
    }

    [Theory]
    [InlineData("page: oncall", "page: oncal", "group-unknown", "oncall")]
    [InlineData("declare: [everyone]", "declare: [everone]", "group-unknown", "everyone")]
    [InlineData("severity: sev2", "severity: sev1", "duplicate-name", "Rename")]
    [InlineData("channel-prefix: fire", "channel-prefix: Fire!", "bad-value", "small letters")]
    [InlineData("repository: example/ops", "repository: ops", "bad-value", "owner/name")]
    [InlineData("reviews: docs/postmortems", "reviews: ../x", "bad-value", "folder")]
    [InlineData("reaction: eyes", "reaction: \":eyes:\"", "bad-value", "colons")]
    [InlineData("commander-within: 5m", "comander-within: 5m", "unknown-key", "commander-within")]
    public void What_is_wrong_is_said_with_what_to_write(string written, string instead, string code, string mend)
    {
        var findings = Read(Whole.Replace(written, instead, StringComparison.Ordinal)).Findings;
        findings.ShouldContain(finding => finding.File == "incidents.yaml" && finding.Code == code && (finding.Mend ?? "").Contains(mend, StringComparison.Ordinal));
    }

    [Fact]
    public void A_route_that_names_no_severity_is_found_and_so_is_that_nobody_may_declare()
    {
        Read(Whole, new SourceFile("alerts.yaml", "routes: [{ route: all, incident: true, incident-as: sve2 }]")).Findings.ShouldContain(finding => finding.Code == "severity-unknown" && finding.Mend!.Contains("sev2", StringComparison.Ordinal));
        Read(Whole, may: "deploy: { prod: [everyone] }").Findings.ShouldContain(finding => finding.Code == "nobody-may" && finding.File == "incidents.yaml");
    }

    private static (Configuration? Configuration, ImmutableArray<Finding> Findings) Read(string incidents, SourceFile? also = null, string may = "incident: { \"*\": [everyone] }")
    {
        ImmutableArray<SourceFile> files =
        [
            new("incidents.yaml", incidents),
            new("services/api.yaml", "service: api\nowners: [everyone]\nenvironments:\n  prod:\n    simulated: {}\n    runbook: rolling-deploy\n"),
            new("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps:\n  - deploy: rolling\n"),
            new("access.yaml", $"groups:\n  everyone: {{ all: true }}\n  oncall: {{ members: [cleo@example.com] }}\nmay:\n  {may}\n"),
            .. also is null ? [] : new[] { also },
        ];
        return ConfigurationReader.Read(files);
    }
}
