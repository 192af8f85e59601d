using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>What a shape can't say: names that must exist, orders that must make sense, people who must be able to do what they are asked.</summary>
/// <remarks>What was written but could not be read has its own finding already: nothing here misses it a second time.</remarks>
internal static partial class Lint
{
    /// <summary>Words that mean something else in a command, so that nothing can be named so.</summary>
    private static readonly ImmutableHashSet<string> Commands =
    [
        "deploy", "rollback", "status", "history", "runs", "show", "approve", "reject", "tick", "untick", "pause", "resume", "retry", "skip", "abort", "help", "chatops", "done", "failed", "take", "note", "delegate", "lock", "unlock", "locks", "freeze", "unfreeze", "queue", "whocan", "schedules", "unschedule", "supersede", "everything", "alerts", "why", "ack", "silence", "oncall", "incident", "incidents",
        "to", "on", "in", "at", "from", "the", "run", "of", "please",
    ];

    public static void Look(Configuration read, Findings findings)
    {
        foreach (var service in read.Services) Service(read, service, findings);
        foreach (var runbook in read.Runbooks) LintRunbooks.Look(read, runbook, findings);
        Grants(read, findings);
        LintCircles.Look(read, findings);
        LintSchedules.Look(read, findings);
        LintCalendar.Look(read, findings);
        LintAlerts.Look(read, findings);
        LintOnCall.Look(read, findings);
        LintIncidents.Look(read, findings);
        Demo(read, findings);
        foreach (var (key, approval) in new[] { ("emergency", read.Overrides.Emergency), ("exceptions", read.Overrides.Exception) })
        {
            foreach (var group in approval?.From ?? []) Group(read, group, findings.At($"calendar:{key}"), findings);
        }
    }

    public static bool IsName(string text) => Name().IsMatch(text);

    /// <summary>Says that a group does not exist, when it does not.</summary>
    /// <param name="why">Who names it, where that can't be seen there.</param>
    public static void Group(Configuration read, GroupName group, (string File, Spot Line) at, Findings findings, string? why = null)
    {
        if (findings.IsUnread("access") || read.Access.Groups.Any(one => one.Name == group) || findings.Knows($"group:{group}")) return;
        findings.ErrorAt(at, "group-unknown", $"There is no group {group}.", why, Meant(group.Name, read.Access.Groups.Select(one => one.Name.Name)));
    }

    /// <remarks>A secret that is named by <c>{secret:NAME}</c> is none: it is filled in only when it is sent.</remarks>
    public static bool SeemsSecret(string text) => SecretWords.In(text);

    public static string Meant(string word, IEnumerable<string> names)
    {
        var all = names.ToList();
        return Nearest.One(word, all) is { } near ? $"Did you mean {near}?" : all.Count == 0 ? "There is none at all." : $"There are: {string.Join(", ", all.Take(20))}.";
    }

    private static void Service(Configuration read, Service service, Findings findings)
    {
        var at = findings.At($"service:{service.Name}");
        if (!IsName(service.Name))
            findings.ErrorAt(at, "bad-name", $"\"{service.Name}\" can't be said in a command.", null, "Use letters, digits and dashes.");
        if (Commands.Contains(service.Name.ToLowerInvariant()) || read.HasEnvironment(service.Name))
            findings.ErrorAt(at, "name-taken", $"A service can't be called {service.Name}.", "In a command nobody could tell it from a command's word or an environment.", "Name it otherwise.");
        foreach (var owner in service.Owners) Group(read, owner, findings.At($"service:{service.Name}:owners:{owner}"), findings);
        foreach (var needed in service.DependsOn.Where(needed => read.Service(needed) is null && !findings.Knows($"service:{needed}") && !findings.IsUnread("services")))
            findings.ErrorAt(findings.At($"service:{service.Name}:depends-on:{needed}"), "service-unknown", $"There is no service {needed}.", null, Meant(needed, read.Services.Select(one => one.Name)));
        if (service.Environments.IsEmpty && !findings.IsUnread($"environments of {service.Name}"))
            findings.ErrorAt(at, "environments-missing", $"{service.Name} has no environment.", null, "Write environments: { staging: … }.");
        foreach (var environment in service.Environments) Environment(read, service, environment, findings);
    }

