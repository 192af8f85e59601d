using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Language;
using ChatOps.Testing;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Language;

/// <summary>Everything that can be wrong in a configuration is found, named, and pointed at.</summary>
public sealed partial class LanguageTests
{
    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_named_and_pointed_at(string code, string file, string text, int line)
    {
        var findings = Read((file, text));
        findings.ShouldContain(finding => finding.Code == code && finding.File == file && finding.Line == line, string.Join('\n', findings));
    }

    [Theory]
    [InlineData(1, "all", "approval-tight")]
    [InlineData(1, "one", "approval-impossible")]      // whoever may ask is the one who could approve
    [InlineData(1, "two", null)]
    [InlineData(2, "all", "approval-impossible")]
    public void Too_few_to_approve_is_found(int count, string deployers, string? code)
    {
        var findings = Read(
            ("access.yaml", Access.Replace("may:", "  one: { members: [a@example.com] }\n  two: { members: [b@example.com] }\nmay:", StringComparison.Ordinal).Replace("deploy: { '*': [all]", $"deploy: {{ '*': [{deployers}]", StringComparison.Ordinal)),
            ("services/api.yaml", Service + "    protected: true\n"),
            ("runbooks/default.yaml", $"runbook: default\nsteps:\n  - approval: Please\n    from: [one]\n    count: {count}\n  - deploy: rolling\n  - check: health\non-failure: {{ rollback: ask }}\n"));
        if (code is null) findings.ShouldBeEmpty();
        else findings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(f => f.Code.ShouldBe(code), f => f.File.ShouldBe("runbooks/default.yaml"), f => f.Line.ShouldBe(3));
    }

    [Theory]
    [InlineData("ana@example.com", "approval-impossible")]
    [InlineData("ben@example.com", null)]
    public void An_approval_by_nobody_but_whoever_asks_is_found_also_where_they_are_named_by_address(string approver, string? code)
    {
        var findings = Read(
            ("access.yaml", Access.Replace("may:", "  ana: { members: [ana@example.com] }\nmay:", StringComparison.Ordinal).Replace("deploy: { '*': [all]", "deploy: { '*': [ana]", StringComparison.Ordinal)),
            ("services/api.yaml", Service + "    protected: true\n"),
            ("runbooks/default.yaml", $"runbook: default\nsteps:\n  - approval: Please\n    from: [{approver}]\n  - deploy: rolling\n  - check: health\non-failure: {{ rollback: ask }}\n"));
        findings.Select(finding => finding.Code).ShouldBe(code is null ? [] : [code]);
    }

    /// <summary>In an emergency nobody has time to find out that the group is empty.</summary>
    [Theory]
    [InlineData("[oncall]", "[]", "all", "emergency-impossible")]
    [InlineData("[oncall]", "[ana@example.com]", "all", null)]
    [InlineData("[oncall]", "[ana@example.com]", "oncall", "emergency-impossible")]        // whoever may ask is the one who could approve
    [InlineData("[oncall], count: 2", "[ana@example.com]", "all", "emergency-impossible")]
    [InlineData("[owners]", "[ana@example.com]", "all", "emergency-impossible")]           // the service has none
    [InlineData("[cleo@example.com]", "[]", "all", null)]
    public void An_emergency_that_nobody_could_approve_is_found(string from, string members, string deployers, string? code)
    {
        var findings = Read(
            ("access.yaml", Access.Replace("may:", $"  oncall: {{ members: {members} }}\nmay:", StringComparison.Ordinal).Replace("deploy: { '*': [all]", $"deploy: {{ '*': [{deployers}]", StringComparison.Ordinal)),
            ("calendar.yaml", $"zone: UTC\nemergency: {{ from: {from} }}\n"));
        var urgent = findings.Where(finding => finding.Code == "emergency-impossible").ToList();
        if (code is null) urgent.ShouldBeEmpty();
        else urgent.ShouldHaveSingleItem().ShouldSatisfyAllConditions(f => f.File.ShouldBe("calendar.yaml"), f => f.Line.ShouldBe(2), f => f.Error.ShouldBeTrue());
    }

