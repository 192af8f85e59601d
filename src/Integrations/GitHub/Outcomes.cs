using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>Goes on with what is done, and passes on why something isn't.</summary>
internal static class Outcomes
{
    public static Outcome<TTo> Then<TFrom, TTo>(this Outcome<TFrom> outcome, Func<TFrom, Outcome<TTo>> next) => outcome switch
    {
        Outcome<TFrom>.Done done => next(done.Value),
        Outcome<TFrom>.Later later => new Outcome<TTo>.Later(later.Why, later.After),
        Outcome<TFrom>.Never never => new Outcome<TTo>.Never(never.Fault),
        _ => throw new InvalidOperationException($"An outcome of another kind: {outcome.GetType().Name}."),
    };

    public static async Task<Outcome<TTo>> ThenAsync<TFrom, TTo>(this Outcome<TFrom> outcome, Func<TFrom, Task<Outcome<TTo>>> next) =>
        outcome is Outcome<TFrom>.Done done ? await next(done.Value) : outcome.Then<TFrom, TTo>(_ => throw new InvalidOperationException("It is not done."));

    /// <summary>The answer; where none could be found, why not.</summary>
    public static Answer OrUnknown(this Outcome<Answer> outcome) => outcome switch
    {
        Outcome<Answer>.Done done => done.Value,
        Outcome<Answer>.Never never => Answer.Unknown(never.Fault.InWords()),
        Outcome<Answer>.Later later => Answer.Unknown(later.Why),
        _ => Answer.Unknown("GitHub could not be asked."),
    };

    public static Outcome<Answer> Done(this Answer answer) => new Outcome<Answer>.Done(answer);
}
