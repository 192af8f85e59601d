using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads <c>gates:</c> of an environment.</summary>
internal static class GateReader
{
    private static readonly string[] Sources = ["prometheus", "datadog", "sentry", "http", "json", "kubernetes", "health", "alerts", "simulated"];

    private const int MostPerPlace = 20;

    public static ImmutableArray<Gate> ReadAll(string service, string environment, MappingReader reader, Findings findings)
    {
        var named = reader.Named("gates");
        if (named.Length > MostPerPlace) findings.Error(reader.File, reader.LineOf("gates"), "gates-too-many", $"{service} has {named.Length} gates in {environment}.", null, $"Keep the {MostPerPlace} that matter.");
        return [.. named.Select(one => Gate(service, environment, one.Name, one.Line, one.Value, findings)).OfType<Gate>()];
    }

    private static Gate? Gate(string service, string environment, string name, Spot line, MappingReader? reader, Findings findings)
    {
        // Known even where it can't be read, so that whoever watches it is not told a second time.
        if (findings.Remember($"service:{service}/{environment}:gate:{name}", reader?.File ?? "", line) is { } before && reader is not null && before.File == reader.File)
            findings.Error(reader.File, line, "duplicate-name", $"There are two gates {name}.", $"The other is in line {before.Line}.", "Rename one.");
        if (reader is null) return null;
        if (!Lint.IsName(name) || name is Steps.Soak.All or Steps.Soak.Usual) findings.Error(reader.File, line, "bad-name", $"A gate can't be called \"{MappingReader.Cut(name)}\".", null, "Use letters, digits and dashes; all means all of them, and usual those that need no query.");
        var sources = Sources.Where(reader.Has).ToList();
        if (sources is not [var source])
        {
            findings.Error(reader.File, line, sources.Count == 0 ? "gate-source-missing" : "gate-source-twice", sources.Count == 0 ? $"Nobody is asked for {name}." : $"{name} is asked of {Words.List(sources)} at once.", null, $"Write one of: {string.Join(", ", Sources)}.");
            return null;
        }

        Elsewhere(source, reader, findings);
        if (reader.Text(source) is not { } text) return null;
        if (text.Length == 0) findings.Error(reader.File, reader.LineOf(source), "missing-value", $"{source} has no value.");
        if (source is "http" or "json" && !IsAddress(text)) findings.Error(reader.File, reader.LineOf(source), "bad-address", $"\"{MappingReader.Cut(text)}\" is not an http or https address.", null, "Write the whole address; its host can't be filled in.");
        return Limited(name, source, Query(source, text, reader, findings), reader, findings);
    }

    private static Gate Limited(string name, string source, GateQuery query, MappingReader reader, Findings findings)
    {
        var (above, below) = (Value("above", reader, findings), Value("below", reader, findings));
        var compare = reader.Text("compare") switch { "before" => Compare.Before, "canary" => Compare.Canary, _ => Compare.Nothing };
        var health = source == "http" && compare == Compare.Nothing && !reader.Has("above") && !reader.Has("below");
        if (health) below = new GateValue(1, GateUnit.Plain);
        var usual = compare == Compare.Nothing && !reader.Has("above") && !reader.Has("below") && !health ? UsualGates.Limit(name, query) : null;
        if (usual is { Worse: Worse.Lower }) below = usual.Limit;
        else if (usual is not null) above = usual.Limit;
        if (reader.Has("above") && reader.Has("below"))
            findings.Error(reader.File, reader.LineOf("below"), "gate-limit-twice", $"{name} has a limit above and one below.", null, "Make it two gates.");
        else if (!health && usual is null && compare == Compare.Nothing && !reader.Has("above") && !reader.Has("below"))
            findings.Error(reader.File, reader.Line, "gate-limit-missing", $"{name} has no limit.", null, "Write above: or below:, or compare: before.");
        var worse = reader.Text("worse") is { } said ? said == "lower" ? Worse.Lower : Worse.Higher : below is not null ? Worse.Lower : Worse.Higher;
        if (reader.Has("worse") && ((above is not null && worse == Worse.Lower) || (below is not null && worse == Worse.Higher)))
            findings.Error(reader.File, reader.LineOf("worse"), "bad-value", $"worse: {reader.Text("worse")} does not go with the limit of {name}.", null, "Take one of them out.");
        var gate = new Gate(name, query, above ?? below, worse)
        {
            For = usual is not null && !reader.Has("for") ? usual.For : reader.Duration("for"),
            Warn = Value("warn", reader, findings),
            Every = reader.Has("every") ? reader.Duration("every") : null,
            Compare = compare,
            Margin = Value("margin", reader, findings, most: 10),
            Confidence = Confidence(reader, findings),
            OnUnknown = reader.Text("on-unknown") switch { "fail" => OnUnknown.Fail, "ignore" => OnUnknown.Ignore, _ => OnUnknown.Wait },
            MinSamples = reader.Has("min-samples") ? reader.Number("min-samples") : compare != Compare.Nothing ? 20 : health ? 3 : usual?.MinSamples ?? 1,
            Link = Link(reader, findings),
        };
        Sense(gate, reader, findings);
        return gate;
    }

