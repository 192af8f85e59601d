using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>The bot's registration with Microsoft, and how to know that an activity comes from Teams.</summary>
public sealed class TeamsOptions
{
    public const string Section = "Teams";

    /// <summary>The application (client) ID of the bot's registration, a GUID. Without one only this machine is let in, with no token.</summary>
    public string AppId { get; set; } = "";

    /// <summary>The client secret of the registration.</summary>
    public string AppPassword { get; set; } = "";

    public string AppPasswordFile { get; set; } = "";

    /// <summary>The one Entra tenant whose people are let in, a GUID.</summary>
    public string TenantId { get; set; } = "";

    /// <summary>Where the keys are announced that activities are signed with.</summary>
    public Uri OpenIdMetadata { get; set; } = new("https://login.botframework.com/v1/.well-known/openidconfiguration");

    /// <summary>Who signs activities: the <c>iss</c> of their tokens.</summary>
    public string Issuer { get; set; } = "https://api.botframework.com";

    /// <summary>Where our own tokens come from; left out: the tenant's own address at login.microsoftonline.com.</summary>
    public Uri? TokenUrl { get; set; }

    /// <summary>What our token is for.</summary>
    public string Scope { get; set; } = "https://api.botframework.com/.default";

    /// <summary>Microsoft Graph, asked for the members of Entra groups and for channels of incidents; ends with a slash.</summary>
    public Uri GraphUrl { get; set; } = new("https://graph.microsoft.com/v1.0/");

    /// <summary>Hosts that our token may be sent to, over https; <c>*.example.com</c> covers names below. A loopback name listed here may be reached over http.</summary>
    public IList<string> ServiceHosts { get; } =
        ["smba.trafficmanager.net", "*.botframework.com", "smba.infra.gcc.teams.microsoft.com", "smba.infra.gov.teams.microsoft.us", "smba.infra.dod.teams.microsoft.us"];

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>True when there is a registration: activities are believed by their token, and calls carry ours.</summary>
    public bool Registered => AppId.Length > 0;

    /// <summary>Whether something may be sent to this address, which came with an activity.</summary>
    public bool MaySendTo(Uri url)
    {
        if (!url.IsAbsoluteUri || url.UserInfo.Length > 0) return false;
        if (!Registered) return url.IsLoopback && url.Scheme is "http" or "https";
        return url.Scheme == Uri.UriSchemeHttps
            ? url.IsDefaultPort && ServiceHosts.Any(host => Covers(host, url.Host))
            : url is { IsLoopback: true, Scheme: "http" } && ServiceHosts.Contains(url.Host, StringComparer.OrdinalIgnoreCase);
    }

    internal Uri TokensFrom => TokenUrl ?? new Uri($"https://login.microsoftonline.com/{Uri.EscapeDataString(TenantId)}/oauth2/v2.0/token");

    private static bool Covers(string entry, string host) => entry.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(entry[1..], StringComparison.OrdinalIgnoreCase)
        : host.Equals(entry, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Judges the settings at start: all faults at once, each with its key.</summary>
internal sealed class TeamsOptionsCheck : IValidateOptions<TeamsOptions>
{
    public ValidateOptionsResult Validate(string? name, TeamsOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(string.Join('\n', faults));
    }

    private static IEnumerable<string> Faults(TeamsOptions o)
    {
        if (o.AppId.Length > 0 && !Guid.TryParse(o.AppId, out _))
            yield return "Teams:AppId is not an application ID: it looks like 00000000-1111-2222-3333-444444444444 and is on the bot's Configuration page in Azure.";
        if (o.AppId.Length > 0 && o.AppPassword.Length == 0)
            yield return "Teams:AppPassword is missing: with Teams:AppId set, messages would come in but nothing could be posted. Make a client secret under Certificates & secrets of the registration.";
        if (o.AppPassword.Length > 0 && o.AppId.Length == 0)
            yield return "Teams:AppId is missing: Teams:AppPassword is the secret of a registration that has to be named.";
        if (o.AppId.Length > 0 && !Guid.TryParse(o.TenantId, out _))
            yield return "Teams:TenantId is missing or is no GUID: without it people of every company could speak to the bot. It is on the Overview page of Entra ID.";
        foreach (var (key, url) in new[] { ("OpenIdMetadata", o.OpenIdMetadata), ("TokenUrl", o.TokensFrom), ("GraphUrl", o.GraphUrl) })
        {
            if (!url.IsAbsoluteUri || !(url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback)))
                yield return $"Teams:{key} must be a full https address (http only on this machine): tokens and keys travel there.";
        }

        if (o.Timeout <= TimeSpan.Zero || o.Timeout > TimeSpan.FromMinutes(1))
            yield return "Teams:Timeout must be more than nothing and at most a minute.";
    }
}

/// <summary>Takes the secret from the file it is mounted as, and gives the address of Graph its closing slash.</summary>
internal sealed class TeamsSecretFiles : IPostConfigureOptions<TeamsOptions>
{
    public void PostConfigure(string? name, TeamsOptions options)
    {
        if (options is { AppPassword.Length: 0, AppPasswordFile.Length: > 0 })
        {
            try
            {
                options.AppPassword = File.ReadAllText(options.AppPasswordFile).Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new OptionsValidationException("", typeof(TeamsOptions), [$"Teams:AppPasswordFile can't be read: {e.Message}"]);
            }
        }

        if (options.GraphUrl.IsAbsoluteUri && !options.GraphUrl.AbsolutePath.EndsWith('/')) options.GraphUrl = new Uri(options.GraphUrl.AbsoluteUri + "/");
    }
}
