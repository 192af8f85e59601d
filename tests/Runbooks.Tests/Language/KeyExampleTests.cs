using System.Collections.Immutable;
using ChatOps.Runbooks.Language;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Language;

/// <summary>Every key is read where it belongs, with the example that documents it.</summary>
public sealed class KeyExampleTests
{
    public static TheoryData<string, string> Keys
    {
        get
        {
            var keys = new TheoryData<string, string>();
            foreach (var shape in Shapes.All)
            {
                foreach (var key in shape.Keys) keys.Add(shape.Name, key.Name);
            }

            return keys;
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_is_read_with_the_example_that_documents_it(string shape, string name)
    {
        var key = Shapes.All.Single(one => one.Name == shape).Find(name)!;
        string[] wrong = ["unknown-key", "bad-value", "missing-key", "missing-value", "key-elsewhere", "step-kind-missing", "step-kind-twice", "not-yaml"];
        var codes = Placed(shape, key);
        if (key.Kind == ValueKind.NotYet) codes.ShouldContain("not-yet");
        else codes.Intersect(wrong).ShouldBeEmpty();
        Placed(shape, key with { Name = "kangaroo" }).ShouldContain("unknown-key");
    }

    /// <summary>The codes of a file in which a mapping of this shape has what it needs, and this key with its example.</summary>
    private static List<string> Placed(string shape, Key key)
    {
        var kind = key.OnlyIn?.Split(' ')[0] ?? (RunbookShapes.StepKinds.Contains(key.Name) ? key.Name : "deploy");
        var needed = shape switch
        {
            "environment" => ["simulated"],
            "group" => ["all"],
            "step" => RunbookShapes.Step.Keys.Where(one => one.Name == kind || (one.OnlyIn is not null && one.BelongsIn(kind) && one.NeededThere)).Select(one => one.Name).ToArray(),
            "item" => [],
            _ => Shapes.All.Single(one => one.Name == shape).Keys.Where(one => one.Required).Select(one => one.Name).ToArray(),
        };
        if (key.Name is "kubernetes") needed = [];
        if (shape == "kubernetes" && !ServiceShapes.Workloads.Contains(key.Name)) needed = [.. needed, "deployment"];
        var keys = Shapes.All.Single(one => one.Name == shape).Keys.Where(one => needed.Contains(one.Name) && one.Name != key.Name).Append(key);
        var mapping = shape == "gate" ? $"{{ {GateLanguageTests.Beside(key.Name)}{key.Name}: {key.Example} }}" : $"{{ {string.Join(", ", keys.Select(one => $"{one.Name}: {one.Example ?? "x"}"))} }}";
        var (file, text) = shape switch
        {
            "service" => ("services/a.yaml", mapping),
            "environment" => ("services/a.yaml", $"{{ service: a, environments: {{ qa: {mapping} }} }}"),
            "window" => ("services/a.yaml", $"{{ service: a, environments: {{ qa: {{ simulated: {{}}, windows: [{mapping}] }} }} }}"),
            "calendar" => ("calendar.yaml", mapping),
            "passing" => ("calendar.yaml", $"{{ exceptions: {mapping} }}"),
            "freeze" => ("calendar.yaml", $"{{ freezes: [{mapping}] }}"),
            "maintenance" => ("calendar.yaml", $"{{ maintenance: [{mapping}] }}"),
            "kubernetes" or "simulated" => ("services/a.yaml", $"{{ service: a, environments: {{ qa: {{ {shape}: {mapping} }} }} }}"),
            "traffic" => ("services/a.yaml", $"{{ service: a, environments: {{ qa: {{ kubernetes: {{ cluster: c, namespace: n, deployment: d, image: i, traffic: {mapping} }} }} }} }}"),
            "gate" => ("services/a.yaml", $"{{ service: a, environments: {{ qa: {{ simulated: {{}}, gates: {{ g: {mapping} }} }} }} }}"),
            "health" => ("services/a.yaml", $"{{ service: a, environments: {{ qa: {{ simulated: {{}}, health: [{mapping}] }} }} }}"),
            "expect" => ("services/a.yaml", $"{{ service: a, environments: {{ qa: {{ simulated: {{}}, health: [{{ url: 'http://a', expect: {mapping} }}] }} }} }}"),
            "runbook" => ("runbooks/r.yaml", mapping),
            "step" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{mapping}] }}"),
            "item" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ checklist: c, items: [{{ look: {mapping} }}] }}] }}"),
            "group of items" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ checklist: c, items: [{mapping}] }}] }}"),
            "branch" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ parallel: [{mapping}, {{ soak: 1m }}] }}] }}"),
            "escalate" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ approval: a, from: [g], escalate: {mapping} }}] }}"),
            "step failure" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ deploy: rolling, on-failure: {mapping} }}] }}"),
            "watcher" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ soak: 20h, watcher: {mapping} }}] }}"),
            "input" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ deploy: rolling }}], inputs: {{ i: {mapping} }} }}"),
            "schedule" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ deploy: rolling }}], schedule: {mapping} }}"),
            "on-failure" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ deploy: rolling }}], on-failure: {mapping} }}"),
            "on-abort" => ("runbooks/r.yaml", $"{{ runbook: r, steps: [{{ deploy: rolling }}], on-abort: {mapping} }}"),
            "access" => ("access.yaml", mapping),
            "group" => ("access.yaml", $"{{ groups: {{ g: {mapping} }}, may: {{}} }}"),
            "may" => ("access.yaml", $"{{ groups: {{}}, may: {mapping} }}"),
            "persona" => ("access.yaml", $"{{ groups: {{}}, may: {{}}, demo: [{mapping}] }}"),
            "tell" => ("services/a.yaml", $"{{ service: a, environments: {{ qa: {{ simulated: {{}} }} }}, tell: {mapping} }}"),
            "report" => ("access.yaml", $"{{ groups: {{ g: {{ all: true, report: {mapping} }} }}, may: {{}} }}"),
            "incidents" => ("incidents.yaml", mapping),
            "incident-severity" => ("incidents.yaml", $"{{ severities: [{mapping}] }}"),
            "alerts" => ("alerts.yaml", mapping),
            "on-call" => ("oncall.yaml", mapping),
            "on-call schedule" => ("oncall.yaml", $"{{ schedules: {{ s: {mapping} }} }}"),
            "rotation" => ("oncall.yaml", $"{{ schedules: {{ s: {{ rotations: [{mapping}] }} }} }}"),
            "override" => ("oncall.yaml", $"{{ schedules: {{ s: {{ rotations: [{{ people: [a@example.com], from: \"2026-01-05 09:00\" }}], overrides: [{mapping}] }} }} }}"),
            "alert-route" => ("alerts.yaml", $"{{ routes: [{mapping}] }}"),
            "match" => ("alerts.yaml", $"{{ routes: [{{ route: r, when: {mapping} }}] }}"),
            "alert-names" => ("alerts.yaml", $"{{ routes: [{{ route: r }}], names: {mapping} }}"),
            "alert-mapping" => ("alerts.yaml", $"{{ routes: [{{ route: r }}], generic: {{ g: {mapping} }} }}"),
            "change-mapping" => ("alerts.yaml", $"{{ routes: [{{ route: r }}], changes: {{ c: {mapping} }} }}"),
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, null),
        };
        return [.. ConfigurationReader.Read([new SourceFile(file, text)]).Findings.Where(finding => finding.File == file).Select(finding => finding.Code)];
    }
}
