using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Simulated;

/// <summary>Operations where nothing is real: each says what it would do, and is done at once; one whose object's name says <c>fail</c> fails.</summary>
public sealed class SimulatedOperations : IOperations
{
    public bool Serves(Target target, Operation operation) => target is Target.Simulated;

    public Task<Outcome<Foresight>> ForeseeAsync(Target target, Operation operation, CancellationToken cancellationToken) =>
        Answer(new Foresight([$"{operation.Says()} (simulated)"], operation is Operation.TakeBack ? null : "{}"));

    public Task<Outcome<string>> MakeAsync(Target target, Change change, Operation operation, string? before, Func<string, Task> moved, CancellationToken cancellationToken) =>
        Answer($"{operation.Title}: done (simulated).");

    public Task<Outcome<OperationSighting>> ObserveAsync(Target target, Operation operation, string? before, OperationSighting? last, TimeSpan atMost, CancellationToken cancellationToken) =>
        Answer(operation is not Operation.TakeBack && operation.Title.Contains("fail", StringComparison.OrdinalIgnoreCase)
            ? new OperationSighting(OperationPhase.Failed, $"{operation.Title}: it does not come up (simulated).", new Fault("operation-failed", $"{operation.Title}: it does not come up (simulated).", "Its name says that it is to fail."))
            : new OperationSighting(OperationPhase.Complete, $"{operation.Title}: it is as wanted (simulated).", null));

    private static Task<Outcome<T>> Answer<T>(T value) => Task.FromResult<Outcome<T>>(new Outcome<T>.Done(value));
}
