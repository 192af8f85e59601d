namespace ChatOps.Runbooks.Language;

/// <summary>The mappings of <c>access.yaml</c>.</summary>
public static class AccessShapes
{
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
}
