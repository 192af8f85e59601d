using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>Every mapping of the language. The reader, the JSON Schemas and the documentation are made from these.</summary>
public static class Shapes
{
    public static Shape Expect { get; } = new("expect", "What a healthy answer looks like.",
    [
        new("status", ValueKind.Number, "The HTTP status code.", Default: "200"),
        new("json", ValueKind.NamedValues, "Fields of a JSON answer, by dotted path, and the value each must have."),
    ]);

    public static Shape Health { get; } = new("health", "A question over HTTP whose answer says whether the service is well.",
    [
        new("url", ValueKind.Text, "The address: http or https.", Required: true),
        new("expect", ValueKind.Mapping, "What a healthy answer looks like.", Of: Expect),
        new("tries", ValueKind.Number, "Failures in a row that make it unhealthy.", Default: "3"),
        new("interval", ValueKind.Duration, "Time between tries.", Default: "5s"),
        new("timeout", ValueKind.Duration, "Time for one try.", Default: "5s"),
    ]);

    public static Shape Kubernetes { get; } = new("kubernetes", "A Deployment in a cluster that the settings name.",
    [
        new("cluster", ValueKind.Text, "The cluster's name under Kubernetes:Clusters in the settings.", Required: true),
        new("namespace", ValueKind.Text, "The namespace.", Required: true),
        new("deployment", ValueKind.Text, "The Deployment's name.", Required: true),
        new("image", ValueKind.Text, "The image without a tag; a version becomes image:version.", Required: true),
        new("container", ValueKind.Text, "The container that gets the image; left out: the one with this image, or the only one."),
    ]);

    public static Shape Simulated { get; } = new("simulated", "A stand-in that behaves like a cluster: for rehearsals and the demo.",
    [
        new("replicas", ValueKind.Number, "How many replicas it has.", Default: "3"),
        new("version", ValueKind.Text, "The version that runs before the first rollout.", Default: "v1.0.0"),
    ]);

    public static Shape Environment { get; } = new("environment", "A service in one environment.",
    [
        new("kubernetes", ValueKind.Mapping, "Where it runs: a Deployment.", Of: Kubernetes),
        new("simulated", ValueKind.Mapping, "Where it runs: a simulated target.", Of: Simulated),
        new("after", ValueKind.Text, "The environment that must run the same version, healthy, before this one."),
        new("protected", ValueKind.Flag, "Whether steps with when: environment.protected belong here.", Default: "false"),
        new("health", ValueKind.Mappings, "Health addresses, asked by check: health.", Of: Health),
        new("runbook", ValueKind.Text, "How it is deployed: a runbook's name. Left out: the runbook named default."),
        new("gates", ValueKind.NotYet, "Metrics and their limits."),
        new("windows", ValueKind.NotYet, "Times at which it may change."),
    ]);

    public static Shape Service { get; } = new("service", "Something that is deployed, and where.",
    [
        new("service", ValueKind.Text, "Its name, as commands say it: one word.", Required: true),
        new("repository", ValueKind.Text, "Where its source is: owner/name."),
        new("owners", ValueKind.Texts, "Groups that own it."),
        new("channel", ValueKind.Text, "Where its cards go: \"#name\" or a channel's id. Left out: where the command was typed."),
        new("depends-on", ValueKind.Texts, "Services it needs."),
        new("environments", ValueKind.Named, "Its environments, by name.", Required: true, Of: Environment),
    ]);

    public static Shape OnFailure { get; } = new("on-failure", "What happens when a step fails.",
    [
        new("rollback", ValueKind.Text, "Go back by itself once the target was changed, or ask a person.", Allowed: ["automatic", "ask"], Default: "ask"),
        new("page", ValueKind.Text, "The group to tell: named on the card."),
    ]);

