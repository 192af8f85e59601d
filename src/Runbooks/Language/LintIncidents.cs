using ChatOps.Runbooks.Access;

namespace ChatOps.Runbooks.Language;

/// <summary>Looks at what follows from incidents: whoever is to be paged or may declare one must be somebody, and names of severities must exist.</summary>
internal static class LintIncidents
{
    public static void Look(Configuration read, Findings findings)
    {
        foreach (var route in read.Alerts.Routes.Where(route => route.IncidentAs is not null && read.Incidents.Find(route.IncidentAs) is null && !findings.Knows($"incident-severity:{route.IncidentAs}") && !findings.IsUnread("incidents")))
            findings.ErrorAt(findings.At($"alert-route:{route.Name}:incident-as"), "severity-unknown", $"There is no severity {MappingReader.Cut(route.IncidentAs!)}.", null, Lint.Meant(route.IncidentAs!, read.Incidents.Severities.Select(one => one.Name)));
        if (!findings.Knows("incidents:severities")) return;
        foreach (var severity in read.Incidents.Severities)
        {
            if (severity.Page is { } page) LintOnCall.Paged(read, page, findings.At($"incident-severity:{severity.Name}:page"), findings);
            foreach (var group in severity.Declare.Where(group => group != AccessRules.Owners)) Lint.Group(read, group, findings.At($"incident-severity:{severity.Name}:declare"), findings);
        }

        if (read.Incidents.Escalate is { } escalate) LintOnCall.Paged(read, escalate, findings.At("incidents:escalate"), findings);
        if (read.Incidents is { ReviewFolder: not null, Repository: null } && findings.Knows("incidents:reviews"))
            findings.WarnAt(findings.At("incidents:reviews"), "repository-missing", "reviews: names a folder, and no repository: is named.", "No review would be proposed.", "Add repository: owner/name.");
        if (!findings.IsUnread("access") && read.Access.Grants.All(grant => grant.Right != Right.Incident))
            findings.WarnAt(findings.At("incidents:severities"), "nobody-may", "Nobody may declare an incident.", "access.yaml grants the right to no group; alerts still open them.", "Add incident: { \"*\": [everyone] } under may:.");
    }
}
