using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ChatOps.Runbooks.Work;

/// <summary>An event with its link in the chain that holds all of them, of every stream, in the order they were kept.</summary>
/// <param name="Place">From 1, without gaps.</param>
/// <param name="Via">The delivery that it came by (<c>slack:act:U123:…</c>: which surface, which account), or <c>bot</c> for what the bot did by itself.</param>
/// <param name="Hash">SHA-256 over the hash before it and everything that it says, in small hexadecimal letters.</param>
public sealed record ChainEntry(long Place, StoredEvent Event, string Via, string Hash);

/// <summary>The end of the chain: noted elsewhere, it proves later that nothing before it was altered or removed.</summary>
public sealed record ChainHead(long Place, string Hash);

/// <summary>How one entry's hash follows from the one before.</summary>
/// <remarks>
/// SHA-256 over the 32 bytes before it (zeros for the first) and then, for stream, version, type, body, time (microseconds since 1970, UTC) and via, in that order, the
/// length in bytes as decimal digits, a colon, and the text in UTF-8. PostgreSQL computes the same in its function <c>append_event</c>.
/// </remarks>
public static class Chain
{
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>For what no delivery brought.</summary>
    public const string Bot = "bot";

    /// <param name="before">32 bytes; all zero before the first entry.</param>
    /// <param name="hash">Takes 32 bytes; may be <paramref name="before"/> itself.</param>
    public static void Next(ReadOnlySpan<byte> before, StreamId stream, long version, string type, string body, DateTimeOffset at, string via, Span<byte> hash)
    {
        var text = new ArrayBufferWriter<byte>(body.Length + 256);
        text.Write(before);
        Write(text, stream.Name);
        Write(text, version);
        Write(text, type);
        Write(text, body);
        Write(text, (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        Write(text, via);
        SHA256.HashData(text.WrittenSpan, hash);
    }

    /// <summary>The same with hexadecimal letters.</summary>
    public static string Next(string before, StoredEvent what, string via)
    {
        var hash = Convert.FromHexString(before);
        Next(hash, what.Stream, what.Version, what.Type, what.Body, what.At, via, hash);
        return Convert.ToHexStringLower(hash);
    }

    public static string Start { get; } = new('0', 2 * Size);

    private static void Write(ArrayBufferWriter<byte> to, string text)
    {
        Length(to, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, to);
    }

    private static void Write(ArrayBufferWriter<byte> to, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        Length(to, length);
        to.Write(digits[..length]);
    }

    private static void Length(ArrayBufferWriter<byte> to, int length)
    {
        var span = to.GetSpan(11);
        Utf8Formatter.TryFormat(length, span, out var written);
        span[written] = (byte)':';
        to.Advance(written + 1);
    }
}
