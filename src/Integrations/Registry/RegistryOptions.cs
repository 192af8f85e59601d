using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Registry;

/// <summary>The registries that may be asked for images, by any name.</summary>
internal sealed class RegistriesOptions
{
    public const string Section = "Registries";

    public Dictionary<string, RegistryOptions> All { get; init; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>How one registry is asked.</summary>
internal sealed class RegistryOptions
{
    /// <summary>As the names of its images begin: <c>registry.example.com</c>, <c>ghcr.io</c>, <c>docker.io</c>.</summary>
    public string Host { get; set; } = "";

    /// <summary>Where its API is; null = https at <see cref="Host"/>.</summary>
    public Uri? Address { get; set; }

    /// <summary>Who asks, and a password or token of its own that may pull; empty = nobody, as for public images.</summary>
    public string User { get; set; } = "";

    public string Password { get; set; } = "";

    /// <summary>The host that hands out its tokens, where that is another one; the password goes there and to the registry, and nowhere else.</summary>
    public string TokenHost { get; set; } = "";

    /// <summary>How long one question may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    public Uri Api => BaseAddress.Closed(Address ?? new Uri(Host == ImageReference.DockerHub ? "https://registry-1.docker.io/" : $"https://{Host}/"));

    public string TokensFrom => TokenHost.Length > 0 ? TokenHost : Host == ImageReference.DockerHub ? "auth.docker.io" : Api.Host;
}

/// <summary>Judges the settings at start: all faults at once, each with its key.</summary>
internal sealed class RegistriesOptionsCheck : IValidateOptions<RegistriesOptions>
{
    public ValidateOptionsResult Validate(string? name, RegistriesOptions options)
    {
        var faults = options.All.SelectMany(one => Faults($"{RegistriesOptions.Section}:{one.Key}", one.Value)).ToList();
        foreach (var twice in options.All.Where(one => one.Value.Host.Length > 0).GroupBy(one => one.Value.Host, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            faults.Add($"{RegistriesOptions.Section}: {string.Join(" and ", twice.Select(one => one.Key))} are both about {twice.Key}; keep one.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(string key, RegistryOptions one)
    {
        if (one.Host.Length == 0 || one.Host.Contains('/', StringComparison.Ordinal) || !Uri.TryCreate($"https://{one.Host}/", UriKind.Absolute, out _))
        {
            yield return $"{key}:Host must be what the names of its images begin with, like registry.example.com.";
            yield break;
        }

        if (one.Address is { } address && BaseAddress.Fault($"{key}:Address", address, secret: one.Password.Length > 0) is { } fault) yield return fault;
        if (one.Password.Length > 0 != one.User.Length > 0) yield return $"{key}:User and {key}:Password belong together; set both or neither.";
        if (one.TokenHost.Length > 0 && Uri.CheckHostName(one.TokenHost) == UriHostNameType.Unknown) yield return $"{key}:TokenHost must be a host name, without https:// and path.";
        if (one.Timeout <= TimeSpan.Zero || one.Timeout > TimeSpan.FromMinutes(1)) yield return $"{key}:Timeout must be more than nothing and at most a minute.";
    }
}
