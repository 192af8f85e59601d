using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>Every mapping of the language. The reader, the JSON Schemas and the documentation are made from these.</summary>
public static class Shapes
{
    public static Shape Expect { get; } = new("expect", "What a healthy answer looks like.",
    [
        new("status", ValueKind.Number, "The HTTP status code.", Default: "200") { Least = 100, Most = 599, Example = "204" },
        new("json", ValueKind.NamedValues, "Fields of a JSON answer, by dotted path, and the value each must have.") { Example = "{ status: UP }" },
    ], MayBeEmpty: true);

    public static Shape Health { get; } = new("health", "A question over HTTP whose answer says whether the service is well.",
    [
        new("url", ValueKind.Text, "The address: http or https.", Required: true) { Example = "https://api.example.com/health" },
        new("expect", ValueKind.Mapping, "What a healthy answer looks like.", Of: Expect) { Example = "{ status: 200, json: { status: UP } }" },
        new("tries", ValueKind.Number, "Failures in a row that make it unhealthy.", Default: "3") { Example = "5" },
        new("headers", ValueKind.NamedValues, "Headers sent with it, where a router leads by them. Never secrets.") { Example = "{ X-Preview: \"true\" }" },
        new("interval", ValueKind.Duration, "Time between tries.", Default: "5s") { Longest = TimeSpan.FromHours(1), Example = "10s" },
        new("timeout", ValueKind.Duration, "Time for one try.", Default: "5s") { Longest = TimeSpan.FromMinutes(5), Example = "2s" },
    ]);

    public static Shape Traffic { get; } = new("traffic", "What shares traffic out between the stable pods and a canary's.",
    [
        new("by", ValueKind.Text, "gateway: the weights of an HTTPRoute. nginx: the weight of a canary Ingress of ingress-nginx. replicas: as many pods as carry the share. Left out: the first of these that is found.", Allowed: ["gateway", "nginx", "replicas"]) { Example = "gateway" },
        new("route", ValueKind.Text, "The HTTPRoute, or the canary Ingress. Left out: the one that leads to both Services.") { Example = "api" },
        new("stable", ValueKind.Text, "The Service of the stable pods. Left out: service, or the one called as the Deployment.") { Example = "api" },
        new("canary", ValueKind.Text, "The Service of the canary's pods. Left out: the stable one's name and -canary.") { Example = "api-canary" },
    ], MayBeEmpty: true);

    public static Shape Kubernetes { get; } = new("kubernetes", "A workload in a cluster that the settings name: one of deployment, statefulset and daemonset.",
    [
        new("cluster", ValueKind.Text, "The cluster's name under Kubernetes:Clusters in the settings.", Required: true) { Example = "main" },
        new("namespace", ValueKind.Text, "The namespace.", Required: true) { Example = "prod" },
        new("deployment", ValueKind.Text, "The Deployment's name.") { Example = "api" },
        new("statefulset", ValueKind.Text, "The StatefulSet's name, in place of deployment.") { Example = "db" },
        new("daemonset", ValueKind.Text, "The DaemonSet's name, in place of deployment.") { Example = "agent" },
        new("image", ValueKind.Text, "The image without a tag; a version becomes image:version.", Required: true) { Example = "registry.example.com/api" },
        new("service", ValueKind.Text, "deploy: blue-green: the Service whose selector says which of two Deployments carries traffic.") { Example = "api" },
        new("colours", ValueKind.Texts, "With service: what the two Deployments' names end with; a missing one is cloned from the other.", Default: "[blue, green]") { Example = "[blue, green]" },
        new("preview", ValueKind.Text, "With service: a second Service, whose selector is led to what was brought up before traffic goes there.") { Example = "api-preview" },
        new("traffic", ValueKind.Mapping, "deploy: canary: what shares traffic out between the stable pods and the canary's. Left out: looked for.", Of: Traffic) { Example = "{ by: gateway, route: api }" },
        new("container", ValueKind.Text, "The container that gets the image; left out: the one with this image, or the only one.") { Example = "api" },
    ]);

    /// <summary>Keys of <see cref="Kubernetes"/> of which there has to be exactly one.</summary>
    public static ImmutableArray<string> Workloads { get; } = ["deployment", "statefulset", "daemonset"];

    public static Shape Simulated { get; } = new("simulated", "A stand-in that behaves like a cluster: for rehearsals and the demo.",
    [
        new("replicas", ValueKind.Number, "How many replicas it has.", Default: "3") { Example = "5" },
        new("version", ValueKind.Text, "The version that runs before the first rollout.", Default: "v1.0.0") { Example = "v1.2.2" },
    ], MayBeEmpty: true);

    public static Shape Window { get; } = new("window", "A time of the week, as a clock on the wall of its zone shows it.",
    [
        new("days", ValueKind.Texts, "The days on which it begins: Tue-Thu, or a list.", Required: true) { Example = "Tue-Thu" },
        new("from", ValueKind.Text, "When it begins.", Required: true) { Example = "\"10:00\"" },
        new("to", ValueKind.Text, "When it ends: 24:00 is midnight; at an earlier time than from, on the day after.", Required: true) { Example = "\"14:00\"" },
        new("zone", ValueKind.Text, "Its time zone, by its name in the IANA database. Left out: the zone of calendar.yaml.") { Example = "America/New_York" },
    ]);

