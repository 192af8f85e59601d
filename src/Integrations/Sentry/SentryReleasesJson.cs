using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatOps.Integrations.Sentry;

/// <param name="Detail">Of a refusal: why.</param>
internal sealed record SentrySessions(ImmutableArray<SentryGroup>? Groups, JsonElement Detail);

/// <param name="By">What the group has in common: <c>session.status</c>.</param>
/// <param name="Totals">By field: <c>sum(session)</c>.</param>
internal sealed record SentryGroup(Dictionary<string, JsonElement>? By, Dictionary<string, double?>? Totals);

internal sealed record SentryIssue(string? Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SentrySessions))]
[JsonSerializable(typeof(SentryIssue[]))]
internal sealed partial class SentryReleasesJson : JsonSerializerContext;
