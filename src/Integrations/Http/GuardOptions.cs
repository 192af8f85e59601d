using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Http;

/// <summary>Which hosts the addresses in runbooks may lead to.</summary>
public sealed class GuardOptions
{
    public const string Section = "Http";

    /// <summary>Host names, <c>*.example.com</c> for all below a name, and IP addresses, with commas between. Empty: runbooks reach nothing.</summary>
    public string AllowedHosts { get; set; } = "";
}

internal sealed class GuardOptionsCheck : IValidateOptions<GuardOptions>
{
    public ValidateOptionsResult Validate(string? name, GuardOptions options)
    {
        var faults = Http.AllowedHosts.Faults(options.AllowedHosts).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
