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
        if (request.ContentLength > MostBytes) return (default, StatusCodes.Status413PayloadTooLarge);
        // One byte more than was announced, so that the end is seen without growing.
        var kept = new byte[(int)(request.ContentLength ?? 4095) + 1];
        var length = 0;
        int read;
        while ((read = await request.Body.ReadAsync(kept.AsMemory(length), cancellationToken)) > 0)
        {
            length += read;
            if (length > MostBytes) return (default, StatusCodes.Status413PayloadTooLarge);
            if (length == kept.Length) Array.Resize(ref kept, Math.Min(2 * length, MostBytes + 1));
        }

        ReadOnlyMemory<byte> body = kept.AsMemory(0, length);
        var timestamp = Only(request, SlackSignature.TimestampHeader);
        var signature = Only(request, SlackSignature.SignatureHeader);
        return SlackSignature.Verify(options, timestamp, signature, body.Span, now) ? (body, null) : (default, StatusCodes.Status401Unauthorized);
    }

    // A header that comes twice is no header.
    private static string? Only(HttpRequest request, string header) => request.Headers[header] is { Count: 1 } values ? values[0] : null;
}
