using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Integrations.Http;
using ChatOps.Integrations.OpenId;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Bot.Settings;

internal static class DoctorServices
{
    /// <summary>The doctor, with what it looks at in the bot itself; the outside systems bring their own.</summary>
    public static IServiceCollection AddDoctor(this IServiceCollection services, BotSettings settings) => services
        .AddSingleton<Doctor>()
        .AddSingleton<ICheckUp, ConfigurationCheckUp>()
        .AddSingleton<ICheckUp>(s => new StoreCheckUp(s.GetRequiredService<IStore>(), settings))
        .AddSingleton<ICheckUp>(_ => new DiskCheckUp(settings.Data))
        .AddSingleton<ICheckUp, SignInCheckUp>();
}

/// <summary>Whether the configuration folder can be read, and what lint says of it.</summary>
internal sealed class ConfigurationCheckUp(ConfigFolder folder, BotAddress address) : ICheckUp
{
    public string System => "Configuration";

    public Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var findings = folder.Judge();
        var (errors, warnings) = (findings.Count(finding => finding.Error), findings.Count(finding => !finding.Error));
        var read = errors > 0 ? new Symptom(System, "folder", Health.Bad, $"{Words.Count(errors, "error", "errors")}; the first: {findings.First(finding => finding.Error)}", "chatops lint lists them all.")
            : warnings > 0 ? new Symptom(System, "folder", Health.Weak, $"{Words.Count(warnings, "warning", "warnings")}; the first: {findings[0]}", "chatops lint lists them all.")
            : new Symptom(System, "folder", Health.Good, "It is read, and lint finds nothing.");
        return Task.FromResult<ImmutableArray<Symptom>>(
        [
            read,
            address.Public is { } url ? new Symptom(System, "address", Health.Good, $"Cards link to {url}.") : new Symptom(System, "address", Health.Off, "Cards link to no page.", "Set ChatOps:PublicUrl to where people reach the console."),
        ]);
    }
}

/// <summary>Whether the database answers, and has its tables.</summary>
internal sealed class StoreCheckUp(IStore store, BotSettings settings) : ICheckUp
{
    public string System => "Database";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        if (settings.Sqlite is { } file && !File.Exists(file.Path)) return [new Symptom(System, "tables", Health.Off, $"There is no file {file.Path} yet: it is made when the bot starts.")];
        try
        {
            await store.NextDueAsync(cancellationToken);
            var head = await store.ReadChainHeadAsync(cancellationToken);
            return [new Symptom(System, "tables", Health.Good, $"It answers, and has its tables{(head is null ? "; nothing is kept in it yet" : "")}.")];
        }
        catch (StoreUnavailableException unavailable)
        {
            return [new Symptom(System, "tables", Health.Bad, unavailable.Message, "Check ChatOps:Database. Tables are made and brought up to date when the bot starts.")];
        }
    }
}

/// <summary>Whether there is room where the bot writes.</summary>
internal sealed class DiskCheckUp(string folder) : ICheckUp
{
    private const long Tight = 1L << 30, Full = 100L << 20;

    public string System => "Disk";

    public Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken) => Task.FromResult<ImmutableArray<Symptom>>([Look()]);

    private Symptom Look()
    {
        var at = new DirectoryInfo(folder);
        while (!at.Exists && at.Parent is { } parent) at = parent;
        var free = new DriveInfo(at.FullName).AvailableFreeSpace;
        var says = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):0.0} GB are free in {folder}.");
        return new Symptom(System, "room", free > Tight ? Health.Good : free > Full ? Health.Weak : Health.Bad, says, free > Tight ? null : "Make room: with a full disk nothing can be kept, so nothing is started.");
    }
}

/// <summary>Whether people can sign in, and whether who signs them in can be reached.</summary>
internal sealed class SignInCheckUp(ConsoleSettings settings, IServiceProvider services) : ICheckUp
{
    public string System => "Sign-in";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        if (!settings.SignsIn) return [new Symptom(System, "providers", Health.Off, "Nobody can sign in: the console is shown on this machine only, and outside the demo it only reads.", "Set Console:Slack or Console:Entra (docs/console.md).")];
        var found = await Task.WhenAll(settings.Providers.Select(provider => OfAsync(provider, cancellationToken)));
        return [.. found];
    }

    private async Task<Symptom> OfAsync(ProviderSettings provider, CancellationToken cancellationToken)
    {
        try
        {
            await services.GetRequiredService<IOptionsMonitor<Web.SignInOptions>>().Get(provider.System).Provider.EndpointsAsync(cancellationToken);
            return new Symptom(System, provider.Name, Health.Good, $"{provider.Name} can be reached. People of {provider.Home} can sign in; the app there must name {settings.Origin}{Web.SignIn.PathOf(provider.System)}/back as a redirect URL.");
        }
        catch (HttpRequestException lost)
        {
            return new Symptom(System, provider.Name, Health.Bad, lost.Message, $"Check whether this machine may reach {provider.Authority}.");
        }
    }
}