    public static Shape Gate { get; } = new("gate", "A number of the running service, and from where on it is not good enough.",
    [
        new("prometheus", ValueKind.Text, "Who is asked: Prometheus, with this query, which gives one number.") { Example = "'sum(rate(http_requests_total{app=\"api\",code=~\"5..\"}[5m])) / sum(rate(http_requests_total{app=\"api\"}[5m]))'" },
        new("datadog", ValueKind.Text, "Who is asked: Datadog, with this metric query.") { Example = "'p95:trace.http.request{service:api,env:prod}'" },
        new("sentry", ValueKind.Text, "Who is asked: Sentry, for what of this release. new-issues: issues first seen in it. error-rate: the share of its sessions with an error. crash-free: the share of its sessions without a crash.", Allowed: ["new-issues", "error-rate", "crash-free"]) { Example = "new-issues" },
        new("http", ValueKind.Text, "Who is asked: this address, once per sample; 1 when it answers with a 2xx, else 0. Left out, its limit is below: 1, and min-samples: 3.") { Example = "https://api.example.com/health" },
        new("json", ValueKind.Text, "Who is asked: this address, for a JSON answer; path says where the number is.") { Example = "https://api.example.com/stats" },
        new("simulated", ValueKind.Text, "A made-up number for rehearsals and the demo: it is good, unless the version that runs contains leaky.", Allowed: ["error-rate", "latency", "flapping", "absent"]) { Example = "error-rate" },
        new("kubernetes", ValueKind.Text, "Who is asked: the cluster, how the version's pods do. restarts: of their containers since the change; left out, its limit is above: 2. ready: the share of its replicas that are; left out: below: 100%, for: 3m. out-of-memory: containers that were ended for it; left out: above: 0.", Allowed: ["restarts", "ready", "out-of-memory"]) { Example = "restarts" },
        new("health", ValueKind.Text, "Who is asked: every health address of the place; 1 while all answer well, else 0. Left out, its limit is below: 1, for: 3m and min-samples: 3.", Allowed: ["checks"]) { Example = "checks" },
        new("alerts", ValueKind.Text, "Who is asked: the alerts that came in. firing: how many fire that name the service here and began since the change; critical: those that are. Left out, its limit is above: 0.", Allowed: ["firing", "critical"]) { Example = "firing" },
        new("above", ValueKind.Text, "The limit: a number, a share (5%) or a time (500ms). Higher is not good enough. Left out, a gate called error-rate has 5% for 5m, and p95-latency 500ms for 10m.") { Example = "5%" },
        new("below", ValueKind.Text, "The limit; lower is not good enough.") { Example = "99%" },
        new("for", ValueKind.Duration, "How long it has to be past its limit, without a good sample between, before it trips. Left out: at once.") { Longest = TimeSpan.FromDays(1), Example = "5m" },
        new("warn", ValueKind.Text, "From here on the card says so, and nothing more.") { Example = "1%" },
        new("every", ValueKind.Duration, "Between samples. Left out: a fortieth of the soak, from 1s to 15s, and three times per for:.") { Longest = TimeSpan.FromHours(1), Example = "15s" },
        new("compare", ValueKind.Text, "before: it must not be worse than over the same time before the change. canary: not worse than baseline.", Allowed: ["before", "canary"]) { Example = "before" },
        new("baseline", ValueKind.Text, "compare: canary: the same question about the stable pods. Left out: the question itself, where it has {pods}, which stands for the new pods' names in it and for the stable ones' here.") { Example = "'sum(rate(errors{track=\"stable\"}[1m]))'" },
        new("worse", ValueKind.Text, "compare: in which direction it gets worse. Left out: as above or below say, else higher.", Allowed: ["higher", "lower"]) { Example = "lower" },
        new("margin", ValueKind.Text, "compare: how much worse is still good: a share of what it is compared with (10%), or a number.") { Example = "10%" },
        new("confidence", ValueKind.Text, "compare: how sure the test has to be at the end of the soak; before that it has to be 99.9%.", Default: "98%") { Example = "99%" },
        new("min-samples", ValueKind.Number, "Samples that a verdict needs: as many bad ones in a row to trip, as many in all to pass. With compare: on each side, 20 when left out, and at least 8.", Default: "1") { Most = 120, Example = "3" },
        new("on-unknown", ValueKind.Text, "What no data, NaN, a missing series or a silent source leads to; it is never good. wait: the soak goes on until it is known. fail: as past its limit. ignore: it stands in nobody's way.", Allowed: ["wait", "fail", "ignore"], Default: "wait") { Example = "fail" },
        new("unit", ValueKind.Text, "What the source counts in, where that is not seconds or shares from 0 to 1; or s or share, so that numbers without a limit are told so.", Allowed: ["s", "ms", "us", "ns", "percent", "share"]) { Example = "ms" },
        new("path", ValueKind.Text, "json: where the number is, as a dotted path.") { Example = "stats.errors" },
        new("headers", ValueKind.NamedValues, "json and http: sent along. {secret:NAME} is filled in from Http:Secrets:NAME when it is sent, and never shown.") { Example = "{ Authorization: \"Bearer {secret:stats}\" }" },
        new("project", ValueKind.Text, "sentry: the project's id.") { Example = "\"4505\"" },
        new("release", ValueKind.Text, "sentry: what a version's release is called there.", Default: "\"{version}\"") { Example = "\"api@{version}\"" },
        new("link", ValueKind.Text, "Where people look closer, for instance a dashboard. Left out: where the source shows it.") { Example = "https://grafana.example.com/d/api" },
    ]);

