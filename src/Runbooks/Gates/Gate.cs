using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Gates;

/// <summary>A number of the running service, and from where on it is not good enough.</summary>
/// <param name="Name">As its file says it: <c>error-rate</c>.</param>
/// <param name="Limit">The limit itself is still good; null only where it is compared.</param>
/// <param name="Worse">In which direction it gets worse.</param>
public sealed record Gate(string Name, GateQuery Query, GateValue? Limit, Worse Worse)
{
    /// <summary>How long it has to be past its limit, without a good sample between, before it trips; zero = at once.</summary>
    public TimeSpan For { get; init; }

    /// <summary>From here on it is said, and nothing more.</summary>
    public GateValue? Warn { get; init; }

    /// <summary>Between samples; null = as <see cref="Schedule"/> says.</summary>
    public TimeSpan? Every { get; init; }

    public Compare Compare { get; init; }

    /// <summary>With <see cref="Compare"/>: how much worse is still good, as a share of what it is compared with or as a number; null = nothing.</summary>
    public GateValue? Margin { get; init; }

    /// <summary>With <see cref="Compare"/>: how sure the test has to be, from 0.5 to below 1.</summary>
    public double Confidence { get; init; } = 0.98;

    public OnUnknown OnUnknown { get; init; }

    /// <summary>How many samples a verdict needs: as many bad ones in a row to trip, as many in all to pass; with <see cref="Compare"/> on each side. At least 1.</summary>
    public int MinSamples { get; init; } = 1;

    /// <summary>Where people look closer; null = where its source says.</summary>
    public Uri? Link { get; init; }

    /// <summary>What its samples count in.</summary>
    [JsonIgnore]
    public GateUnit Unit => Limit?.Unit ?? Warn?.Unit ?? Query.Unit;

    /// <summary>Everything about it, in words that change when it changes: approvals are bound to them.</summary>
    public string Says() => $"{Name} ({Query.Says()}) {LimitInWords}{(Warn is { } warn ? $", warns {Direction} {warn}" : "")}"
        + $"{(Every is { } every ? $", asked every {Words.Duration(every)}" : "")}{(MinSamples > 1 ? $", at least {MinSamples} samples" : "")}"
        + OnUnknown switch { OnUnknown.Fail => ", fails when unknown", OnUnknown.Ignore => ", ignored when unknown", _ => "" };

    /// <summary><c>above 5% for 5 min</c>.</summary>
    [JsonIgnore]
    public string LimitInWords => string.Join(" or ", Limits()) + (For > TimeSpan.Zero ? $" for {Words.Duration(For)}" : "");

    /// <summary>Between samples of this gate in a soak of that length: about forty in a short one, and often enough for <see cref="For"/>.</summary>
    public TimeSpan Schedule(TimeSpan soak)
    {
        if (Every is { } given) return given;
        var usual = Math.Max(Math.Clamp(soak.TotalSeconds / 40, 1, 15), soak.TotalSeconds / 400);
        return TimeSpan.FromSeconds(For > TimeSpan.Zero ? Math.Max(1, Math.Min(usual, For.TotalSeconds / 3)) : usual);
    }

    public bool IsPast(double value, GateValue limit) => Worse == Worse.Higher ? value > limit.Number : value < limit.Number;

    private string Direction => Worse == Worse.Higher ? "above" : "below";

    private IEnumerable<string> Limits()
    {
        if (Limit is { } limit) yield return $"{Direction} {limit}";
        if (Compare != Compare.Nothing)
            yield return $"{(Worse == Worse.Higher ? "higher" : "lower")} than {(Compare == Compare.Before ? "before the change" : "on the stable pods")}{(Margin is { } margin ? $" by more than {margin}" : "")}, {Confidence * 100:0.##}% sure";
    }
}

/// <summary>What is asked, and of whom.</summary>
/// <param name="Source">The word for who is asked: <c>prometheus</c>, <c>datadog</c>, <c>sentry</c>, <c>http</c>, <c>json</c>, <c>simulated</c>.</param>
/// <param name="Text">The question as that source takes it: a query, an address, or a word.</param>
public sealed record GateQuery(string Source, string Text)
{
    /// <summary>The same question about the stable pods, for <see cref="Compare.Canary"/>.</summary>
    public string? Baseline { get; init; }

    /// <summary>Where the number is in a JSON answer, as a dotted path.</summary>
    public string? Path { get; init; }

    /// <summary>In Sentry: the project's id.</summary>
    public string? Project { get; init; }

    /// <summary>In Sentry: what a version's release is called; <c>{version}</c> stands for the version.</summary>
    public string? Release { get; init; }

    /// <summary>Sent along; <c>{secret:NAME}</c> is filled in when it is.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What the source's numbers are multiplied by to be seconds or shares.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>What the numbers count in, where no limit says so.</summary>
    public GateUnit Unit { get; init; }

    /// <summary>Stands for the pods that run the new version; in the question about the stable ones, for those.</summary>
    public const string Pods = "{pods}";

    /// <summary>Whether pods have to be looked up before it can be asked.</summary>
    [JsonIgnore]
    public bool AsksForPods => Text.Contains(Pods, StringComparison.Ordinal) || Baseline?.Contains(Pods, StringComparison.Ordinal) == true;

    public string Says() => $"{Source}: {Text}{(Path is null ? "" : $" at {Path}")}{(Project is null ? "" : $" of project {Project}")}{(Release is null ? "" : $", release {Release}")}"
        + $"{(Baseline is null ? "" : $" against {Baseline}")}{(Scale == 1 ? "" : $", times {Scale}")}{string.Concat(Headers.Select(header => $", {header.Key}: {header.Value}"))}";
}

public enum Worse
{
    Higher,
    Lower,
}

/// <summary>What a gate's samples are compared with.</summary>
public enum Compare
{
    Nothing,

    /// <summary>The same number over the time before the change.</summary>
    Before,

    /// <summary>The same number on the pods that still run the version before.</summary>
    Canary,
}

/// <summary>What no data, NaN, a missing series or a silent source leads to. None of them is ever good.</summary>
public enum OnUnknown
{
    /// <summary>It is asked on; a soak does not end before it is known.</summary>
    Wait,

    /// <summary>It fails as a number past its limit would.</summary>
    Fail,

    /// <summary>It is shown as unknown, and stands in nobody's way.</summary>
    Ignore,
}