    public static Shape Step { get; } = new("step", "A step: a mapping whose first key is its kind.",
    [
        new("checklist", ValueKind.Text, "A checklist, with this title; needs items."),
        new("approval", ValueKind.Text, "An approval, with this title; needs from."),
        new("deploy", ValueKind.Text, "A rollout of the version.", Allowed: ["rolling"]),
        new("check", ValueKind.Text, "A look at the health addresses.", Allowed: ["health"]),
        new("soak", ValueKind.Duration, "A wait of this length, while the new version carries traffic."),
        new("notify", ValueKind.Text, "A message with this text."),
        new("summary", ValueKind.Text, "The summary, posted in this channel; empty: where the card is."),
        new("items", ValueKind.Mappings, "checklist: its items, each a text, or text: { verify: NAME }."),
        new("from", ValueKind.Texts, "approval: groups whose members may approve."),
        new("count", ValueKind.Number, "approval: different people needed.", Default: "1"),
        new("within", ValueKind.Duration, "approval: how long the question stays open.", Default: "30m"),
        new("channel", ValueKind.Text, "notify: where; left out: where the card is."),
        new("when", ValueKind.Text, "Where the step belongs.", Allowed: ["environment.protected", "not environment.protected"]),
        new("gates", ValueKind.NotYet, "Gates watched while it soaks."),
        new("escalate", ValueKind.NotYet, "Whom to ask when nobody answers."),
        new("timeout", ValueKind.NotYet, "How long the step may take."),
        new("retries", ValueKind.NotYet, "How often it is tried again."),
    ]);

    public static Shape Runbook { get; } = new("runbook", "How something is done, step by step.",
    [
        new("runbook", ValueKind.Text, "Its name: one word.", Required: true),
        new("summary", ValueKind.Text, "What it does, in a sentence."),
        new("starts-with", ValueKind.Text, "The command that starts it.", Allowed: ["deploy"], Default: "deploy"),
        new("steps", ValueKind.Mappings, "Its steps, in order.", Required: true, Of: Step),
        new("on-failure", ValueKind.Mapping, "What happens when a step fails.", Of: OnFailure),
        new("on-abort", ValueKind.NotYet, "What happens when a run is aborted."),
        new("inputs", ValueKind.NotYet, "What is asked for when it starts."),
    ]);

    public static Shape Group { get; } = new("group", "A group of people: by address, by a group of another system, or everybody.",
    [
        new("all", ValueKind.Flag, "Everybody whose account can be resolved to an e-mail address."),
        new("members", ValueKind.Texts, "E-mail addresses."),
        new("slack", ValueKind.Text, "A Slack user group, by its handle: its members belong here."),
        new("teams", ValueKind.NotYet, "A Teams or Entra group."),
        new("pagerduty", ValueKind.NotYet, "A PagerDuty schedule."),
    ]);

    public static Shape May { get; } = new("may", "Who may do what: for each right, environments and the groups that have it. owners: the service's own.",
    [
        new("deploy", ValueKind.NamedTexts, "Start deployments, tick, pause, resume, retry, skip and abort them."),
        new("rollback", ValueKind.NamedTexts, "Roll back."),
        new("lock", ValueKind.NamedTexts, "Lock a service in an environment."),
        new("incident", ValueKind.NamedTexts, "Open incidents."),
    ]);

    public static Shape Persona { get; } = new("persona", "Somebody that the demo lets one be; only with simulated targets.",
    [
        new("person", ValueKind.Text, "E-mail address.", Required: true),
        new("name", ValueKind.Text, "What to call them.", Required: true),
        new("role", ValueKind.Text, "A few words.", Required: true),
    ]);

    public static Shape Access { get; } = new("access", "Who is who, and who may do what.",
    [
        new("groups", ValueKind.Named, "Groups, by name.", Required: true, Of: Group),
        new("may", ValueKind.Mapping, "Rights.", Required: true, Of: May),
        new("demo", ValueKind.Mappings, "Personas of the demo.", Of: Persona),
    ]);

    public static ImmutableArray<Shape> All { get; } = [Service, Environment, Kubernetes, Simulated, Health, Expect, Runbook, Step, OnFailure, Access, Group, May, Persona];

    /// <summary>The keys that make a step what it is, in the order in which they are looked for.</summary>
    public static ImmutableArray<string> StepKinds { get; } = ["checklist", "approval", "deploy", "check", "soak", "notify", "summary"];
}