    public static Shape Environment { get; } = new("environment", "A service in one environment.",
    [
        new("kubernetes", ValueKind.Mapping, "Where it runs: a Deployment, a StatefulSet or a DaemonSet.", Of: Kubernetes) { Example = "{ cluster: main, namespace: prod, deployment: api, image: registry.example.com/api }" },
        new("simulated", ValueKind.Mapping, "Where it runs: a simulated target.", Of: Simulated) { Example = "{ replicas: 3, version: v1.2.2 }" },
        new("after", ValueKind.Text, "The environment that must run the same version, healthy, before this one.") { Example = "staging" },
        new("for", ValueKind.Duration, "With after: how long that version must have been live there.") { Example = "1h" },
        new("protected", ValueKind.Flag, "Whether a change here needs what its runbook asks of protected environments: an approval, at the least.", Default: "false") { Example = "true" },
        new("health", ValueKind.Mappings, "Health addresses, asked by check: health.", Of: Health) { Example = "[{ url: \"https://api.example.com/health\" }]" },
        new("preview", ValueKind.Mappings, "deploy: blue-green: addresses that lead to what was brought up beside, asked before traffic goes there.", Of: Health) { Example = "[{ url: \"https://api-preview.example.com/health\" }]" },
        new("runbook", ValueKind.Text, "How it is deployed: a runbook's name. Left out: the runbook named default.") { Example = "rolling-deploy" },
        new("gates", ValueKind.Named, "Numbers of the running service and their limits, by name; a soak watches them.", Of: Gate) { Example = "{ error-rate: { prometheus: 'sum(rate(errors[5m]))', above: 5%, for: 5m } }" },
        new("windows", ValueKind.Mappings, "Times at which it may change. Left out: at any time that is not frozen.", Of: Window) { Example = "[{ days: Tue-Thu, from: \"10:00\", to: \"14:00\", zone: America/New_York }]" },
    ]);

    public static Shape Tell { get; } = new("tell", "Which other systems are told of its deployments, each once. None of them holds up a run.",
    [
        new("github", ValueKind.Texts, "deployments: a GitHub Deployment and its statuses. comments: a comment on each pull request that went out. releases: the version's release and its notes. The token or the app needs to be able to write them.") { Example = "[deployments, comments, releases]" },
        new("sentry", ValueKind.Text, "The slug of its project in Sentry: a release with its commits, and its deploy.") { Example = "api" },
        new("sentry-release", ValueKind.Text, "What a version's release is called in Sentry.", Default: "\"{version}\"") { Example = "\"api@{version}\"" },
        new("datadog", ValueKind.Flag, "Events on Datadog's timeline, when a change begins and when it ends.", Default: "false") { Example = "true" },
        new("pagerduty", ValueKind.Flag, "Change events in PagerDuty, when a change begins and when it ends.", Default: "false") { Example = "true" },
    ]);

    public static Shape Service { get; } = new("service", "Something that is deployed, and where.",
    [
        new("service", ValueKind.Text, "Its name, as commands say it: one word.", Required: true) { Example = "api" },
        new("repository", ValueKind.Text, "Where its source is: owner/name.") { Example = "example/api" },
        new("owners", ValueKind.Texts, "Groups that own it.") { Example = "[payments]" },
        new("channel", ValueKind.Text, "Where its cards go: \"#name\" or a channel's id. Left out: where the command was typed.") { Example = "\"#deploys\"" },
        new("teams", ValueKind.Text, "Where its cards go in Microsoft Teams: a channel's id, its name, or TEAM/CHANNEL. Beside channel, in both. Left out: where the command was said, if that was in Teams.") { Example = "\"Payments/Deploys\"" },
        new("depends-on", ValueKind.Texts, "Services it needs.") { Example = "[auth]" },
        new("tell", ValueKind.Mapping, "Which other systems are told of its deployments.", Of: Tell) { Example = "{ github: [deployments, comments], datadog: true }" },
        new("environments", ValueKind.Named, "Its environments, by name.", Required: true, Of: Environment) { Example = "{ staging: { simulated: {} } }" },
    ]);

    public static Shape OnFailure { get; } = new("on-failure", "What happens when a step fails.",
    [
        new("rollback", ValueKind.Text, "automatic: go back by itself once the target was changed. ask: let a person choose between retry, rolling back and leaving it.", Allowed: ["automatic", "ask"], Default: "ask") { Example = "automatic" },
        new("page", ValueKind.Text, "Who is paged: a schedule of oncall.yaml, a group, or one address.") { Example = "oncall" },
        new("notify", ValueKind.Texts, "Who is told: channels; and people, who get a direct message: addresses, groups, schedules, owners, requester.") { Example = "[\"#payments\", requester]" },
        new("email", ValueKind.Texts, "Who is told by e-mail: addresses, groups, schedules, owners, requester.") { Example = "[audit@example.com]" },
    ]);

    public static Shape OnAbort { get; } = new("on-abort", "What happens when somebody aborts a run. Where nothing was changed yet it is cancelled.",
    [
        new("rollback", ValueKind.Text, "automatic: what ran is undone, the last first; what did not run isn't. ask: let a person choose between retry, rolling back and leaving it.", Allowed: ["automatic", "ask"], Default: "ask") { Example = "automatic" },
        new("page", ValueKind.Text, "Who is paged: a schedule of oncall.yaml, a group, or one address.") { Example = "oncall" },
        new("notify", ValueKind.Texts, "Who is told: channels; and people, who get a direct message: addresses, groups, schedules, owners, requester.") { Example = "[\"#payments\", requester]" },
        new("email", ValueKind.Texts, "Who is told by e-mail: addresses, groups, schedules, owners, requester.") { Example = "[audit@example.com]" },
    ]);

