using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>Whether release trains can go: their services, who may bring them, and what approves them.</summary>
internal static class LintTrains
{
    public static void Look(Configuration read, Runbook runbook, Findings findings)
    {
        var own = runbook.AllSteps().OfType<Train>().ToList();
        foreach (var train in runbook.Everything().Where(step => step is Train).Except(own))
            findings.ErrorAt(LintRunbooks.At(runbook, train, findings), "train-elsewhere", "A release train can't be what takes a step back.", "It has a way back of its own.", "Put it among the steps.");
        foreach (var remedy in runbook.Everything().Where(step => step.Rules?.Remedy is { } name && read.Runbook(name)?.AllSteps().Any(one => one is Train) == true))
            findings.ErrorAt(LintRunbooks.At(runbook, remedy, findings), "train-elsewhere", $"{remedy.Rules!.Remedy} is a release train, and can't be run because a step failed.", null, "Let a person start it.");
        if (runbook.StartsWith == "deploy" && Trains(read, runbook, []).FirstOrDefault() is { } inside)
        {
            findings.ErrorAt(LintRunbooks.At(runbook, inside, findings), "train-in-train", $"{runbook.Name} deploys one service, and can't be a release train.", "A train's services walk such runbooks: it would be a train inside a train.", "Write starts-with: run.");
            return;
        }

        if (findings.IsUnread("services") || findings.IsUnread("runbooks")) return;
        foreach (var train in own) Look(read, runbook, train, findings);
        Twice(read, runbook, own, findings);
    }

    /// <summary>What is written out of a train: its services wherever they could go together, and each place.</summary>
    private static void Look(Configuration read, Runbook runbook, Train train, Findings findings)
    {
        var at = LintRunbooks.At(runbook, train, findings);
        foreach (var name in train.Services.Select(one => one.Name).Where(name => Written(name) && read.Service(name) is null && !findings.Knows($"service:{name}")).Distinct())
            findings.ErrorAt(at, "service-unknown", $"There is no service {name}.", null, Lint.Meant(name, read.Services.Select(one => one.Name)));
        foreach (var twice in train.Services.Where(one => Written(one.Name)).GroupBy(one => one.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
            findings.ErrorAt(at, "service-twice", $"{twice.Key} is in the train twice.", null, "Name it once.");
        if (TrainReader.RunbookOf(train) is { } walked && read.Runbook(walked) is { } other && other.StartsWith != "deploy")
            findings.ErrorAt(at, "runbook-not-for-deploy", $"{other.Name} starts with {other.StartsWith}, so the train's services can't be deployed by it.", null, "Name a runbook that starts with deploy.");
        var services = train.Services.Select(one => read.Service(one.Name)).OfType<Service>().ToList();
        var environments = read.Services.SelectMany(service => service.Environments).Select(environment => environment.Name).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var common = environments.Where(name => services.All(service => service.Environment(name) is not null)).ToList();
        if (services.Count > 0 && common.Count == 0)
        {
            var rare = environments.Select(name => (name, lacking: services.Where(service => service.Environment(name) is null).Select(service => service.Name).ToList())).OrderBy(one => one.lacking.Count).FirstOrDefault();
            var lacks = rare.name is null ? "" : $": {Words.List(rare.lacking)} {(rare.lacking.Count == 1 ? "has" : "have")} no {rare.name}";
            findings.ErrorAt(at, "environment-unknown", $"There is no environment that all of the train's services have{lacks}.", "A train goes to one environment.", "Take out what does not go there.");
            return;
        }

        if (!findings.IsUnread("access"))
        {
            foreach (var (service, environment) in services.SelectMany(service => common.Select(name => (service, name))).Where(place => read.Access.Holders(Right.Deploy, place.name, place.service.Owners).IsEmpty))
                findings.WarnAt(at, "nobody-may", $"Nobody may deploy {service.Name} to {environment}, so nobody may start the train there.", null, $"Name {environment} under may: deploy: in access.yaml.");
        }

        // Its order and its approvals need a place that it would go to.
        if (services.Count == 0 || services.Count != train.Services.Length) return;
        foreach (var environment in common) Place(read, runbook, train, services[0], environment, at, findings);
    }

    private static void Place(Configuration read, Runbook runbook, Train train, Service service, string environment, (string File, Spot Line) at, Findings findings)
    {
        if (LintRunbooks.Of(read, runbook, service, service.Environment(environment)!).OfType<Train>().FirstOrDefault(one => one.Id == train.Id) is not { } planned) return;
        if (planned.Trouble is { Code: "train-in-train" or "train-long" } trouble) findings.ErrorAt(at, trouble.Code, trouble.Why, null, trouble.Next);
        foreach (var car in planned.Cars.Where(car => car.Protected && car.ApprovedBy.IsEmpty && !car.AsksItself))
            findings.ErrorAt(at, "approval-missing", $"{environment} is protected, but {car.Service} would be changed there without an approval.", null, "Put an approval before the waves step.");
        if (planned.Cars.Where(car => car.AsksItself).Select(car => car.Service).ToList() is { Count: > 0 } asking && runbook.AllSteps().Any(step => step is Approval))
            findings.WarnAt(at, "approval-again", $"In {environment}, an approval of its own will be asked for when the wave comes of {Words.List(asking)}.", "No approval before the train is as strict: as many people, of the same groups or fewer.", "Make the train's approval as strict, or leave it so.");
    }

    /// <summary>A service whose place one train holds would be waited for by the other for ever.</summary>
    private static void Twice(Configuration read, Runbook runbook, List<Train> own, Findings findings)
    {
        var all = Trains(read, runbook, []).ToList();
        if (all.Count < 2) return;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var train in all)
        {
            var names = train.Services.SelectMany(one => one.Name == ServiceAt.All ? read.Services.Select(service => service.Name) : [one.Name]).Where(Written).ToHashSet(StringComparer.OrdinalIgnoreCase);
            if (names.FirstOrDefault(seen.Contains) is { } twice)
                findings.ErrorAt(LintRunbooks.At(runbook, own.Contains(train) ? train : own.FirstOrDefault() ?? train, findings), "service-twice", $"{twice} is in two trains of one run.", "The first holds its place until the run is over: the second would wait for ever.", "Name it once.");
            seen.UnionWith(names);
        }
    }

    private static IEnumerable<Train> Trains(Configuration read, Runbook runbook, HashSet<string> seen) => !seen.Add(runbook.Name) ? [] : runbook.AllSteps().SelectMany(step => step switch
    {
        Train train => [train],
        InnerRunbook inner when read.Runbook(inner.Runbook) is { } other => Trains(read, other, seen),
        _ => Enumerable.Empty<Train>(),
    });

    private static bool Written(string name) => TrainReader.IsPlain(name) && !name.Equals(ServiceAt.All, StringComparison.OrdinalIgnoreCase);
}