    [Theory]
    [InlineData("services/api.yaml", Service + "chanel: x\n", "unknown-key", 6, 1)]
    [InlineData("services/api.yaml", Service + "    protected: perhaps\n", "bad-value", 6, 16)]
    [InlineData("services/api.yaml", Service + "owners: [all, nobody]\n", "group-unknown", 6, 15)]
    [InlineData("services/api.yaml", "service: &a b\nchannel: *a\n", "alias", 2, 10)]
    [InlineData("runbooks/default.yaml", Runbook + "  - soak: 99d\n", "bad-value", 6, 11)]
    [InlineData("runbooks/default.yaml", Runbook + "  - notify: Hi\n    email: [a@example.com, 'b b@example.com']\n", "bad-value", 7, 28)]
    [InlineData("runbooks/default.yaml", Runbook + "  - run: default\n", "circle", 3, 1)]
    [InlineData("access.yaml", Access + "  lock: { '*': [all], '*': [] }\n", "duplicate-key", 6, 23)]
    public void A_finding_says_in_which_column_it_is(string file, string text, string code, int line, int column)
    {
        var finding = Read((file, text)).First(finding => finding.Code == code);
        (finding.File, finding.Line, finding.Column).ShouldBe((file, line, column));
        finding.ToString().ShouldStartWith($"{file}:{line}:{column}: error {code}: ");
    }

