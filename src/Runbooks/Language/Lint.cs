using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Language;

/// <summary>What a shape can't say: names that must exist, orders that must make sense, changes that need an approval and a way back.</summary>
internal static partial class Lint
{
    private static readonly ImmutableHashSet<string> Commands =
    [
        "deploy", "rollback", "status", "history", "runs", "show", "approve", "reject", "tick", "untick", "pause", "resume", "retry", "skip", "abort", "help", "chatops",
        "to", "on", "in", "at", "from", "the", "run", "of", "please",
    ];

    public static void Look(Configuration read, Findings findings)
    {
        foreach (var service in read.Services) Service(read, service, findings);
        foreach (var runbook in read.Runbooks) Runbook(read, runbook, findings);
        Grants(read, findings);
        Cycles(read, findings);
        Demo(read, findings);
    }

    private static void Service(Configuration read, Service service, Findings findings)
    {
        var at = findings.At($"service:{service.Name}");
        if (!Name().IsMatch(service.Name))
            findings.ErrorAt(at, "bad-name", $"\"{service.Name}\" can't be said in a command.", null, "Use letters, digits and dashes.");
        if (Commands.Contains(service.Name.ToLowerInvariant()) || read.Services.Any(other => other.Environment(service.Name) is not null))
            findings.ErrorAt(at, "name-taken", $"A service can't be called {service.Name}.", "In a command nobody could tell it from a command's word or an environment.", "Name it otherwise.");
        foreach (var owner in service.Owners.Where(owner => read.Access.Groups.All(group => group.Name != owner)))
            findings.ErrorAt(findings.At($"service:{service.Name}:owners:{owner}"), "group-unknown", $"There is no group {owner}.", null, Meant(owner.Name, read.Access.Groups.Select(group => group.Name.Name)));
        foreach (var needed in service.DependsOn.Where(needed => read.Service(needed) is null))
            findings.ErrorAt(findings.At($"service:{service.Name}:depends-on:{needed}"), "service-unknown", $"There is no service {needed}.", null, Meant(needed, read.Services.Select(one => one.Name)));
        if (service.Environments.IsEmpty) findings.ErrorAt(at, "environments-missing", $"{service.Name} has no environment.", null, "Write environments: { staging: … }.");
        foreach (var environment in service.Environments) Environment(read, service, environment, findings);
    }

    private static void Environment(Configuration read, Service service, ServiceEnvironment environment, Findings findings)
    {
        var name = $"service:{service.Name}/{environment.Name}";
        if (!Name().IsMatch(environment.Name) || Commands.Contains(environment.Name.ToLowerInvariant()))
            findings.ErrorAt(findings.At(name), "bad-name", $"An environment can't be called \"{environment.Name}\".", null, "Use letters, digits and dashes, and no command's word.");
        if (environment.After is { } after && (service.Environment(after) is null || after == environment.Name))
            findings.ErrorAt(findings.At($"{name}:after"), "environment-unknown", $"{service.Name} has no other environment {after}.", null, Meant(after, service.Environments.Select(one => one.Name)));
        if (read.Runbook(environment.Runbook) is not { } runbook)
        {
            findings.ErrorAt(findings.At($"{name}:runbook", name), "runbook-unknown", $"There is no runbook {environment.Runbook}.", null, Meant(environment.Runbook, read.Runbooks.Select(one => one.Name)));
            return;
        }

        if (environment.Protected && !runbook.Steps.TakeWhile(step => !step.Changes).Any(step => step is Approval && step.When != When.NotProtected))
            findings.ErrorAt(findings.At($"{name}:runbook", name), "approval-missing", $"{environment.Name} is protected, but {runbook.Name} changes it without an approval.", null, "Put an approval before the deploy step.");
        if (environment.Health.IsEmpty && runbook.Steps.Any(step => step is HealthCheck))
            findings.WarnAt(findings.At(name), "health-missing", $"{runbook.Name} checks health, but {service.Name} in {environment.Name} has no health address.", "The check passes by itself.", "Write health: [{ url: … }].");
        foreach (var approval in runbook.Steps.OfType<Approval>().Where(_ => environment.Protected)) Possible(read, service, environment, runbook, approval, findings);
    }

