using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Integrations.Http;

namespace ChatOps.Bot.Settings;

/// <summary>Looks whether everything that the settings name can be used, and says what to do where it can't.</summary>
/// <remarks>It only reads, everything at once, and nothing for longer than <see cref="Patience"/>.</remarks>
internal sealed class Doctor(IEnumerable<ICheckUp> checkUps, TimeProvider time)
{
    /// <summary>How long one system has to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>How long what was found is shown again instead of asking everybody anew.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim one = new(1, 1);
    private ImmutableArray<Symptom> found = [];
    private DateTimeOffset foundAt;

    /// <summary>What is wrong with settings that nothing can be built from.</summary>
    public static ImmutableArray<Symptom> OfSettings(IEnumerable<string> faults) => [.. faults.Select(fault => new Symptom("Settings", "settings", Health.Bad, fault))];

    /// <summary>What was found, by system; at most a few seconds old.</summary>
    public async Task<ImmutableArray<Symptom>> LatelyAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            if (found.IsEmpty || time.GetUtcNow() - foundAt > Fresh) (found, foundAt) = (await ExamineAsync(cancellationToken), time.GetUtcNow());
            return found;
        }
        finally
        {
            one.Release();
        }
    }

    public async Task<ImmutableArray<Symptom>> ExamineAsync(CancellationToken cancellationToken)
    {
        var all = await Task.WhenAll(checkUps.Select(one => LookAsync(one, cancellationToken)));
        return [.. all.SelectMany(symptoms => symptoms)];
    }

    private async Task<ImmutableArray<Symptom>> LookAsync(ICheckUp checkUp, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            // A check-up that does not heed its token is left behind rather than waited for.
            return await checkUp.LookAsync(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [new Symptom(checkUp.System, "answer", Health.Bad, string.Create(CultureInfo.InvariantCulture, $"{checkUp.System} did not answer within {Patience.TotalSeconds:0} s."), "Check its address in the settings, and whether this machine may reach it.")];
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Options that can't be read name their key; of anything else the kind is said, since a message may hold an address with a secret in it.
            var says = fault is Microsoft.Extensions.Options.OptionsValidationException options ? string.Join(' ', options.Failures) : $"It could not be looked at ({fault.GetType().Name}).";
            return [new Symptom(checkUp.System, "settings", Health.Bad, says)];
        }
    }
}
