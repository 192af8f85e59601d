using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Sentry;

/// <summary>How to ask Sentry about releases.</summary>
public sealed class SentryReleasesOptions
{
    public const string Section = "Sentry";

    /// <summary>The API, with its <c>/api/0/</c>: of the region, or of one's own.</summary>
    public Uri ApiUrl { get; set; } = new("https://sentry.io/api/0/");

    /// <summary>A token that may read: <c>org:read</c>, <c>event:read</c>.</summary>
    public string Token { get; set; } = "";

    public string TokenFile { get; set; } = "";

    /// <summary>The organisation, by its slug.</summary>
    public string Organization { get; set; } = "";

    /// <summary>How long one question may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Judges the settings at start: all faults at once, each with its key.</summary>
internal sealed class SentryReleasesOptionsCheck : IValidateOptions<SentryReleasesOptions>, IPostConfigureOptions<SentryReleasesOptions>
{
    public void PostConfigure(string? name, SentryReleasesOptions options)
    {
        try
        {
            options.Token = BaseAddress.Secret(options.Token, options.TokenFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException("", typeof(SentryReleasesOptions), [$"Sentry:TokenFile can't be read: {e.Message}"]);
        }

        options.ApiUrl = BaseAddress.Closed(options.ApiUrl);
    }

    public ValidateOptionsResult Validate(string? name, SentryReleasesOptions options)
    {
        var faults = new List<string>();
        if (BaseAddress.Fault("Sentry:ApiUrl", options.ApiUrl, secret: true) is { } wrong) faults.Add(wrong);
        if (options.Token.Length > 0 && options.Organization.Length == 0) faults.Add("Sentry:Organization is missing: its slug is in the address of every page of it.");
        if (options.Token.Any(char.IsWhiteSpace)) faults.Add("Sentry:Token contains white space: copy it again.");
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > TimeSpan.FromMinutes(1)) faults.Add("Sentry:Timeout must be more than nothing and at most a minute.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
