using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>The mappings of a service, and of where it runs.</summary>
public static class ServiceShapes
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
}
