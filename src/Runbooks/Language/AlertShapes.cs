namespace ChatOps.Runbooks.Language;

/// <summary>The mappings of <c>alerts.yaml</c>.</summary>
public static class AlertShapes
{
    public static Shape When { get; } = new("match", "Which alerts a route is for. What is left out matches everything.",
    [
        new("severity", ValueKind.Texts, "critical, warning or info.") { Example = "[critical]" },
        new("service", ValueKind.Texts, "Names of services.") { Example = "[api]" },
        new("environment", ValueKind.Texts, "Names of environments.") { Example = "[prod]" },
        new("team", ValueKind.Texts, "Groups that own the service, or what the label team says.") { Example = "[payments]" },
        new("alert", ValueKind.Texts, "Names of alerts.") { Example = "[HighErrorRate]" },
        new("source", ValueKind.Texts, "Where they come from: alertmanager, grafana, datadog, sentry, pagerduty, github, generic/NAME.") { Example = "[sentry]" },
        new("hours", ValueKind.Text, "Only in the working hours of calendar.yaml, or only outside them.", Allowed: ["working", "outside"]) { Example = "outside" },
    ], MayBeEmpty: true);

    public static Shape Route { get; } = new("alert-route", "Where some alerts go, and what is promised about them. The first route that matches counts.",
    [
        new("route", ValueKind.Text, "Its name, for people.", Required: true) { Example = "critical" },
        new("when", ValueKind.Mapping, "Which alerts it is for. Left out: all that no route before it took.", Of: When) { Example = "{ severity: critical, environment: prod }" },
        new("channel", ValueKind.Text, "Where their card goes: a channel, or service for the service's own. Left out: nowhere; they are listed only.") { Example = "\"#alerts\"" },
        new("page", ValueKind.Text, "Who is paged: a schedule of oncall.yaml, a group, or one address.") { Example = "oncall" },
        new("incident", ValueKind.Flag, "Whether an incident is opened by itself; where one is open for the service, the alert joins it.") { Example = "true" },
        new("incident-as", ValueKind.Text, "How bad that incident is, by a name of incidents.yaml. Left out: critical is the first, warning the second, info the last.") { Example = "sev2" },
        new("runbook", ValueKind.Text, "The runbook that the card offers.") { Example = "high-error-rate" },
        new("respond-within", ValueKind.Duration, "Within which time somebody answers: overdue, it is escalated, and kept in the report.") { Longest = TimeSpan.FromDays(2), Example = "5m" },
        new("escalate", ValueKind.Text, "The channel where it goes too when nobody answered in time.") { Example = "\"#leads\"" },
        new("ask-again", ValueKind.Duration, "How long an acknowledgement holds before its owner is asked whether they still look after it.", Default: "1h") { Longest = TimeSpan.FromDays(2), Example = "30m" },
        new("answer-within", ValueKind.Duration, "How long it is waited for that answer; without one it fires again.", Default: "10m") { Longest = TimeSpan.FromDays(1), Example = "5m" },
        new("digest", ValueKind.Duration, "Collected, and told of once in this time, rather than shown at once.") { Longest = TimeSpan.FromDays(7), Example = "1h" },
    ]);

    public static Shape Names { get; } = new("alert-names", "How senders name what the bot wants to know.",
    [
        new("service", ValueKind.Texts, "Labels that may name the service; the first that is there counts.", Default: "[service, app, app_kubernetes_io_name, application]") { Example = "[service, app]" },
        new("environment", ValueKind.Texts, "Labels that may name the environment.", Default: "[environment, env, stage]") { Example = "[env]" },
        new("severity", ValueKind.Texts, "Labels that may say how bad it is.", Default: "[severity, priority, level]") { Example = "[severity]" },
        new("environments", ValueKind.NamedValues, "Other names of environments. Left out: production is prod.") { Example = "{ production: prod }" },
        new("severities", ValueKind.NamedValues, "Words of one's own: critical, warning or info for each.") { Example = "{ sev0: critical }" },
    ], MayBeEmpty: true);

