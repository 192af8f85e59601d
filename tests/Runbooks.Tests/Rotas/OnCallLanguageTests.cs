using ChatOps.Runbooks.Language;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Rotas;

public sealed class OnCallLanguageTests
{
    private const string Whole = """
        schedules:
          oncall:
            zone: Europe/Amsterdam
            rotations:
              - { people: [cleo@example.com, Ben@example.com], every: 2w, from: "2026-01-05 09:00" }
            overrides:
              - { person: ana@example.com, from: 2026-12-24, until: 2026-12-27 }
            escalate: 10m
        swap: [leads]
        """;

    [Fact]
    public void A_file_says_who_is_called_when()
    {
        var (read, findings) = Read(Whole);
        findings.ShouldBeEmpty();
        var schedule = read!.OnCall.Find("ONCALL")!;
        schedule.Rotations[0].People.Select(one => one.Email).ShouldBe(["cleo@example.com", "ben@example.com"]);
        (schedule.Rotations[0].Handovers.Days, schedule.Escalate, schedule.Zone.Id).ShouldBe((14, TimeSpan.FromMinutes(10), "Europe/Amsterdam"));
        schedule.Rotations[0].Handovers.First.ShouldBe(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
        schedule.Overrides[0].From.ShouldBe(new DateTimeOffset(2026, 12, 23, 23, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("every: 2w", "every: 2h", "bad-value")]
    [InlineData("every: 2w", "every: 0d", "bad-value")]
    [InlineData("every: 2w", "every: 400d", "bad-value")]
    [InlineData("Europe/Amsterdam", "Europe/Amsterdm", "zone-unknown")]
    [InlineData("[cleo@example.com, Ben@example.com]", "[]", "missing-value")]
    [InlineData("[cleo@example.com, Ben@example.com]", "[cleo]", "bad-value")]
    [InlineData("[cleo@example.com, Ben@example.com]", "[cleo@example.com]", "nobody-second")]
    [InlineData("until: 2026-12-27", "until: 2026-12-24", "until-before-from")]
    [InlineData("2026-01-05 09:00", "Monday", "bad-value")]
    [InlineData("swap: [leads]", "swap: [nobody]", "group-unknown")]
    [InlineData("oncall:\n", "on call:\n", "bad-name")]
    public void What_is_wrong_is_said(string written, string instead, string code) =>
        Read(Whole.ReplaceLineEndings("\n").Replace(written, instead, StringComparison.Ordinal)).Findings.Where(one => one.File == "oncall.yaml").Select(one => one.Code).ShouldContain(code);

    [Theory]
    [InlineData("oncall", null)]
    [InlineData("leads", null)]
    [InlineData("eve@example.com", null)]
    [InlineData("nights", "group-unknown")]
    public void Whoever_is_paged_is_a_schedule_a_group_or_a_person(string page, string? code) =>
        Read(Whole, new SourceFile("alerts.yaml", $"routes: [{{ route: all, page: {page} }}]")).Findings.Select(one => one.Code).ShouldBe(code is null ? [] : [code]);

    private static (Configuration? Configuration, IEnumerable<Finding> Findings) Read(string onCall, params SourceFile[] more) => ConfigurationReader.Read(
    [
        new SourceFile("oncall.yaml", onCall), .. more,
        new SourceFile("services/a.yaml", "service: a\nowners: [leads]\nenvironments: { qa: { simulated: {}, runbook: r } }"),
        new SourceFile("runbooks/r.yaml", "runbook: r\nsteps: [{ deploy: rolling }, { check: health }]"),
        new SourceFile("access.yaml", "groups: { leads: { members: [eli@example.com] } }\nmay: { deploy: { qa: [leads] }, rollback: { qa: [leads] } }"),
    ]) is var (read, findings) ? (read, findings.Where(one => one.File is "oncall.yaml" or "alerts.yaml")) : default;
}
