using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Language;

/// <summary>Takes from the library what a folder does not have. A folder's own runbook of the same name wins.</summary>
/// <remarks>Each of the library's runbooks stands alone: none runs another, so that copying one out is copying one file.</remarks>
internal static class Borrowing
{
    /// <summary>Read once: the library does not change while the program runs.</summary>
    private static readonly Lazy<ImmutableArray<(Runbook Runbook, Findings Places)>> All = new(() => [.. Library.Names.Select(Read)]);

    /// <summary>The folder with the runbooks that its services and steps name, and beside them those that could be started by their name.</summary>
    /// <remarks>What is found in a borrowed runbook is said where it was named: nobody can edit the library.</remarks>
    public static Configuration Into(Configuration read, Findings findings)
    {
        // What could not be read may be the folder's own runbook of that name.
        if (findings.IsUnread("runbooks")) return read;
        foreach (var (name, at) in Named(read, findings).ToList())
        {
            if (Find(name) is not { Runbook: { } runbook, Places: var places } || !IsFree(read, runbook.Name, findings)) continue;
            read = read with { Runbooks = read.Runbooks.Add(runbook), Borrowed = read.Borrowed.Add(runbook.Name) };
            findings.Adopt(places, at);
        }

        return read with { Shelf = [.. All.Value.Select(one => one.Runbook).Where(one => IsFree(read, one.Name, findings) && Groups(one).All(group => IsKnown(read, group)))] };
    }

    /// <summary>Every group that a step names; e-mail addresses and <c>owners</c> among them.</summary>
    public static IEnumerable<GroupName> Groups(Step step) => (step.Rules?.SkippableBy ?? []).Concat(step switch
    {
        Approval approval => approval.From.Concat(approval.Escalate.Select(one => one.To)),
        Checklist list => list.Items.SelectMany(item => item.By).Distinct(),
        _ => [],
    });

    private static (Runbook Runbook, Findings Places)? Find(string name) =>
        All.Value.Where(one => string.Equals(one.Runbook.Name, name, StringComparison.OrdinalIgnoreCase)).Select(one => ((Runbook, Findings)?)one).FirstOrDefault();

    private static bool IsFree(Configuration read, string name, Findings findings) => read.Runbook(name) is null && !findings.Knows($"runbook:{name}");

    private static bool IsKnown(Configuration read, GroupName group) => group == AccessRules.Owners || group.IsPerson || read.Access.Groups.Any(one => one.Name == group);

    private static IEnumerable<GroupName> Groups(Runbook runbook) =>
        runbook.AllSteps().SelectMany(Groups).Concat(runbook.OnFailure.Page is { } page ? [page] : []);

    private static IEnumerable<(string Name, (string File, Spot Line) At)> Named(Configuration read, Findings findings) =>
        read.Services.SelectMany(
                service => service.Environments,
                (service, environment) => (environment.Runbook, findings.At($"service:{service.Name}/{environment.Name}:runbook", $"service:{service.Name}/{environment.Name}")))
            .Concat(read.Runbooks.SelectMany(
                runbook => runbook.AllSteps().SelectMany(step => Others(step), (step, name) => (name, findings.At($"runbook:{runbook.Name}:{step.Id}", $"runbook:{runbook.Name}")))));

    private static IEnumerable<string> Others(Step step) => new[] { (step as InnerRunbook)?.Runbook, TrainReader.RunbookOf(step), step.Rules?.Remedy }.OfType<string>();

    private static (Runbook Runbook, Findings Places) Read(string name)
    {
        var (file, places) = ($"library/{name}.yaml", new Findings());
        return (RunbookReader.Read(file, Yaml.Read(file, Library.Text(name)!, places)![0], places)!, places);
    }
}
