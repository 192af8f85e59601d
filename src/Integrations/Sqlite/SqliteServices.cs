using ChatOps.Runbooks.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Sqlite;

public static class SqliteServices
{
    /// <summary>Keeps the store in one file.</summary>
    public static IServiceCollection AddSqlite(this IServiceCollection services, SqliteAddress address, SqliteOptions? options = null) =>
        services.AddSingleton<IStore>(s => new SqliteStore(address, options ?? new(), s.GetRequiredService<ILogger<SqliteStore>>()));
}
