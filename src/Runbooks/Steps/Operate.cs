using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that changes objects where the target runs: it looks first and shows what it would change, notes what was there, does it, and waits until it is done.</summary>
/// <remarks>What takes it back is made of what was noted before its first try, so that a second try can't note what the first left half done.</remarks>
public sealed record Operate(StepId Id, string Title, Operation Operation) : Step(Id, Title)
{
    /// <param name="Noted">Whether it was looked at what is there. Nothing is done before.</param>
    /// <param name="Before">What is needed to take it back; null = nothing.</param>
    /// <param name="Shows">What it changes, in lines.</param>
    /// <param name="Made">What was done; null until it was.</param>
    /// <param name="Silent">Why nothing answers, while nothing does.</param>
    public sealed record State(bool Noted, string? Before, ImmutableArray<string> Shows, string? Made, OperationSighting? Last, string? Silent) : StepState;

    public override string Kind => Operation.Kind;

    [JsonIgnore]
    public bool IsBack => Operation is Operation.TakeBack;

    public override bool Changes => true;

    public override string Says() => IsBack ? Operation.Says() : $"{Operation.Says()}; taken back by {Operation.Undone()}";

    public override Step For(PlanContext plan)
    {
        var filled = Operation.Filled(plan.Fill);
        if (filled is Operation.Apply apply)
        {
            var fills = plan.Inputs.Select(input => KeyValuePair.Create($"inputs.{input.Key}", input.Value))
                .Concat([new("service", plan.Service.Name), new("version", plan.Version), new("environment", plan.Environment.Name), new("by", plan.By.ShortName)]);
            filled = apply with { Fills = fills.ToImmutableSortedDictionary(), Repository = plan.Service.Repository, Set = SetOf(plan, apply.Folder) };
        }

        return this with { Title = plan.Fill(Title), Operation = filled };
    }

    /// <summary>The step that takes this one back; null where nothing was noted, so nothing done.</summary>
    public Operate? WayBack(StepState? state) => !IsBack && state is State { Noted: true } s && s.Before is { } before
        ? new Operate(new StepId($"undo-{Id}"), $"Take back: {Title}", new Operation.TakeBack(Operation, before)) { Rules = Rules is { Timeout: { } limit } ? new StepRules { Timeout = limit } : null }
        : null;

    public override StepDecision Begin(StepContext context) => StepDecision.Nothing.And(new ForeseeOperation(), context.Now);

    public override StepState Begun(StepContext context) => new State(false, null, [], null, null, null);

    /// <summary>A new try keeps what was there before the first.</summary>
    public override StepState? Again(StepState state) => state is State { Noted: true } s ? s with { Made = null, Last = null, Silent = null } : null;

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var s = (State)state;
        return command switch
        {
            OperationForeseen c when s.Made is null => Answers(s, new OperationNoted(c.Foresight.Shows, s.Noted ? null : c.Foresight.Before)).And(new MakeOperation(), context.Now),
            OperationDone c when s is { Noted: true, Made: null } => Answers(s, new OperationMade(c.Says)).And(new WatchOperation(null), context.Now),
            OperationSeen c => Seen(s, c.Sighting, context.Now),
            WorldSilent c when c.Why != s.Silent => StepDecision.Accept(new Delayed(c.Why)),
            WorldRefused c => Answers(s, new StepFailed(c.Fault)),
            _ => StepDecision.Nothing,
        };
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at)
    {
        var s = (State)state;
        return what switch
        {
            OperationNoted e => s with { Noted = true, Before = s.Before ?? e.Before, Shows = e.Shows },
            OperationMade e => s with { Made = e.Says },
            OperationMoved e => s with { Last = e.Sighting },
            Delayed e => s with { Silent = e.Why },
            _ => state,
        };
    }

    /// <summary>It can't be held half way: what was begun goes on in the cluster, and is looked at again.</summary>
    public override StepDecision Resume(StepState state, StepContext context) =>
        state is State { Made: not null } s ? StepDecision.Nothing.And(new WatchOperation(s.Last), context.Now) : Begin(context);

    /// <summary>A label's value: at most 63 letters, digits, dots and dashes, and another one for every place and folder.</summary>
    private static string SetOf(PlanContext plan, string folder)
    {
        var whole = $"{plan.Service.Name}.{plan.Environment.Name}.{folder}";
        var plain = string.Concat(whole.Select(sign => char.IsAsciiLetterOrDigit(sign) || sign is '.' or '-' ? sign : '-')).Trim('.', '-');
        var told = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)))[..8];
        return $"{plain[..Math.Min(plain.Length, 50)].TrimEnd('.', '-')}-{told}";
    }

    private static StepDecision Seen(State s, OperationSighting seen, DateTimeOffset now)
    {
        var moved = seen == s.Last ? Answers(s) : Answers(s, new OperationMoved(seen));

        // While it is being made, what comes is progress alone: how it ended is asked once it was made.
        if (s.Made is null) return seen.Phase == OperationPhase.Progressing ? moved : StepDecision.Nothing;
        return seen.Phase switch
        {
            OperationPhase.Complete => moved with { Events = moved.Events.Add(new StepPassed()) },
            OperationPhase.Failed => moved with { Events = moved.Events.Add(new StepFailed(seen.Trouble ?? new("operation-failed", seen.Says))) },
            _ => moved.And(new WatchOperation(seen), now),
        };
    }

    private static StepDecision Answers(State s, params ReadOnlySpan<StepEvent> events) =>
        StepDecision.Accept(s.Silent is null ? [.. events] : [new Delayed(null), .. events]);
}
