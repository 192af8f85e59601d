using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Catalog;
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
        foreach (var (key, of) in Keys.Where(one => !one.Of.Split(' ').Contains(word) && reader.Has(one.Key)))
            findings.Error(reader.File, reader.LineOf(key), "key-unfit", $"deploy: {word} has no {key}.", null, $"It belongs to deploy: {of.Replace(" ", " and ", StringComparison.Ordinal)}.");
        var step = new Rollout(id, "Roll out {version}");
        return word switch
        {
            "blue-green" => step with { Strategy = new BlueGreen(reader.Duration("keep")) },
            "canary" => step with { Strategy = new Canary(Shares(reader, findings), reader.Has("soak") ? reader.Duration("soak") : TimeSpan.Zero, reader.Text("promote") == "ask") { AsksWhenUnclear = reader.Text("inconclusive") != "fail" } },
            _ => Rolling(step, reader, findings),
        };
    }

    /// <summary>As the target's own strategy says, unless the file says more.</summary>
    private static Rollout Rolling(Rollout step, MappingReader reader, Findings findings)
    {
        var pause = PauseAt(reader, findings);
        var soak = reader.Has("soak") ? reader.Duration("soak") : TimeSpan.Zero;
        var ask = reader.Text("resume") == "ask";
        var pace = new Pace(Amount("surge", reader, findings), Amount("unavailable", reader, findings));
        if (pace is { Surge: "0" or "0%", Unavailable: "0" or "0%" })
            findings.Error(reader.File, reader.LineOf("unavailable"), "bad-value", "Neither more nor fewer replicas than wanted: nothing could be replaced.", null, "Let surge or unavailable be at least 1.");
        foreach (var key in (string[])["soak", "resume", "inconclusive"])
        {
            if (pause.IsEmpty && !reader.Has("pause-at") && reader.Has(key)) findings.Error(reader.File, reader.LineOf(key), "key-unfit", $"deploy: rolling has no {key} without pause-at.", "It is nowhere held.", "Write pause-at: 25%.");
        }

        if (!pause.IsEmpty && soak == TimeSpan.Zero && !ask)
            findings.Error(reader.File, reader.LineOf("pause-at"), "pause-empty", "It is held, and goes on at once.", "Nobody and nothing would look meanwhile.", "Write soak: 10m, or resume: ask.");
        var given = pace is { Surge: null, Unavailable: null } ? null : pace;
        return pause.IsEmpty && given is null ? step : step with { Strategy = new InPlace(pause, given, soak, ask) { AsksWhenUnclear = reader.Text("inconclusive") != "fail" } };
    }

    private static ImmutableArray<int> PauseAt(MappingReader reader, Findings findings)
    {
        var shares = ImmutableArray.CreateBuilder<int>();
        foreach (var (text, line) in reader.Texts("pause-at"))
        {
            if (Percent(text) is { } share and < 100) shares.Add(share);
            else findings.Error(reader.File, line, "bad-value", $"pause-at can't be \"{MappingReader.Cut(text)}\".", null, "Write percents from 1% to 99%.");
        }

        if (shares.Count > MostShares) findings.Error(reader.File, reader.LineOf("pause-at"), "bad-value", $"It is held {shares.Count} times.", null, $"Hold it at most {MostShares} times.");
        if (shares.Zip(shares.Skip(1)).Any(two => two.First >= two.Second)) findings.Error(reader.File, reader.LineOf("pause-at"), "bad-value", "The shares do not grow.", null, "Write each larger than the one before: [25%, 50%].");
        return shares.ToImmutable();
    }

    /// <summary>A number of replicas, or a share of them.</summary>
    private static string? Amount(string key, MappingReader reader, Findings findings)
    {
        if (reader.Text(key) is not { } text) return null;
        if (text.Length <= 5 && int.TryParse(text.AsSpan(0, text.EndsWith('%') ? text.Length - 1 : text.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (!text.EndsWith('%') || number <= 100)) return text;
        findings.Error(reader.File, reader.LineOf(key), "bad-value", $"{key} can't be \"{MappingReader.Cut(text)}\".", null, $"Write a number of replicas, or a share of them: {key}: 25%.");
        return null;
    }

    private static int? Percent(string text) =>
        text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var share) && share is >= 1 and <= 100 ? share : null;

    private static readonly (string Key, string Of)[] Keys = [("keep", "blue-green"), ("steps", "canary"), ("soak", "rolling canary"), ("promote", "canary"), ("pause-at", "rolling"), ("surge", "rolling"), ("unavailable", "rolling"), ("resume", "rolling"), ("inconclusive", "rolling canary")];

    /// <summary>Growing shares, the last 100 %.</summary>
    private static ImmutableArray<int> Shares(MappingReader reader, Findings findings)
    {
        if (!reader.Has("steps")) return Canary.UsualShares;
        var shares = ImmutableArray.CreateBuilder<int>();
        foreach (var (text, line) in reader.Texts("steps"))
        {
            if (Percent(text) is { } share) shares.Add(share);
            else findings.Error(reader.File, line, "bad-value", $"steps can't have \"{MappingReader.Cut(text)}\".", null, "Write percents from 1% to 100%.");
        }

        if (shares.Count == 0) return Canary.UsualShares;
        if (shares.Count > MostShares) findings.Error(reader.File, reader.LineOf("steps"), "bad-value", $"These are {shares.Count} steps.", null, $"Give it at most {MostShares}.");
        if (shares.Zip(shares.Skip(1)).Any(two => two.First >= two.Second)) findings.Error(reader.File, reader.LineOf("steps"), "bad-value", "The shares do not grow.", null, "Write each larger than the one before: [5%, 25%, 50%, 100%].");
        if (shares[^1] != 100) findings.Error(reader.File, reader.LineOf("steps"), "bad-value", $"The last share is {shares[^1]}%.", "A canary ends when everything runs the version.", "End with 100%.");
        return shares.ToImmutable();
    }
}
