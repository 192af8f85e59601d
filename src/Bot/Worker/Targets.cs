using ChatOps.Runbooks.Catalog;

namespace ChatOps.Bot.Worker;

/// <summary>Finds who speaks for a target.</summary>
internal sealed class Targets(IEnumerable<ITargets> all)
{
    /// <exception cref="InvalidOperationException">Nobody does: the wiring forgot a kind of target.</exception>
    public ITargets For(Target target) =>
        all.FirstOrDefault(one => one.Serves(target)) ?? throw new InvalidOperationException($"Nothing speaks for {target}.");
}
