using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ChatOps.Testing;

/// <summary>Breaks real samples in every way that came to mind and hands them to a parser. The same seed gives the same bytes in the same order.</summary>
/// <remarks>
/// <c>CHATOPS_FUZZ</c> is how often each parser is tried (20,000 times otherwise), <c>CHATOPS_FUZZ_SEED</c> the seed, <c>CHATOPS_FUZZ_ROUND</c> the one round to try again.
/// </remarks>
public static class Fuzz
{
    private const int Usual = 20_000;

    /// <summary>No input is worth more of the bot's time than this. Twice over counts: once may be the machine's fault.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private static readonly int Rounds = Setting("CHATOPS_FUZZ") ?? Usual, Seed = Setting("CHATOPS_FUZZ_SEED") ?? 20_261_121;

    private static readonly string[] Values =
    [
        "null", "[]", "{}", "true", "\"\"", "0", "-1", "-1e400", "1e999999", "9223372036854775808", "-0.0000000000000000000000000000001", "99999999999999999999999999999999999999999999999999",
        "253402300800", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999+14:00\"", "\"2026-11-21T00:00:00.123456789123456789Z\"", "\"\\ud800\"", "\"\\udfff\\ud83d\"", "\"\\u0000\\u0001\\u001b[31m\"",
        "\"<!channel> @everyone <!here> <at>all</at> <@U012AB3CD> <https://evil.example|click> *b* _i_ `c`\"", "\"<script>alert(1)</script>\\\"'&lt;\"", "\"\\u202e\\u200f\\u200b\\u2066live\"", "\"https://[::1\"", "\"javascript:alert(1)\"", "[[[[[[[[]]]]]]]]", "{\"\":{\"\":{}}}",
    ];

    private static readonly string[] Odd = ["\u202E", "\u200B", "\u0000", "\uFEFF", "\u2028", "e\u0301\u0301\u0301", "👩‍👩‍👧‍👦", "ﷺ", "\\ud800", "\\u0000", "<!channel>", "@everyone", "<at>x</at>", "%00", "%", "+", "&", "=", "\"", "\\", "'", "--", "{{", "`", " ", "\r\n", "1e9", "０１", "sha256:"];

    /// <summary>Tries a parser on broken samples.</summary>
    /// <param name="read">False where it refused in its own way; whatever it throws is a fault.</param>
    /// <returns>What was tried, for the log.</returns>
    /// <exception cref="FuzzException">It threw, or took too long; the message tells how to try that round again.</exception>
    public static string Try(string parser, IReadOnlyList<byte[]> samples, Func<byte[], bool> read)
    {
        var (taken, refused, slowest, watch) = (0, 0, TimeSpan.Zero, Stopwatch.StartNew());
        var only = Setting("CHATOPS_FUZZ_ROUND");
        for (var round = only ?? 0; round < (only + 1 ?? Rounds); round++)
        {
            var chance = new Random(HashOf(parser, round));
            var input = Break(samples, chance);
            if (Attempt(parser, round, input, read, out var took)) taken++;
            else refused++;
            if (took > Longest && Attempt(parser, round, input, read, out var again) is var _ && again > Longest)
                throw new FuzzException(Said(parser, round, input, $"took {again.TotalMilliseconds:0} ms"), null);
            if (took > slowest) slowest = took;
        }

        if (only is null && (taken == 0 || refused == 0)) throw new FuzzException($"{parser}: {taken} taken and {refused} refused: what is tried tells nothing.", null);
        return string.Create(CultureInfo.InvariantCulture, $"{parser}: {taken + refused:N0} tried (seed {Seed}), {taken:N0} read, {refused:N0} refused, {watch.Elapsed.TotalSeconds:0.0} s, the slowest {slowest.TotalMilliseconds:0.0} ms");
    }

    /// <summary>The same for a parser of text; half a character may be in it.</summary>
    public static string TryText(string parser, IReadOnlyList<string> samples, Func<string, bool> read) => Try(parser, [.. samples.Select(Encoding.UTF8.GetBytes)], bytes =>
    {
        var text = Encoding.UTF8.GetString(bytes);

        // Bytes can't say half a character; a text can.
        return read(bytes.Length % 16 == 0 && text.Length > 0 ? text.Insert(bytes[0] % text.Length, bytes[0] % 2 == 0 ? "\ud83d" : "\udc00") : text);
    });

