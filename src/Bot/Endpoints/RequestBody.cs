namespace ChatOps.Bot.Endpoints;

/// <summary>The raw body of a request, read within bounds.</summary>
internal static class RequestBody
{
    /// <summary>All of it, or null when it is longer than <paramref name="mostBytes"/>.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int mostBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > mostBytes) return null;
        // One byte more than was announced, so that the end is seen without growing.
        var kept = new byte[(int)(request.ContentLength ?? 4095) + 1];
        var length = 0;
        int read;
        while ((read = await request.Body.ReadAsync(kept.AsMemory(length), cancellationToken)) > 0)
        {
            length += read;
            if (length > mostBytes) return null;
            if (length == kept.Length) Array.Resize(ref kept, Math.Min(2 * length, mostBytes + 1));
        }

        return kept.AsMemory(0, length);
    }
}
