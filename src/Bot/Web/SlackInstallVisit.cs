using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ChatOps.Runbooks.Access;
using Microsoft.AspNetCore.DataProtection;

namespace ChatOps.Bot.Web;

/// <summary>The way of somebody to Slack and back, as the state that goes with them: sealed, good for one browser, one person and ten minutes.</summary>
internal sealed class SlackInstallVisit(IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Of the browser's half. Lax, since people come back from a page of Slack's.</summary>
    public const string Cookie = "__Host-chatops-slack-install";

    public static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

    /// <summary>A state of ours has some three hundred characters.</summary>
    private const int Longest = 2_000;

    private readonly IDataProtector seal = protection.CreateProtector("ChatOps.Slack.Install.v1");

    /// <returns>What goes to Slack and back; and the half that only the browser keeps, and Slack never sees.</returns>
    public (string State, string Half) Begin(Person who)
    {
        var half = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var until = (time.GetUtcNow() + Within).ToUnixTimeMilliseconds();
        return (seal.Protect(string.Create(CultureInfo.InvariantCulture, $"{until} {half} {who.Email}")), half);
    }

    /// <summary>The visit's own name where the state is ours, came back in time, in the same browser, and to the same person; null for any other.</summary>
    public string? Read(string? state, string? half, Person who)
    {
        if (state is not { Length: > 0 and <= Longest } || half is not { Length: 64 }) return null;
        try
        {
            if (seal.Unprotect(state).Split(' ', 3) is not [var until, var kept, var email]) return null;
            var isSame = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(kept), Encoding.UTF8.GetBytes(half));
            var isInTime = long.Parse(until, CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeMilliseconds();
            return isSame && isInTime && new Person(email) == who ? Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(kept)))[..32] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
