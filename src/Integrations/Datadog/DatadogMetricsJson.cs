using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ChatOps.Integrations.Datadog;

/// <param name="Status"><c>ok</c>, or <c>error</c> also with HTTP 200.</param>
/// <param name="Errors">Of a refusal.</param>
internal sealed record DatadogSeriesAnswer(string? Status, string? Error, ImmutableArray<DatadogSeries>? Series, ImmutableArray<string>? Errors);

/// <param name="Interval">Seconds per point.</param>
/// <param name="Pointlist">Pairs of milliseconds and a number; null where there is no data.</param>
/// <param name="Unit">What the number counts, and per what.</param>
internal sealed record DatadogSeries(double? Interval, ImmutableArray<ImmutableArray<double?>>? Pointlist, ImmutableArray<DatadogUnit?>? Unit);

/// <param name="Family"><c>time</c>, <c>percentage</c>, …</param>
/// <param name="ScaleFactor">How many of the family's base unit it is: seconds, percent.</param>
internal sealed record DatadogUnit(string? Family, double? ScaleFactor);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DatadogSeriesAnswer))]
internal sealed partial class DatadogMetricsJson : JsonSerializerContext;