    private static bool Attempt(string parser, int round, byte[] input, Func<byte[], bool> read, out TimeSpan took)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            return read(input);
        }
        catch (Exception fault)
        {
            throw new FuzzException(Said(parser, round, input, fault.ToString()), fault);
        }
        finally
        {
            took = Stopwatch.GetElapsedTime(began);
        }
    }

    private static string Said(string parser, int round, byte[] input, string what) =>
        $"{parser}, CHATOPS_FUZZ_SEED={Seed} CHATOPS_FUZZ_ROUND={round}: {what}\nThe input begins: {Encoding.Latin1.GetString(input, 0, Math.Min(input.Length, 600))}";

    private static byte[] Break(IReadOnlyList<byte[]> samples, Random chance)
    {
        var bytes = samples[chance.Next(samples.Count)];
        for (var times = chance.Next(1, 4); times > 0; times--) bytes = Once(bytes, samples, chance);
        return bytes;
    }

    private static byte[] Once(byte[] whole, IReadOnlyList<byte[]> samples, Random chance)
    {
        var at = chance.Next(whole.Length + 1);
        switch (chance.Next(10))
        {
            case 0:
                return whole[..at];
            case 1:
                var flipped = whole.ToArray();
                for (var i = chance.Next(1, 17); i > 0 && flipped.Length > 0; i--) flipped[chance.Next(flipped.Length)] ^= (byte)(1 << chance.Next(8));
                return flipped;
            case 2:
                // A part left out, or twice.
                return [.. whole[..at], .. whole[chance.Next(whole.Length + 1)..]];
            case 3:
                var (open, close) = chance.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
                var deep = chance.Next(100) == 0 ? 20_000 : chance.Next(1, 80);
                return ValueAt(whole, chance, string.Concat(Enumerable.Repeat(open, deep)) + "1" + (chance.Next(4) == 0 ? "" : string.Concat(Enumerable.Repeat(close, deep))));
            case 4 or 5:
                return ValueAt(whole, chance, Values[chance.Next(Values.Length)]);
            case 6:
                return [.. whole[..at], .. Encoding.UTF8.GetBytes(Odd[chance.Next(Odd.Length)]), .. whole[at..]];
            case 7:
                return Twice(whole, chance);
            case 8:
                var other = samples[chance.Next(samples.Count)];
                return [.. whole[..at], .. other[chance.Next(other.Length + 1)..]];
            default:
                var longer = chance.Next(200) == 0 ? 100_000 : chance.Next(1, 400);
                return [.. whole[..at], .. Enumerable.Repeat((byte)chance.Next(256), longer), .. whole[at..]];
        }
    }

    /// <summary>One of its JSON values is another; where there is none, the new one stands somewhere.</summary>
    private static byte[] ValueAt(byte[] whole, Random chance, string value)
    {
        var from = chance.Next(whole.Length + 1);
        var colon = Array.IndexOf(whole, (byte)':', from);
        var end = colon < 0 ? -1 : whole.AsSpan(colon + 1).IndexOfAny((byte)',', (byte)'}', (byte)']');
        return end < 0 ? [.. whole[..from], .. Encoding.UTF8.GetBytes(value), .. whole[from..]] : [.. whole[..(colon + 1)], .. Encoding.UTF8.GetBytes(value), .. whole[(colon + 1 + end)..]];
    }

    /// <summary>One of its members stands there a second time, with another value.</summary>
    private static byte[] Twice(byte[] whole, Random chance)
    {
        var from = chance.Next(whole.Length + 1);
        var colon = Array.IndexOf(whole, (byte)':', from);
        if (colon < 1) return whole;
        var start = Array.LastIndexOf(whole, (byte)'"', Math.Max(0, Array.LastIndexOf(whole, (byte)'"', colon) - 1));
        return start < 0 ? whole : [.. whole[..start], .. whole[start..(colon + 1)], .. Encoding.UTF8.GetBytes(Values[chance.Next(Values.Length)]), (byte)',', .. whole[start..]];
    }

    /// <summary>Not <see cref="HashCode"/>: that is another in each process.</summary>
    private static int HashOf(string parser, int round) => parser.Aggregate(unchecked((Seed * 31) + round), (hash, letter) => unchecked((hash * 31) + letter));

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}

/// <summary>A parser did what it must never do.</summary>
public sealed class FuzzException(string message, Exception? inner) : Exception(message, inner)
{
    public FuzzException() : this("A parser failed.", null) { }

    public FuzzException(string message) : this(message, null) { }
}
