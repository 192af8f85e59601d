using System.Globalization;
using System.Text.Json.Serialization;

namespace ChatOps.Runbooks.Work;

/// <summary>The number of a run, as people say it: "run 128". Positive, given out once.</summary>
[JsonConverter(typeof(RunIdConverter))]
public readonly record struct RunId(long Number)
{
    public StreamId Stream => new($"run-{Number}");

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads <c>128</c>, <c>#128</c> or <c>run-128</c>; false for anything else.</summary>
    public static bool TryParse(string? text, out RunId id)
    {
        var digits = text is null ? default : text.AsSpan().Trim();
        if (digits.StartsWith("run-", StringComparison.OrdinalIgnoreCase)) digits = digits[4..];
        else if (digits.StartsWith("#")) digits = digits[1..];
        var read = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
        id = new RunId(read ? number : 0);
        return read;
    }
}

/// <summary>A step's name inside its run, unique there and stable while the run lives: <c>s1</c>, <c>s2</c>, …</summary>
[JsonConverter(typeof(StepIdConverter))]
public readonly record struct StepId(string Name)
{
    public override string ToString() => Name;
}

/// <summary>The name of a list of events: one run (<c>run-128</c>), one queue (<c>queue-api/prod</c>).</summary>
public readonly record struct StreamId(string Name)
{
    public override string ToString() => Name;
}
