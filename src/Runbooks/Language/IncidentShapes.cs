namespace ChatOps.Runbooks.Language;

/// <summary>The mappings of <c>incidents.yaml</c>.</summary>
public static class IncidentShapes
{
    public static Shape Severity { get; } = new("incident-severity", "How bad an incident can be, and what follows. The worst comes first.",
    [
        new("severity", ValueKind.Text, "Its name, as it is said in commands.", Required: true) { Example = "sev1" },
        new("says", ValueKind.Text, "When an incident is this bad, in a sentence.", Required: true) { Example = "Customers can't buy." },
        new("page", ValueKind.Text, "Who is paged, and invited: a schedule of oncall.yaml, a group, or one address. Left out: nobody.") { Example = "oncall" },
        new("update-every", ValueKind.Duration, "How often a status update is asked for. Left out: never.") { Longest = TimeSpan.FromDays(2), Example = "30m" },
        new("declare", ValueKind.Texts, "Groups who may declare it. Left out: whoever has the right incident in access.yaml, which it takes in any case.") { Example = "[release-managers, oncall]" },
    ]);

    public static Shape Incidents { get; } = new("incidents", "What an incident is here, and what follows from one.",
    [
        new("severities", ValueKind.Mappings, "How bad incidents can be, the worst first.", Required: true, Of: Severity) { Example = "[{ severity: sev1, says: Customers can't buy., page: oncall, update-every: 30m }]" },
        new("channel-prefix", ValueKind.Text, "What the names of their channels begin with.", Default: "inc") { Example = "inc" },
        new("private", ValueKind.Flag, "Whether their channels are private.") { Example = "true" },
        new("announce", ValueKind.Text, "A channel in which each is shown too; in Teams, SURFACE:CHANNEL. Where no channel can be made, it is talked about there.") { Example = "\"#incidents\"" },
        new("commander-within", ValueKind.Duration, "After this time without a commander somebody is paged.", Default: "10m") { Longest = TimeSpan.FromDays(1), Example = "5m" },
        new("escalate", ValueKind.Text, "Who is paged then: a schedule, a group, or one address. Left out: whom the severity pages.") { Example = "leads" },
        new("reaction", ValueKind.Text, "The reaction that puts a message on the timeline, without colons.", Default: "pushpin") { Example = "pushpin" },
        new("repository", ValueKind.Text, "The repository in which follow-ups become issues: owner/name. Left out: none are filed.") { Example = "example/operations" },
        new("reviews", ValueKind.Text, "The folder of that repository for which reviews are proposed by pull request. Left out: they are not.") { Example = "postmortems" },
    ]);
}
