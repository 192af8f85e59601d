using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Datadog;

/// <summary>How to ask Datadog for metrics.</summary>
public sealed class DatadogMetricsOptions
{
    public const string Section = "Datadog";

    /// <summary>The API of the site that the organisation is on: <c>https://api.datadoghq.eu/</c>.</summary>
    public Uri ApiUrl { get; set; } = new("https://api.datadoghq.com/");

    public string ApiKey { get; set; } = "";

    /// <summary>An application key that may read metrics (<c>timeseries_query</c>).</summary>
    public string AppKey { get; set; } = "";

    public string ApiKeyFile { get; set; } = "";
    public string AppKeyFile { get; set; } = "";

    /// <summary>How long one question may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Judges the settings at start: all faults at once, each with its key.</summary>
internal sealed class DatadogMetricsOptionsCheck : IValidateOptions<DatadogMetricsOptions>, IPostConfigureOptions<DatadogMetricsOptions>
{
    public void PostConfigure(string? name, DatadogMetricsOptions options)
    {
        try
        {
            (options.ApiKey, options.AppKey) = (BaseAddress.Secret(options.ApiKey, options.ApiKeyFile), BaseAddress.Secret(options.AppKey, options.AppKeyFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException("", typeof(DatadogMetricsOptions), [$"Datadog:ApiKeyFile or Datadog:AppKeyFile can't be read: {e.Message}"]);
        }

        options.ApiUrl = BaseAddress.Closed(options.ApiUrl);
    }

    public ValidateOptionsResult Validate(string? name, DatadogMetricsOptions options)
    {
        var faults = new List<string>();
        if (BaseAddress.Fault("Datadog:ApiUrl", options.ApiUrl, secret: true) is { } wrong) faults.Add(wrong);
        if (options.AppKey.Length > 0 && options.ApiKey.Length == 0) faults.Add("Datadog:ApiKey is missing: metrics are read with both keys.");
        if (options.ApiKey.Any(char.IsWhiteSpace) || options.AppKey.Any(char.IsWhiteSpace)) faults.Add("Datadog:ApiKey or Datadog:AppKey contains white space: copy it again.");
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > TimeSpan.FromMinutes(1)) faults.Add("Datadog:Timeout must be more than nothing and at most a minute.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
