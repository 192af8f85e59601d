using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Paging;

namespace ChatOps.Bot.Engine;

/// <summary>Signs the links that pages carry, and reads them when they come back.</summary>
/// <remarks>HMAC-SHA256 over what the link says: <c>base64url(JSON).base64url(MAC)</c>. Nothing of it is kept until it is used.</remarks>
internal sealed class PageLinks(LinkKey key, BotAddress address, RunEngine runs)
{
    /// <summary>In characters. Ours have some four hundred.</summary>
    public const int Longest = 1500;

    private static ReadOnlySpan<byte> Purpose => "page-link 1\n"u8;

    /// <summary>The link for one person to one page; null where the bot's pages have no address.</summary>
    /// <param name="way">What tells it apart from others of the round.</param>
    /// <param name="from">When they were called: it holds for half an hour from then.</param>
    public async Task<Uri?> OfAsync(Page page, string way, Person person, DateTimeOffset from, CancellationToken cancellationToken)
    {
        if (address.Public is not { } url) return null;
        var back = page.Cause is { } cause && await runs.FindAsync(cause.Run, cancellationToken) is { } run ? new OfferedRollback(cause.Run, run.Plan.Version, cause.BackTo) : null;
        return new Uri(url, $"page/{Sign(new PageLink(page.Subject, page.Round, way, person, from + PageLink.Lasts, back))}");
    }

    public string Sign(PageLink link)
    {
        var said = JsonSerializer.SerializeToUtf8Bytes(link, PageJson.Default.PageLink);
        return $"{Base64Url.EncodeToString(said)}.{Base64Url.EncodeToString(Mac(said))}";
    }

    /// <summary>What a link says; null when it is not one of ours, as it was sent. Nothing of it is read before its signature was checked.</summary>
    public PageLink? Read(string token)
    {
        if (token.Length > Longest || token.Split('.') is not [var said, var mac]) return null;
        try
        {
            var bytes = Base64Url.DecodeFromChars(said);
            return CryptographicOperations.FixedTimeEquals(Mac(bytes), Base64Url.DecodeFromChars(mac)) ? JsonSerializer.Deserialize(bytes, PageJson.Default.PageLink) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private byte[] Mac(ReadOnlySpan<byte> said) => HMACSHA256.HashData(key.Value, [.. Purpose, .. said]);
}