    public static Shape Generic { get; } = new("alert-mapping", "A sender of one's own, at /webhooks/generic/NAME: where its JSON says what. Paths have dots.",
    [
        new("list", ValueKind.Text, "Where the list of alerts is. Left out: the message is one alert.") { Example = "alerts" },
        new("alert", ValueKind.Text, "The alert's name.", Required: true) { Example = "check.name" },
        new("id", ValueKind.Text, "What is the same for every message about it. Left out: its name, service, environment and labels together.") { Example = "check.id" },
        new("status", ValueKind.Text, "Whether it fires. Left out: it never says that it is over.") { Example = "state" },
        new("resolved", ValueKind.Texts, "Values of the status that say that it is over.", Default: "[resolved, ok, up, recovered]") { Example = "[ok, up]" },
        new("severity", ValueKind.Text, "How bad it is.") { Example = "priority" },
        new("service", ValueKind.Text, "The service.") { Example = "check.service" },
        new("environment", ValueKind.Text, "The environment.") { Example = "check.env" },
        new("since", ValueKind.Text, "Since when: RFC 3339, or seconds since 1970.") { Example = "started" },
        new("summary", ValueKind.Text, "A sentence.") { Example = "message" },
        new("link", ValueKind.Text, "An address.") { Example = "url" },
        new("labels", ValueKind.Text, "An object whose members are labels.") { Example = "tags" },
        new("delivery-header", ValueKind.Text, "A header that is the same when a message is sent again. Left out: the message itself is compared.") { Example = "X-Request-Id" },
    ]);

    public static Shape Changes { get; } = new("change-mapping", "A sender that tells of changes, at /webhooks/changes/NAME: where its JSON says what. Paths have dots.",
    [
        new("what", ValueKind.Text, "What changed: a flag's name.", Required: true) { Example = "flag.name" },
        new("kind", ValueKind.Text, "What it tells of. A feature flag is likelier behind an alert than any other change.", Default: "other", Allowed: ["flag", "other"]) { Example = "flag" },
        new("list", ValueKind.Text, "Where the list of changes is. Left out: the message is one change.") { Example = "changes" },
        new("now", ValueKind.Text, "How it stands now.") { Example = "flag.on" },
        new("by", ValueKind.Text, "Who made it. Left out: the sender's name.") { Example = "member.email" },
        new("service", ValueKind.Text, "The service.") { Example = "flag.service" },
        new("about", ValueKind.Text, "The service of what names none: a service's name, not a path. Left out: it may concern any.") { Example = "api" },
        new("environment", ValueKind.Text, "The environment. Left out: it may concern any.") { Example = "env" },
        new("at", ValueKind.Text, "When: RFC 3339, or seconds or milliseconds since 1970. Left out: when it comes in.") { Example = "date" },
        new("link", ValueKind.Text, "An address.") { Example = "url" },
        new("delivery-header", ValueKind.Text, "A header that is the same when a message is sent again. Left out: the message itself is compared.") { Example = "X-Request-Id" },
    ]);

    public static Shape Alerts { get; } = new("alerts", "Where alerts go, and what is promised about them.",
    [
        new("routes", ValueKind.Mappings, "Routes, in order.", Required: true, Of: Route) { Example = "[{ route: critical, when: { severity: critical }, channel: \"#alerts\", page: oncall, respond-within: 5m }]" },
        new("group-by", ValueKind.Texts, "What puts alerts on one card: alert, service, environment, source.", Default: "[alert, service, environment]") { Example = "[service, environment]" },
        new("reopen", ValueKind.Duration, "Firing again within this time after it was resolved, it is the same.", Default: "30m") { Longest = TimeSpan.FromDays(2), Example = "1h" },
        new("storm", ValueKind.Number, "New cards that a channel gets in a minute before all further alerts share one.", Default: "5") { Most = 50, Example = "3" },
        new("names", ValueKind.Mapping, "How senders name things.", Of: Names) { Example = "{ environments: { production: prod } }" },
        new("generic", ValueKind.Named, "Senders of one's own, by name; each needs Webhooks:Generic:NAME:Token in the settings.", Of: Generic) { Example = "{ uptime: { alert: check.name, status: state, resolved: [up] } }" },
        new("changes", ValueKind.Named, "Senders that tell of changes, by name; each needs Webhooks:Changes:NAME:Token in the settings.", Of: Changes) { Example = "{ flags: { kind: flag, what: flag.name, now: flag.on, by: member.email, about: api } }" },
    ]);
}