    public static Shape Escalate { get; } = new("escalate", "Whom to ask too when nobody answers.",
    [
        new("after", ValueKind.Duration, "How long after the question was asked. At its end: the question stays open as long again.", Required: true) { Example = "15m" },
        new("to", ValueKind.Text, "The group whose members may answer from then on.", Required: true) { Example = "oncall" },
    ]);

    public static Shape StepFailure { get; } = new("step failure", "What happens when the step fails.",
    [
        new("run", ValueKind.Text, "A runbook whose steps are walked; then a person is asked.", Required: true) { Example = "restart-api" },
    ]);

    public static Shape Watcher { get; } = new("watcher", "Who stays with a soak, and what their silence leads to.",
    [
        new("who", ValueKind.Texts, "One after another: addresses, requester, owners, groups, schedules (whoever is on call, then who is next).", Required: true) { Example = "[requester, oncall]" },
        new("every", ValueKind.Duration, "How long after a sign of life the next is asked for.", Default: "10m") { Longest = TimeSpan.FromHours(12), Example = "15m" },
        new("answer-within", ValueKind.Duration, "How long each has to answer before the next is asked.", Default: "5m") { Longest = TimeSpan.FromHours(12), Example = "3m" },
        new("then", ValueKind.Text, "When nobody has answered. pause: the run is held until somebody resumes it. rollback: it goes back; where there is no way back it is held.", Allowed: ["pause", "rollback"], Default: "pause") { Example = "rollback" },
    ]);

    public static Shape Branch { get; } = new("branch", "Steps that are walked beside others.",
    [
        new("name", ValueKind.Text, "The heading they are shown under.") { Example = "Search" },
        new("steps", ValueKind.Steps, "The steps, in order.", Required: true) { Example = "[{ check: health }]" },
    ]);

    public static Shape Item { get; } = new("item", "A checklist's item that says more than its text.",
    [
        new("verify", ValueKind.Text, "What verifies it; nothing of this name connected: a person ticks it.") { Example = "github-checks" },
        new("with", ValueKind.NamedValues, "What whatever verifies it needs to know.") { Example = "{ days: 21 }" },
        new("by", ValueKind.Texts, "Groups whose members may tick it.") { Example = "[dba]" },
        new("only-for", ValueKind.Texts, "Environments in which it is asked.") { Example = "[prod]" },
    ], MayBeEmpty: true);

    public static Shape ItemGroup { get; } = new("group of items", "Items under a heading of their own.",
    [
        new("group", ValueKind.Text, "The heading.", Required: true) { Example = "Database" },
        new("items", ValueKind.Items, "The items.", Required: true) { Example = "[Backup taken]" },
        new("only-for", ValueKind.Texts, "Environments in which they are asked.") { Example = "[prod]" },
    ]);

