using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ChatOps.Integrations.Slack;

/// <summary>Tells requests from Slack from all others: <c>v0=</c> and the HMAC-SHA256 of <c>v0:timestamp:body</c> in lower-case hex.</summary>
/// <remarks>Source: docs.slack.dev, "Verifying requests from Slack". Pure: the time is handed in.</remarks>
public static class SlackSignature
{
    public const string TimestampHeader = "X-Slack-Request-Timestamp";
    public const string SignatureHeader = "X-Slack-Signature";

    /// <summary>How far a timestamp may be from our clock, both ways: what was recorded earlier is not believed later.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>True when <paramref name="body"/> was signed with <paramref name="secret"/> within the window.</summary>
    /// <param name="body">The raw bytes, before anything was parsed.</param>
    public static bool Verify(string? secret, string? timestamp, string? signature, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(secret) || string.IsNullOrEmpty(signature) || timestamp is null or { Length: 0 or > 20 }) return false;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return false;
        if (Math.Abs((decimal)now.ToUnixTimeSeconds() - seconds) > (decimal)Window.TotalSeconds) return false;
        var expected = Encoding.ASCII.GetBytes(Sign(secret, timestamp, body));
        return CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature));
    }

    /// <summary>True when either of the two secrets verifies it; both are tried, so that time does not tell which.</summary>
    public static bool Verify(SlackOptions options, string? timestamp, string? signature, ReadOnlySpan<byte> body, DateTimeOffset now) =>
        Verify(options.SigningSecret, timestamp, signature, body, now)
        | Verify(options.PreviousSigningSecret, timestamp, signature, body, now);

    /// <summary>The signature that Slack would send.</summary>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes($"v0:{timestamp}:"));
        hmac.AppendData(body);
        return "v0=" + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}
