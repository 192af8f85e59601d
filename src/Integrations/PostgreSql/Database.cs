using System.Net.Sockets;
using ChatOps.Runbooks.Work;
using Npgsql;

namespace ChatOps.Integrations.PostgreSql;

/// <summary>The connections, and what to make of their failures.</summary>
internal sealed class Database(PostgreSqlAddress address) : IAsyncDisposable
{
    /// <summary>Two that wait for each other are told so by the server; one of them then starts again.</summary>
    private const int Tries = 5;

    private readonly NpgsqlDataSource _source = new NpgsqlDataSourceBuilder(address.ConnectionString).Build();

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    /// <summary>Runs on a connection of its own, and again after a deadlock. Failures come out as callers of the store expect them.</summary>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> run, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await using var connection = await OpenAsync(cancellationToken);
                return await run(connection);
            }
            catch (PostgresException fault) when (tries < Tries && fault.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // Nothing of it was kept.
            }
            catch (Exception fault) when (Means(fault))
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new StoreUnavailableException(Says(fault), fault);
            }
        }
    }

    /// <summary>Like <see cref="RunAsync{T}"/>, in one transaction, which is kept when <paramref name="run"/> says so.</summary>
    public Task<T> TransactAsync<T>(Func<NpgsqlConnection, Task<(T Answer, bool Keep)>> run, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var (answer, keep) = await run(connection);
            // A commit under way is not cancelled: nobody could say any more whether it happened.
            if (keep) await transaction.CommitAsync(CancellationToken.None);
            else await transaction.RollbackAsync(CancellationToken.None);
            return answer;
        },
        cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>Whether the database failed us, rather than we the database.</summary>
    public static bool Means(Exception fault) => fault switch
    {
        // 22 and 23: a value or a row of ours that can't be.
        PostgresException p => !(p.SqlState.StartsWith("22", StringComparison.Ordinal) || p.SqlState.StartsWith("23", StringComparison.Ordinal)),
        NpgsqlException or SocketException or TimeoutException or IOException => true,
        _ => false,
    };

    public string Says(Exception fault) => (fault as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
            => $"PostgreSQL ({address}) does not let the bot in. Check user and password in ChatOps:Database.",
        PostgresErrorCodes.InvalidCatalogName => $"PostgreSQL ({address}) has no such database. Create it, or name another in ChatOps:Database.",
        PostgresErrorCodes.InsufficientPrivilege => $"PostgreSQL ({address}) does not allow this to the bot's user. Grant it what it needs on the database.",
        PostgresErrorCodes.UndefinedTable => $"PostgreSQL ({address}) lacks the bot's tables. Start the bot once with the right to create them.",
        PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory => $"PostgreSQL ({address}) has no room left. Free some on its disk.",
        PostgresErrorCodes.TooManyConnections => $"PostgreSQL ({address}) has no free connections. Raise max_connections or stop something that uses them.",
        PostgresErrorCodes.ReadOnlySqlTransaction => $"PostgreSQL ({address}) only reads: it is a standby. Name the primary in ChatOps:Database.",
        { } state => $"PostgreSQL ({address}) can't do this now ({state}). See its log.",
        null => $"PostgreSQL ({address}) does not answer. See that it runs and can be reached.",
    };
}
