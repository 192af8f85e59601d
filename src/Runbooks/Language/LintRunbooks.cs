using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Language;

/// <summary>Whether a runbook makes sense: on its own, and for every place that is deployed by it.</summary>
internal static class LintRunbooks
{
    /// <summary>The runbook on its own.</summary>
    public static void Look(Configuration read, Runbook runbook, Findings findings)
    {
        var at = findings.At($"runbook:{runbook.Name}");
        if (!Lint.IsName(runbook.Name))
            findings.ErrorAt(at, "bad-name", $"A runbook can't be called \"{runbook.Name}\".", null, "Use letters, digits and dashes.");
        if (runbook.OnFailure.Page is { } page) Lint.Group(read, page, findings.At($"runbook:{runbook.Name}:on-failure"), findings);
        foreach (var approval in runbook.Steps.OfType<Approval>())
        {
            foreach (var group in approval.From.Where(group => group != AccessRules.Owners)) Lint.Group(read, group, At(runbook, approval, findings), findings);
        }

        foreach (var step in runbook.Steps.Where(step => Lint.SeemsSecret(step.Title + " " + step.Says())))
            findings.WarnAt(At(runbook, step, findings), "secret-in-text", $"The step \"{step.Title}\" seems to hold a secret.", "Everybody who sees the card could read it.", "Take it out, and replace it where it is valid.");
        if (!findings.Knows($"runbook:{runbook.Name}:unread-step")) Changes(runbook, findings);
        Reach(read, runbook, findings);
    }

    /// <summary>The runbook for one place that is deployed by it.</summary>
    public static void Look(Configuration read, Service service, ServiceEnvironment environment, Runbook runbook, Findings findings)
    {
        var name = $"service:{service.Name}/{environment.Name}";
        var steps = Of(runbook, environment.Protected);
        if (!findings.Knows($"runbook:{runbook.Name}:unread-step"))
        {
            if (environment.Protected && !steps.TakeWhile(step => !step.Changes).Any(step => step is Approval))
                findings.ErrorAt(findings.At($"{name}:runbook", name), "approval-missing", $"{environment.Name} is protected, but {runbook.Name} changes it without an approval.", null, "Put an approval before the deploy step, or name another runbook.");
            if (runbook.Steps.Any(step => step.Changes) && !steps.Any(step => step.Changes))
                findings.ErrorAt(findings.At($"{name}:runbook", name), "deploy-missing", $"{runbook.Name} deploys nothing in {environment.Name}: its deploy step has a when that leaves it out.", null, "Take the when off the deploy step, or name another runbook.");
        }

        if (environment.Health.IsEmpty && steps.Any(step => step is HealthCheck) && !findings.Knows($"{name}:health"))
            findings.WarnAt(findings.At(name), "health-missing", $"{runbook.Name} checks health, but {service.Name} in {environment.Name} has no health address.", "The check passes by itself.", "Write health: [{ url: … }].");
        if (findings.IsUnread("access")) return;
        foreach (var approval in steps.OfType<Approval>()) Possible(read, service, environment, runbook, approval, findings);
    }

    /// <summary>The steps that belong in such an environment.</summary>
    private static ImmutableArray<Step> Of(Runbook runbook, bool isProtected) =>
        [.. runbook.Steps.Where(step => step.When == When.Always || (step.When == When.Protected) == isProtected)];

    private static void Changes(Runbook runbook, Findings findings)
    {
        var changes = runbook.Steps.Where(step => step.Changes).ToList();
        if (changes.Count == 0)
        {
            findings.ErrorAt(findings.At($"runbook:{runbook.Name}:steps", $"runbook:{runbook.Name}"), "deploy-missing", $"{runbook.Name} starts with deploy, but has no deploy step.", null, "Add - deploy: rolling.");
            return;
        }

        foreach (var second in ((bool[])[true, false]).SelectMany(isProtected => Of(runbook, isProtected).Where(step => step.Changes).Skip(1)).Distinct())
            findings.ErrorAt(At(runbook, second, findings), "deploy-twice", $"{runbook.Name} deploys twice.", "The second changes nothing.", "Leave it out.");
        foreach (var late in runbook.Steps.SkipWhile(step => !step.Changes).OfType<Approval>())
            findings.ErrorAt(At(runbook, late, findings), "approval-late", $"{runbook.Name} asks for approval after the change.", null, "Move the approval before the deploy.");
        if (!runbook.Steps.SkipWhile(step => !step.Changes).Any(step => step is HealthCheck))
            findings.WarnAt(At(runbook, changes[0], findings), "check-missing", $"{runbook.Name} does not look whether the service is well after it deployed.", null, "Add - check: health after the deploy.");
        if (!findings.Knows($"runbook:{runbook.Name}:on-failure"))
            findings.WarnAt(findings.At($"runbook:{runbook.Name}"), "on-failure-missing", $"{runbook.Name} does not say what happens when it fails.", "It asks a person, and waits until one answers.", "Write on-failure: { rollback: automatic } or { rollback: ask }.");
    }