    /// <summary>What each value alone is allowed to be, and not together.</summary>
    private static void Sense(Gate gate, MappingReader reader, Findings findings)
    {
        void Wrong(string key, string what, string mend) => findings.Error(reader.File, reader.LineOf(key), "bad-value", what, null, mend);
        if (gate is { Limit: { } limit, Warn: { } warn })
        {
            if (limit.Unit != warn.Unit) Wrong("warn", $"{gate.Name} warns at {warn}, but its limit is {limit}.", "Write both in the same unit.");
            else if (warn == limit || gate.IsPast(warn.Number, limit)) Wrong("warn", $"{gate.Name} trips before it warns: it warns at {warn}, and its limit is {limit}.", "Warn earlier.");
        }

        if (gate.Query.AsksForPods && gate.Query.Source != "prometheus")
            findings.Error(reader.File, reader.LineOf(gate.Query.Source), "pods-unfit", $"{gate.Query.Source} can't be asked with {GateQuery.Pods}.", "It becomes a regular expression of pods' names, as Prometheus matches labels.", "Ask about the canary's pods and, with baseline:, about the stable ones.");
        if (gate.Compare == Compare.Canary && gate.Query is { Baseline: null, AsksForPods: false })
            findings.Error(reader.File, reader.LineOf("compare"), "missing-key", $"{gate.Name} is compared with the stable pods, and nothing says how they are asked.", null, "Write baseline: with the same question about them, or {pods} in the question, as in pod=~\"{pods}\".");
        if (gate.Compare != Compare.Nothing && gate.MinSamples < MannWhitney.Least)
            Wrong("min-samples", $"{gate.Name} is to be compared by {Words.Count(gate.MinSamples, "sample", "samples")}.", $"The test needs at least {MannWhitney.Least} on each side.");
        if (gate.Compare == Compare.Before && gate.Query.Source is "http" or "json" or "kubernetes" or "health" or "alerts")
            findings.Error(reader.File, reader.LineOf("compare"), "compare-impossible", $"{gate.Query.Source} keeps no numbers of before the change.", null, "Ask Prometheus or Datadog, or compare with a canary.");
        if (gate.Every is { } every && gate.For > TimeSpan.Zero && every > gate.For)
            findings.Warn(reader.File, reader.LineOf("every"), "gate-too-rare", $"{gate.Name} is asked every {Words.Duration(every)}, and trips after {Words.Duration(gate.For)}.", "It takes two samples in a row to see that it lasted.", "Ask more often.");
    }

