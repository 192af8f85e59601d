using System.Collections.Immutable;

namespace ChatOps.Runbooks.Alerts;

/// <summary>A system that sends alerts. First it is asked whether a request is really its own, over the raw bytes; only then what it says.</summary>
public interface IAlertSource
{
    /// <summary>The last part of its address: <c>/webhooks/NAME</c>.</summary>
    string Name { get; }

    /// <summary>Whether a request is verifiably from there, in that system's own way. False too where no secret is set.</summary>
    bool Verify(WebhookRequest request);

    /// <summary>What a verified request says. Never throws for what it reads.</summary>
    AlertReading Read(WebhookRequest request, AlertNames names);
}

/// <summary>Keeps a system quiet about some alerts for a while, or tells it that somebody looks after them.</summary>
public interface ISilencer
{
    /// <summary>As in <see cref="SilenceBy.System"/>.</summary>
    string System { get; }

    /// <summary>Silences, and reads back what was kept. Safe to repeat with the same <see cref="SilenceWanted.Mark"/>.</summary>
    Task<Work.Outcome<SilenceKept>> SilenceAsync(SilenceWanted wanted, CancellationToken cancellationToken);
}

/// <summary>A system that says nothing of what it is silenced about, not even that it is over, and so has to be asked.</summary>
public interface IFiring
{
    /// <summary>As in <see cref="SilenceBy.System"/>.</summary>
    string System { get; }

    /// <summary>The identities of the alerts of this name that fire now.</summary>
    Task<Work.Outcome<ImmutableHashSet<string>>> AskAsync(string alert, CancellationToken cancellationToken);
}

/// <param name="Labels">What all the alerts have in common.</param>
/// <param name="Handles">Monitors or incidents, by their ids.</param>
/// <param name="Mark">Written into what is made, so that it is found again after an answer was lost: <c>A12/1</c>.</param>
public sealed record SilenceWanted(
    ImmutableSortedDictionary<string, string> Labels, ImmutableArray<string> Handles, DateTimeOffset From, DateTimeOffset Until, string By, string? Reason, string Mark);

/// <param name="Id">As the system names it.</param>
/// <param name="Says">What was read back, in a few words.</param>
public sealed record SilenceKept(string Id, DateTimeOffset? Until, string Says);

/// <summary>A request as it came, before anybody looked into it.</summary>
/// <param name="Header">A header's only value; null when it is missing or comes twice.</param>
public sealed record WebhookRequest(Func<string, string?> Header, ReadOnlyMemory<byte> Body, DateTimeOffset ReceivedAt);

/// <summary>What was read.</summary>
public abstract record AlertReading
{
    private AlertReading() { }

    /// <param name="Key">The sender's own name for this delivery; the same when it is sent again.</param>
    /// <param name="Left">Alerts that the sender itself left out of the message.</param>
    public sealed record Taken(string Key, ImmutableArray<Alert> Alerts, int Left = 0) : AlertReading;

    /// <summary>It is about a page of the bot's own.</summary>
    /// <param name="Key">As with <see cref="Taken"/>.</param>
    public sealed record OfPage(string Key, string Subject, Paging.PageCommand What) : AlertReading;

    /// <summary>It tells of changes that no run made.</summary>
    /// <param name="Key">As with <see cref="Taken"/>.</param>
    public sealed record OfChange(string Key, ImmutableArray<Changes.SeenChange> Changes) : AlertReading;

    /// <summary>It is about nothing that is an alert: a ping, a comment.</summary>
    public sealed record Nothing(string Why) : AlertReading;

    /// <summary>It can't be understood.</summary>
    /// <param name="Again">Whether sending it again may help: half a message does.</param>
    public sealed record Unreadable(string Why, bool Again) : AlertReading;
}
