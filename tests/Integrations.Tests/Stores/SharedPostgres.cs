using ChatOps.Integrations.Tests.Stores;
using ChatOps.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace ChatOps.Integrations.Tests.Stores;

/// <summary>One server for all tests that need one, started by the first.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    public const string Missing = "PostgreSQL is not installed here, so its tests are left out.";

    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync(durable: false, CancellationToken.None));

    public async Task<PostgresServer> GetAsync()
    {
        if (PostgresServer.Binaries() is null) Assert.Skip(Missing);
        return await _server.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }
}
