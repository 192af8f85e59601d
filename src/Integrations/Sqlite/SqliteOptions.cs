namespace ChatOps.Integrations.Sqlite;

/// <summary>How the file is used; the defaults suit a bot.</summary>
public sealed record SqliteOptions
{
    /// <summary>How long to wait for somebody else's lock before the caller hears of it. Slack wants an answer within three seconds.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Connections that only read, at most.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>How many pages of 4096 bytes the file may have; null = as many as the disk holds.</summary>
    public long? PagesAtMost { get; init; }
}
