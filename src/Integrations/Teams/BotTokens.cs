using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>Our own tokens, by client credentials: one per purpose, kept until shortly before it ends, fetched by one caller at a time.</summary>
internal sealed partial class BotTokens(HttpClient http, IOptionsMonitor<TeamsOptions> options, TimeProvider clock, ILogger<BotTokens> logger)
{
    private const int MostBytes = 64 * 1024;

    /// <summary>Before its end a token is given up, so that it does not end on its way.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Purpose> purposes = new(StringComparer.Ordinal);

    /// <param name="scope">What the token is for.</param>
    public async Task<Outcome<string>> GetAsync(string scope, CancellationToken cancellationToken)
    {
        var purpose = purposes.GetOrAdd(scope, _ => new Purpose());
        if (purpose.At(clock.GetUtcNow()) is { } kept) return new Outcome<string>.Done(kept);
        await purpose.One.WaitAsync(cancellationToken);
        try
        {
            return purpose.At(clock.GetUtcNow()) is { } meanwhile ? new Outcome<string>.Done(meanwhile) : await FetchAsync(scope, purpose, cancellationToken);
        }
        finally
        {
            purpose.One.Release();
        }
    }

    /// <summary>Forgets a token that was refused, unless a newer one took its place.</summary>
    public void Forget(string scope, string token)
    {
        if (purposes.TryGetValue(scope, out var purpose) && purpose.Last is { } last && last.Token == token) purpose.Last = null;
    }

    private async Task<Outcome<string>> FetchAsync(string scope, Purpose purpose, CancellationToken cancellationToken)
    {
        var current = options.CurrentValue;
        using var request = new HttpRequestMessage(HttpMethod.Post, current.TokensFrom)
        {
            Content = new FormUrlEncodedContent(
            [
                new("grant_type", "client_credentials"), new("client_id", current.AppId), new("client_secret", current.AppPassword), new("scope", scope),
            ]),
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(current.Timeout);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var bytes = await response.Content.ReadBoundedAsync(MostBytes, limit.Token) ?? [];
            if (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500) return new Outcome<string>.Later("Microsoft's sign-in asks to wait.", Retry.After(response, clock));
            var body = JsonSerializer.Deserialize(bytes, TeamsJson.Default.TokenBody);
            if (!response.IsSuccessStatusCode || body?.AccessToken is not { Length: > 0 } token) return Refused(response.StatusCode, body);
            var life = TimeSpan.FromSeconds(Math.Clamp(body.ExpiresIn, 0, 86_400));
            purpose.Last = new Kept(token, clock.GetUtcNow() + (life > 2 * Margin ? life - Margin : life / 2));
            Log.Fetched(logger, body.ExpiresIn);
            return new Outcome<string>.Done(token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Outcome<string>.Later("Microsoft's sign-in did not answer in time.");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException or NotSupportedException)
        {
            Log.Failed(logger, fault.GetType().Name);
            return new Outcome<string>.Later("Microsoft's sign-in can't be reached.");
        }
    }

    private Outcome<string>.Never Refused(HttpStatusCode status, TokenBody? body)
    {
        // The description can name the tenant and the app, never the secret; its first words are the code.
        var code = body?.ErrorDescription?.Split(':', ' ')[0] is { Length: < 20 } first && first.StartsWith("AADSTS", StringComparison.Ordinal) ? first : body?.Error ?? $"{(int)status}";
        Log.Refused(logger, BoundedReads.Printable(code, 60));
        var next = code switch
        {
            "AADSTS7000215" => "Teams:AppPassword is not a secret of this registration: copy the secret's value, not its ID.",
            "AADSTS7000222" => "The secret has expired: make a new one under Certificates & secrets and put it into Teams:AppPassword.",
            "AADSTS700016" => "Teams:AppId is not known in this tenant: check Teams:AppId and Teams:TenantId.",
            _ => "Check Teams:AppId, Teams:AppPassword and Teams:TenantId against the registration in Entra ID.",
        };
        return new Outcome<string>.Never(new Fault("teams-signin-refused", $"Microsoft does not sign the bot in ({BoundedReads.Printable(code, 60)}).", next));
    }

    private sealed record Kept(string Token, DateTimeOffset Until);

    private sealed class Purpose
    {
        private volatile Kept? last;

        public SemaphoreSlim One { get; } = new(1, 1);

        public Kept? Last
        {
            get => last;
            set => last = value;
        }

        public string? At(DateTimeOffset now) => last is { } kept && kept.Until > now ? kept.Token : null;
    }

    private static partial class Log
    {
        [LoggerMessage(305, LogLevel.Debug, "Fetched a token that is good for {Seconds} s")]
        public static partial void Fetched(ILogger logger, long seconds);

        [LoggerMessage(306, LogLevel.Error, "Microsoft does not sign the bot in: {Code}")]
        public static partial void Refused(ILogger logger, string code);

        [LoggerMessage(307, LogLevel.Warning, "Microsoft's sign-in can't be reached: {Problem}")]
        public static partial void Failed(ILogger logger, string problem);
    }
}

internal static class Retry
{
    /// <summary>The pause that an answer asks for, in either of the header's two forms; null when it asks for none.</summary>
    public static TimeSpan? After(HttpResponseMessage response, TimeProvider clock)
    {
        var header = response.Headers.RetryAfter;
        var pause = header?.Delta ?? header?.Date - clock.GetUtcNow();
        return pause > TimeSpan.Zero ? pause : null;
    }
}