    private static GateQuery Query(string source, string text, MappingReader reader, Findings findings)
    {
        if (source == "sentry" && reader.Text("project") is not { Length: > 0 })
            findings.Error(reader.File, reader.LineOf(source), "missing-key", "A question to Sentry needs project.", "The project's id.", "Write project: \"4505\"");
        if (source == "json" && reader.Text("path") is not { Length: > 0 })
            findings.Error(reader.File, reader.LineOf(source), "missing-key", "A number out of a JSON answer needs path.", null, "Write path: stats.errors");
        return new GateQuery(source, text)
        {
            Baseline = reader.Text("baseline"),
            Path = reader.Text("path"),
            Project = reader.Text("project"),
            Release = source == "sentry" ? reader.Text("release") ?? "{version}" : null,
            Headers = reader.NamedValues("headers"),
            Scale = reader.Text("unit") switch { "ms" => 1e-3, "us" => 1e-6, "ns" => 1e-9, "percent" => 0.01, _ => 1 },
            Unit = reader.Text("unit") switch { "percent" or "share" => GateUnit.Share, null => source == "sentry" && text != "new-issues" ? GateUnit.Share : GateUnit.Plain, _ => GateUnit.Time },
        };
    }

    /// <summary>Keys that belong to another source or to a comparison.</summary>
    private static void Elsewhere(string source, MappingReader reader, Findings findings)
    {
        (string Key, bool Fits, string Where)[] keys =
        [
            ("path", source == "json", "json"), ("project", source == "sentry", "sentry"), ("release", source == "sentry", "sentry"), ("headers", source is "json" or "http", "json or http"),
            ("baseline", reader.Text("compare") == "canary", "compare: canary"),
            ("worse", reader.Has("compare"), "compare"), ("margin", reader.Has("compare"), "compare"), ("confidence", reader.Has("compare"), "compare"),
        ];
        foreach (var (key, _, where) in keys.Where(one => !one.Fits && reader.Has(one.Key)))
            findings.Error(reader.File, reader.LineOf(key), "key-elsewhere", $"Nothing here uses {key}.", null, $"It belongs to a gate with {where}.");
    }

    /// <param name="most">Of a share: the most it may be.</param>
    private static GateValue? Value(string key, MappingReader reader, Findings findings, double most = 1)
    {
        if (reader.Text(key) is not { } text) return null;
        if (!GateValue.TryRead(text, out var value))
            findings.Error(reader.File, reader.LineOf(key), "bad-value", $"{key} can't be \"{MappingReader.Cut(text)}\".", null, "Write a number, a share such as 5%, or a time such as 500ms.");
        else if (value.Unit == GateUnit.Share && (value.Number < 0 || value.Number > most))
            findings.Error(reader.File, reader.LineOf(key), "bad-value", $"{key} can't be {text}.", null, string.Create(CultureInfo.InvariantCulture, $"Write a share from 0% to {most * 100:0}%."));
        else
            return value;
        return null;
    }

    private static double Confidence(MappingReader reader, Findings findings)
    {
        var value = Value("confidence", reader, findings);
        if (value is null) return 0.98;
        if (value.Value.Number is >= 0.5 and < 1) return value.Value.Number;
        findings.Error(reader.File, reader.LineOf("confidence"), "bad-value", $"confidence can't be {reader.Text("confidence")}.", "No test is ever quite sure.", "Write a share from 50% to 99.9%.");
        return 0.98;
    }

    private static Uri? Link(MappingReader reader, Findings findings)
    {
        if (reader.Text("link") is not { Length: > 0 } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var link) && link.Scheme is "http" or "https") return link;
        findings.Error(reader.File, reader.LineOf("link"), "bad-address", $"\"{MappingReader.Cut(text)}\" is not an http or https address.");
        return null;
    }

    /// <summary>A whole address, whose host is written out: which hosts are spoken to must be plain to see.</summary>
    private static bool IsAddress(string text) => Uri.TryCreate(text.Replace('{', '-').Replace('}', '-'), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        && !text.AsSpan(0, text.IndexOf('/', url.Scheme.Length + 3) is var path and > 0 ? path : text.Length).Contains('{');
}
