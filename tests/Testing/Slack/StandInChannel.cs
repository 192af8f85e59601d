namespace ChatOps.Testing.Slack;

public sealed record StandInChannel(string Id, string Name, bool IsPrivate, bool IsArchived)
{
    /// <summary>Whether the bot is in it.</summary>
    public bool IsMember { get; set; }

    /// <summary>Of an organization: in which of its workspaces.</summary>
    public string? Team { get; init; }

    /// <summary>Who made it; empty = somebody.</summary>
    public string Creator { get; init; } = "";

    /// <summary>Seconds since 1970.</summary>
    public long Created { get; init; }

    public string Topic { get; internal set; } = "";

    /// <summary>Accounts that were invited.</summary>
    public HashSet<string> Members { get; } = [];

    /// <summary>Messages that are pinned.</summary>
    public List<string> Pins { get; } = [];
}
