using ChatOps.Runbooks.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.PostgreSql;

public static class PostgreSqlServices
{
    /// <summary>Keeps the store in a PostgreSQL database, which several processes may share.</summary>
    public static IServiceCollection AddPostgreSql(this IServiceCollection services, PostgreSqlAddress address)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton<IStore>(s =>
            new PostgreSqlStore(address, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<PostgreSqlStore>>()));
    }
}
