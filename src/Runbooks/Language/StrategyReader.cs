using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads a deploy step: by which strategy, and what that needs to know.</summary>
internal static class StrategyReader
{
    private const int MostShares = 10;

    /// <summary>The step, or null when its strategy could not be read.</summary>
    public static Rollout? Read(StepId id, MappingReader reader, Findings findings)
    {
        if (reader.Text("deploy") is not { } word) return null;
        foreach (var (key, of) in Keys.Where(one => one.Of != word && reader.Has(one.Key)))
            findings.Error(reader.File, reader.LineOf(key), "key-unfit", $"deploy: {word} has no {key}.", null, $"It belongs to deploy: {of}.");
        var step = new Rollout(id, "Roll out {version}");
        return word switch
        {
            "blue-green" => step with { Strategy = new BlueGreen(reader.Duration("keep")) },
            "canary" => step with { Strategy = new Canary(Shares(reader, findings), reader.Has("soak") ? reader.Duration("soak") : TimeSpan.Zero, reader.Text("promote") == "ask") },
            _ => step,
        };
    }

    private static readonly (string Key, string Of)[] Keys = [("keep", "blue-green"), ("steps", "canary"), ("soak", "canary"), ("promote", "canary")];

    /// <summary>Growing shares, the last 100 %.</summary>
    private static ImmutableArray<int> Shares(MappingReader reader, Findings findings)
    {
        if (!reader.Has("steps")) return Canary.UsualShares;
        var shares = ImmutableArray.CreateBuilder<int>();
        foreach (var (text, line) in reader.Texts("steps"))
        {
            if (text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var share) && share is >= 1 and <= 100) shares.Add(share);
            else findings.Error(reader.File, line, "bad-value", $"steps can't have \"{MappingReader.Cut(text)}\".", null, "Write percents from 1% to 100%.");
        }

        if (shares.Count == 0) return Canary.UsualShares;
        if (shares.Count > MostShares) findings.Error(reader.File, reader.LineOf("steps"), "bad-value", $"These are {shares.Count} steps.", null, $"Give it at most {MostShares}.");
        if (shares.Zip(shares.Skip(1)).Any(two => two.First >= two.Second)) findings.Error(reader.File, reader.LineOf("steps"), "bad-value", "The shares do not grow.", null, "Write each larger than the one before: [5%, 25%, 50%, 100%].");
        if (shares[^1] != 100) findings.Error(reader.File, reader.LineOf("steps"), "bad-value", $"The last share is {shares[^1]}%.", "A canary ends when everything runs the version.", "End with 100%.");
        return shares.ToImmutable();
    }
}