    public static Shape Step { get; } = new("step", "A step: a mapping whose first key is its kind.",
    [
        new("checklist", ValueKind.Text, "A checklist, with this title; needs items.") { Example = "Before you deploy" },
        new("approval", ValueKind.Text, "An approval, with this title; needs from.") { Example = "Production change" },
        new("deploy", ValueKind.Text, "A rollout of the version. rolling: replicas are replaced a few at a time. blue-green: it is brought up beside, checked, and traffic is switched to it. canary: it gets a growing share of traffic first.", Allowed: ["rolling", "blue-green", "canary"]) { Example = "rolling" },
        new("check", ValueKind.Text, "A look at the health addresses.", Allowed: ["health"]) { Example = "health" },
        new("soak", ValueKind.Duration, "A wait of this length, while the new version carries traffic. Beside deploy: canary, how long each share soaks before the next; beside deploy: rolling with pause-at, how long it is held.") { Example = "10m" },
        new("wait", ValueKind.Text, "go: until somebody says so. signal NAME: until that signal comes. until MOMENT: until then, in the calendar's time zone.") { Example = "until 22:00" },
        new("manual", ValueKind.Text, "Something a person does by hand, with this title; needs do.") { Example = "Switch the DNS record" },
        new("http", ValueKind.Text, "One request: the method and the address. Only to hosts that the settings allow.") { Example = "POST https://cdn.example.com/purge" },
        new("job", ValueKind.Text, "A Kubernetes Job that is run where the service runs: the name of its manifest in jobs/.") { Example = "migrate" },
        new("scale", ValueKind.Text, "Sets how many replicas a workload has: deployment/NAME, statefulset/NAME, or target, the service's own workload.") { Example = "deployment/worker" },
        new("restart", ValueKind.Text, "Replaces the pods of a workload by new ones that run the same: deployment/NAME, statefulset/NAME, daemonset/NAME, or target.") { Example = "target" },
        new("patch", ValueKind.Text, "Sets fields of an object: KIND/NAME, GROUP/VERSION/KIND/NAME, or target.") { Example = "cronjob/report" },
        new("delete", ValueKind.Text, "Deletes an object: KIND/NAME, or GROUP/VERSION/KIND/NAME.") { Example = "job/import" },
        new("apply", ValueKind.Text, "Applies a folder of Kubernetes manifests by server-side apply: its name in manifests/, or with source: repository its path there.") { Example = "shop" },
        new("helm", ValueKind.Text, "Upgrades this Helm release, or installs it, by the helm program; needs chart.") { Example = "shop" },
        new("run", ValueKind.Text, "Another runbook's steps, walked here.") { Example = "purge-cache" },
        new("parallel", ValueKind.Branches, "Branches side by side; the next step begins when all are done, and the first failure stops the rest.") { Example = "[{ check: health }, { steps: [{ soak: 5m }] }]" },
        new("waves", ValueKind.Text, "A release train, with this title: many services, in the order that their depends-on gives; needs services. on-failure: stop lets finish what runs, continue goes on with what does not need the failed one, rollback takes all back, the last wave first.") { Example = "\"Release {inputs.release}\"" },
        new("notify", ValueKind.Text, "A message with this text.") { Example = "\"{service} {version} goes to {environment}\"" },
        new("set", ValueKind.NamedValues, "Names for values; later steps say {values.NAME}.") { Example = "{ bucket: backups-prod }" },
        new("summary", ValueKind.Text, "The summary, posted in this channel; empty: where the card is.") { Example = "\"#deploys\"" },

        new("items", ValueKind.Items, "checklist: its items: texts, text: { verify: NAME }, or { group: NAME, items: […] }.") { OnlyIn = "checklist", NeededThere = true, Example = "[Database backup taken]" },
        new("from", ValueKind.Quorums, "approval: who may approve: groups, e-mail addresses or owners; or each group with how many of it.") { OnlyIn = "approval", NeededThere = true, Example = "[release-managers]" },
        new("count", ValueKind.Number, "approval: different people needed.", Default: "1") { OnlyIn = "approval", Most = 20, Example = "2" },
        new("within", ValueKind.Duration, "approval: how long the question stays open; reminded at half time and shortly before the end.", Default: "30m") { OnlyIn = "approval", Example = "1h30m" },
        new("escalate", ValueKind.OneOrMore, "approval: whom to ask too when nobody answers.", Of: Escalate) { OnlyIn = "approval", Example = "{ after: 15m, to: oncall }" },
        new("working-hours", ValueKind.Flag, "approval: whether only time inside the calendar's working hours counts.", Default: "false") { OnlyIn = "approval", Example = "true" },
        new("may-skip-soak", ValueKind.Flag, "approval: whether whoever approves may leave out the soak.", Default: "false") { OnlyIn = "approval", Example = "true" },
        new("carry", ValueKind.Duration, "approval: how long it counts for exactly the same change asked for again. Left out: not at all.") { OnlyIn = "approval", Example = "4h" },
        new("keep", ValueKind.Duration, "deploy: blue-green: how long what carried traffic before stays up; until then, going back is one switch.", Default: "1h") { OnlyIn = "deploy", Example = "2h" },
        new("steps", ValueKind.Texts, "deploy: canary: its shares of traffic, growing; the last is 100%.", Default: "[5%, 25%, 50%, 100%]") { OnlyIn = "deploy", Example = "[10%, 50%, 100%]" },
        new("pause-at", ValueKind.Texts, "deploy: rolling: the share of replicas at which it is held, and gates are watched for as long as soak says; or several shares, growing.") { OnlyIn = "deploy", Example = "25%" },
        new("resume", ValueKind.Text, "deploy: rolling: with pause-at: whether it goes on by itself after its soak, or once somebody says go.", Allowed: ["automatic", "ask"], Default: "automatic") { OnlyIn = "deploy", Example = "ask" },
        new("surge", ValueKind.Text, "deploy: rolling: how many replicas more than wanted there may be meanwhile; put back afterwards. Left out: as the Deployment says.") { OnlyIn = "deploy", Example = "25%" },
        new("unavailable", ValueKind.Text, "deploy: rolling: how many replicas fewer than wanted there may be meanwhile; put back afterwards. Left out: as the Deployment says.") { OnlyIn = "deploy", Example = "\"0\"" },
        new("inconclusive", ValueKind.Text, "deploy: canary, and rolling with pause-at: where the gates can't tell at the end of a soak. ask: a person is asked, with the numbers. fail: as when one trips.", Allowed: ["ask", "fail"], Default: "ask") { OnlyIn = "deploy", Example = "fail" },
        new("promote", ValueKind.Text, "deploy: canary: whether it is rolled out to all by itself, or once somebody says go.", Allowed: ["automatic", "ask"], Default: "automatic") { OnlyIn = "deploy", Example = "ask" },
        new("services", ValueKind.Versions, "waves: which: a list, all (every service with the environment), or each with its version; in a text: orders=v2, web=v7.") { OnlyIn = "waves", NeededThere = true, Example = "{ orders: v2, web: v7 }" },
        new("version", ValueKind.Text, "waves: the version of those that name none.") { OnlyIn = "waves", Example = "\"{inputs.release}\"" },
        new("at-once", ValueKind.Number, "waves: how many services go at once inside a wave.", Default: "3") { OnlyIn = "waves", Most = 20, Example = "5" },
        new("runbook", ValueKind.Text, "waves: the runbook that all of them walk. Left out: each walks what its environment names.") { OnlyIn = "waves", Example = "rolling-deploy" },
        new("channel", ValueKind.Text, "notify: where; left out: where the card is, or with to or email nowhere but there.") { OnlyIn = "notify", Example = "\"#deploys\"" },
        new("to", ValueKind.Texts, "notify: people, who get a direct message in the chat where they are: addresses, groups, schedules of oncall.yaml (whoever is on call), owners, requester. Also channels.") { OnlyIn = "notify", Example = "[ana@example.com, oncall]" },
        new("email", ValueKind.Texts, "notify: people, named as under to, who get an e-mail.") { OnlyIn = "notify", Example = "[audit@example.com]" },
        new("do", ValueKind.Text, "manual: what to do, in words.") { OnlyIn = "manual", NeededThere = true, Example = "Point www at the new load balancer." },
        new("commands", ValueKind.Texts, "manual: commands to copy.") { OnlyIn = "manual", Example = "[\"dig +short www.example.com\"]" },
        new("note", ValueKind.Flag, "manual: whether whoever does it has to say what came of it.", Default: "false") { OnlyIn = "manual", Example = "true" },
        new("changes", ValueKind.Flag, "manual: whether it changes something, so that the run can't just be cancelled afterwards.", Default: "false") { OnlyIn = "manual", Example = "true" },
        new("reads-only", ValueKind.Flag, "job: whether it changes nothing, so that the run can still be cancelled after it.", Default: "false") { OnlyIn = "job", Example = "true" },
        new("replicas", ValueKind.Number, "scale: how many.", Default: "1") { OnlyIn = "scale", NeededThere = true, Least = 0, Most = 1000, Example = "5" },
        new("fields", ValueKind.Free, "patch: what is set, as a merge patch: null takes a field away, a list is replaced whole.") { OnlyIn = "patch", NeededThere = true, Example = "{ spec: { suspend: true } }" },
        new("source", ValueKind.Text, "apply: where the folder is: in manifests/ of the configuration, or in the service's repository at the version.", Allowed: ["configuration", "repository"], Default: "configuration") { OnlyIn = "apply", Example = "repository" },
        new("force", ValueKind.Flag, "apply: whether fields that others own are taken from them; the settings have to permit it too.", Default: "false") { OnlyIn = "apply", Example = "true" },
        new("prune", ValueKind.Texts, "apply: kinds of which what this step applied before, and is no longer in the folder, is deleted. Left out: nothing is.") { OnlyIn = "apply", Example = "[configmap, service]" },
        new("until", ValueKind.Texts, "apply: what it waits for: rollout (every workload is up), jobs (every job completes), KIND/NAME condition=NAME; []: nothing.", Default: "[rollout, jobs]") { OnlyIn = "apply", Example = "[rollout, \"ingress/shop condition=Ready\"]" },
        new("chart", ValueKind.Text, "helm: the chart, as helm takes it.") { OnlyIn = "helm", NeededThere = true, Example = "oci://charts.example.com/shop" },
        new("chart-version", ValueKind.Text, "helm: its version. Left out: the newest.") { OnlyIn = "helm", Example = "1.4.2" },
        new("values", ValueKind.Free, "helm: given beside the chart's own values.") { OnlyIn = "helm", Example = "{ image: { tag: \"{version}\" } }" },
        new("headers", ValueKind.NamedValues, "http: headers. {secret:NAME} is filled in when it is sent, and never shown.") { OnlyIn = "http", Example = "{ Authorization: \"Bearer {secret:cdn-token}\" }" },
        new("body", ValueKind.Text, "http: what is sent.") { OnlyIn = "http", Example = "\"{}\"" },
        new("expect", ValueKind.Mapping, "http: the answer expected.", Of: Expect) { OnlyIn = "http", Example = "{ status: 202 }" },
        new("capture", ValueKind.NamedValues, "http: names of values to keep, and where each is in a JSON answer.") { OnlyIn = "http", Example = "{ job: id }" },
        new("with", ValueKind.NamedValues, "run: values for its inputs.") { OnlyIn = "run", Example = "{ zone: eu }" },

        new("id", ValueKind.Text, "A short name of the step, for commands and rehearsals. Left out: s1, s2, ….") { Example = "smoke" },
        new("when", ValueKind.Text, "A condition: the step belongs in a run only where it holds.") { Example = "environment.protected" },
        new("only-for", ValueKind.Texts, "Environments it belongs to. Left out: all.") { Example = "[prod]" },
        new("timeout", ValueKind.Duration, "How long one try may take. Left out: as long as it takes.") { Example = "15m" },
        new("retries", ValueKind.Number, "How often it is tried again by itself.", Default: "0") { Least = 0, Most = 20, Example = "3" },
        new("backoff", ValueKind.Duration, "Before the first try after a failure; doubled each time, up to 10 minutes.", Default: "10s") { Example = "30s" },
        new("on-failure", ValueKind.TextOrMapping, "What its failure leads to: stop (ask a person), continue, rollback, or { run: RUNBOOK }. Left out: what the runbook says.", Of: StepFailure, Allowed: ["stop", "continue", "rollback"]) { Example = "continue" },
        new("skippable-by", ValueKind.Texts, "Groups whose members may skip it; []: nobody.") { Example = "[oncall]" },
        new("undo", ValueKind.Steps, "Steps that take back what it did, when the run goes back after it began.") { Example = "[{ http: POST https://cdn.example.com/restore }]" },
        new("gates", ValueKind.Texts, "soak: gates of the place that it watches, by name; or all; usual: health, restarts, out-of-memory and alerts, which need no query. It fails at once when one trips, and ends only when each was judged.") { OnlyIn = "soak", Example = "all" },
        new("watch-after", ValueKind.Duration, "soak: how long its gates are watched on behind the run, once that has succeeded. When one trips, a rollback is opened by itself, or a person is asked, as on-failure says.") { OnlyIn = "soak", Longest = TimeSpan.FromDays(1), Example = "1h" },
        new("watcher", ValueKind.Mapping, "soak: somebody who stays with it, and says now and then that they are still there. Silence hands the watch on to the next.", Of: Watcher) { OnlyIn = "soak", Example = "{ who: [requester, oncall], then: rollback }" },
    ]);

