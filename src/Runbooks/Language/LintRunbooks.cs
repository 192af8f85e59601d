using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
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
        var borrowed = read.Borrowed.Contains(runbook.Name);
        var why = borrowed ? $"The library's {runbook.Name} names it." : null;
        foreach (var (key, trouble) in new[] { ("on-failure", runbook.OnFailure), ("on-abort", runbook.OnAbort) })
        {
            if (trouble?.Page is { } page) LintOnCall.Paged(read, page, findings.At($"runbook:{runbook.Name}:{key}"), findings, why);
            if (trouble?.Tell is { } told) RecipientsReader.Look(read, told, findings.At($"runbook:{runbook.Name}:{key}"), findings, why);
        }

        foreach (var step in runbook.Everything())
        {
            foreach (var group in Borrowing.Groups(step).Where(group => group != AccessRules.Owners && !group.IsPerson)) Lint.Group(read, group, At(runbook, step, findings), findings, why);
            if (step is Soak { Watcher: { } watcher }) RecipientsReader.Look(read, new Recipients(watcher.Who, []), At(runbook, step, findings), findings, why);
            if (step is Notify { Whom: { } whom }) RecipientsReader.Look(read, whom, At(runbook, step, findings), findings, why);
            Others(read, runbook, step, findings);
            if (step.Rules?.When is { } when) LintConditions.Look(runbook, when, At(runbook, step, findings), findings);
            if (Lint.SeemsSecret(step.Title + " " + step.Says()))
                findings.WarnAt(At(runbook, step, findings), "secret-in-text", $"The step \"{step.Title}\" seems to hold a secret.", "Everybody who sees the card could read it.", "Take it out, and replace it where it is valid.");
        }

        LintNames.Look(runbook, findings);
        LintTrains.Look(read, runbook, findings);
        if (!findings.Knows($"runbook:{runbook.Name}:unread-step")) Changes(read, runbook, findings);

        // The library's own are written for every kind of place.
        if (!borrowed) Reach(read, runbook, findings);
    }

    /// <summary>The runbook for one place that is deployed by it.</summary>
    public static void Look(Configuration read, Service service, ServiceEnvironment environment, Runbook runbook, Findings findings)
    {
        var name = $"service:{service.Name}/{environment.Name}";
        var steps = Of(read, runbook, service, environment);
        if (!findings.Knows($"runbook:{runbook.Name}:unread-step"))
        {
            if (environment.Protected && !steps.TakeWhile(step => !step.Changes).Any(step => step is Approval))
                findings.ErrorAt(findings.At($"{name}:runbook", name), "approval-missing", $"{environment.Name} is protected, but {runbook.Name} changes it without an approval.", null, "Put an approval before the deploy step, or name another runbook.");
            if (runbook.Steps.Any(step => step is Rollout) && !steps.Any(step => step is Rollout))
                findings.ErrorAt(findings.At($"{name}:runbook", name), "deploy-missing", $"{runbook.Name} deploys nothing in {environment.Name}: its deploy step has a when that leaves it out.", null, "Take the when off the deploy step, or name another runbook.");
            foreach (var second in steps.OfType<Rollout>().Where(step => step.Lands).Skip(1))
                Once(At(runbook, second, findings), "deploy-twice", $"{runbook.Name} deploys twice.", "The second changes nothing.", "Leave it out.");
            if (runbook.StartsWith != "deploy")
                findings.ErrorAt(findings.At($"{name}:runbook", name), "runbook-not-for-deploy", $"{runbook.Name} starts with {runbook.StartsWith}, so {service.Name} can't be deployed by it.", null, "Name a runbook that starts with deploy.");
        }

        if (service.Repository is null && steps.FirstOrDefault(step => step is Operate { Operation: Operation.Apply { IsFromRepository: true } }) is { } applied)
            findings.ErrorAt(At(runbook, applied, findings), "repository-missing", $"{runbook.Name} applies manifests of the repository, and {service.Name} names none.", $"It is the runbook of {environment.Name}.", "Write repository: owner/name in the service's file.");
        LintStrategies.Look(service, environment, runbook, steps, step => At(runbook, step, findings), findings);
        if (environment.Health.IsEmpty && steps.Any(step => step is HealthCheck { Preview: false }) && !findings.Knows($"{name}:health"))
            findings.WarnAt(findings.At(name), "health-missing", $"{runbook.Name} checks health, but {service.Name} in {environment.Name} has no health address.", "The check passes by itself.", "Write health: [{ url: … }].");
        LintGates.Look(service, environment, runbook, steps, findings);
        if (findings.IsUnread("access")) return;
        foreach (var approval in steps.OfType<Approval>()) Possible(read, service, environment, runbook, approval, findings);
        if (read.Overrides.Emergency is { } emergency) Urgent(read, service, environment, emergency, findings);

        void Once((string File, Spot Line) at, string code, string what, string why, string mend)
        {
            if (findings.Remember($"{code}:{at.File}:{at.Line}", at.File, at.Line) is null) findings.ErrorAt(at, code, what, why, mend);
        }
    }

    /// <summary>The steps that a run would walk in such a place.</summary>
    internal static ImmutableArray<Step> Of(Configuration read, Runbook runbook, Service service, ServiceEnvironment environment) =>
        Planner.Steps(new PlanContext(service, environment, "v0", default) { Inputs = runbook.Filled(ImmutableSortedDictionary<string, string>.Empty), Fleet = read.Fleet }, runbook, read.Runbook);

    /// <summary>Runbooks that a step names, and what they ask for.</summary>
    private static void Others(Configuration read, Runbook runbook, Step step, Findings findings)
    {
        var named = new[] { (step as InnerRunbook)?.Runbook, TrainReader.RunbookOf(step), step.Rules?.Remedy }.OfType<string>();
        foreach (var name in named.Where(name => read.Runbook(name) is null && !findings.Knows($"runbook:{name}") && !findings.IsUnread("runbooks")))
            findings.ErrorAt(At(runbook, step, findings), "runbook-unknown", $"There is no runbook {name}.", null, Lint.Meant(name, read.Runbooks.Select(one => one.Name)));
        if (step.Rules?.Remedy is { } remedy && read.Runbook(remedy)?.Inputs.FirstOrDefault(one => one.Default is null) is { } asked)
            findings.ErrorAt(At(runbook, step, findings), "input-missing", $"{remedy} needs a value for {asked.Name}, and nobody can give one when a step fails.", asked.Help, $"Give {asked.Name} a default.");
        if (step is InnerRunbook inner && read.Runbook(inner.Runbook) is { } other)
        {
            foreach (var (given, value) in inner.Inputs)
            {
                var input = other.Inputs.FirstOrDefault(one => one.Name == given);
                if (input is null) findings.ErrorAt(At(runbook, step, findings), "input-unknown", $"{other.Name} has no input {given}.", null, Lint.Meant(given, other.Inputs.Select(one => one.Name)));
                else if (!value.Contains('{', StringComparison.Ordinal) && input.Fault(value) is { } fault) findings.ErrorAt(At(runbook, step, findings), "bad-value", fault, null, null);
            }

            foreach (var missing in other.Inputs.Where(one => one.Default is null && !inner.Inputs.ContainsKey(one.Name)))
                findings.ErrorAt(At(runbook, step, findings), "input-missing", $"{other.Name} needs a value for {missing.Name}.", missing.Help, $"Write with: {{ {missing.Name}: … }}.");
        }
    }

    private static void Changes(Configuration read, Runbook runbook, Findings findings)
    {
        var all = runbook.AllSteps().ToList();
        if (runbook.StartsWith == "deploy" && !all.Any(step => step is Rollout or InnerRunbook))
        {
            findings.ErrorAt(findings.At($"runbook:{runbook.Name}:steps", $"runbook:{runbook.Name}"), "deploy-missing", $"{runbook.Name} starts with deploy, but has no deploy step.", null, "Add - deploy: rolling.");
            return;
        }

        foreach (var second in all.Where(step => step is Rollout && step.Rules?.When is null && step.Rules?.OnlyFor is null or { IsEmpty: true }).Skip(1))
        {
            var at = At(runbook, second, findings);
            if (findings.Remember($"deploy-twice:{at.File}:{at.Line}", at.File, at.Line) is null) findings.ErrorAt(at, "deploy-twice", $"{runbook.Name} deploys twice.", "The second changes nothing.", "Leave it out.");
        }

        foreach (var late in runbook.Steps.SkipWhile(step => step is not Rollout).OfType<Approval>())
            findings.ErrorAt(At(runbook, late, findings), "approval-late", $"{runbook.Name} asks for approval after the change.", null, "Move the approval before the deploy.");
        if (all.FirstOrDefault(step => step is Rollout) is { } first && !all.SkipWhile(step => step is not Rollout).Any(step => step is HealthCheck or InnerRunbook))
            findings.WarnAt(At(runbook, first, findings), "check-missing", $"{runbook.Name} does not look whether the service is well after it deployed.", null, "Add - check: health after the deploy.");
        if (runbook.StartsWith == "deploy" && !findings.Knows($"runbook:{runbook.Name}:on-failure"))
            findings.WarnAt(findings.At($"runbook:{runbook.Name}"), "on-failure-missing", $"{runbook.Name} does not say what happens when it fails.", "It asks a person, and waits until one answers.", "Write on-failure: { rollback: automatic } or { rollback: ask }.");
    }

    /// <summary>Steps that no place ever comes to. A runbook that nothing uses yet is not judged.</summary>
    private static void Reach(Configuration read, Runbook runbook, Findings findings)
    {
        if (findings.IsUnread("services")) return;
        var places = read.PlacesOf(runbook).ToList();
        if (places.Count == 0) return;
        var reached = places.SelectMany(place => Of(read, runbook, place.Service, place.Environment)).Select(step => step.Id.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var step in runbook.Steps.Where(step => step is not Block && !reached.Contains(step.Id.Name)))
        {
            var all = places.Select(place => place.Environment.Protected).Distinct().ToList() is [var only] ? $"every environment that uses {runbook.Name} is {(only ? "" : "not ")}protected" : "its when holds in none of the environments that use it";
            findings.WarnAt(At(runbook, step, findings), "step-unreachable", $"\"{step.Title}\" is never reached: {all}.", null, "Take the step out, or its when.");
        }
    }

    /// <summary>Whether enough people could approve, when whoever asks is one of them.</summary>
    private static void Possible(Configuration read, Service service, ServiceEnvironment environment, Runbook runbook, Approval approval, Findings findings)
    {
        var names = approval.From.SelectMany(group => group == AccessRules.Owners ? service.Owners : [group]).Distinct().ToList();
        var written = runbook.AllSteps().OfType<Approval>().FirstOrDefault(one => one.Id == approval.Id) ?? approval;
        if (written.From.IsEmpty || !TryCount(read, names, out var people)) return;
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

    /// <summary>Whether anybody could approve an emergency of the place: those on call, or whoever else calendar.yaml names.</summary>
    private static void Urgent(Configuration read, Service service, ServiceEnvironment environment, Approval emergency, Findings findings)
    {
        var names = emergency.From.SelectMany(group => group == AccessRules.Owners ? service.Owners : [group]).Distinct().ToList();
        if (emergency.From.IsEmpty || !TryCount(read, names, out var people)) return;
        var known = TryCount(read, read.Access.Holders(Right.Deploy, environment.Name, service.Owners), out var asking);
        var allAsk = people.Count == emergency.Count && known && asking.Count > 0 && asking.IsSubsetOf(people);
        if (people.Count >= emergency.Count && !allAsk) return;
        var who = names.Count == 0 ? $"owners, and {service.Name} has none" : string.Join(", ", names);

        // Groups that stand there for every service are told of once.
        if (findings.Remember($"emergency-impossible:{who}:{allAsk}", "", 1) is not null) return;
        findings.ErrorAt(findings.At("calendar:emergency"), "emergency-impossible", $"Nobody could approve an emergency of {service.Name} in {environment.Name}: {emergency.Count} must of {who}{(allAsk ? ", and whoever may ask for it is one of them" : $", and {people.Count} could")}.", "It would wait until its time runs out, when it can't wait.", "Add people to the group, or name one that has some.");
    }

    /// <summary>Everybody in these groups; false when that can't be told from access.yaml alone.</summary>
    private static bool TryCount(Configuration read, IEnumerable<GroupName> names, out ImmutableHashSet<Person> people)
    {
        people = [];
        foreach (var name in names)
        {
            if (name.IsPerson)
            {
                people = people.Add(new Person(name.Name));
                continue;
            }

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

    internal static (string File, Spot Line) At(Runbook runbook, Step step, Findings findings) => findings.At($"runbook:{runbook.Name}:{step.Id}", $"runbook:{runbook.Name}");
}
