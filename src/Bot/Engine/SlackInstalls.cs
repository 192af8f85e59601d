using System.Security.Cryptography;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Work;
using Microsoft.AspNetCore.DataProtection;

namespace ChatOps.Bot.Engine;

/// <summary>Where the Slack app is installed, kept as one list of events. Tokens are sealed with the console's keys, which are not in the database: whoever has one of the two has no token.</summary>
internal sealed class SlackInstalls(IStore store, TimeProvider time, IDataProtectionProvider protection) : ISlackInstalls, IDisposable
{
    private const string Purpose = "ChatOps.Slack.Token.v1";

    private readonly Ledger<SlackInstallBook> ledger = new(store, SlackInstallBook.Stream, SlackInstallBook.Empty, (book, stored) => book.Evolve(SlackInstallBook.Read(stored)), book => book.Version);

    public bool On => true;

    public ValueTask<SlackInstallBook> NowAsync(CancellationToken cancellationToken) => ledger.NowAsync(cancellationToken);

    public string? Unseal(SlackInstall install)
    {
        try
        {
            return SealFor(install.Id).Unprotect(install.Token);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public Task EndAsync(SlackInstall install, SlackInstallEvent how, CancellationToken cancellationToken) => ledger.KeepAsync(
        book => book.Find(install.Id) is { Ended: null } now && now.Token == install.Token ? new Commit(time.GetUtcNow()) { Streams = [ledger.Append(book, [SlackInstallBook.Write(how)])] } : null, cancellationToken);

    /// <summary>Keeps what Slack gave, with its token sealed.</summary>
    /// <param name="once">The name of the visit to Slack: a second answer for it keeps nothing.</param>
    /// <returns>False when there was an answer for this visit before.</returns>
    public async Task<bool> KeepAsync(SlackGrant grant, string by, string once, CancellationToken cancellationToken)
    {
        var install = new SlackInstall(grant.Id, grant.Name, grant.IsGrid, grant.Bot, grant.App, grant.Scopes, SealFor(grant.Id).Protect(grant.Token), by);
        var (_, kept) = await ledger.KeepAsync(
            book => new Commit(time.GetUtcNow()) { Streams = [ledger.Append(book, [SlackInstallBook.Write(new SlackInstalled(install, book.Find(grant.Id) is not null))])], Delivery = new Delivery(DeliveryOf(once), grant.Id) }, cancellationToken);
        return kept;
    }

    /// <summary>Whether a visit to Slack was answered before.</summary>
    public async Task<bool> WasAnsweredAsync(string once, CancellationToken cancellationToken) => await store.FindDeliveryAsync(DeliveryOf(once), cancellationToken) is not null;

    public void Dispose() => ledger.Dispose();

    /// <summary>One for each workspace: a sealed token that was moved to another one's install opens nothing.</summary>
    private IDataProtector SealFor(string id) => protection.CreateProtector(Purpose, id);

    private static string DeliveryOf(string once) => $"slack:install:{once}";
}
