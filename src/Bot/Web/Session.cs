using System.Security.Claims;
using System.Security.Cryptography;
using ChatOps.Integrations.OpenId;
using ChatOps.Runbooks.Access;
using Microsoft.AspNetCore.Authentication;

namespace ChatOps.Bot.Web;

/// <summary>Somebody's sign-in, as their browser carries it in a sealed cookie.</summary>
/// <param name="Visit">Its own name, drawn by chance: what forms are tied to.</param>
/// <param name="Until">When it ends by itself.</param>
internal sealed record Session(SignedInAccount Who, string Visit, DateTimeOffset Until)
{
    public const string Scheme = "session";
    public const string Cookie = "__Host-chatops";

    public static ClaimsPrincipal Begin(SignedInAccount who) => new(new ClaimsIdentity(
        [new("system", who.System), new("account", who.Account), new("email", who.Person.Email), new("name", who.Name), new("visit", RandomNumberGenerator.GetHexString(32, lowercase: true))], Scheme, "name", null));

    /// <summary>The sign-in of a principal that was unsealed; null when it lacks something.</summary>
    public static Session? Of(ClaimsPrincipal? principal, AuthenticationProperties? properties) =>
        principal?.FindFirstValue("system") is { } system && principal.FindFirstValue("account") is { } account && principal.FindFirstValue("email") is { } email
        && principal.FindFirstValue("name") is { } name && principal.FindFirstValue("visit") is { } visit && properties?.ExpiresUtc is { } until
            ? new Session(new SignedInAccount(system, account, new Person(email), name), visit, until)
            : null;
}

/// <summary>Whether a sign-in still belongs to somebody: asked of the system it was made with, whenever a page is opened.</summary>
internal sealed class SessionCheck(IEnumerable<IDirectory> directories, EndedSessions ended)
{
    /// <remarks>A system that does not answer ends nothing: who it was is proved, and sign-ins are short. One that knows the account as nobody's, or as somebody else's, does.</remarks>
    /// <exception cref="Runbooks.Work.StoreUnavailableException">Whether it was ended can't be told.</exception>
    public async Task<bool> HoldsAsync(Session session, CancellationToken cancellationToken)
    {
        if (await ended.HasAsync(session, cancellationToken)) return false;
        if (directories.FirstOrDefault(one => one.System == session.Who.System) is not { } directory) return true;
        var account = await directory.FindAccountAsync(session.Who.Account, cancellationToken);
        return account is null || account.Person == session.Who.Person;
    }
}