    /// <summary>Whether enough people could approve, when whoever asks is one of them.</summary>
    private static void Possible(Configuration read, Service service, ServiceEnvironment environment, Runbook runbook, Approval approval, Findings findings)
    {
        var names = approval.From.SelectMany(group => group == AccessRules.Owners ? service.Owners : [group]).ToHashSet();
        var groups = read.Access.Groups.Where(group => names.Contains(group.Name)).ToList();
        if (groups.Count == 0 || groups.Exists(group => group.All || !group.Outside.IsEmpty)) return;
        var people = groups.SelectMany(group => group.Members).ToHashSet();
        var at = findings.At($"runbook:{runbook.Name}:{approval.Id}");
        if (people.Count < approval.Count)
            findings.ErrorAt(at, "approval-impossible", $"{approval.Count} people must approve, but {string.Join(", ", names)} has {people.Count}.", null, "Ask for fewer, or add people.");
        else if (people.Count == approval.Count && people.Any(person => MayStart(read, service, environment, person)))
            findings.WarnAt(at, "approval-tight", $"{approval.Count} people must approve, and {string.Join(", ", names)} has just {people.Count}.", "Whoever asks can't approve: when one of them asks, it can't be given.", "Add people to the group.");
    }

    private static bool MayStart(Configuration read, Service service, ServiceEnvironment environment, Person person)
    {
        var groups = read.Access.ByAddress(person).Select(group => group.Name).ToImmutableHashSet();
        return read.Access.Refuse(new Caller(person, person.ShortName, groups), Right.Deploy, environment.Name, service.Owners) is null;
    }

    private static void Runbook(Configuration read, Runbook runbook, Findings findings)
    {
        var at = findings.At($"runbook:{runbook.Name}:steps", $"runbook:{runbook.Name}");
        var changes = runbook.Steps.Where(step => step.Changes).ToList();
        if (changes.Count == 0) findings.ErrorAt(at, "deploy-missing", $"{runbook.Name} starts with deploy, but has no deploy step.", null, "Add - deploy: rolling.");
        foreach (var second in changes.Skip(1))
            findings.ErrorAt(findings.At($"runbook:{runbook.Name}:{second.Id}"), "deploy-twice", $"{runbook.Name} deploys twice.", "The second changes nothing.", "Leave it out.");
        if (changes.Count > 0 && !runbook.Steps.SkipWhile(step => step != changes[0]).Any(step => step is HealthCheck))
            findings.WarnAt(findings.At($"runbook:{runbook.Name}:{changes[0].Id}"), "check-missing", $"{runbook.Name} does not look whether the service is well after it deployed.", null, "Add - check: health after the deploy.");
        foreach (var approval in runbook.Steps.OfType<Approval>())
        {
            foreach (var group in approval.From.Where(group => group != AccessRules.Owners && read.Access.Groups.All(one => one.Name != group)))
                findings.ErrorAt(findings.At($"runbook:{runbook.Name}:{approval.Id}"), "group-unknown", $"There is no group {group}.", null, Meant(group.Name, read.Access.Groups.Select(one => one.Name.Name)));
            if (changes.Count > 0 && runbook.Steps.IndexOf(approval) > runbook.Steps.IndexOf(changes[0]))
                findings.ErrorAt(findings.At($"runbook:{runbook.Name}:{approval.Id}"), "approval-late", $"{runbook.Name} asks for approval after the change.", null, "Move the approval before the deploy.");
        }

        if (runbook.OnFailure.Page is { } page && read.Access.Groups.All(group => group.Name != page))
            findings.ErrorAt(findings.At($"runbook:{runbook.Name}:on-failure"), "group-unknown", $"There is no group {page}.", null, Meant(page.Name, read.Access.Groups.Select(one => one.Name.Name)));
        foreach (var step in runbook.Steps.Where(step => Secret().IsMatch(step.Title + " " + step.Says())))
            findings.WarnAt(findings.At($"runbook:{runbook.Name}:{step.Id}"), "secret-in-text", $"The step \"{step.Title}\" seems to hold a secret.", "Everybody who sees the card could read it.", "Take it out, and replace it where it is valid.");
    }

