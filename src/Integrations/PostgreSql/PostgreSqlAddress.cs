using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;

namespace ChatOps.Integrations.PostgreSql;

/// <summary>Which server and database the store is kept in, as <c>ChatOps:Database</c> says it: <c>postgres://user:password@host:port/database?sslmode=…</c>.</summary>
/// <remarks>The words after the question mark are those of libpq, where Npgsql has the same thing under another name, and Npgsql's own.</remarks>
public sealed record PostgreSqlAddress
{
    private const string NoHost = "no-host.invalid";

    private PostgreSqlAddress(string connectionString) => ConnectionString = connectionString;

    /// <summary>As Npgsql wants it. Holds the password.</summary>
    internal string ConnectionString { get; }

    /// <summary>Whether <paramref name="value"/> means PostgreSQL at all, well-formed or not.</summary>
    public static bool Means(string value) =>
        value.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || value.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a <c>postgres://</c> address; otherwise false, and <paramref name="fault"/> says what is wrong with it, without repeating the password.</summary>
    public static bool TryRead(string value, [NotNullWhen(true)] out PostgreSqlAddress? address, [NotNullWhen(false)] out string? fault)
    {
        var builder = new NpgsqlConnectionStringBuilder { ApplicationName = "chatops", Timeout = 5, CommandTimeout = 10, KeepAlive = 15 };
        fault = Fill(builder, value);
        address = fault is null ? new PostgreSqlAddress(builder.ConnectionString) : null;
        return address is not null;
    }

    /// <summary>Without the password.</summary>
    public override string ToString()
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString);
        return $"postgres://{builder.Host}:{builder.Port}/{builder.Database}";
    }

    private static string? Fill(NpgsqlConnectionStringBuilder builder, string value)
    {
        if (!Means(value)) return "A PostgreSQL database is written as postgres://user:password@host:port/database.";
        if (!Uri.TryCreate(WithHost(value), UriKind.Absolute, out var uri))
        {
            return "The postgres:// address can't be read. Write postgres://user:password@host:port/database, with @ : / ? # in user and password as %40 %3A %2F %3F %23.";
        }
        var user = uri.UserInfo.Split(':', 2);
        builder.Host = uri.IdnHost == NoHost ? "" : uri.IdnHost.Trim('[', ']');
        builder.Port = uri.IsDefaultPort || uri.Port <= 0 ? NpgsqlConnection.DefaultPort : uri.Port;
        builder.Database = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/'));
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Set(builder, pair) is { } fault) return fault;
        }
        if (string.IsNullOrEmpty(builder.Database)) return "The postgres:// address names no database: write postgres://user:password@host:port/database.";
        return string.IsNullOrEmpty(builder.Host) ? "The postgres:// address names no host: write postgres://user:password@host:port/database." : null;
    }

    /// <summary>Uri refuses an empty host, which libpq takes for a socket that <c>host=</c> names.</summary>
    private static string WithHost(string value)
    {
        var start = value.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = value.IndexOf('/', start);
        return end >= 0 && (end == start || value[end - 1] == '@') ? value.Insert(end, NoHost) : value;
    }

    private static string? Set(NpgsqlConnectionStringBuilder builder, string pair)
    {
        var halves = pair.Split('=', 2);
        var name = Uri.UnescapeDataString(halves[0]);
        var value = halves.Length > 1 ? Uri.UnescapeDataString(halves[1].Replace('+', ' ')) : "";
        try
        {
            switch (name.ToLowerInvariant())
            {
                case "sslmode": builder.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true); break;
                case "sslrootcert": builder.RootCertificate = value; break;
                case "sslcert": builder.SslCertificate = value; break;
                case "sslkey": builder.SslKey = value; break;
                case "connect_timeout": builder.Timeout = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "application_name": builder.ApplicationName = value; break;
                case "target_session_attrs": builder["Target Session Attributes"] = value; break;
                case "search_path" or "currentschema": builder.SearchPath = value; break;
                default: builder[name] = value; break;
            }
            return null;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
        {
            return $"The postgres:// address says {name}=…, which is not a setting and a value that PostgreSQL connections have.";
        }
    }
}
