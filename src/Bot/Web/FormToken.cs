using System.Security.Cryptography;
using System.Text;

namespace ChatOps.Bot.Web;

/// <summary>The field by which a form shows that it was made by a page of ours, for this browser: another site's page can make it send a form, but can't read one of ours.</summary>
/// <remarks>Made from the name of the visit or the sign-in, which scripts can't read and which is drawn by chance. So it needs no memory, and holds on every replica and after a restart.</remarks>
internal static class FormToken
{
    public const string Field = "token";

    /// <summary>Null where the browser keeps no cookie of ours: then it can change nothing.</summary>
    public static string? Of(string? visit) =>
        visit is null ? null : Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(visit), "a form of the console"u8))[..32];

    public static bool Fits(string? visit, string? given) => Of(visit) is { } known && given is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(known), Encoding.UTF8.GetBytes(given));

    public static Html Hidden(string? token) => token is null ? Html.None : Html.Of($"""<input type="hidden" name="{Field}" value="{token}">""");
}
