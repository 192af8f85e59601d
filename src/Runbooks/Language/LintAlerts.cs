using ChatOps.Runbooks.Alerts;

namespace ChatOps.Runbooks.Language;

/// <summary>Looks at the names in alerts.yaml: groups, services, environments and runbooks must exist, and every route must be reachable.</summary>
internal static class LintAlerts
{
    public static void Look(Configuration read, Findings findings)
    {
        // What the bot does without an alerts.yaml was written by nobody here.
        if (read.Alerts == AlertRules.Usual) return;
        AlertRoute? all = null;
        foreach (var route in read.Alerts.Routes)
        {
            var at = findings.At($"alert-route:{route.Name}");
            if (all is not null) findings.WarnAt(at, "route-unreachable", $"Nothing gets as far as the route {MappingReader.Cut(route.Name)}.", $"{MappingReader.Cut(all.Name)} takes every alert before it.", "Put it before that one.");
            if (IsForAll(route.When)) all ??= route;
            if (route.Page is { } page) LintOnCall.Paged(read, page, findings.At($"alert-route:{route.Name}:page"), findings);
            if (route.Runbook is { } runbook && read.Runbook(runbook) is null && !findings.IsUnread("runbooks") && !findings.Knows($"runbook:{runbook}"))
                findings.ErrorAt(findings.At($"alert-route:{route.Name}:runbook"), "runbook-unknown", $"There is no runbook {MappingReader.Cut(runbook)}.", null, Lint.Meant(runbook, read.Runbooks.Select(one => one.Name)));
            if (findings.IsUnread("services")) continue;
            foreach (var name in route.When.Services.Where(name => read.Service(name) is null && !findings.Knows($"service:{name}")))
                findings.ErrorAt(findings.At($"alert-route:{route.Name}:service:{name}"), "service-unknown", $"There is no service {MappingReader.Cut(name)}.", null, Lint.Meant(name, read.Services.Select(one => one.Name)));
            foreach (var name in route.When.Environments.Where(name => !read.HasEnvironment(name)))
                findings.ErrorAt(findings.At($"alert-route:{route.Name}:environment:{name}"), "environment-unknown", $"No service has an environment {MappingReader.Cut(name)}.", null, Lint.Meant(name, read.Services.SelectMany(service => service.Environments).Select(one => one.Name).Distinct()));
        }

        foreach (var sender in read.Alerts.Changes.Where(one => one.About is { } about && !findings.IsUnread("services") && read.Service(about) is null && !findings.Knows($"service:{about}")))
            findings.ErrorAt(findings.At($"alert-changes:{sender.Name}:about"), "service-unknown", $"There is no service {MappingReader.Cut(sender.About!)}.", null, Lint.Meant(sender.About!, read.Services.Select(one => one.Name)));
        if (all is null) findings.WarnAt(findings.At($"alert-route:{read.Alerts.Routes.LastOrDefault()?.Name}"), "route-missing", "Some alerts match no route.", "They are listed, and shown nowhere.", "End with a route without when:.");
    }

    private static bool IsForAll(AlertMatch match) => match is { Working: null, Severities.IsEmpty: true, Services.IsEmpty: true, Environments.IsEmpty: true, Teams.IsEmpty: true, Alerts.IsEmpty: true, Sources.IsEmpty: true };
}
