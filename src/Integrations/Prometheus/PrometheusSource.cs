using System.Globalization;
using System.Text.Json;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Gates;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Prometheus;

/// <summary>Asks Prometheus' HTTP API: <c>query</c> for the number now, <c>query_range</c> for the time before the change.</summary>
/// <remarks>An empty answer is no zero: it means that there is no data, as does NaN.</remarks>
internal sealed class PrometheusSource(HttpClient http, IOptions<PrometheusOptions> options, TimeProvider time) : IGateSource
{
    private const int LongestError = 200;

    private readonly JsonCalls calls = new(http, "Prometheus", options.Value.Timeout, time);

    public string Name => "prometheus";

    public async Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        var (data, why) = await AskAsync("api/v1/query", [new("query", question.Query.Text)], cancellationToken);
        return (data is null ? GateReading.Unknown(why!) : Reading(data)) with { Link = LinkTo(question) };
    }

    public async Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        var (data, why) = await AskAsync("api/v1/query_range", [new("query", question.Query.Text), new("start", Seconds(from)), new("end", Seconds(to)), new("step", step.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture))], cancellationToken);
        if (data is null) return GatePast.Unknown(why!);
        if (data.ResultType != "matrix" || data.Result.ValueKind != JsonValueKind.Array) return GatePast.Unknown($"Prometheus answered with a {data.ResultType}, not with numbers over time.");
        return data.Result.GetArrayLength() switch
        {
            0 => GatePast.Unknown("Prometheus has no data of the time before the change."),
            1 => new GatePast([.. Points(data.Result[0])], null),
            var many => GatePast.Unknown(Many(many)),
        };
    }

    private async Task<(PrometheusData? Data, string? Why)> AskAsync(string path, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Value.Url!, path)) { Content = new FormUrlEncodedContent(form) };
        if (options.Value.Token is { Length: > 0 } token) request.Headers.Authorization = new("Bearer", token);
        if (options.Value.Tenant is { Length: > 0 } tenant) request.Headers.TryAddWithoutValidation("X-Scope-OrgID", tenant);
        var answer = await calls.SendAsync(request, PrometheusJson.Default.PrometheusAnswer, cancellationToken);
        return answer switch
        {
            { Value: { Status: "success", Data: { } data }, Why: null } => (data, null),
            { Value: { Status: "error", Error: { } error } value } => (null, $"Prometheus says {value.ErrorType}: {BoundedReads.Printable(error, LongestError)}."),
            { Why: { } why } => (null, why),
            _ => (null, "Prometheus answered something that can't be read."),
        };
    }

    private static GateReading Reading(PrometheusData data)
    {
        if (data.Result.ValueKind != JsonValueKind.Array) return GateReading.Unknown("Prometheus answered something that can't be read.");
        switch (data.ResultType)
        {
            case "scalar": return Number(data.Result);
            case "vector" when data.Result.GetArrayLength() == 0: return GateReading.Unknown("Prometheus has no such data now.");
            case "vector" when data.Result.GetArrayLength() > 1: return GateReading.Unknown(Many(data.Result.GetArrayLength()));
            case "vector" when data.Result[0].ValueKind == JsonValueKind.Object && data.Result[0].TryGetProperty("value", out var pair): return Number(pair);
            default: return GateReading.Unknown($"Prometheus answered with a {data.ResultType}, not with one number.");
        }
    }

    /// <summary>A pair of a time and a text: JSON has neither NaN nor infinity.</summary>
    private static GateReading Number(JsonElement pair) => TryNumber(pair, out _, out var value)
        ? GateReading.Known(value)
        : GateReading.Unknown("Prometheus answered something that is not a number.");

    private static IEnumerable<GatePoint> Points(JsonElement series)
    {
        if (series.ValueKind != JsonValueKind.Object || !series.TryGetProperty("values", out var values) || values.ValueKind != JsonValueKind.Array) yield break;
        foreach (var pair in values.EnumerateArray())
        {
            if (TryNumber(pair, out var at, out var value) && double.IsFinite(value)) yield return new GatePoint(at, value);
        }
    }

    private static bool TryNumber(JsonElement pair, out DateTimeOffset at, out double value)
    {
        (at, value) = (default, double.NaN);
        if (pair is not { ValueKind: JsonValueKind.Array } || pair.GetArrayLength() != 2 || pair[0].ValueKind != JsonValueKind.Number || pair[1].ValueKind != JsonValueKind.String) return false;
        if (!pair[0].TryGetDouble(out var seconds) || seconds is < 0 or > 1e11) return false;
        at = DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000));
        var text = pair[1].GetString()!;
        value = text switch { "NaN" => double.NaN, "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, _ => value };
        return text is "NaN" or "+Inf" or "-Inf" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static string Many(int series) => $"the query gives {series} series: let it give one, for instance with sum(…) or max(…).";

    private static string Seconds(DateTimeOffset at) => (at.ToUnixTimeMilliseconds() / 1000d).ToString("0.###", CultureInfo.InvariantCulture);

    private Uri LinkTo(GateQuestion question) =>
        new(options.Value.PublicUrl ?? options.Value.Url!, $"graph?g0.expr={Uri.EscapeDataString(question.Query.Text)}&g0.tab=0&g0.range_input=1h");
}
