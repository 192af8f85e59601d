using System.Globalization;
using ChatOps.Runbooks.Work;
using Dapper;
using Npgsql;

namespace ChatOps.Integrations.PostgreSql;

/// <summary>Brings the tables up to date, by the numbered files in <c>Migrations</c>.</summary>
internal static class Schema
{
    private const string Folder = "ChatOps.Integrations.PostgreSql.Migrations.";

    /// <summary>Any number, the same in every process: whoever holds it migrates, and the next one finds it done.</summary>
    private const long Lock = 0x43686174_4f707301;

    /// <summary>Runs in the transaction that is open on <paramref name="connection"/>.</summary>
    public static async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new("select pg_advisory_xact_lock(@Lock)", new { Lock }, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new(
            "create table if not exists migrations (number integer primary key, name text not null, at timestamptz not null default now())",
            cancellationToken: cancellationToken));
        var version = await connection.ExecuteScalarAsync<int>(new("select coalesce(max(number), 0) from migrations", cancellationToken: cancellationToken));
        var steps = Steps();
        if (version > steps[^1].Number)
        {
            throw new StoreUnavailableException("The PostgreSQL database was written by a newer version of the bot. Run that version, or name another database in ChatOps:Database.");
        }
        foreach (var step in steps.Where(s => s.Number > version))
        {
            await connection.ExecuteAsync(new(Sql(step.Name), cancellationToken: cancellationToken));
            await connection.ExecuteAsync(new("insert into migrations (number, name) values (@Number, @Name)", new { step.Number, step.Name }, cancellationToken: cancellationToken));
        }
    }

    private static (int Number, string Name)[] Steps() =>
    [
        .. from name in typeof(Schema).Assembly.GetManifestResourceNames()
           where name.StartsWith(Folder, StringComparison.Ordinal)
           let number = int.Parse(name.AsSpan(Folder.Length, 4), CultureInfo.InvariantCulture)
           orderby number
           select (number, name),
    ];

    private static string Sql(string name)
    {
        using var reader = new StreamReader(typeof(Schema).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
