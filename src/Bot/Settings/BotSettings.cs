using ChatOps.Integrations.PostgreSql;
using ChatOps.Integrations.Sqlite;

namespace ChatOps.Bot.Settings;

/// <summary>The bot's own settings, checked at start.</summary>
/// <param name="Config">The configuration folder.</param>
/// <param name="Sqlite">Set when the store is a file.</param>
/// <param name="PostgreSql">Set when it is a PostgreSQL database.</param>
/// <param name="Data">A folder for what belongs to this process: simulated targets.</param>
internal sealed record BotSettings(string Config, SqliteAddress? Sqlite, PostgreSqlAddress? PostgreSql, BotAddress Address, string Data)
{
    /// <summary>The settings, or null when something is wrong with them; every fault names its key.</summary>
    public static BotSettings? Read(IConfiguration configuration, string contentRoot, List<string> faults)
    {
        var section = configuration.GetSection("ChatOps");
        var config = section["Config"] is { Length: > 0 } given ? Path.GetFullPath(given) : Example(contentRoot);
        if (config is null) faults.Add("ChatOps:Config is not set, and there is no folder examples here. Start with --config DIR.");
        else if (!Directory.Exists(config)) faults.Add($"ChatOps:Config: there is no folder {config}.");
        var (sqlite, postgres) = Database(section["Database"], faults);
        var address = AddressOf(section["PublicUrl"], faults);
        if (faults.Count > 0) return null;
        var data = sqlite is null ? Path.GetFullPath("data") : Path.GetDirectoryName(Path.GetFullPath(sqlite.Path))!;
        return new BotSettings(config!, sqlite, postgres, address, data);
    }

    /// <summary>Which database a setting means; the default where there is none.</summary>
    public static (SqliteAddress?, PostgreSqlAddress?) Database(string? value, List<string> faults)
    {
        value ??= "sqlite:./data/chatops.db";
        string? fault;
        if (PostgreSqlAddress.Means(value))
        {
            if (PostgreSqlAddress.TryRead(value, out var postgres, out fault)) return (null, postgres);
        }
        else if (SqliteAddress.TryRead(value, out var sqlite, out fault))
        {
            return (sqlite, null);
        }

        faults.Add($"ChatOps:Database: {fault}");
        return (null, null);
    }

    private static BotAddress AddressOf(string? value, List<string> faults)
    {
        if (string.IsNullOrEmpty(value)) return new BotAddress(null);
        if (Uri.TryCreate(value.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https") return new BotAddress(address);
        faults.Add("ChatOps:PublicUrl is not an http or https address.");
        return new BotAddress(null);
    }

    /// <summary>The example configuration: beside the program where it was published, or in the repository.</summary>
    private static string? Example(string contentRoot)
    {
        foreach (var start in (string[])[AppContext.BaseDirectory, contentRoot, Directory.GetCurrentDirectory()])
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var example = Path.Combine(folder.FullName, "examples", "demo");
                if (Directory.Exists(example)) return example;
            }
        }

        return null;
    }
}