    public static Shape Input { get; } = new("input", "Something that is asked for when the runbook starts.",
    [
        new("type", ValueKind.Text, "What it is.", Allowed: ["text", "number", "flag", "choice"], Default: "text") { Example = "number" },
        new("choices", ValueKind.Texts, "choice: the values it may have.") { Example = "[small, large]" },
        new("default", ValueKind.Text, "Its value when none is given. Left out: it has to be given.") { Example = "small" },
        new("help", ValueKind.Text, "What it is for, in a few words.") { Example = "Size of the cache" },
    ], MayBeEmpty: true);

    public static Shape Schedule { get; } = new("schedule", "When the runbook starts by itself.",
    [
        new("cron", ValueKind.Text, "Minute, hour, day, month, day of the week.", Required: true) { Example = "\"0 2 * * *\"" },
        new("zone", ValueKind.Text, "Time zone, by its tzdb name.", Default: "UTC") { Example = "Europe/Amsterdam" },
        new("service", ValueKind.Text, "Which service it is about.", Required: true) { Example = "api" },
        new("environment", ValueKind.Text, "In which environment.", Required: true) { Example = "prod" },
        new("with", ValueKind.NamedValues, "Values for its inputs.") { Example = "{ keep: 14 }" },
        new("missed", ValueKind.Text, "What becomes of a time that passed while the bot was down.", Allowed: ["run-once", "skip"], Default: "skip") { Example = "run-once" },
    ]);

