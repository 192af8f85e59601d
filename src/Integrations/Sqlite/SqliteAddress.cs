using System.Diagnostics.CodeAnalysis;

namespace ChatOps.Integrations.Sqlite;

/// <summary>Which file the store is kept in, as <c>ChatOps:Database</c> says it: <c>sqlite:PATH</c>.</summary>
public sealed record SqliteAddress(string Path)
{
    private const string Scheme = "sqlite:";

    /// <summary>Whether <paramref name="value"/> means SQLite at all, well-formed or not.</summary>
    public static bool Means(string value) => value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads <c>sqlite:PATH</c>; otherwise false, and <paramref name="fault"/> says what is wrong with it.</summary>
    public static bool TryRead(string value, [NotNullWhen(true)] out SqliteAddress? address, [NotNullWhen(false)] out string? fault)
    {
        var path = Means(value) ? value[Scheme.Length..].Trim() : "";
        // sqlite:///srv/bot.db is how other tools write it; sqlite://srv/bot.db would name a host, which a file has none of.
        if (path.StartsWith("///", StringComparison.Ordinal)) path = path[2..];
        fault = Fault(value, path);
        address = fault is null ? new SqliteAddress(path) : null;
        return address is not null;
    }

    private static string? Fault(string value, string path)
    {
        if (!Means(value)) return "A SQLite database is written as sqlite:PATH.";
        if (path.Length == 0) return "sqlite: needs the path of a file, for example sqlite:./data/chatops.db.";
        if (path.StartsWith("//", StringComparison.Ordinal)) return "sqlite: takes a path, not a host: write sqlite:/full/path or sqlite:relative/path.";
        if (path.StartsWith(':')) return "sqlite: needs a file: what is kept in memory would not survive a restart.";
        if (path.EndsWith('/')) return "sqlite: needs the path of a file; this is a folder.";
        return path.Contains('\0', StringComparison.Ordinal) ? "sqlite: the path holds a character that no file name can have." : null;
    }
}
