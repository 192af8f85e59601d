using System.Collections.Immutable;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Looks at what the operations of a plan would change, before anything is started. Whatever does not answer in time is said to be unknown.</summary>
internal sealed class Foreseeing(Operations operations, ManifestDesk manifests)
{
    private const int MostLines = 60;

    public async Task<ImmutableArray<Foreseen>> OfAsync(Target target, IEnumerable<Step> steps, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(atMost);
        return [.. await Task.WhenAll(steps.OfType<Operate>().Select(step => OneAsync(target, step, patience.Token, cancellationToken)))];
    }

    private async Task<Foreseen> OneAsync(Target target, Operate step, CancellationToken patience, CancellationToken cancellationToken)
    {
        Foreseen Says(params ReadOnlySpan<string> lines) => new(step.Id, step.Title, [.. lines]);

        // What a step before it keeps is not known yet.
        if (step.Operation.Says().Contains("{values.", StringComparison.Ordinal)) return Says("! it depends on what steps before it find");
        var (by, nobody) = operations.For(target, step.Operation);
        if (by is null) return Says($"! {nobody.Why}");
        try
        {
            var filled = await manifests.FilledAsync(step.Operation, text => text, patience);
            if (filled is not Outcome<Operation>.Done { Value: var operation }) return Says($"! {(filled is Outcome<Operation>.Never refused ? refused.Fault.Why : $"it can't be told now: {((Outcome<Operation>.Later)filled).Why}")}");
            return await by.ForeseeAsync(target, operation, patience) switch
            {
                Outcome<Foresight>.Done { Value.Shows: var shows } => new Foreseen(step.Id, step.Title, shows.Length <= MostLines ? shows : [.. shows.Take(MostLines), $"and {shows.Length - MostLines} lines more"]),
                Outcome<Foresight>.Later later => Says($"! it can't be told now: {later.Why}"),
                Outcome<Foresight>.Never never => Says($"! {never.Fault.Why}{(never.Fault.Next is { } next ? $" {next}" : "")}"),
                _ => Says(),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Says("! the target did not answer in time");
        }
    }
}
