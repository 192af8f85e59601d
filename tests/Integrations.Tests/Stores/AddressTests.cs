using ChatOps.Integrations.PostgreSql;
using ChatOps.Integrations.Sqlite;
using Npgsql;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Stores;

public sealed class AddressTests
{
    [Theory]
    [InlineData("sqlite:./data/chatops.db", "./data/chatops.db")]
    [InlineData("sqlite:/srv/bot.db", "/srv/bot.db")]
    [InlineData("sqlite:///srv/bot.db", "/srv/bot.db")]
    [InlineData("SQLite: bot.db ", "bot.db")]
    public void A_sqlite_address_names_a_file(string value, string path)
    {
        SqliteAddress.TryRead(value, out var address, out _).ShouldBeTrue();
        address!.Path.ShouldBe(path);
    }

    [Theory]
    [InlineData("bot.db", "sqlite:PATH")]
    [InlineData("sqlite:", "path of a file")]
    [InlineData("sqlite::memory:", "needs a file")]
    [InlineData("sqlite:data/", "folder")]
    [InlineData("sqlite://host/bot.db", "not a host")]
    public void Anything_else_is_refused_in_words(string value, string says)
    {
        SqliteAddress.TryRead(value, out _, out var fault).ShouldBeFalse();
        fault.ShouldContain(says);
    }

    [Fact]
    public void A_postgres_address_is_read_with_all_its_parts()
    {
        var builder = Read("postgres://bot%40x:p%3Ass%2Fw@db.example.com:6543/chat%20ops?sslmode=verify-full&application_name=bot&Maximum%20Pool%20Size=7&connect_timeout=3");
        (builder.Host, builder.Port, builder.Database, builder.Username, builder.Password).ShouldBe(("db.example.com", 6543, "chat ops", "bot@x", "p:ss/w"));
        (builder.SslMode, builder.ApplicationName, builder.MaxPoolSize, builder.Timeout).ShouldBe((SslMode.VerifyFull, "bot", 7, 3));
    }

    [Theory]
    [InlineData("postgresql://bot@localhost/ops", "localhost", 5432)]
    [InlineData("postgres://bot@[::1]:7000/ops", "::1", 7000)]
    [InlineData("postgres://bot@/ops?host=/var/run/postgresql", "/var/run/postgresql", 5432)]
    [InlineData("postgres:///ops?host=/var/run/postgresql", "/var/run/postgresql", 5432)]
    public void Host_and_port_may_be_written_in_every_usual_way(string value, string host, int port)
    {
        var builder = Read(value);
        (builder.Host, builder.Port, builder.Database).ShouldBe((host, port, "ops"));
    }

    [Theory]
    [InlineData("mysql://host/ops", "postgres://user:password@host:port/database")]
    [InlineData("postgres://bot:s3cret@host", "no database")]
    [InlineData("postgres://bot:s3cret@/ops", "no host")]
    [InlineData("postgres://bot:s3cret@host/ops?sslmode=perhaps", "sslmode")]
    [InlineData("postgres://bot:s3cret@host/ops?nonsense=1", "nonsense")]
    [InlineData("postgres://bot:s3cret@host:port/ops", "can't be read")]
    [InlineData("postgres://bot:s3c/ret@host/ops", "can't be read")]
    public void A_postgres_address_that_is_wrong_is_refused_without_its_password(string value, string says)
    {
        PostgreSqlAddress.TryRead(value, out _, out var fault).ShouldBeFalse();
        fault.ShouldContain(says);
        fault.ShouldNotContain("s3c");
    }

    [Fact]
    public void Shown_to_people_it_has_no_password()
    {
        PostgreSqlAddress.TryRead("postgres://bot:s3cret@host/ops", out var address, out _).ShouldBeTrue();
        $"{address}".ShouldBe("postgres://host:5432/ops");
    }

    private static NpgsqlConnectionStringBuilder Read(string value)
    {
        PostgreSqlAddress.TryRead(value, out var address, out var fault).ShouldBeTrue(fault);
        return new NpgsqlConnectionStringBuilder(address!.ConnectionString);
    }
}
