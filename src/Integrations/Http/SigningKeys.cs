using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Http;

/// <summary>A key that tokens may be signed with.</summary>
/// <param name="Endorsements">Of Microsoft's connector alone: the channels whose activities it may sign.</param>
internal sealed record SigningKey(string Id, RSAParameters Public, ImmutableArray<string> Endorsements);

/// <summary>What somebody who signs tokens announces (OpenID Connect Discovery 1.0): the keys, and where to sign in. Kept for a day, and asked for anew when a key is missing.</summary>
/// <param name="who">What they are called in the log.</param>
/// <param name="metadata">Where the announcement is, asked for each time: settings may change.</param>
/// <param name="timeout">How long one answer may take.</param>
internal sealed partial class SigningKeys(HttpClient http, string who, Func<Uri> metadata, Func<TimeSpan> timeout, TimeProvider clock, ILogger logger) : IDisposable
{
    private const int MostBytes = 1 << 20;
    private const int LeastBits = 2048;
    private static readonly TimeSpan Keep = TimeSpan.FromHours(24);

    /// <summary>After keys were asked for because one was missing: a stranger's invented key id must neither flood the publisher nor lock a new key out for long.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(5);

    /// <summary>After the publisher did not answer.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim one = new(1, 1);
    private ImmutableDictionary<string, SigningKey> known = ImmutableDictionary<string, SigningKey>.Empty;
    private AnnouncedBody? announced;
    private DateTimeOffset readAt, soughtAt, failedAt;

    /// <summary>The key with this id; null when the publisher does not have it.</summary>
    /// <exception cref="KeysUnavailableException">Nothing is known, and the publisher does not answer.</exception>
    public async Task<SigningKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (Fresh && known.TryGetValue(id, out var key)) return key;
        await one.WaitAsync(cancellationToken);
        try
        {
            if (Fresh && known.TryGetValue(id, out var meanwhile)) return meanwhile;
            if (Fresh && Now - soughtAt < Between) return null;
            if (Fresh) soughtAt = Now;
            await ReadAsync(cancellationToken);

            // Old keys are better than none: a publisher that is down must not close the door.
            return known.GetValueOrDefault(id);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>The whole announcement.</summary>
    /// <exception cref="KeysUnavailableException">Nothing is known, and the publisher does not answer.</exception>
    public async Task<AnnouncedBody> AnnouncedAsync(CancellationToken cancellationToken)
    {
        if (Fresh && announced is { } current) return current;
        await one.WaitAsync(cancellationToken);
        try
        {
            if (!Fresh) await ReadAsync(cancellationToken);
            return announced ?? throw new KeysUnavailableException(who);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private bool Fresh => !known.IsEmpty && Now - readAt < Keep;

    private DateTimeOffset Now => clock.GetUtcNow();

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (failedAt != default && Now - failedAt < Pause)
        {
            if (known.IsEmpty) throw new KeysUnavailableException(who);
            return;
        }

        try
        {
            var body = await GetAsync(metadata(), AnnouncedJson.Default.AnnouncedBody, cancellationToken);
            if (body?.JwksUri is not { IsAbsoluteUri: true } at || !(at.Scheme == "https" || (at.Scheme == "http" && at.IsLoopback))) throw new JsonException("jwks_uri");
            var read = (await GetAsync(at, AnnouncedJson.Default.KeysBody, cancellationToken))?.Keys?.Select(KeyOf).OfType<SigningKey>().ToList() ?? [];
            if (read.Count == 0) throw new JsonException("no keys");
            announced = body;
            known = read.DistinctBy(key => key.Id).ToImmutableDictionary(key => key.Id);
            (readAt, failedAt) = (Now, default);
            Log.Read(logger, known.Count, who);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or NotSupportedException or IOException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            failedAt = Now;
            Log.Unread(logger, who, fault.GetType().Name);
            if (known.IsEmpty) throw new KeysUnavailableException(who);
        }
    }

    private async Task<T?> GetAsync<T>(Uri url, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout());
        using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadBoundedAsync(MostBytes, limit.Token) ?? throw new JsonException("too long");
        return JsonSerializer.Deserialize(body, type);
    }

    private static SigningKey? KeyOf(KeyBody body)
    {
        if (body is not { Kty: "RSA", Kid: { Length: > 0 } id, N: { } n, E: { } e } || body.Use is not (null or "sig")) return null;
        if (Base64.Url(n) is not { } modulus || Base64.Url(e) is not { Length: > 0 } exponent || modulus.Length * 8 < LeastBits) return null;
        return new SigningKey(id, new RSAParameters { Modulus = modulus, Exponent = exponent }, body.Endorsements ?? []);
    }

    private static partial class Log
    {
        [LoggerMessage(300, LogLevel.Information, "Read {Count} keys that {Who} signs with")]
        public static partial void Read(ILogger logger, int count, string who);

        [LoggerMessage(301, LogLevel.Warning, "The keys that {Who} signs with can't be read ({Problem})")]
        public static partial void Unread(ILogger logger, string who, string problem);
    }
}

/// <summary>Nobody can be believed or refused now: the keys to tell by are not to be had.</summary>
internal sealed class KeysUnavailableException(string who) : Exception($"The keys that {who} signs with can't be read.");

/// <summary>The part of an announcement that is used here.</summary>
internal sealed record AnnouncedBody(
    string? Issuer, [property: JsonPropertyName("jwks_uri")] Uri? JwksUri,
    [property: JsonPropertyName("authorization_endpoint")] Uri? AuthorizationEndpoint, [property: JsonPropertyName("token_endpoint")] Uri? TokenEndpoint);

internal sealed record KeysBody(ImmutableArray<KeyBody>? Keys);

internal sealed record KeyBody(string? Kty, string? Use, string? Kid, string? N, string? E, ImmutableArray<string>? Endorsements);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnnouncedBody))]
[JsonSerializable(typeof(KeysBody))]
internal sealed partial class AnnouncedJson : JsonSerializerContext;