    private static void Environment(Configuration read, Service service, ServiceEnvironment environment, Findings findings)
    {
        var name = $"service:{service.Name}/{environment.Name}";
        if (!IsName(environment.Name) || Commands.Contains(environment.Name.ToLowerInvariant()))
            findings.ErrorAt(findings.At(name), "bad-name", $"An environment can't be called \"{environment.Name}\".", null, "Use letters, digits and dashes, and no command's word.");
        if (environment is { After: null, AfterFor.Ticks: > 0 })
            findings.ErrorAt(findings.At($"{name}:for"), "for-without-after", $"for: says how long a version must have been live in another environment, and {environment.Name} names none.", null, "Add after: ENVIRONMENT, or take for: out.");
        if (environment.After is { } after && (after == environment.Name || (service.Environment(after) is null && !findings.Knows($"service:{service.Name}/{after}"))))
            findings.ErrorAt(findings.At($"{name}:after"), "environment-unknown", $"{service.Name} has no other environment {after}.", null, Meant(after, service.Environments.Where(one => one != environment).Select(one => one.Name)));
        foreach (var probe in environment.Health.Where(probe => SeemsSecret(probe.Url.OriginalString)))
            findings.WarnAt(findings.At($"{name}:health"), "secret-in-text", $"The health address of {service.Name} in {environment.Name} seems to hold a secret.", "Everybody who sees the plan could read it.", "Let the address answer without one.");
        if (read.Runbook(environment.Runbook) is { } runbook) LintRunbooks.Look(read, service, environment, runbook, findings);
        else if (!findings.IsUnread("runbooks") && !findings.Knows($"runbook:{environment.Runbook}"))
            findings.ErrorAt(findings.At($"{name}:runbook", name), "runbook-unknown", $"There is no runbook {environment.Runbook}.", findings.Knows($"{name}:runbook") ? null : "It is the one for environments that name none.", Meant(environment.Runbook, read.Runbooks.Select(one => one.Name)));
    }

    private static void Grants(Configuration read, Findings findings)
    {
        if (findings.IsUnread("access")) return;
        var environments = read.Services.SelectMany(service => service.Environments).Select(environment => environment.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var grant in read.Access.Grants)
        {
            var at = findings.At($"may:{AccessRules.Word(grant.Right)}:{grant.Environment}");
            foreach (var group in grant.Groups.Where(group => group != AccessRules.Owners)) Group(read, group, at, findings);
            if (grant.Environment != "*" && !environments.Contains(grant.Environment) && !findings.IsUnread("services") && !findings.IsUnread("environments"))
                findings.WarnAt(at, "grant-unused", $"No service has an environment {grant.Environment}.", null, Meant(grant.Environment, environments));
        }

        foreach (var right in (Right[])[Right.Deploy, Right.Rollback]) Nobody(read, right, findings);
    }

    /// <summary>Where nobody has a right: a service that can be brought somewhere by no one.</summary>
    private static void Nobody(Configuration read, Right right, Findings findings)
    {
        var without = read.Services
            .SelectMany(service => service.Environments, (service, environment) => (service, environment))
            .Where(place => read.Access.Holders(right, place.environment.Name, place.service.Owners).IsEmpty)
            .ToLookup(place => place.environment.Name, place => place.service.Name, StringComparer.OrdinalIgnoreCase);
        var word = AccessRules.Word(right);
        foreach (var place in without)
            findings.WarnAt(findings.At($"may:{word}:{place.Key}", $"may:{word}:*", "access:may"), "nobody-may", $"Nobody may {word} {string.Join(", ", place)} in {place.Key}.", null, $"Name {place.Key} under may: {word}:, with groups that have people.");
    }

    private static void Demo(Configuration read, Findings findings)
    {
        if (read.Access.Demo.IsEmpty) return;
        foreach (var (service, environment) in read.Services.SelectMany(service => service.Environments.Where(one => !one.Target.IsSimulated), (service, environment) => (service, environment)))
        {
            findings.ErrorAt(findings.At($"service:{service.Name}/{environment.Name}:kubernetes"), "demo-with-real-targets",
                $"{service.Name} in {environment.Name} is real, and access.yaml has demo personas.", "A switch that says who you are must never reach a real target.", "Take demo: out of access.yaml, or make the target simulated.");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
