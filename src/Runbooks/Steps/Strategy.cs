using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>How a version comes to a target, as a runbook's file says. Once a run is planned it is gone: only the steps that it is made of are walked.</summary>
public abstract record Strategy
{
    /// <summary>As YAML writes it.</summary>
    public abstract string Word { get; }

    /// <summary>What it is made of, in order. The step after which the version is live keeps the name of <paramref name="deploy"/>.</summary>
    public abstract IEnumerable<Step> Steps(Rollout deploy, PlanContext plan);

    /// <summary>A share of traffic is for looking how it does: every gate of the place, where there is any.</summary>
    protected static readonly ImmutableArray<string> EveryGate = [Soak.All];

    protected static StepId Named(Rollout deploy, string part) => new($"{deploy.Id}-{part}");

    /// <summary>What the file says of the whole goes for each part, save what takes it back: that belongs to the part that is live afterwards.</summary>
    protected static StepRules? RulesOfPart(Rollout deploy) => deploy.Rules is { } rules ? rules with { Undo = [] } : null;

    /// <summary>A limit of time is meant for what the target does, not for the wait between.</summary>
    protected static StepRules? SoakRules(StepRules? rules) => rules is null ? null : rules with { Timeout = null };
}

/// <summary>Replace replicas in place, hold at a part of them, look how it does, and go on.</summary>
/// <param name="PauseAt">Percent of the replicas at which it is held, growing, each from 1 to 99; empty = it is not held.</param>
/// <param name="Pace">How many are replaced at a time; null = as the target's own strategy says.</param>
/// <param name="Soak">How long it is held each time, while gates are watched; zero = not for a time.</param>
/// <param name="Ask">Whether a person has to say go each time.</param>
public sealed record InPlace(ImmutableArray<int> PauseAt, Pace? Pace, TimeSpan Soak, bool Ask) : Strategy
{
    /// <summary>Whether a person is asked where the gates can't tell how it does; else that is a failure like any other.</summary>
    public bool AsksWhenUnclear { get; init; } = true;

    /// <summary>How long a part may take where nothing says so: while it is held, the target itself counts no deadline.</summary>
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(15);

    public override string Word => "rolling";

    public override IEnumerable<Step> Steps(Rollout deploy, PlanContext plan)
    {
        var rules = RulesOfPart(deploy);
        var held = (rules ?? new StepRules()) is { Timeout: null } unlimited ? unlimited with { Timeout = UsualTimeout } : rules;
        foreach (var share in PauseAt)
        {
            var percent = string.Create(CultureInfo.InvariantCulture, $"{share}%");
            yield return new Rollout(Named(deploy, $"at{share}"), $"Roll out {{version}} to {percent}") { Stage = new Stage(StageKind.Part, share) { Pace = Pace }, Rules = held };
            if (Soak > TimeSpan.Zero) yield return new Soak(Named(deploy, $"soak{share}"), $"Soak at {percent}", Soak) { Rules = SoakRules(rules), Watches = EveryGate, Asks = AsksWhenUnclear, FailsUnclear = !AsksWhenUnclear };
            if (Ask) yield return new Wait(Named(deploy, $"go{share}"), $"Wait for go at {percent}", null, null);
        }

        yield return deploy with { Title = PauseAt.IsEmpty ? deploy.Title : "Roll out {version} to all", Strategy = null, Stage = new Stage(StageKind.All) { Pace = Pace } };
        if (Pace is not null) yield return new Rollout(Named(deploy, "end"), "Put surge and unavailable back") { Stage = new Stage(StageKind.Tidy), Rules = rules };
    }
}

/// <summary>Bring the version up beside what is live, look at it there, switch traffic over, and keep the other for a while.</summary>
/// <param name="Keep">How long what carried traffic before stays up.</param>
public sealed record BlueGreen(TimeSpan Keep) : Strategy
{
    /// <summary>Where nothing says how long.</summary>
    public static readonly TimeSpan UsualKeep = TimeSpan.FromHours(1);

    public override string Word => "blue-green";

    public override IEnumerable<Step> Steps(Rollout deploy, PlanContext plan)
    {
        yield return new Rollout(Named(deploy, "up"), "Bring up {version} beside") { Stage = new Stage(StageKind.Beside), Rules = RulesOfPart(deploy) };
        if (!plan.Environment.Preview.IsEmpty)
            yield return new HealthCheck(Named(deploy, "preview"), "Check {version} on its preview", []) { Preview = true, Rules = RulesOfPart(deploy) };
        yield return deploy with { Title = "Switch traffic to {version}", Strategy = null, Stage = new Stage(StageKind.Switch), Keep = Keep };
    }
}

/// <summary>Let a few replicas of the version carry a growing share of traffic, then roll it out to all.</summary>
/// <param name="Shares">Percent of traffic, growing; the last is 100.</param>
/// <param name="Soak">How long each share carries traffic before the next; zero = not at all.</param>
/// <param name="Ask">Whether a person has to say go before it is rolled out to all.</param>
public sealed record Canary(ImmutableArray<int> Shares, TimeSpan Soak, bool Ask) : Strategy
{
    /// <summary>Whether a person is asked where the gates can't tell how it does; else that is a failure like any other.</summary>
    public bool AsksWhenUnclear { get; init; } = true;

    public static readonly ImmutableArray<int> UsualShares = [5, 25, 50, 100];

    public override string Word => "canary";

    public override IEnumerable<Step> Steps(Rollout deploy, PlanContext plan)
    {
        var rules = RulesOfPart(deploy);
        foreach (var share in Shares.Where(share => share < 100))
        {
            var percent = string.Create(CultureInfo.InvariantCulture, $"{share}%");
            yield return new Rollout(Named(deploy, $"at{share}"), $"Canary of {{version}} at {percent}") { Stage = new Stage(StageKind.Canary, share), Rules = rules };
            if (Soak > TimeSpan.Zero) yield return new Soak(Named(deploy, $"soak{share}"), $"Soak at {percent}", Soak) { Rules = SoakRules(rules), Watches = EveryGate, Asks = AsksWhenUnclear, FailsUnclear = !AsksWhenUnclear };
        }

        if (Ask) yield return new Wait(Named(deploy, "go"), "Wait for go", null, null);
        yield return deploy with { Title = "Roll out {version} to all", Strategy = null };
        yield return new Rollout(Named(deploy, "end"), "End the canary") { Stage = new Stage(StageKind.EndCanary), Rules = rules };
    }
}
