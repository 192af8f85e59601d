using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Slack;

/// <summary>Whether Slack takes the token of each workspace that installed the app, which scopes it lacks, and where the app was installed and is no more.</summary>
internal sealed class SlackInstallCheckUp(ISlackInstalls installs, IOptionsMonitor<SlackOptions> options, TimeProvider time) : ICheckUp
{
    public string System => "Slack's workspaces";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        if (!installs.On) return [];
        try
        {
            var found = await Task.WhenAll((await installs.NowAsync(cancellationToken)).All.Select(install => OfAsync(install, cancellationToken)));
            return found.Length > 0 ? [.. found.SelectMany(symptoms => symptoms)] : [new Symptom(System, "installs", Health.Off, "The app is installed in no further workspace.", "Open /slack/install in the console.")];
        }
        catch (StoreUnavailableException)
        {
            return [new Symptom(System, "installs", Health.Off, "Where the app is installed can't be read: the database does not answer, or is made when the bot starts.")];
        }
    }

    private async Task<ImmutableArray<Symptom>> OfAsync(SlackInstall install, CancellationToken cancellationToken)
    {
        var system = $"Slack {install.Name}";
        if (install.Ended is { } why) return [new Symptom(system, "install", Health.Weak, $"Nothing is posted in {install.Name} ({install.Id}) any more: {why}.", "Install the app there again (/slack/install), or take its channels out of the configuration.")];
        if (installs.Unseal(install) is not { } token) return [new Symptom(system, "token", Health.Bad, $"The token of {install.Name} ({install.Id}) can't be unsealed: the keys that it was sealed with are gone.", "Bring the folder Console:Keys back, or install the app there again (/slack/install).")];
        return await SlackCheckUp.OfTokenAsync(system, options.CurrentValue, token, "Slack:ApiUrl", "Install the app there again (/slack/install).", time, cancellationToken);
    }
}
