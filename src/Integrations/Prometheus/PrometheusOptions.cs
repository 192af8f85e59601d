using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Prometheus;

/// <summary>How to reach Prometheus, or whatever speaks its API (Mimir, Thanos, VictoriaMetrics).</summary>
public sealed class PrometheusOptions
{
    public const string Section = "Prometheus";

    /// <summary>Where it is, with its path prefix if it has one.</summary>
    public Uri? Url { get; set; }

    /// <summary>Where people open it; left out: <see cref="Url"/>.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Sent as a bearer token; empty = none.</summary>
    public string Token { get; set; } = "";

    public string TokenFile { get; set; } = "";

    /// <summary>Sent as <c>X-Scope-OrgID</c>, for Mimir; empty = none.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>How long one question may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Judges the settings at start: all faults at once, each with its key.</summary>
internal sealed class PrometheusOptionsCheck : IValidateOptions<PrometheusOptions>, IPostConfigureOptions<PrometheusOptions>
{
    public void PostConfigure(string? name, PrometheusOptions options)
    {
        try
        {
            options.Token = BaseAddress.Secret(options.Token, options.TokenFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException("", typeof(PrometheusOptions), [$"Prometheus:TokenFile can't be read: {e.Message}"]);
        }

        if (options.Url is { } url) options.Url = BaseAddress.Closed(url);
        if (options.PublicUrl is { } open) options.PublicUrl = BaseAddress.Closed(open);
    }

    public ValidateOptionsResult Validate(string? name, PrometheusOptions options)
    {
        var faults = new List<string>();
        if (options.Url is { } url && BaseAddress.Fault("Prometheus:Url", url, options.Token.Length > 0) is { } wrong) faults.Add(wrong);
        if (options.PublicUrl is { } open && BaseAddress.Fault("Prometheus:PublicUrl", open, false) is { } bad) faults.Add(bad);
        if (options.Token.Any(char.IsWhiteSpace)) faults.Add("Prometheus:Token contains white space: copy it again.");
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > TimeSpan.FromMinutes(2)) faults.Add("Prometheus:Timeout must be more than nothing and at most two minutes.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
