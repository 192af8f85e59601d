namespace ChatOps.Runbooks.Language;

/// <summary>Whether freezes and maintenance are about something that exists: one that is misspelt would freeze nothing.</summary>
internal static class LintCalendar
{
    public static void Look(Configuration read, Findings findings)
    {
        var scopes = read.Calendar.Freezes.Select(one => one.Scope).Concat(read.Calendar.Maintenance.Select(one => one.Scope)).ToList();
        if (findings.IsUnread("services")) return;
        var services = read.Services.Select(service => service.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in scopes.SelectMany(scope => scope.Services).Distinct(StringComparer.OrdinalIgnoreCase).Where(name => name != "*" && !services.Contains(name) && !findings.Knows($"service:{name}")))
            findings.ErrorAt(findings.At($"calendar:services:{name}"), "service-unknown", $"There is no service {MappingReader.Cut(name)}.", null, Lint.Meant(name, services));
        if (findings.IsUnread("environments")) return;
        var environments = read.Services.SelectMany(service => service.Environments).Select(environment => environment.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in scopes.SelectMany(scope => scope.Environments).Distinct(StringComparer.OrdinalIgnoreCase).Where(name => name != "*" && !environments.Contains(name)))
            findings.ErrorAt(findings.At($"calendar:environments:{name}"), "environment-unknown", $"No service has an environment {MappingReader.Cut(name)}.", null, Lint.Meant(name, environments));
    }
}