    [Theory]
    [InlineData("too-deep", "[", 100_000)]
    [InlineData("too-deep", "{a: ", 100_000)]
    [InlineData("too-deep", "- ", 100_000)]
    [InlineData("file-too-large", "# ten million signs\n", 500_000)]
    [InlineData("alias", "a: &a [x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n", 1)]
    public void What_would_take_long_to_read_is_refused_at_once(string code, string piece, int times)
    {
        var text = string.Concat(Enumerable.Repeat(piece, times));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Read(("services/b.yaml", text)).ShouldContain(finding => finding.Code == code && finding.File == "services/b.yaml");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_step_that_is_left_out_where_it_is_needed_is_found()
    {
        var findings = Read(
            ("runbooks/default.yaml", Runbook.Replace("rolling", "rolling\n    when: environment.protected", StringComparison.Ordinal)));
        findings.Select(finding => (finding.Code, finding.File, finding.Line)).ShouldBe([("step-unreachable", "runbooks/default.yaml", 4), ("deploy-missing", "services/api.yaml", 3)]);
    }

    [Theory]
    [InlineData("simulated: {}", "preview-missing")]
    [InlineData("kubernetes: { cluster: a, namespace: b, deployment: c, image: d, service: e }", "preview-missing")]
    [InlineData("kubernetes: { cluster: a, namespace: b, deployment: c, image: d, service: e }\n    preview: [{ url: 'https://preview.example.com' }]", null)]
    [InlineData("kubernetes: { cluster: a, namespace: b, deployment: c, image: d }\n    preview: [{ url: 'https://preview.example.com' }]", "service-missing")]
    public void A_place_without_what_its_strategy_needs_is_found(string target, string? code) =>
        Read(("services/api.yaml", Service.Replace("simulated: {}", target, StringComparison.Ordinal)), ("runbooks/default.yaml", Runbook.Replace("rolling", "blue-green", StringComparison.Ordinal)))
            .Select(finding => finding.Code).ShouldBe(code is null ? [] : [code]);

    [Fact]
    public void All_that_a_target_lacks_is_said_at_once() =>
        Read(("services/api.yaml", Service.Replace("simulated: {}", "kubernetes: { container: a }", StringComparison.Ordinal))).Count(finding => finding.Code == "missing-key").ShouldBe(4);

    [Theory]
    [InlineData("statefulset", "rolling\n    timeout: 5m", null)]
    [InlineData("daemonset", "rolling\n    timeout: 5m", null)]
    [InlineData("statefulset", "rolling", "timeout-missing")]
    [InlineData("statefulset", "rolling\n    timeout: 5m\n    pause-at: 25%\n    soak: 1m", null)]
    [InlineData("daemonset", "rolling\n    timeout: 5m\n    pause-at: 25%\n    soak: 1m", "strategy-unfit")]
    [InlineData("statefulset", "rolling\n    timeout: 5m\n    surge: 1", "strategy-unfit")]
    [InlineData("statefulset", "blue-green\n    timeout: 5m", "strategy-unfit")]
    [InlineData("daemonset", "canary\n    timeout: 5m", "strategy-unfit")]
    [InlineData("daemonset", "rolling\n    timeout: 5m\n  - scale: target\n    replicas: 3", "operation-unfit")]
    [InlineData("statefulset", "rolling\n    timeout: 5m\n  - scale: target\n    replicas: 3", null)]
    public void A_strategy_that_a_workload_can_not_be_deployed_by_is_found(string kind, string deploy, string? code) =>
        Read(("services/api.yaml", Service.Replace("simulated: {}", $"kubernetes: {{ cluster: a, namespace: b, {kind}: c, image: d }}", StringComparison.Ordinal)), ("runbooks/default.yaml", Runbook.Replace("rolling", deploy, StringComparison.Ordinal)))
            .Where(finding => finding.Code != "step-irreversible").Select(finding => finding.Code).ShouldBe(code is null ? [] : [code]);

    /// <summary>One typing mistake gives one finding, not a tail of others that go when it is mended.</summary>
    [Theory]
    [InlineData("runbooks/default.yaml", "steps:", "steps: {", "not-yaml")]
    [InlineData("runbooks/default.yaml", "- deploy:", "- deploi:", "step-kind-missing unknown-key")]
    [InlineData("runbooks/default.yaml", "runbook: default", "runbok: default", "missing-key unknown-key")]
    [InlineData("access.yaml", "groups:", "groups: {", "not-yaml")]
    [InlineData("access.yaml", "all: { all: true }", "all: { al: true }", "group-empty unknown-key")]
    [InlineData("services/api.yaml", "simulated: {}", "simulate: {}", "no-target unknown-key")]
    public void What_could_not_be_read_is_not_missed_as_well(string file, string text, string by, string codes)
    {
        var files = new Dictionary<string, string> { ["access.yaml"] = Access, ["runbooks/default.yaml"] = Runbook, ["services/api.yaml"] = Service };
        files[file].ShouldContain(text);
        Read((file, files[file].Replace(text, by, StringComparison.Ordinal))).Select(finding => finding.Code).ShouldBe(codes.Split(' '), ignoreOrder: true);
    }

    /// <summary>A chain of this length, walked by calling oneself, would end the process.</summary>
    [Fact]
    public void Long_chains_are_walked_and_a_circle_is_told_once()
    {
        const int Many = 5_000;
        var chain = Enumerable.Range(0, Many).Select(at => $"service: s{at}\ndepends-on: [s{(at + 1) % Many}]\nenvironments: {{ prod: {{ simulated: {{}}, health: [{{ url: 'https://example.com' }}] }} }}\n");
        Read(("services/many.yaml", string.Join("---\n", chain))).ShouldHaveSingleItem().Code.ShouldBe("circle");
    }

    /// <summary>What a configuration says of time comes out as it was written.</summary>
    [Fact]
    public void Windows_and_the_calendar_are_read()
    {
        var files = Files();
        files["services/api.yaml"] = Service + "    windows:\n      - { days: Tue-Thu, from: 10:00, to: 14:00, zone: America/New_York }\n      - { days: [Sat, Sun], from: 22:00, to: 02:00 }\n";
        files["calendar.yaml"] = """
            zone: Europe/Amsterdam
            working-hours: [{ days: Mon-Fri, from: 9:00, to: 17:00 }]
            freezes:
              - { name: Sales, from: 2026-11-27, until: 2026-11-30 09:00, environments: [PROD], services: api }
            maintenance:
              - { name: Move, from: 2026-11-28T02:00, until: 2026-11-28 05:00 }
            freeze-files: [holidays.ics]
            """;
        files["holidays.ics"] = Holidays;
        var (read, findings) = ConfigurationReader.Read(files.Select(file => new SourceFile(file.Key, file.Value)));
        findings.ShouldBeEmpty();
        read!.Service("api")!.Environment("prod")!.Windows.Says().ShouldBe("Tue–Thu 10:00–14:00 America/New_York or Sat, Sun 22:00–02:00 Europe/Amsterdam");
        read.Calendar.Zone.Id.ShouldBe("Europe/Amsterdam");
        read.Calendar.WorkingHours.Windows.Says().ShouldBe("Mon–Fri 09:00–17:00 Europe/Amsterdam");
        read.Calendar.Freezes.ShouldBe(
        [
            new Freeze("Sales", At("2026-11-26T23:00Z"), At("2026-11-30T08:00Z"), new Scope(["PROD"], ["api"])),
            new Freeze("Christmas", At("2026-12-23T23:00Z"), At("2026-12-26T23:00Z"), Scope.Everything),
        ]);
        read.Calendar.Maintenance.ShouldHaveSingleItem().ShouldBe(new Maintenance("Move", At("2026-11-28T01:00Z"), At("2026-11-28T04:00Z"), Scope.Everything));
    }

    [Fact]
    public void Without_a_calendar_nothing_stands_against_a_change()
    {
        var read = ConfigurationReader.Read(Files().Select(file => new SourceFile(file.Key, file.Value))).Configuration!;
        read.Calendar.ShouldBe(ChangeCalendar.Empty);
        read.Service("api")!.Environment("prod")!.Windows.IsAlways.ShouldBeTrue();
    }

    [Fact]
    public void A_fault_in_a_calendar_file_is_pointed_at_there() =>
        Read(("calendar.yaml", "freeze-files: [holidays.ics]\n"), ("holidays.ics", Holidays.Replace("SUMMARY:Christmas", "RRULE:FREQ=MONTHLY", StringComparison.Ordinal)))
            .ShouldHaveSingleItem().ShouldSatisfyAllConditions(f => f.Code.ShouldBe("bad-calendar-file"), f => f.File.ShouldBe("holidays.ics"), f => f.Line.ShouldBe(5), f => f.Error.ShouldBeTrue());

    [Fact]
    public void A_calendar_file_named_twice_is_found() =>
        Read(("calendar.yaml", "freeze-files:\n  - holidays.ics\n  - holidays.ics\n"), ("holidays.ics", Holidays)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(f => f.Code.ShouldBe("duplicate-name"), f => f.Line.ShouldBe(3));

    [Fact]
    public void A_calendar_that_could_not_be_read_leaves_its_files_alone() =>
        Read(("calendar.yaml", "freeze-files: [\n"), ("holidays.ics", Holidays)).Select(finding => finding.Code).ShouldBe(["not-yaml"]);

    [Fact]
    public void Personas_beside_a_real_target_are_found() => Read(
        ("access.yaml", Access + "demo: [{ person: a@example.com, name: A, role: b }]\n"),
        ("services/api.yaml", Service.Replace("simulated: {}", "kubernetes: { cluster: a, namespace: b, deployment: c, image: d }", StringComparison.Ordinal)))
        .ShouldHaveSingleItem().ShouldSatisfyAllConditions(f => f.Code.ShouldBe("demo-with-real-targets"), f => f.Line.ShouldBe(4));

    [Fact]
    public void An_empty_folder_lacks_access_and_services() => ConfigurationReader.Read([]).Findings.Select(finding => finding.Code).ShouldBe(["access-missing", "services-missing"], ignoreOrder: true);

    [Fact]
    public void Everything_wrong_is_said_at_once() =>
        Read(("services/api.yaml", Service + "chanel: x\nowners: [nobody]\n"), ("runbooks/default.yaml", Runbook + "  - soak: long\n"), ("access.yaml", Access + "more: 1\n"))
            .Select(finding => (finding.File, finding.Line, finding.Code))
            .ShouldBe([("access.yaml", 6, "unknown-key"), ("runbooks/default.yaml", 6, "bad-value"), ("services/api.yaml", 6, "unknown-key"), ("services/api.yaml", 7, "group-unknown")]);

    [Fact]
    public void Every_code_is_in_a_table_here_and_in_the_documentation()
    {
        var tested = Faults.Select(row => row.Data.Item1).Concat(["approval-tight", "approval-impossible", "demo-with-real-targets", "access-missing", "services-missing", "bad-calendar-file", "preview-missing", "route-unreachable", "route-missing", "nobody-second", "pause-empty", "pods-unfit", "approval-again", "severity-unknown", "emergency-impossible", "strategy-unfit", "timeout-missing", .. GateLanguageTests.Codes]).Distinct();
        Codes().ShouldBe(tested, ignoreOrder: true);
        Codes().ShouldBe(Documents.Rows("configuration.md", "## Findings"), ignoreOrder: true);
    }

    [Fact]
    public void Every_key_is_documented_under_its_mapping()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md")).ReplaceLineEndings("\n");
        foreach (var part in ConfigurationDocument.Keys().Split("### ", StringSplitOptions.RemoveEmptyEntries))
            page.Contains("### " + part.TrimEnd(), StringComparison.Ordinal).ShouldBeTrue($"docs/configuration.md is stale: {part[..part.IndexOf('\n', StringComparison.Ordinal)]}. Say chatops schema --markdown.");
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("kubernetes")]
    public void The_examples_have_no_findings(string name)
    {
        var (configuration, findings) = ConfigurationReader.Read(Example(name));
        findings.ShouldBeEmpty(string.Join('\n', findings));
        configuration.ShouldNotBeNull();
    }

    [Fact]
    public void The_runbooks_that_the_documentation_shows_have_no_findings()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "language.md")).ReplaceLineEndings("\n");
        var shown = page.Split("```yaml\n").Skip(1).Select(part => part.Split("```")[0]).ToList();
        shown.Count.ShouldBeGreaterThan(3);
        var groups = string.Concat(((string[])["dba", "release-managers", "security", "oncall"]).Select(group => $"  {group}: {{ members: [{group}1@example.com, {group}2@example.com] }}\n"));
        foreach (var yaml in shown)
        {
            var name = yaml.Split('\n')[0]["runbook: ".Length..];
            var preview = yaml.Contains("blue-green", StringComparison.Ordinal) ? "    preview: [{ url: 'https://preview.example.com' }]\n" : "";
            var findings = Read(
            [
                .. ((string[])["backup", "restore", "migrate-copy", "migrate", "verify"]).Select(job => ($"jobs/{job}.yaml", "apiVersion: batch/v1\nkind: Job\nspec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: b }] } } }\n")),
                ("access.yaml", Access.Replace("may:", groups + "may:", StringComparison.Ordinal)),
                ("runbooks/shown.yaml", yaml),
                ("services/api.yaml", Service.Replace("service: api\n", "service: api\nrepository: example/api\n", StringComparison.Ordinal) + $"    runbook: {name}\n    protected: true\n{preview}"),
            ]);
            findings.ShouldBeEmpty(string.Join('\n', findings));
        }
    }

    [Fact]
    public void The_schemas_are_as_the_reader_checks()
    {
        foreach (var name in ConfigurationSchema.Names)
            File.ReadAllText(Path.Combine(Repository.Root, "schemas", name + ".json")).ReplaceLineEndings("\n").ShouldBe(ConfigurationSchema.For(name), $"schemas/{name}.json is stale.");
        ConfigurationSchema.For("nothing").ShouldBeNull();
    }

    [Fact]
    public void A_broken_file_is_a_finding_and_never_a_crash()
    {
        var example = Example("demo").Concat(Example("kubernetes").Select(file => file.File == "calendar.yaml" ? file : file with { File = file.File.Replace(".yaml", "-k.yaml", StringComparison.Ordinal) })).ToArray();
        Prop.ForAll(ArbMap.Default.ArbFor<(NonNegativeInt File, NonNegativeInt At, char Letter, bool Cut)>(), change =>
        {
            var at = change.File.Get % example.Length;
            var text = example[at].Text;
            var place = change.At.Get * 7919 % text.Length;
            const string letters = "{}[]:-#&*!|>'\"%@`\t\n ~,0a\0\uFEFF";
            var letter = letters[change.Letter % letters.Length];
            var broken = change.Cut ? text[..place] : text[..place] + letter + text[(place + 1)..];
            ConfigurationReader.Read([.. example.Where((_, index) => index != at), example[at] with { Text = broken }]).Findings.ShouldAllBe(finding => finding.Line >= 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_500));
    }

    private static ImmutableArray<Finding> Read(params (string File, string Text)[] changed)
    {
        var files = Files();
        ConfigurationReader.Read(files.Select(file => new SourceFile(file.Key, file.Value))).Findings.ShouldBeEmpty();
        files["runbooks/by-hand.yaml"] = ByHand;
        foreach (var (file, text) in changed) files[file] = text;
        return ConfigurationReader.Read(files.Select(file => new SourceFile(file.Key, file.Value))).Findings;
    }

    private static Dictionary<string, string> Files() => new() { ["access.yaml"] = Access, ["runbooks/default.yaml"] = Runbook, ["services/api.yaml"] = Service };

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<SourceFile> Example(string name)
    {
        var root = Path.Combine(Repository.Root, "examples", name);
        return Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => new SourceFile(Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText(file)));
    }

    /// <summary>The codes that the reader's source gives.</summary>
    private static IEnumerable<string> Codes() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Runbooks", "Language"), "*.cs")
        .SelectMany(File.ReadLines)
        .Where(line => Gives().IsMatch(line))
        .SelectMany(line => Code().Matches(line).Select(match => match.Groups[1].Value))
        .Distinct();

    [GeneratedRegex(@"\.(Error|Warn)(At)?\(", RegexOptions.ExplicitCapture)]
    private static partial Regex Gives();

    /// <summary>A code stands between commas, after the place.</summary>
    [GeneratedRegex(@"(?:, |\? |: )""([a-z]+(?:-[a-z]+)*)""(?=,| :)")]
    private static partial Regex Code();
}
