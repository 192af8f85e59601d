using System.Buffers;
using System.Globalization;
using System.Text;

namespace ChatOps.Integrations.Http;

/// <summary>Reads bodies of servers we do not run: never more than we asked for.</summary>
internal static class BoundedReads
{
    private const int StartCharacters = 300;

    /// <summary>The start of a body as one printable line, for a message to people. Empty when there is none or it can't be read.</summary>
    public static Task<string> ReadStartAsync(this HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.ReadStartAsync(StartCharacters, cancellationToken);

    /// <inheritdoc cref="ReadStartAsync(HttpResponseMessage, CancellationToken)"/>
    public static async Task<string> ReadStartAsync(
        this HttpResponseMessage response, int characters, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var (bytes, _) = await ReadAsync(stream, characters * 4, cancellationToken);
            return Printable(Encoding.UTF8.GetString(bytes), characters);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return "";       // the message that this is a part of says what matters; half a body adds nothing
        }
    }

    /// <summary>The whole body, or null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static async Task<byte[]?> ReadBoundedAsync(this HttpContent content, int limit, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > limit) return null;
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var (bytes, all) = await ReadAsync(stream, limit, cancellationToken);
        return all ? bytes : null;
    }

    /// <summary>The first <paramref name="limit"/> bytes of a body, and whether that is all of it.</summary>
    public static async Task<(byte[] Bytes, bool All)> ReadAtMostAsync(this HttpContent content, int limit, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        return await ReadAsync(stream, limit, cancellationToken);
    }

    /// <summary>One line without control characters, direction marks or runs of white space, cut to a length.</summary>
    public static string Printable(string text, int characters)
    {
        var line = new StringBuilder(Math.Min(text.Length, characters));
        foreach (var rune in text.EnumerateRunes())
        {
            var hidden = Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format;
            if (hidden && (line.Length == 0 || line[^1] == ' ')) continue;
            if (line.Length + rune.Utf16SequenceLength > characters) return line.ToString().TrimEnd() + "…";
            line.Append(hidden ? " " : rune.ToString());
        }
        return line.ToString().TrimEnd();
    }

    private static async Task<(byte[] Bytes, bool All)> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            using var read = new MemoryStream();
            while (true)
            {
                var count = await stream.ReadAsync(buffer, cancellationToken);
                if (count == 0) return (read.ToArray(), true);
                var room = (int)(limit - read.Length);
                read.Write(buffer, 0, Math.Min(count, room));
                if (count > room) return (read.ToArray(), false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
