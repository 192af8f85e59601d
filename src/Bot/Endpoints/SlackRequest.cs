using ChatOps.Integrations.Slack;

namespace ChatOps.Bot.Endpoints;

/// <summary>The raw body of a request, read within bounds and verified before anything looks into it.</summary>
internal static class SlackRequest
{
    public const int MostBytes = 1 << 20;

    /// <summary>The verified body, or the status to answer with nothing else.</summary>
    public static async Task<(ReadOnlyMemory<byte> Body, int? Refused)> ReadAsync(
        HttpRequest request, SlackOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, MostBytes, cancellationToken) is not { } body) return (default, StatusCodes.Status413PayloadTooLarge);
        var timestamp = Only(request, SlackSignature.TimestampHeader);
        var signature = Only(request, SlackSignature.SignatureHeader);
        return SlackSignature.Verify(options, timestamp, signature, body.Span, now) ? (body, null) : (default, StatusCodes.Status401Unauthorized);
    }

    // A header that comes twice is no header.
    private static string? Only(HttpRequest request, string header) => request.Headers[header] is { Count: 1 } values ? values[0] : null;
}
