namespace ChatOps.Integrations.Sqlite;

/// <summary>How the file is used; the defaults suit a bot.</summary>
public sealed record SqliteOptions
{
    /// <summary>How long to wait for somebody else's lock before the caller hears of it. Slack wants an answer within three seconds.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Connections that only read, at most.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>How long a process that still works on the file is waited for, since it may just be ending.</summary>
    public TimeSpan TakeOverPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long what a process before this one had claimed is left alone: what it sent last may still be on its way, and is looked for afterwards.</summary>
    public TimeSpan TakeOverMargin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many pages of 4096 bytes the file may have; null = as many as the disk holds.</summary>
    public long? PagesAtMost { get; init; }
}
