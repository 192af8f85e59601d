using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Gates;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Datadog;

/// <summary>Asks Datadog's <c>GET /api/v1/query</c> for the newest whole point of a metric query.</summary>
/// <remarks>Metrics arrive a minute late or more. A point from before the change says nothing about it, and is no answer.</remarks>
internal sealed class DatadogMetrics(HttpClient http, IOptions<DatadogMetricsOptions> options, TimeProvider time) : IGateSource
{
    private const int LongestError = 200;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private readonly JsonCalls calls = new(http, "Datadog", options.Value.Timeout, time);

    public string Name => "datadog";

    public async Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (points, why) = await PointsAsync(question, now - Window, now, cancellationToken);
        if (why is not null) return GateReading.Unknown(why);

        // The newest bucket is still being filled.
        var whole = points.Where(point => point.Ends <= now).ToList();
        if (whole.Count == 0) return GateReading.Unknown("Datadog has no such data now.");
        return whole[^1].Ends > question.Since ? GateReading.Known(whole[^1].Value) : GateReading.Unknown("Datadog has no data since the change yet.");
    }

    public async Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        var (points, why) = await PointsAsync(question, from, to, cancellationToken);
        return why is null ? new GatePast([.. points.Where(point => point.Ends <= to).Select(point => new GatePoint(point.At, point.Value))], null) : GatePast.Unknown(why);
    }

    private async Task<(ImmutableArray<Point> Points, string? Why)> PointsAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"api/v1/query?from={from.ToUnixTimeSeconds()}&to={to.ToUnixTimeSeconds()}&query={Uri.EscapeDataString(question.Query.Text)}");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.Value.ApiUrl, path));
        request.Headers.TryAddWithoutValidation("DD-API-KEY", options.Value.ApiKey);
        request.Headers.TryAddWithoutValidation("DD-APPLICATION-KEY", options.Value.AppKey);
        var answer = await calls.SendAsync(request, DatadogMetricsJson.Default.DatadogSeriesAnswer, cancellationToken);
        return answer switch
        {
            { Value.Errors: [var first, ..] } => ([], $"Datadog answered {answer.Status}: {BoundedReads.Printable(first, LongestError)}."),
            { Value: { Status: "error" } value } => ([], $"Datadog says: {BoundedReads.Printable(value.Error ?? "error", LongestError)}."),
            { Why: { } why } => ([], why),
            { Value.Series: null or [] } => ([], "Datadog has no such data now."),
            { Value.Series: [var only] } => (Points(only, question), null),
            _ => ([], $"the query gives {answer.Value!.Series!.Value.Length} series: leave its by {{…}} out."),
        };
    }

    private static ImmutableArray<Point> Points(DatadogSeries series, GateQuestion question)
    {
        var length = TimeSpan.FromSeconds(Math.Clamp(series.Interval ?? 0, 0, 86_400));
        var scale = Scale(series.Unit is [{ } unit, ..] ? unit : null, series.Unit is [_, { }, ..], question);
        return [.. (series.Pointlist ?? []).Where(pair => pair is [{ } at, { } value] && at is > 0 and < 1e14 && double.IsFinite(value))
            .Select(pair => new Point(DateTimeOffset.FromUnixTimeMilliseconds((long)pair[0]!.Value), length, pair[1]!.Value * scale))];
    }

    /// <summary>Datadog says what a metric counts in. Where the gate's limit has a unit, the number is brought to it; the gate's own <c>unit:</c> goes before.</summary>
    private static double Scale(DatadogUnit? unit, bool isRate, GateQuestion question) => (unit, question) switch
    {
        (null, _) or (_, { Query.Scale: not 1 }) => 1,
        _ when isRate => 1,
        ({ Family: "time", ScaleFactor: { } factor }, { Unit: GateUnit.Time }) => factor,
        ({ Family: "percentage", ScaleFactor: { } factor }, { Unit: GateUnit.Share }) => factor / 100,
        _ => 1,
    };

    private sealed record Point(DateTimeOffset At, TimeSpan Length, double Value)
    {
        public DateTimeOffset Ends => At + Length;
    }
}
