using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatOps.Integrations.Prometheus;

/// <param name="Status"><c>success</c> or <c>error</c>.</param>
internal sealed record PrometheusAnswer(string? Status, PrometheusData? Data, string? ErrorType, string? Error);

/// <param name="ResultType"><c>vector</c>, <c>matrix</c>, <c>scalar</c> or <c>string</c>, which say what the result looks like.</param>
internal sealed record PrometheusData(string? ResultType, JsonElement Result);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PrometheusAnswer))]
internal sealed partial class PrometheusJson : JsonSerializerContext;