    public static Shape Runbook { get; } = new("runbook", "How something is done, step by step.",
    [
        new("runbook", ValueKind.Text, "Its name: one word.", Required: true) { Example = "rolling-deploy" },
        new("summary", ValueKind.Text, "What it does, in a sentence.") { Example = "Roll forward a few replicas at a time." },
        new("starts-with", ValueKind.Text, "The command that starts it: deploy, or run for what is started by its name.", Allowed: ["deploy", "run"], Default: "deploy") { Example = "deploy" },
        new("inputs", ValueKind.Named, "What is asked for when it starts, by name; steps say {inputs.NAME}.", Of: Input) { Example = "{ keep: { type: number, default: \"14\", help: Days to keep } }" },
        new("steps", ValueKind.Steps, "Its steps, in order.", Required: true) { Example = "[{ deploy: rolling }, { check: health }]" },
        new("on-failure", ValueKind.Mapping, "What happens when a step fails.", Of: OnFailure) { Example = "{ rollback: automatic, page: oncall }" },
        new("schedule", ValueKind.OneOrMore, "When it starts by itself.", Of: Schedule) { Example = "{ cron: \"0 2 * * *\", service: api, environment: prod }" },
        new("suggested-for", ValueKind.Texts, "Names of alerts for which it is offered.") { Example = "[KubePodCrashLooping]" },
        new("on-abort", ValueKind.Mapping, "What happens when somebody aborts a run. Left out: it goes back or asks as on-failure says, and nobody is paged or told.", Of: OnAbort) { Example = "{ rollback: automatic, page: oncall }" },
    ]);

    public static Shape TeamReport { get; } = new("report", "A weekly report about what the group owns: the four DORA measures, where the time went, and what went around the rules.",
    [
        new("channel", ValueKind.Text, "Where it is told: \"#name\" or a channel's id; for Teams, teams: before it.", Required: true) { Example = "\"#payments\"" },
        new("day", ValueKind.Text, "On which day of the week.", Default: "Mon") { Example = "Fri" },
        new("at", ValueKind.Text, "At what time of that day.", Default: "\"09:00\"") { Example = "\"16:30\"" },
        new("zone", ValueKind.Text, "Its time zone, by its name in the IANA database. Left out: the zone of calendar.yaml.") { Example = "Europe/Amsterdam" },
    ]);

    public static Shape Group { get; } = new("group", "A group of people: by address, by a group of another system, or everybody.",
    [
        new("all", ValueKind.Flag, "Everybody whose account can be resolved to an e-mail address.") { Example = "true" },
        new("members", ValueKind.Texts, "E-mail addresses.") { Example = "[ana@example.com, ben@example.com]" },
        new("slack", ValueKind.Text, "A Slack user group, by its handle: its members belong here.") { Example = "release-managers" },
        new("entra", ValueKind.Text, "A group of Entra ID, by its object ID: its members, and those of the groups in it, belong here.") { Example = "f3ec8cd2-e704-4344-8c47-9a3a21d683c0" },
        new("pagerduty", ValueKind.NotYet, "A PagerDuty schedule."),
        new("report", ValueKind.Mapping, "A weekly report about the services that it owns.", Of: TeamReport) { Example = "{ channel: \"#payments\", day: Mon, at: \"09:00\" }" },
    ]);

    public static Shape May { get; } = new("may", "Who may do what: for each right, environments and the groups that have it. owners: the service's own.",
    [
        new("deploy", ValueKind.NamedTexts, "Start deployments, tick, pause, resume, retry, skip and abort them.") { Example = "{ staging: [everyone], prod: [owners, release-managers] }" },
        new("rollback", ValueKind.NamedTexts, "Roll back.") { Example = "{ prod: [owners, oncall] }" },
        new("lock", ValueKind.NamedTexts, "Lock a service in an environment.") { Example = "{ \"*\": [owners, oncall] }" },
        new("incident", ValueKind.NamedTexts, "Open incidents.") { Example = "{ \"*\": [everyone] }" },
        new("install", ValueKind.NamedTexts, "Install the Slack app in further workspaces; under \"*\".") { Example = "{ \"*\": [administrators] }" },
    ]);

