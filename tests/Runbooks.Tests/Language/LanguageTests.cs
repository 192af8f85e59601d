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
    private const string Access = "groups:\n  all: { all: true }\nmay:\n  deploy: { '*': [all] }\n  rollback: { '*': [all] }\n";
    private const string Runbook = "on-failure: { rollback: ask }\nrunbook: default\nsteps:\n  - deploy: rolling\n  - check: health\n";
    private const string Service = "service: api\nenvironments:\n  prod:\n    simulated: {}\n    health: [{ url: 'https://example.com' }]\n";
    private const string Holidays = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas\nEND:VEVENT\nEND:VCALENDAR\n";
    private const string Line6 = "  staging:\n";

    private static string Gates(string gate) => $"    gates:\n      errors: {{ {gate} }}\n";

    private const string Train = "runbook: train\nstarts-with: run\nsteps:\n  - waves: All\n    services: [api]\n    version: v2\n";
    private const string ByHand = "runbook: by-hand\nstarts-with: run\nsteps:\n  - manual: Look\n    do: 'curl --write-out ''%{http_code}'' ${URL} -H {{.Name}} {service}'\n";

    public static TheoryData<string, string, string, int> Faults { get; } = new()
    {
        // Yaml
        { "file-too-large", "services/b.yaml", new string('#', (1 << 20) + 1), 1 },
        { "not-yaml", "services/b.yaml", "service: api\n  broken: [", 2 },
        { "not-a-mapping", "services/b.yaml", "- one\n", 1 },
        { "empty-file", "services/b.yaml", "# nothing\n", 1 },
        { "alias", "services/b.yaml", "service: &a b\nchannel: *a\n", 2 },
        { "duplicate-key", "services/b.yaml", "service: b\nowners: [all]\nowners: []\n", 3 },
        { "too-deep", "services/b.yaml", "service: b\nowners: " + new string('[', 30) + new string(']', 30), 2 },

        // MappingReader
        { "unknown-key", "services/api.yaml", Service + "chanel: x\n", 6 },
        { "missing-key", "services/b.yaml", "service: b\n", 1 },
        { "missing-key", "services/api.yaml", Service + Line6 + "    kubernetes:\n", 7 },
        { "missing-value", "services/b.yaml", "service:\nenvironments: {}\n", 1 },
        { "missing-value", "services/api.yaml", Service + Line6 + "    kubernetes: { cluster: , namespace: b, deployment: c, image: d }\n", 7 },
        { "missing-value", "runbooks/default.yaml", Runbook.Replace("  - deploy", "  - approval: Please\n    from: []\n  - deploy", StringComparison.Ordinal), 5 },
        { "not-yet", "access.yaml", Access.Replace("groups:\n", "groups:\n  pd: { pagerduty: PSCHED1 }\n", StringComparison.Ordinal), 2 },
        { "watch-blind", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    watch-after: 1h\n", 7 },
        { "watcher-late", "runbooks/default.yaml", Runbook + "  - soak: 10m\n    watcher: { who: a@example.com, every: 8m, answer-within: 3m }\n", 7 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - soak: 10m\n    watcher: { who: [] }\n", 7 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - soak: 20m\n    watcher: { who: \"#ops\" }\n", 7 },
        { "group-unknown", "runbooks/default.yaml", Runbook + "  - soak: 20m\n    watcher: { who: onkall }\n", 6 },
        { "watch-unfit", "runbooks/other.yaml", "runbook: other\nstarts-with: run\nsteps:\n  - soak: 1m\n    gates: all\n    watch-after: 1h\n", 4 },
        { "bad-value", "services/api.yaml", Service + "    protected: perhaps\n", 6 },
        { "bad-value", "services/api.yaml", Service + "owners: { a: b }\n", 6 },
        { "bad-value", "services/api.yaml", Service + "repository: [a]\n", 6 },
        { "bad-value", "services/api.yaml", Service.Replace("{}", "{ replicas: 0 }", StringComparison.Ordinal), 4 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - soak: 99d\n", 6 },
        { "bad-value", "runbooks/default.yaml", Runbook.Replace("ask", "never", StringComparison.Ordinal), 1 },

        // RecipientsReader
        { "bad-value", "runbooks/default.yaml", Runbook + "  - notify: Hi\n    email: [\"#deploys\"]\n", 7 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - notify: Hi\n    to: [\"ana@example.com, ben@example.com\"]\n", 7 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - notify: Hi\n    email: \"ana@example.com\\r\\nBcc: eve@example.com\"\n", 7 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - notify: Hi\n    to: []\n", 7 },
        { "bad-value", "runbooks/default.yaml", Runbook.Replace("ask }", "ask, email: [a@] }", StringComparison.Ordinal), 1 },
        { "group-unknown", "runbooks/default.yaml", Runbook + "  - notify: Hi\n    to: [nobody]\n", 6 },
        { "group-unknown", "runbooks/default.yaml", Runbook.Replace("ask }", "ask, notify: nobody }", StringComparison.Ordinal), 1 },
        { "group-unknown", "runbooks/default.yaml", Runbook + "on-abort: { page: nobody }\n", 6 },
        { "group-unknown", "runbooks/default.yaml", Runbook + "on-abort: { email: nobody }\n", 6 },
        { "key-elsewhere", "runbooks/default.yaml", Runbook + "  - soak: 5m\n    email: [a@example.com]\n", 7 },

        { "key-elsewhere", "calendar.yaml", "zone: UTC\nemergency: { from: [all], lasts: 1h }\n", 2 },

        // ServiceReader
        { "duplicate-name", "services/b.yaml", Service, 1 },
        { "duplicate-name", "services/api.yaml", Service + "  PROD: { simulated: {} }\n", 6 },
        { "for-without-after", "services/api.yaml", Service + "    for: 1h\n", 6 },
        { "two-targets", "services/api.yaml", Service + "    kubernetes: { cluster: a, namespace: b, deployment: c, image: d }\n", 4 },
        { "no-target", "services/api.yaml", Service + Line6, 6 },
        { "image-tagged", "services/api.yaml", Service + Line6 + "    kubernetes: { cluster: a, namespace: b, deployment: c, image: d:1 }\n", 7 },
        { "bad-address", "services/api.yaml", Service + Line6 + "    simulated: {}\n    health: [{ url: example }]\n", 8 },

        { "bad-value", "services/api.yaml", Service + "repository: a/b\ntell: { github: [deploymnets] }\n", 7 },
        { "bad-value", "services/api.yaml", Service + "tell: { datadog: perhaps }\n", 6 },
        { "repository-missing", "services/api.yaml", Service + "tell: { github: [deployments] }\n", 6 },
        { "project-missing", "services/api.yaml", Service + "tell: { sentry-release: 'api@{version}' }\n", 6 },

        // GateReader
        { "gate-source-missing", "services/api.yaml", Service + Gates("above: 5%"), 7 },
        { "gate-source-twice", "services/api.yaml", Service + Gates("prometheus: up, datadog: up, above: 1"), 7 },
        { "gate-limit-missing", "services/api.yaml", Service + Gates("prometheus: up"), 7 },
        { "gate-limit-twice", "services/api.yaml", Service + Gates("prometheus: up, above: 1, below: 0"), 7 },
        { "compare-impossible", "services/api.yaml", Service + Gates("http: 'https://example.com', compare: before"), 7 },
        { "gate-too-rare", "services/api.yaml", Service + Gates("prometheus: up, above: 1, for: 10s, every: 1m"), 7 },
        { "gates-too-many", "services/api.yaml", Service + "    gates:\n" + string.Concat(Enumerable.Range(0, 21).Select(at => $"      g{at}: {{ prometheus: up, above: 1 }}\n")), 6 },
        { "duplicate-name", "services/api.yaml", Service + Gates("prometheus: up, above: 1") + "      ERRORS: { prometheus: up, above: 1 }\n", 8 },
        { "bad-name", "services/api.yaml", Service + "    gates:\n      all: { prometheus: up, above: 1 }\n", 7 },
        { "missing-value", "services/api.yaml", Service + Gates("prometheus: '', above: 1"), 7 },
        { "missing-key", "services/api.yaml", Service + Gates("sentry: new-issues, above: 1"), 7 },
        { "missing-key", "services/api.yaml", Service + Gates("json: 'https://example.com', above: 1"), 7 },
        { "missing-key", "services/api.yaml", Service + Gates("prometheus: up, compare: canary"), 7 },
        { "key-elsewhere", "services/api.yaml", Service + Gates("prometheus: up, above: 1, path: a.b"), 7 },
        { "key-elsewhere", "services/api.yaml", Service + Gates("prometheus: up, above: 1, margin: 10%"), 7 },
        { "bad-address", "services/api.yaml", Service + Gates("http: example"), 7 },
        { "bad-address", "services/api.yaml", Service + Gates("http: 'https://{service}.example.com/'"), 7 },
        { "bad-address", "services/api.yaml", Service + Gates("prometheus: up, above: 1, link: grafana"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, above: 105%"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, above: -1%"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, above: five"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, above: 5%, warn: 6%"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, below: 99%, warn: 98%"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, above: 5%, warn: 1ms"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, compare: before, above: 1, worse: lower"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, compare: before, min-samples: 7"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, compare: before, confidence: 100%"), 7 },
        { "bad-value", "services/api.yaml", Service + Gates("prometheus: up, above: 1, on-unknown: pass"), 7 },

        // RunbookReader
        { "duplicate-name", "runbooks/other.yaml", Runbook, 2 },
        { "step-kind-missing", "runbooks/default.yaml", Runbook + "  - when: environment.protected\n", 6 },
        { "step-kind-twice", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    notify: hello\n", 6 },
        { "key-elsewhere", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    count: 2\n", 7 },
        { "key-elsewhere", "runbooks/default.yaml", Runbook + "  - parallel: [{ soak: 1m }]\n    timeout: 1h\n", 7 },
        { "key-elsewhere", "runbooks/default.yaml", Runbook + "  - parallel: [{ soak: 1m }]\n    on-failure: continue\n", 7 },
        { "missing-key", "runbooks/default.yaml", Runbook + "  - approval: Please\n", 6 },
        { "missing-key", "runbooks/default.yaml", Runbook + "  - checklist: Look\n", 6 },
        { "checklist-empty", "runbooks/default.yaml", Runbook + "  - checklist: Look\n    items: []\n", 7 },
        { "checklist-long", "runbooks/default.yaml", Runbook + "  - checklist: Look\n    items: [" + string.Join(',', Enumerable.Range(1, 31)) + "]\n", 7 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - checklist: Look\n    items: [[a]]\n", 7 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - notify:\n", 6 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - wait: long\n", 6 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - http: FETCH https://example.com\n", 6 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - http: GET https://{service}.example.com/\n", 6 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - parallel: [{ soak: 1m }]\n", 6 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    on-failure: shrug\n", 7 },
        { "bad-value", "runbooks/default.yaml", Runbook.Replace("  - deploy", "  - approval: Please\n    from: { all: none }\n  - deploy", StringComparison.Ordinal), 5 },
        { "bad-value", "runbooks/default.yaml", Runbook + "inputs: { size: { type: number, default: large } }\n", 6 },
        { "missing-key", "runbooks/default.yaml", Runbook + "inputs: { size: { type: choice } }\n", 6 },
        { "key-elsewhere", "runbooks/default.yaml", Runbook.Replace("  - deploy", "  - approval: Please\n    from: { all: 1 }\n    count: 2\n  - deploy", StringComparison.Ordinal), 6 },
        { "duplicate-name", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    id: twin\n  - soak: 2m\n    id: twin\n", 9 },
        { "bad-name", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    id: a b\n", 7 },
        { "bad-name", "runbooks/default.yaml", Runbook + "inputs: { a b: {} }\n", 6 },
        { "bad-value", "runbooks/default.yaml", Runbook + "  - wait: until banana\n", 6 },
        { "circle", "runbooks/default.yaml", Runbook + "  - run: default\n", 3 },
        { "circle", "runbooks/default.yaml", Runbook + string.Concat(Enumerable.Repeat("  - run: default\n", 8)), 3 },
        { "schedule-not-run", "runbooks/default.yaml", Runbook + "schedule: { cron: '0 2 * * *', service: api, environment: prod }\n", 6 },
        { "bad-cron", "runbooks/by-hand.yaml", ByHand + "schedule: { cron: '0 2 31 2 *', service: api, environment: prod }\n", 6 },
        { "zone-unknown", "runbooks/by-hand.yaml", ByHand + "schedule: { cron: '0 2 * * *', zone: Mars/Base, service: api, environment: prod }\n", 6 },
        { "service-unknown", "runbooks/by-hand.yaml", ByHand + "schedule: { cron: '0 2 * * *', service: aip, environment: prod }\n", 6 },
        { "environment-unknown", "runbooks/by-hand.yaml", ByHand + "schedule: { cron: '0 2 * * *', service: api, environment: moon }\n", 6 },
        { "input-unknown", "runbooks/by-hand.yaml", ByHand + "schedule: { cron: '0 2 * * *', service: api, environment: prod, with: { keep: 1 } }\n", 6 },
        { "name-unknown", "runbooks/default.yaml", Runbook + "  - manual: x\n    do: x\n    undo: [{ notify: 'back on {sevice}' }]\n", 8 },
        { "group-unknown", "runbooks/default.yaml", Runbook + "  - manual: x\n    do: x\n    undo: [{ manual: y, do: y, skippable-by: [nobody] }]\n", 8 },
        { "input-missing", "runbooks/other.yaml", "runbook: other\nstarts-with: run\ninputs: { size: {} }\nsteps:\n  - soak: 1m\n---\nrunbook: more\nstarts-with: run\nsteps:\n  - soak: 1m\n    on-failure: { run: other }\n", 10 },
        { "bad-condition", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    when: environment is prod\n", 6 },
        { "input-unknown", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    when: inputs.size == 1\n", 6 },
        { "when-never", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    when: environment == prod and environment == staging\n", 6 },
        { "when-always", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    when: environment == prod or environment != prod\n", 6 },
        { "name-unknown", "runbooks/default.yaml", Runbook + "  - notify: 'Hello {sevice}'\n", 6 },
        { "name-unknown", "runbooks/default.yaml", Runbook + "  - notify: 'It is {values.later}'\n  - set: { later: x }\n", 6 },
        { "runbook-unknown", "runbooks/default.yaml", Runbook + "  - run: nothing\n", 6 },
        { "runbook-unknown", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    on-failure: { run: nothing }\n", 6 },
        { "input-unknown", "runbooks/other.yaml", Runbook.Replace("default", "other", StringComparison.Ordinal) + "  - run: default\n    with: { size: 1 }\n", 6 },
        { "input-missing", "runbooks/other.yaml", "runbook: other\nstarts-with: run\ninputs: { size: {} }\nsteps:\n  - soak: 1m\n---\nrunbook: more\nstarts-with: run\nsteps:\n  - run: other\n", 10 },

        // JobReader
        { "job-unknown", "runbooks/default.yaml", Runbook + "  - job: migrate\n", 6 },
        { "manifests-unknown", "runbooks/default.yaml", Runbook + "  - apply: shop\n", 6 },
        { "manifest-invalid", "manifests/shop/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", 1 },
        { "repository-missing", "runbooks/default.yaml", Runbook + "  - apply: deploy\n    source: repository\n", 6 },
        { "object-unclear", "runbooks/default.yaml", Runbook + "  - restart: api\n", 6 },
        { "operation-unfit", "runbooks/default.yaml", Runbook + "  - delete: secret/api\n", 6 },
        { "job-invalid", "jobs/migrate.yaml", "apiVersion: v1\nkind: Pod\n", 1 },
        { "job-invalid", "jobs/migrate.yaml", "apiVersion: batch/v1\nkind: Job\nspec: { template: { spec: { restartPolicy: Always, containers: [{ name: a, image: b }] } } }\n", 1 },

        // StrategyReader and LintStrategies
        { "key-unfit", "runbooks/default.yaml", Runbook.Replace("rolling\n", "rolling\n    keep: 1h\n", StringComparison.Ordinal), 5 },
        { "key-unfit", "runbooks/default.yaml", Runbook.Replace("rolling\n", "rolling\n    soak: 1h\n", StringComparison.Ordinal), 5 },
        { "bad-value", "runbooks/default.yaml", Runbook.Replace("rolling\n", "canary\n    steps: [5, 100%]\n", StringComparison.Ordinal), 5 },
        { "bad-value", "runbooks/default.yaml", Runbook.Replace("rolling\n", "canary\n    steps: [50%, 20%, 100%]\n", StringComparison.Ordinal), 5 },
        { "bad-value", "runbooks/default.yaml", Runbook.Replace("rolling\n", "canary\n    steps: [5%, 50%]\n", StringComparison.Ordinal), 5 },
        { "canary-large", "runbooks/default.yaml", Runbook.Replace("rolling\n", "canary\n    steps: [80%, 100%]\n", StringComparison.Ordinal), 4 },
        { "preview-unused", "services/api.yaml", Service + "    preview: [{ url: 'https://example.com' }]\n", 6 },
        { "service-missing", "services/api.yaml", Service + Line6 + "    kubernetes: { cluster: a, namespace: b, deployment: c, image: d, preview: e }\n    health: [{ url: 'https://example.com' }]\n", 7 },
        { "bad-value", "services/api.yaml", Service + Line6 + "    kubernetes:\n      { cluster: a, namespace: b, deployment: c, image: d, service: e, colours: [blue] }\n    health: [{ url: 'https://example.com' }]\n", 8 },

        { "missing-key", "services/api.yaml", Service + Line6 + "    kubernetes: { cluster: a, namespace: b, image: d }\n    health: [{ url: 'https://example.com' }]\n", 7 },
        { "missing-value", "services/api.yaml", Service + Line6 + "    kubernetes:\n      cluster: a\n      namespace: b\n      statefulset:\n      image: d\n    health: [{ url: 'https://example.com' }]\n", 10 },
        { "two-targets", "services/api.yaml", Service + Line6 + "    kubernetes:\n      cluster: a\n      namespace: b\n      deployment: c\n      daemonset: c\n      image: d\n    health: [{ url: 'https://example.com' }]\n", 11 },
        { "key-unfit", "services/api.yaml", Service + Line6 + "    kubernetes:\n      cluster: a\n      namespace: b\n      statefulset: c\n      image: d\n      traffic: {}\n    health: [{ url: 'https://example.com' }]\n", 12 },

        // AccessReader
        { "duplicate-name", "access.yaml", Access + "---\n" + Access, 7 },
        { "duplicate-name", "access.yaml", Access.Replace("may:", "  All: { all: true }\nmay:", StringComparison.Ordinal), 3 },
        { "duplicate-name", "access.yaml", Access + "demo:\n  - { person: a@b, name: A, role: b }\n  - { person: A@B, name: A, role: b }\n", 8 },
        { "bad-address", "access.yaml", Access + "demo: [{ person: a, name: A, role: b }]\n", 6 },
        { "group-reserved", "access.yaml", Access.Replace("may:", "  owners: { all: true }\nmay:", StringComparison.Ordinal), 3 },
        { "group-empty", "access.yaml", Access.Replace("may:", "  none: {}\nmay:", StringComparison.Ordinal), 3 },
        { "bad-address", "access.yaml", Access.Replace("may:", "  some: { members: [nobody] }\nmay:", StringComparison.Ordinal), 3 },

        { "missing-key", "access.yaml", Access.Replace("may:", "  some: { members: [a@b], report: { day: Fri } }\nmay:", StringComparison.Ordinal), 3 },
        { "bad-value", "access.yaml", Access.Replace("may:", "  some: { members: [a@b], report: { channel: '#a', day: Freeday } }\nmay:", StringComparison.Ordinal), 3 },
        { "bad-value", "access.yaml", Access.Replace("may:", "  some: { members: [a@b], report: { channel: '#a', at: '9 o clock' } }\nmay:", StringComparison.Ordinal), 3 },
        { "zone-unknown", "access.yaml", Access.Replace("may:", "  some: { members: [a@b], report: { channel: '#a', zone: Amsterdam } }\nmay:", StringComparison.Ordinal), 3 },

        // WindowReader
        { "zone-unknown", "services/api.yaml", Service + "    windows:\n      - { days: Tue, from: '10:00', to: '14:00', zone: Europe/Amstedam }\n", 7 },
        { "window-never-opens", "services/api.yaml", Service + "    windows:\n      - { days: Tue, from: '10:00', to: '10:00' }\n", 7 },
        { "window-never-opens", "services/api.yaml", Service + "    windows:\n      - { days: [], from: '10:00', to: '12:00' }\n", 7 },
        { "window-never-opens", "calendar.yaml", "working-hours:\n  - days: Mon-Fri\n    from: 24:00\n    to: 10:00\n", 2 },
        { "bad-value", "services/api.yaml", Service + "    windows:\n      - days: [Mon,\n               Tuseday]\n        from: 10:00\n        to: 14:00\n", 8 },
        { "bad-value", "services/api.yaml", Service + "    windows:\n      - days: Mon\n        from: 10:00\n        to: 25:00\n", 9 },
        { "missing-key", "services/api.yaml", Service + "    windows:\n      - days: Mon\n        from: 10:00\n", 7 },

        // CalendarReader
        { "zone-unknown", "calendar.yaml", "\nzone: Amsterdam\n", 2 },
        { "bad-value", "calendar.yaml", "freezes:\n  - name: Holidays\n    from: soon\n    until: 2027-01-02\n", 3 },
        { "bad-value", "calendar.yaml", "maintenance:\n  - name: Move\n    from: 2026-12-24 02:00\n    until: 2026-12-24 26:00\n", 4 },
        { "until-before-from", "calendar.yaml", "freezes:\n  - name: Holidays\n    from: 2026-12-24\n    until: 2026-12-24\n", 4 },
        { "until-before-from", "calendar.yaml", "maintenance:\n  - name: Move\n    from: 2026-12-24 05:00\n    until: 2026-12-24 02:00\n", 4 },
        { "missing-value", "calendar.yaml", "freezes:\n  - name: Holidays\n    from: 2026-12-24\n    until: 2027-01-02\n    services: []\n", 5 },
        { "service-unknown", "calendar.yaml", "freezes:\n  - name: Holidays\n    from: 2026-12-24\n    until: 2027-01-02\n    services: [api,\n      apu]\n", 6 },
        { "environment-unknown", "calendar.yaml", "maintenance:\n  - name: Move\n    from: 2026-12-24\n    until: 2027-01-02\n    environments: [production]\n", 5 },
        { "calendar-file-missing", "calendar.yaml", "freeze-files:\n  - holiday.ics\n", 2 },
        { "bad-value", "calendar.yaml", "freeze-files:\n  - ../holidays.ics\n", 2 },
        { "bad-value", "calendar.yaml", "freeze-files:\n  - holidays.yaml\n", 2 },
        { "duplicate-name", "calendar.yaml", "zone: UTC\n---\nzone: UTC\n", 3 },
        { "unknown-key", "calendar.yaml", "timezone: UTC\n", 1 },

        // ConfigurationReader
        { "file-unread", "holidays.ics", Holidays, 1 },
        { "file-unread", "services/holidays.ics", Holidays, 1 },
        { "file-unread", "calender.yaml", "zone: UTC\n", 1 },
        { "file-unread", "acess.yaml", Access, 1 },
        { "file-unread", "services/old/api.yaml", Service, 1 },

        // Lint
        // TrainReader, LintTrains
        { "version-missing", "runbooks/other.yaml", Train.Replace("    version: v2\n", "", StringComparison.Ordinal), 5 },
        { "missing-value", "runbooks/other.yaml", Train.Replace("[api]", "[]", StringComparison.Ordinal), 5 },
        { "bad-value", "runbooks/other.yaml", Train.Replace("[api]", "{ api: [v1] }", StringComparison.Ordinal), 5 },
        { "bad-value", "runbooks/other.yaml", Train + "    at-once: 21\n", 7 },
        { "service-unknown", "runbooks/other.yaml", Train.Replace("[api]", "[apu]", StringComparison.Ordinal), 4 },
        { "service-twice", "runbooks/other.yaml", Train.Replace("[api]", "[api, API]", StringComparison.Ordinal), 4 },
        { "service-twice", "runbooks/other.yaml", Train + "  - waves: Again\n    services: api=v3\n", 7 },
        { "runbook-unknown", "runbooks/other.yaml", Train + "    runbook: defualt\n", 4 },
        { "runbook-not-for-deploy", "runbooks/other.yaml", Train + "    runbook: by-hand\n", 4 },
        { "train-in-train", "runbooks/other.yaml", Train.Replace("run\n", "deploy\n", StringComparison.Ordinal), 4 },
        { "train-elsewhere", "runbooks/other.yaml", "runbook: t\nstarts-with: run\nsteps:\n  - manual: x\n    do: y\n    undo:\n      - waves: All\n        services: [api]\n        version: v2\n", 7 },
        { "train-elsewhere", "runbooks/other.yaml", "runbook: t\nstarts-with: run\nsteps:\n  - manual: x\n    do: y\n    on-failure: { run: train }\n---\n" + Train, 4 },
        { "key-elsewhere", "runbooks/other.yaml", Train.Replace("waves: All", "manual: All\n    do: x", StringComparison.Ordinal), 6 },

        { "bad-name", "services/b.yaml", Service.Replace("api", "a b", StringComparison.Ordinal), 1 },
        { "bad-name", "services/api.yaml", Service + "  deploy: { simulated: {}, health: [{ url: 'https://example.com' }] }\n", 6 },
        { "bad-name", "runbooks/other.yaml", Runbook.Replace("default", "a b", StringComparison.Ordinal), 2 },
        { "bad-name", "access.yaml", Access.Replace("may:", "  a b: { all: true }\nmay:", StringComparison.Ordinal), 3 },
        { "name-taken", "services/b.yaml", Service.Replace("api", "rollback", StringComparison.Ordinal), 1 },
        { "group-unknown", "services/api.yaml", Service + "owners: [nobody]\n", 6 },
        { "group-unknown", "runbooks/default.yaml", Runbook.Replace("ask", "ask, page: nobody", StringComparison.Ordinal), 1 },
        { "group-unknown", "runbooks/default.yaml", Runbook.Replace("  - deploy", "  - approval: Please\n    from: [nobody]\n  - deploy", StringComparison.Ordinal), 4 },
        { "group-unknown", "access.yaml", Access.Replace("[all] }\n  r", "[nobody] }\n  r", StringComparison.Ordinal), 4 },
        { "service-unknown", "services/api.yaml", Service + "depends-on: [nothing]\n", 6 },
        { "environments-missing", "services/b.yaml", "service: b\nenvironments: {}\n", 1 },
        { "environment-unknown", "services/api.yaml", Service + "    after: nowhere\n", 6 },
        { "runbook-unknown", "services/api.yaml", Service + "    runbook: nothing\n", 6 },
        { "runbook-not-for-deploy", "services/api.yaml", Service + "    runbook: by-hand\n", 6 },
        { "approval-missing", "services/api.yaml", Service + "    protected: true\n", 3 },
        { "health-missing", "services/api.yaml", Service + Line6 + "    simulated: {}\n", 6 },
        { "deploy-missing", "runbooks/other.yaml", "runbook: other\nsteps:\n  - check: health\n", 2 },
        { "deploy-twice", "runbooks/default.yaml", Runbook.Replace("  - check", "  - deploy: rolling\n  - check", StringComparison.Ordinal), 5 },
        { "check-missing", "runbooks/other.yaml", "runbook: other\nsteps:\n  - deploy: rolling\n", 3 },
        { "on-failure-missing", "runbooks/other.yaml", "runbook: other\nsteps:\n  - deploy: rolling\n  - check: health\n", 1 },
        { "step-unreachable", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    when: environment.protected\n", 6 },
        { "approval-impossible", "runbooks/default.yaml", Runbook.Replace("  - deploy", "  - approval: Please\n    from: [owners]\n  - deploy", StringComparison.Ordinal), 4 },
        { "approval-late", "runbooks/default.yaml", Runbook + "  - approval: Please\n    from: [all]\n", 6 },
        { "secret-in-text", "services/api.yaml", Service.Replace("//e", "//me:mypass@e", StringComparison.Ordinal), 5 },
        { "gate-unknown", "runbooks/default.yaml", Runbook + "  - soak: 1m\n    gates: [error-rate]\n", 6 },
        { "secret-in-text", "runbooks/default.yaml", Runbook + "  - notify: 'password: hunter2hunter2'\n", 6 },
        { "grant-unused", "access.yaml", Access.Replace("'*': [all] }\n  r", "'*': [all], moon: [all] }\n  r", StringComparison.Ordinal), 4 },
        { "nobody-may", "access.yaml", "groups:\n  all: { all: true }\nmay:\n  deploy: { '*': [all] }\n", 3 },
        { "circle", "services/api.yaml", Service + "depends-on: [api]\n", 6 },
        { "circle", "services/api.yaml", Service + "    after: staging\n" + Line6 + "    simulated: {}\n    after: prod\n    health: [{ url: 'https://example.com' }]\n", 6 },
    };

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
