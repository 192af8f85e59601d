using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Alertmanager;

/// <summary>How Alertmanager proves who it is, and how it is reached.</summary>
public sealed class AlertmanagerOptions
{
    public const string Section = "Alertmanager";

    /// <summary>What its webhook sends: as a bearer token, or as the password of basic authentication. Without it every delivery is refused.</summary>
    public string Token { get; set; } = "";

    /// <summary>Where its API is (with a route prefix, if it has one), for silences; null = none are made.</summary>
    public Uri? Url { get; set; }

    /// <summary>A bearer token for the API, where something before it asks for one.</summary>
    public string ApiToken { get; set; } = "";

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Judges the settings at start: all faults at once, each with its key.</summary>
internal sealed class AlertmanagerOptionsCheck : IValidateOptions<AlertmanagerOptions>
{
    public ValidateOptionsResult Validate(string? name, AlertmanagerOptions options)
    {
        var faults = new List<string>();
        if (options.Url is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))) faults.Add("Alertmanager:Url must be a full http or https address, like http://alertmanager:9093/.");
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > TimeSpan.FromMinutes(1)) faults.Add("Alertmanager:Timeout must be more than nothing and at most a minute.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
