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
        using var kept = new MemoryStream((int)(request.ContentLength ?? 4096));
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (kept.Length + read > MostBytes) return (default, StatusCodes.Status413PayloadTooLarge);
            kept.Write(buffer, 0, read);
        }

        var body = kept.GetBuffer().AsMemory(0, (int)kept.Length);
        var timestamp = Only(request, SlackSignature.TimestampHeader);
        var signature = Only(request, SlackSignature.SignatureHeader);
        return SlackSignature.Verify(options, timestamp, signature, body.Span, now) ? (body, null) : (default, StatusCodes.Status401Unauthorized);
    }

    // A header that comes twice is no header.
    private static string? Only(HttpRequest request, string header) => request.Headers[header] is { Count: 1 } values ? values[0] : null;
}