    private static void Grants(Configuration read, Findings findings)
    {
        var environments = read.Services.SelectMany(service => service.Environments).Select(environment => environment.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var grant in read.Access.Grants)
        {
            var at = findings.At($"may:{AccessRules.Word(grant.Right)}:{grant.Environment}");
            foreach (var group in grant.Groups.Where(group => group != AccessRules.Owners && read.Access.Groups.All(one => one.Name != group)))
                findings.ErrorAt(at, "group-unknown", $"There is no group {group}.", null, Meant(group.Name, read.Access.Groups.Select(one => one.Name.Name)));
            if (grant.Environment != "*" && !environments.Contains(grant.Environment))
                findings.WarnAt(at, "grant-unused", $"No service has an environment {grant.Environment}.", null, Meant(grant.Environment, environments));
        }

        foreach (var environment in environments.Order(StringComparer.Ordinal))
        {
            foreach (var right in (Right[])[Right.Deploy, Right.Rollback])
            {
                var owners = read.Services.SelectMany(service => service.Owners).ToImmutableArray();
                if (read.Access.Holders(right, environment, owners).IsEmpty && read.Access != AccessRules.Empty)
                    findings.WarnAt(findings.At("access"), "nobody-may", $"Nobody may {AccessRules.Word(right)} in {environment}.", null, $"Add {environment} under may: {AccessRules.Word(right)}:.");
            }
        }
    }

    private static void Cycles(Configuration read, Findings findings)
    {
        foreach (var service in read.Services)
        {
            if (Circle(service.Name, name => read.Service(name)?.DependsOn ?? []) is { } path)
                findings.ErrorAt(findings.At($"service:{service.Name}"), "circle", $"{string.Join(" needs ", path)}: they need each other in a circle.", null, "Take one depends-on out.");
            foreach (var environment in service.Environments)
            {
                if (Circle(environment.Name, name => service.Environment(name)?.After is { } after ? [after] : []) is { } order)
                    findings.ErrorAt(findings.At($"service:{service.Name}/{environment.Name}:after"), "circle", $"{string.Join(" comes after ", order)}: nothing could be first.", null, "Take one after out.");
            }
        }
    }

    private static List<string>? Circle(string start, Func<string, IEnumerable<string>> next)
    {
        var path = new List<string> { start };
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        bool Walk(string name)
        {
            foreach (var one in next(name))
            {
                path.Add(one);
                if (string.Equals(one, start, StringComparison.OrdinalIgnoreCase) || (seen.Add(one) && Walk(one))) return true;
                path.RemoveAt(path.Count - 1);
            }

            return false;
        }

        return Walk(start) ? path : null;
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

    private static string Meant(string word, IEnumerable<string> names)
    {
        var all = names.ToList();
        return Similar.Of(word, all) is { } near ? $"Did you mean {near}?" : all.Count == 0 ? "There is none at all." : $"There are: {string.Join(", ", all)}.";
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    /// <summary>Tokens by their well-known beginnings, and passwords in addresses.</summary>
    [GeneratedRegex("(xox[abprs]-[0-9A-Za-z-]{8,}|xapp-[0-9A-Za-z-]{8,}|gh[pousr]_[0-9A-Za-z]{20,}|AKIA[0-9A-Z]{16}|eyJ[0-9A-Za-z_-]{20,}|://[^/ :@]+:[^/ :@]+@|(password|secret|token) *[=:] *[^ ]{6,})", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Secret();
}
