using System.Diagnostics;
using Npgsql;

namespace ChatOps.Testing;

/// <summary>A real PostgreSQL of the test's own: on a free port of loopback, in a temporary folder, gone afterwards.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _binaries;
    private readonly string _folder;
    private readonly bool _durable;
    private Process? _process;
    private int _databases;

    private PostgresServer(string binaries, string folder, int port, bool durable) =>
        (_binaries, _folder, Port, _durable) = (binaries, folder, port, durable);

    public int Port { get; }

    /// <summary>The folder of the newest PostgreSQL's programs, or null where none is installed.</summary>
    public static string? Binaries()
    {
        const string debian = "/usr/lib/postgresql";
        var installed = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0).Select(d => Path.Combine(d, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return installed.Concat(path).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")));
    }

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="durable">False: without fsync, for everything but tests of durability.</param>
    public static async Task<PostgresServer> StartAsync(bool durable, CancellationToken cancellationToken)
    {
        var binaries = Binaries() ?? throw new InvalidOperationException("PostgreSQL is not installed.");
        var folder = Directory.CreateTempSubdirectory("chatops-postgres-").FullName;
        var server = new PostgresServer(binaries, folder, Loopback.FreePort(), durable);
        try
        {
            if (AsRoot) await RunAsync("chown", [User, folder], cancellationToken);
            await server.RunOursAsync("initdb", ["-D", server.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], cancellationToken);
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>An address as <c>ChatOps:Database</c> has it.</summary>
    public string Address(string database) => $"postgres://{User}:not-asked-for@127.0.0.1:{Port}/{database}";

    /// <summary>Makes an empty database and returns its address.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var create = new NpgsqlCommand($"create database {name}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
        return Address(name);
    }

    /// <summary>Starts it, again after <see cref="StopAsync"/>, and returns when it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var arguments = new List<string> { "-D", Data, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200" };
        if (!_durable) arguments.AddRange(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        _process = Process.Start(Ours("postgres", arguments))!;
        // Its log is read away, so that a full pipe never stops it.
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString);
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException) when (!_process.HasExited && Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    /// <summary>Stops it at once; connections break.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_process is not { HasExited: false } process) return;
        await RunOursAsync("pg_ctl", ["stop", "-D", Data, "-m", "immediate", "-w"], cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static bool AsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(_folder, "data");

    private string ConnectionString => $"Host=127.0.0.1;Port={Port};Username={User};Database=postgres;Pooling=false;Timeout=5";

    /// <summary>PostgreSQL refuses to run as root, so there it runs as its own user.</summary>
    private ProcessStartInfo Ours(string program, IEnumerable<string> arguments)
    {
        var path = Path.Combine(_binaries, program);
        return AsRoot
            ? Start("setpriv", ["--reuid", User, "--regid", User, "--clear-groups", path, .. arguments])
            : Start(path, arguments);
    }

    private Task RunOursAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(Ours(program, arguments), cancellationToken);

    private static Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(Start(program, arguments), cancellationToken);

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{start.FileName} failed: {await output}{await errors}");
    }

    private static ProcessStartInfo Start(string program, IEnumerable<string> arguments) =>
        new(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
}
