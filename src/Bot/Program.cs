using System.Collections.Immutable;
using ChatOps.Bot.Cli;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Endpoints;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Web;
using ChatOps.Bot.Worker;
using ChatOps.Integrations.Alertmanager;
using ChatOps.Integrations.Datadog;
using ChatOps.Integrations.GitHub;
using ChatOps.Integrations.Grafana;
using ChatOps.Integrations.Helm;
using ChatOps.Integrations.Http;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Integrations.PagerDuty;
using ChatOps.Integrations.PostgreSql;
using ChatOps.Integrations.Prometheus;
using ChatOps.Integrations.Registry;
using ChatOps.Integrations.Sentry;
using ChatOps.Integrations.Simulated;
using ChatOps.Integrations.Slack;
using ChatOps.Integrations.Smtp;
using ChatOps.Integrations.Sqlite;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

return await new CommandLine(Console.Out, Console.Error).RunAsync(args, ServeAsync, DoctorAsync);

// Everything the bot is made of, not started yet; null when the settings can't be used, and then the faults say why.
static (WebApplication App, BotSettings Settings)? Build(IReadOnlyDictionary<string, string?> given, List<string> faults)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Configuration.AddInMemoryCollection(given);
    builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
    builder.Configuration.AddSecrets(faults);
    var settings = BotSettings.Read(builder.Configuration, builder.Environment.ContentRootPath, faults);
    var summaries = SummaryOptions.Read(builder.Configuration, faults);
    var console = ConsoleSettings.Read(builder.Configuration, settings?.Data ?? "", faults);
    var patience = ChatPatience.Read(builder.Configuration, faults);
    SlackInstallPages.Check(builder.Configuration, settings?.Address, faults);
    var links = LinkKey.Read(builder.Configuration, console.Keys, faults);
    if (settings is null || faults.Count > 0) return null;
    builder.WebHost.UseKestrelHttpsConfiguration();
    if (builder.Configuration["urls"] is null) builder.WebHost.UseUrls("http://127.0.0.1:5080");

    var services = builder.Services;
    services.AddSingleton(TimeProvider.System);
    services.AddSingleton(settings.Address);
    services.AddSingleton(summaries).AddSingleton(links).AddSingleton(patience);
    services.AddSingleton(s => new ConfigFolder(settings.Config, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ConfigFolder>>()));
    services.AddHostedService(s => s.GetRequiredService<ConfigFolder>());
    services.AddSingleton<Func<Configuration>>(s => () => s.GetRequiredService<ConfigFolder>().Current);
    if (settings.Sqlite is { } file) services.AddSqlite(file);
    else services.AddPostgreSql(settings.PostgreSql!);
    services.AddSlackInstalls(builder.Configuration, console).AddSlack(builder.Configuration).AddSlackEndpoints();
    services.AddTeams(builder.Configuration).AddTeamsEndpoints();
    services.AddKubernetes(builder.Configuration).AddHelm(builder.Configuration).AddRegistries(builder.Configuration);
    services.AddSingleton(s => new SimulatedTargets(Path.Combine(settings.Data, "simulated.json"), s.GetRequiredService<TimeProvider>()));
    services.AddSingleton<ITargets>(s => s.GetRequiredService<SimulatedTargets>());
    services.AddSingleton<IOperations, SimulatedOperations>();
    services.AddSingleton<IGateSource>(s => new SimulatedGates(s.GetRequiredService<SimulatedTargets>(), s.GetRequiredService<TimeProvider>()));
    services.AddGuardedHttp(builder.Configuration).AddGitHub(builder.Configuration);
    services.AddPrometheus(builder.Configuration).AddDatadogMetrics(builder.Configuration).AddSentryReleases(builder.Configuration);
    services.AddAlertmanager(builder.Configuration).AddGrafana(builder.Configuration).AddDatadog(builder.Configuration).AddSentry(builder.Configuration).AddPagerDuty(builder.Configuration);
    services.AddSmtp(builder.Configuration);
    services.AddRuns();
    services.AddCommands();
    services.AddConsole().AddSignIn(console);
    services.AddOpenApi(options => options.AddDocumentTransformer((document, _, _) =>
    {
        (document.Info.Title, document.Info.Version) = ("ChatOps", "v1");
        return Task.CompletedTask;
    }));
    services.AddDoctor(settings);
    return (builder.Build(), settings);
}

static async Task<int> ServeAsync(IReadOnlyDictionary<string, string?> given)
{
    var faults = new List<string>();
    if (Build(given, faults) is not { App: var app, Settings: var settings }) return Refuse(faults);
    await using var ends = app;
    Directory.CreateDirectory(settings.Data);
    var folder = app.Services.GetRequiredService<ConfigFolder>();
    var findings = folder.Load();
    foreach (var finding in findings) Console.Error.WriteLine(finding);
    if (findings.Any(finding => finding.Error)) return Refuse(["The configuration in " + settings.Config + " has errors: nothing was started."]);
    try
    {
        app.Services.GetService<IStartupValidator>()?.Validate();
        app.Services.GetRequiredService<LinkKey>().Open();
        var store = app.Services.GetRequiredService<IStore>();
        await store.MigrateAsync(app.Lifetime.ApplicationStopping);
        await store.TakeOverAsync(app.Services.GetRequiredService<TimeProvider>().GetUtcNow(), app.Lifetime.ApplicationStopping);
        if (settings.PostgreSql is not null) app.Services.GetRequiredService<RunEngine>().Follow();
        app.MapSlack();
        app.MapTeams();
        app.MapHealth();
        app.MapWebhooks();
        app.MapApi();
        app.MapOpenApi().OnLoopbackOnly();
        app.MapConsole();
        await app.RunAsync();
        return 0;
    }
    catch (OptionsValidationException invalid)
    {
        return Refuse(invalid.Failures);
    }
    catch (StoreUnavailableException unavailable)
    {
        return Refuse([unavailable.Message]);
    }
    catch (Exception fault) when (fault is InvalidDataException or UnauthorizedAccessException)
    {
        return Refuse([$"The key of links can't be used: {fault.Message} Or set {LinkKey.Setting}."]);
    }
}

static async Task<ImmutableArray<Symptom>> DoctorAsync(IReadOnlyDictionary<string, string?> given, CancellationToken cancellationToken)
{
    var faults = new List<string>();
    if (Build(given, faults) is not { App: var app }) return Doctor.OfSettings(faults);
    await using var ends = app;
    app.Services.GetRequiredService<ConfigFolder>().Load();
    return await app.Services.GetRequiredService<Doctor>().ExamineAsync(cancellationToken);
}

static int Refuse(IEnumerable<string> faults)
{
    foreach (var fault in faults) Console.Error.WriteLine(fault);
    return 1;
}