    /// <summary>Steps that no place ever comes to. A runbook that nothing uses yet is not judged.</summary>
    private static void Reach(Configuration read, Runbook runbook, Findings findings)
    {
        var users = read.Services.SelectMany(service => service.Environments).Where(one => read.Runbook(one.Runbook) == runbook).Select(one => one.Protected).Distinct().ToList();
        if (users.Count != 1 || findings.IsUnread("services")) return;
        foreach (var step in runbook.Steps.Except(Of(runbook, users[0])))
            findings.WarnAt(At(runbook, step, findings), "step-unreachable", $"\"{step.Title}\" is never reached: every environment that uses {runbook.Name} is {(users[0] ? "" : "not ")}protected.", null, "Take the step out, or its when.");
    }

    /// <summary>Whether enough people could approve, when whoever asks is one of them.</summary>
    private static void Possible(Configuration read, Service service, ServiceEnvironment environment, Runbook runbook, Approval approval, Findings findings)
    {
        var names = approval.From.SelectMany(group => group == AccessRules.Owners ? service.Owners : [group]).Distinct().ToList();
        if (approval.From.IsEmpty || !TryCount(read, names, out var people)) return;
        var who = names.Count == 0 ? $"owners, and {service.Name} has none" : string.Join(", ", names);
        var at = At(runbook, approval, findings);
        if (people.Count < approval.Count)
        {
            findings.ErrorAt(at, "approval-impossible", $"{approval.Count} must approve of {who}: {people.Count} could.", null, "Ask for fewer, or add people.");
            return;
        }

        if (people.Count > approval.Count) return;
        var askers = read.Access.Holders(Right.Deploy, environment.Name, service.Owners);
        var known = TryCount(read, askers, out var asking);
        if (known && asking.Count > 0 && asking.IsSubsetOf(people))
            findings.ErrorAt(at, "approval-impossible", $"{approval.Count} must approve of {who}, who are {people.Count}, and whoever may deploy {service.Name} to {environment.Name} is one of them.", "Nobody approves what they asked for themselves.", "Ask for fewer, or add people.");
        else if (people.Any(person => MayStart(read, service, environment, person)))
            findings.WarnAt(at, "approval-tight", $"{approval.Count} must approve of {who}, who are just {people.Count}.", "Whoever asks can't approve: when one of them asks, it can't be given.", "Add people to the group.");
    }

    /// <summary>Everybody in these groups; false when that can't be told from access.yaml alone.</summary>
    private static bool TryCount(Configuration read, IEnumerable<GroupName> names, out ImmutableHashSet<Person> people)
    {
        people = [];
        foreach (var name in names)
        {
            if (read.Access.Groups.FirstOrDefault(group => group.Name == name) is not { All: false, Outside.IsEmpty: true } group) return false;
            people = people.Union(group.Members);
        }

        return true;
    }

    private static bool MayStart(Configuration read, Service service, ServiceEnvironment environment, Person person)
    {
        var groups = read.Access.ByAddress(person).Select(group => group.Name).ToImmutableHashSet();
        return read.Access.Refuse(new Caller(person, person.ShortName, groups), Right.Deploy, environment.Name, service.Owners) is null;
    }

    private static (string File, int Line) At(Runbook runbook, Step step, Findings findings) => findings.At($"runbook:{runbook.Name}:{step.Id}", $"runbook:{runbook.Name}");
}
