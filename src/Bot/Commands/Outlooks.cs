using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Looks at what is to be expected of a change before it is started. Whatever does not answer in time is said to be unknown.</summary>
internal sealed class Outlooks(
    IEnumerable<IChanges> changes, IEnumerable<IVerifier> verifiers, IEnumerable<IDirectory> directories, Locks locks, Usuals usuals, Foreseeing foreseeing, Func<Configuration> configuration, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ImmutableArray<IVerifier> allVerifiers = [.. verifiers];
    private readonly ImmutableArray<IDirectory> allDirectories = [.. directories];

    public async Task<Outlook> OfAsync(Planned planned, Service service, ServiceEnvironment environment, Person requester, Pass pass, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var bring = BringsAsync(service, planned.Plan, patience.Token);
        var items = Task.WhenAll(planned.Steps.OfType<Checklist>().SelectMany(list => list.Items).Where(item => item.Verify is not null).Select(item => ItemAsync(item, planned.Plan, service, requester, patience.Token)));
        var approvers = Task.WhenAll(planned.Steps.OfType<Approval>().Select(approval => ApproversAsync(approval, requester, patience.Token)));
        var operations = foreseeing.OfAsync(environment.Target, planned.Steps, Patience, cancellationToken);
        var window = WindowAsync(planned.Plan.Site, environment, pass, cancellationToken);
        var (set, why) = await bring;
        return new Outlook(set, why, [.. await items], [.. await approvers], await window, await usuals.OfAsync(planned.Plan.Site, cancellationToken)) { Operations = await operations };
    }

    /// <summary>Paths that differ between what runs and what would; null when it can't be told.</summary>
    public async Task<ImmutableArray<string>?> ChangedAsync(Service service, string? from, string to, CancellationToken cancellationToken)
    {
        if (service.Repository is not { } repository || from is null) return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        return await BetweenAsync(repository, from, to, patience.Token) is (Outcome<ChangeSet>.Done { Value: { Truncated: false } set }, _) ? set.Paths : null;
    }

    private async Task<(ChangeSet? Changes, string? Why)> BringsAsync(Service service, Plan plan, CancellationToken cancellationToken)
    {
        if (plan.Kind != RunKind.Deploy) return (null, null);
        if (service.Repository is not { } repository) return (null, $"{service.Name} names no repository, so its commits are not known.");
        if (plan.FromVersion is not { } from) return (null, "What runs there now is not known, so nothing can be compared.");
        return await BetweenAsync(repository, from, plan.Version, cancellationToken) switch
        {
            (Outcome<ChangeSet>.Done done, _) => (done.Value, null),
            (Outcome<ChangeSet>.Later later, _) => (null, later.Why),
            (Outcome<ChangeSet>.Never never, _) => (null, never.Fault.Next is null ? never.Fault.Why : $"{never.Fault.Why} {never.Fault.Next}"),
            var (_, why) => (null, why),
        };
    }

    private async Task<(Outcome<ChangeSet>? Outcome, string? Why)> BetweenAsync(string repository, string from, string to, CancellationToken cancellationToken)
    {
        if (changes.FirstOrDefault() is not { } known) return (null, "GitHub is not connected, so commits are not known.");
        try
        {
            return (await known.BetweenAsync(repository, from, to, cancellationToken), null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (null, "GitHub did not answer in time.");
        }
    }

    private async Task<ItemOutlook> ItemAsync(ChecklistItem item, Plan plan, Service service, Person requester, CancellationToken cancellationToken)
    {
        if (allVerifiers.FirstOrDefault(one => one.Names.Contains(item.Verify!)) is not { } verifier) return new ItemOutlook(item.Text, Answer.Unknown($"nothing here verifies {item.Verify}: a person ticks it"));
        try
        {
            return new ItemOutlook(item.Text, await verifier.LookAsync(new Question(item.Verify!, item.Options, service.Name, plan.Site.Environment, service.Repository, plan.Version, plan.FromVersion, requester), cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new ItemOutlook(item.Text, Answer.Unknown("it did not answer in time"));
        }
    }

    private async Task<ApproverOutlook> ApproversAsync(Approval approval, Person requester, CancellationToken cancellationToken)
    {
        var current = configuration();
        var (people, unknown) = (new HashSet<Person>(), new List<string>());
        foreach (var name in approval.From)
        {
            if (name.IsPerson) people.Add(new Person(name.Name));
            if (current.Access.Groups.FirstOrDefault(group => group.Name == name) is not { } group) continue;
            people.UnionWith(group.Members);
            foreach (var outside in group.Outside)
            {
                if (await MembersAsync(outside, cancellationToken) is { } members) people.UnionWith(members);
                else unknown.Add(group.Name.Name);
            }
        }

        people.Remove(requester);
        var (hours, now) = (approval.OnlyWorkingHours ? current.Calendar.WorkingHours : WorkingHours.Always, time.GetUtcNow());
        var next = hours.Windows.NextOpening(now);
        return new ApproverOutlook(approval.Title, approval.Count, [.. people.Select(one => one.ShortName).Order(StringComparer.Ordinal)], [.. unknown.Distinct()], next == now, next);
    }

    private async Task<ImmutableHashSet<Person>?> MembersAsync(OutsideGroup outside, CancellationToken cancellationToken)
    {
        if (allDirectories.FirstOrDefault(one => one.System == outside.System) is not { } directory) return null;
        try
        {
            return await directory.FindMembersAsync(outside.Id, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<WindowOutlook> WindowAsync(Site site, ServiceEnvironment environment, Pass pass, CancellationToken cancellationToken)
    {
        if (await locks.RefuseAsync(site, pass, cancellationToken) is { } way) return new WindowOutlook(false, $"{way.Refusal.Why}{(way.Opens is { } opens ? $" It opens {configuration().Calendar.Zone.Says(opens)}." : "")}");
        var now = time.GetUtcNow();
        return environment.Windows.Closes(now) is { } closes
            ? new WindowOutlook(true, $"open until {configuration().Calendar.Zone.Says(closes)}")
            : new WindowOutlook(true, environment.Windows.IsAlways ? "may change at any time" : "open");
    }
}
