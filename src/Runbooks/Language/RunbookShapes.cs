using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>The mappings of a runbook and its steps.</summary>
public static class RunbookShapes
{
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

    /// <summary>The keys that make a step what it is, in the order in which they are looked for.</summary>
    public static ImmutableArray<string> StepKinds { get; } = ["checklist", "approval", "deploy", "check", "soak", "wait", "manual", "http", "job", "scale", "restart", "patch", "delete", "apply", "helm", "run", "parallel", "waves", "notify", "set", "summary"];

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
        new("expect", ValueKind.Mapping, "http: the answer expected.", Of: ServiceShapes.Expect) { OnlyIn = "http", Example = "{ status: 202 }" },
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
}
