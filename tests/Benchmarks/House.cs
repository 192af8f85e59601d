using System.Globalization;
using System.Text;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Worker;
using ChatOps.Integrations.Registry;
using ChatOps.Integrations.Simulated;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Benchmarks;

/// <summary>The bot's own parts as the program wires them, without a network in front, over many generated services.</summary>
internal static class House
{
    public const int Services = 500;

    public static readonly Speaker Ana = new(new Caller(new Person("ana@example.com"), "ana", [new GroupName("everyone")]), null);

    public static async Task<ServiceProvider> BuildAsync(string database)
    {
        var configuration = Configuration();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new BotAddress(null));
        services.AddSingleton<Func<Configuration>>(() => configuration);
        services.AddSqlite(new SqliteAddress(database));
        services.AddSingleton<Runbooks.Catalog.ITargets>(s => new SimulatedTargets(null, TimeProvider.System));
        services.AddRegistries(new ConfigurationBuilder().Build());
        services.AddRuns();
        services.AddCommands();
        var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<IStore>().MigrateAsync(CancellationToken.None);
        return provider;
    }

    /// <summary>Writes the same configuration where a program can read it.</summary>
    public static void Write(string folder)
    {
        foreach (var file in Files())
        {
            var path = Path.Combine(folder, file.File);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file.Text);
        }
    }

    public static string Command(int number) => string.Create(CultureInfo.InvariantCulture, $"deploy svc{number % Services} v2.0.{number} staging");

    private static Configuration Configuration()
    {
        var (read, findings) = ConfigurationReader.Read(Files());
        return read ?? throw new InvalidOperationException(string.Join('\n', findings));
    }

    private static IEnumerable<SourceFile> Files()
    {
        for (var i = 0; i < Services; i++)
            yield return new SourceFile($"services/svc{i}.yaml", $"service: svc{i}\nowners: [everyone]\nenvironments:\n  staging:\n    simulated: {{}}\n    health: [{{ url: \"https://svc{i}.example.com/health\" }}]\n    runbook: default\n");
        var steps = new StringBuilder("runbook: default\nsteps:\n  - checklist: Before you deploy\n    items: [Reviewed by someone else, Database backup taken]\n  - deploy: rolling\n  - check: health\n  - soak: 10m\n  - summary:\n");
        yield return new SourceFile("runbooks/default.yaml", steps.ToString());
        yield return new SourceFile("access.yaml", "groups: { everyone: { all: true } }\nmay: { deploy: { \"*\": [everyone] }, rollback: { \"*\": [everyone] } }\ndemo: [{ person: ana@example.com, name: Ana, role: engineer }]\n");
    }
}