    public static Shape Persona { get; } = new("persona", "Somebody that the demo lets one be; only with simulated targets.",
    [
        new("person", ValueKind.Text, "E-mail address.", Required: true) { Example = "ana@example.com" },
        new("name", ValueKind.Text, "What to call them.", Required: true) { Example = "Ana" },
        new("role", ValueKind.Text, "A few words.", Required: true) { Example = "engineer" },
    ]);

    public static Shape Access { get; } = new("access", "Who is who, and who may do what.",
    [
        new("groups", ValueKind.Named, "Groups, by name.", Required: true, Of: Group) { Example = "{ everyone: { all: true } }" },
        new("may", ValueKind.Mapping, "Rights.", Required: true, Of: May) { Example = "{ deploy: { staging: [everyone] } }" },
        new("demo", ValueKind.Mappings, "Personas of the demo.", Of: Persona) { Example = "[{ person: ana@example.com, name: Ana, role: engineer }]" },
    ]);

    public static Shape Freeze { get; } = new("freeze", "A time at which nothing changes, whatever windows say.",
    [
        new("name", ValueKind.Text, "Why, in a few words.", Required: true) { Example = "Holidays" },
        .. Scoped,
    ]);

    public static Shape Maintenance { get; } = new("maintenance", "A time, once, at which things may change even outside their windows, but not through a freeze.",
    [
        new("name", ValueKind.Text, "What for, in a few words.", Required: true) { Example = "Move of the database" },
        .. Scoped,
    ]);

    public static Shape Passing { get; } = new("passing", "Who may let a change pass what closes a place.",
    [
        new("from", ValueKind.Texts, "Groups whose members may say so.", Required: true) { Example = "[oncall]" },
        new("count", ValueKind.Number, "Different people needed.", Default: "1") { Most = 20, Example = "2" },
        new("within", ValueKind.Duration, "How long the question stays open.", Default: "30m") { Example = "4h" },
        new("lasts", ValueKind.Duration, "exceptions: how long after it was approved the change may begin; later the freeze counts again.", Default: "1d") { Example = "8h" },
    ]);

    public static Shape Calendar { get; } = new("calendar", "When things may change, beyond the windows of each environment.",
    [
        new("zone", ValueKind.Text, "The time zone that is meant where none is named, by its name in the IANA database.", Default: "UTC") { Example = "Europe/Amsterdam" },
        new("working-hours", ValueKind.Mappings, "When people can be expected to answer. Left out: always.", Of: Window) { Example = "[{ days: Mon-Fri, from: \"09:00\", to: \"17:00\" }]" },
        new("freezes", ValueKind.Mappings, "Times at which nothing changes.", Of: Freeze) { Example = "[{ name: Holidays, from: 2026-12-24, until: 2027-01-02 }]" },
        new("maintenance", ValueKind.Mappings, "Times at which things may change outside their windows.", Of: Maintenance) { Example = "[{ name: Move, from: 2026-11-28 02:00, until: 2026-11-28 05:00 }]" },
        new("freeze-files", ValueKind.Texts, "Calendar files (iCalendar) beside calendar.yaml; each of their events is a freeze of everything.") { Example = "[holidays.ics]" },
        new("exceptions", ValueKind.Mapping, "Who approves one change through a freeze, besides its runbook's approvals. Left out: nobody can.", Of: Passing) { Example = "{ from: [release-managers], count: 2, within: 4h }" },
        new("emergency", ValueKind.Mapping, "Who approves an emergency, in place of its runbook's approvals. Left out: nobody can.", Of: Passing) { Example = "{ from: [oncall] }" },
    ], MayBeEmpty: true);

    /// <summary>When something is, once, and for what.</summary>
    private static ImmutableArray<Key> Scoped =>
    [
        new("from", ValueKind.Text, "When it begins: a date, or a date and a time, in the zone of calendar.yaml.", Required: true) { Example = "2026-12-24 09:00" },
        new("until", ValueKind.Text, "When it ends: with a date alone, as that day begins.", Required: true) { Example = "2027-01-02" },
        new("environments", ValueKind.Texts, "The environments that it is about.", Default: "\"*\"") { Example = "[prod]" },
        new("services", ValueKind.Texts, "The services that it is about.", Default: "\"*\"") { Example = "[api, web]" },
    ];

    public static ImmutableArray<Shape> All { get; } =
    [
        Service, Tell, Environment, Kubernetes, Traffic, Simulated, Health, Expect, Gate, Window, Runbook, Step, Item, ItemGroup, Branch, Escalate, StepFailure, Watcher, Input, Schedule, OnFailure, OnAbort,
        Access, Group, TeamReport, May, Persona, Calendar, Freeze, Maintenance, Passing,
        AlertShapes.Alerts, AlertShapes.Route, AlertShapes.When, AlertShapes.Names, AlertShapes.Generic, AlertShapes.Changes,
        OnCallShapes.OnCall, OnCallShapes.Schedule, OnCallShapes.Rotation, OnCallShapes.Override,
        IncidentShapes.Incidents, IncidentShapes.Severity,
    ];

    /// <summary>The keys that make a step what it is, in the order in which they are looked for.</summary>
    public static ImmutableArray<string> StepKinds { get; } = ["checklist", "approval", "deploy", "check", "soak", "wait", "manual", "http", "job", "scale", "restart", "patch", "delete", "apply", "helm", "run", "parallel", "waves", "notify", "set", "summary"];
}
