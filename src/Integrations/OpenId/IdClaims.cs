using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;

namespace ChatOps.Integrations.OpenId;

/// <summary>Judges what a verified ID token says.</summary>
/// <remarks>
/// Sources: OpenID Connect Core 1.0, 3.1.3.7; Slack's <c>openid.connect.token</c>; Microsoft's reference of ID token claims. Each system has one claim that may be believed
/// about an address. Slack says whether it verified it. Entra: <c>email</c> only where <c>xms_edov</c> says that the domain's owner was verified, since anybody can write any address
/// into a tenant of their own; otherwise the sign-in name, whose domain is one that the pinned tenant has proved to own. A guest's sign-in name is another tenant's word, so guests are nobody.
/// </remarks>
internal static class IdClaims
{
    /// <summary>How far the two clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    private const int LongestAddress = 254;

    /// <param name="issuer">Who must have made it, without a closing slash.</param>
    public static IdVerdict Judge(JsonDocument claims, ProviderSettings settings, string issuer, string nonce, DateTimeOffset now)
    {
        if (claims.Text("iss")?.TrimEnd('/') != issuer) return No("the token is another issuer's");
        if (!IsFor(claims, settings.ClientId)) return No("the token was made for another app");
        if (claims.Time("exp") is not { } end || now >= end + Skew) return No("the token has expired");
        if (claims.Time("iat") is not { } made || now < made - Skew) return No("the token is from the future: look at the clocks");
        if (claims.RootElement.TryGetProperty("nbf", out _) && (claims.Time("nbf") is not { } start || now < start - Skew)) return No("the token is not valid yet");
        if (!Same(claims.Text("nonce"), nonce)) return No("the token belongs to another sign-in");
        return settings.System == "slack" ? Slack(claims, settings) : Entra(claims, settings, issuer);
    }

    private static IdVerdict Slack(JsonDocument claims, ProviderSettings settings)
    {
        if (claims.Text("https://slack.com/team_id") != settings.Home) return No("this account belongs to another workspace");
        if (claims.Text("https://slack.com/user_id") is not { } account) return No("the token names no account");
        return IsTrue(claims, "email_verified") ? Somebody(claims, settings, account, claims.Text("email")) : No("Slack has not verified this account's e-mail address: confirm it there first");
    }

    private static IdVerdict Entra(JsonDocument claims, ProviderSettings settings, string issuer)
    {
        if (!string.Equals(claims.Text("tid"), settings.Home, StringComparison.OrdinalIgnoreCase)) return No("this account belongs to another tenant");
        if (claims.Text("oid") is not { } account) return No("the token names no account");
        if (claims.Text("idp") is { } home && home.TrimEnd('/') != issuer) return No("guests can't sign in: their address is another tenant's word");
        return Somebody(claims, settings, account, IsTrue(claims, "xms_edov") ? claims.Text("email") : claims.Text("preferred_username"));
    }

    private static IdVerdict Somebody(JsonDocument claims, ProviderSettings settings, string account, string? address)
    {
        if (address is not { Length: <= LongestAddress } || !IsAddress(address)) return No("the account has no e-mail address that can be believed");
        var person = new Person(address);
        return new IdVerdict(new SignedInAccount(settings.System, account, person, claims.Text("name") is { Length: <= 100 } name ? name : person.ShortName), null);
    }

    private static bool IsAddress(string text) =>
        text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && at == text.LastIndexOf('@') && !text.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter))
        && !text.Contains("#EXT#", StringComparison.OrdinalIgnoreCase);

    /// <summary>Where a token is for several, it must also say that we are the one who asked.</summary>
    private static bool IsFor(JsonDocument claims, string client) => claims.RootElement.TryGetProperty("aud", out var audience) && audience.ValueKind switch
    {
        JsonValueKind.String => audience.GetString() == client,
        JsonValueKind.Array => audience.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.GetString() == client) && (audience.GetArrayLength() == 1 || claims.Text("azp") == client),
        _ => false,
    };

    /// <summary>Entra writes some truths as a number or a text.</summary>
    private static bool IsTrue(JsonDocument claims, string name) => claims.RootElement.TryGetProperty(name, out var value)
        && value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.Number => value.TryGetInt32(out var one) && one == 1, JsonValueKind.String => value.GetString() is "1" or "true" or "True", _ => false };

    private static bool Same(string? given, string known) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(known));

    private static IdVerdict No(string why) => new(null, why);
}
