using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Slack;

/// <summary>How to reach Slack, and how to know that a request comes from it.</summary>
public sealed class SlackOptions
{
    public const string Section = "Slack";

    /// <summary>Signs what Slack sends; without one nothing that claims to come from Slack is believed.</summary>
    public string SigningSecret { get; set; } = "";

    /// <summary>The secret before it was regenerated, believed too while both are about.</summary>
    public string PreviousSigningSecret { get; set; } = "";

    /// <summary>The bot's token at home, <c>xoxb-…</c>.</summary>
    public string BotToken { get; set; } = "";

    /// <summary>The app's own token, <c>xapp-…</c>, for Socket Mode: the bot calls Slack, and Slack needs no way in.</summary>
    public string AppToken { get; set; } = "";

    /// <summary>How many Socket Mode connections to keep, from 1 to 10: each request comes by one of them.</summary>
    public int Connections { get; set; } = 2;

    /// <summary>How often a Socket Mode connection is asked whether it lives; one that is silent for twice as long is given up.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>With <see cref="ClientSecret"/>: more workspaces may install the app.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Proves to Slack that a token is asked for by this app.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>The app's id, <c>A…</c>: a token of another app is not kept. Left out, the one in <see cref="AppToken"/> where there is one.</summary>
    public string AppId { get; set; } = "";

    /// <summary>Ids of the workspaces (<c>T…</c>) and organizations (<c>E…</c>) that may install the app, with commas between; left out, any that somebody with the right to brings it to.</summary>
    public string Workspaces { get; set; } = "";

    public string SigningSecretFile { get; set; } = "";
    public string PreviousSigningSecretFile { get; set; } = "";
    public string BotTokenFile { get; set; } = "";
    public string AppTokenFile { get; set; } = "";
    public string ClientSecretFile { get; set; } = "";

    /// <summary>Where the Web API is; ends with a slash.</summary>
    public Uri ApiUrl { get; set; } = new("https://slack.com/api/");

    /// <summary>Hosts that a <c>response_url</c> may point to, over https; the origin of <see cref="ApiUrl"/> may always.</summary>
    public IList<string> ResponseHosts { get; } = ["hooks.slack.com", "hooks.slack-gov.com"];

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>True when the settings name a workspace to speak to: home.</summary>
    public bool Connected => BotToken.Length > 0;

    /// <summary>True when more workspaces may install the app.</summary>
    public bool Installs => ClientId.Length > 0;

    /// <summary>The app's id as far as the settings say it; an app-level token has it in its middle: <c>xapp-1-A123-…</c>.</summary>
    public string? KnownApp => AppId.Length > 0 ? AppId : AppToken.Split('-') is ["xapp", _, ['A', ..] app, ..] ? app : null;

    /// <summary>Whether a workspace or organization may be kept.</summary>
    public bool MayInstall(string id) => Allowed is not { Length: > 0 } allowed || allowed.Contains(id, StringComparer.Ordinal);

    /// <summary>Whether a text is the id of a workspace or an organization.</summary>
    public static bool IsWorkspace(string id) => id.Length is > 1 and <= 20 && id[0] is 'T' or 'E' && id.All(char.IsAsciiLetterOrDigit);

    internal string[] Allowed => Workspaces.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>True when requests come by Socket Mode.</summary>
    public bool BySocket => AppToken.Length > 0;

    /// <summary>True when a connection may be opened there: encrypted, or on this machine as the Web API is.</summary>
    public bool MayConnectTo(Uri url) => url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeWss || (url.Scheme == Uri.UriSchemeWs && url.IsLoopback && ApiUrl.IsLoopback));

    /// <summary>True when a <c>response_url</c> may be posted to: it came signed, but it is still an address somebody sent.</summary>
    public bool MayAnswerAt(Uri url) =>
        url.IsAbsoluteUri && (SameOrigin(url, ApiUrl)
            || (url.Scheme == Uri.UriSchemeHttps && url.IsDefaultPort && ResponseHosts.Contains(url.Host, StringComparer.OrdinalIgnoreCase)));

    private static bool SameOrigin(Uri a, Uri b) => a.Scheme == b.Scheme && a.Port == b.Port && string.Equals(a.Host, b.Host, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Judges the settings at start: all faults at once, each with its key.</summary>
internal sealed class SlackOptionsCheck : IValidateOptions<SlackOptions>
{
    public ValidateOptionsResult Validate(string? name, SlackOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(string.Join('\n', faults));
    }

    private static IEnumerable<string> Faults(SlackOptions o)
    {
        if (o.BotToken.Length > 0 && o.SigningSecret.Length == 0 && !o.BySocket)
            yield return "Slack:SigningSecret is missing: with Slack:BotToken set, requests from Slack could not be told from others. It is under Basic Information in the app's settings. For Socket Mode set Slack:AppToken instead.";
        if ((o.ClientId.Length == 0) != (o.ClientSecret.Length == 0))
            yield return $"Slack:{(o.ClientId.Length == 0 ? "ClientId" : "ClientSecret")} is missing: before more workspaces can install the app, both the client ID and the client secret are needed. They are under Basic Information in the app's settings.";
        if (!o.Installs && (o.AppId.Length > 0 || o.Workspaces.Length > 0))
            yield return "Slack:AppId or Slack:Workspaces is set without Slack:ClientId: they say which installs are kept, and none is.";
        if (o.AppId.Length > 0 && !(o.AppId[0] == 'A' && o.AppId.All(char.IsAsciiLetterOrDigit)))
            yield return "Slack:AppId is no app's ID (A0123ABCD): it is under Basic Information in the app's settings.";
        foreach (var id in o.Allowed.Where(id => !SlackOptions.IsWorkspace(id)))
            yield return $"Slack:Workspaces: \"{id}\" is no id of a workspace (T0123ABCD) or organization (E0123ABCD).";
        if (o.Installs && o.SigningSecret.Length == 0 && !o.BySocket)
            yield return "Slack:SigningSecret is missing: with Slack:ClientId set, requests of the workspaces that install the app could not be told from others. It is under Basic Information in the app's settings.";
        if (o.BySocket && o.BotToken.Length == 0 && !o.Installs)
            yield return "Slack:BotToken is missing: with Slack:AppToken set, commands would come in but nothing could be posted. It is under OAuth & Permissions in the app's settings.";
        if (o.BySocket && !o.AppToken.StartsWith("xapp-", StringComparison.Ordinal))
            yield return "Slack:AppToken does not look like an app-level token: it starts with xapp-.";
        if (o.Connections is < 1 or > 10)
            yield return "Slack:Connections must be from 1 to 10.";
        if (o.KeepAlive <= TimeSpan.Zero || o.KeepAlive > TimeSpan.FromMinutes(1))
            yield return "Slack:KeepAlive must be more than nothing and at most a minute.";
        if (o.SigningSecret.Length > 0 && o.BotToken.Length == 0 && !o.Installs)
            yield return "Slack:BotToken is missing: with Slack:SigningSecret set, commands would come in but nothing could be posted. It is under OAuth & Permissions in the app's settings.";
        if (o.PreviousSigningSecret.Length > 0 && o.SigningSecret.Length == 0)
            yield return "Slack:PreviousSigningSecret is set without Slack:SigningSecret: the current secret goes into Slack:SigningSecret.";
        if (o.BotToken.Length > 0 && !o.BotToken.StartsWith("xox", StringComparison.Ordinal))
            yield return "Slack:BotToken does not look like a bot token: it starts with xoxb-.";
        if (o.BotToken.Any(char.IsWhiteSpace) || o.SigningSecret.Any(char.IsWhiteSpace) || o.AppToken.Any(char.IsWhiteSpace))
            yield return "Slack:BotToken, Slack:SigningSecret or Slack:AppToken contains white space: copy it again.";
        if (!o.ApiUrl.IsAbsoluteUri || o.ApiUrl.Scheme is not ("https" or "http"))
            yield return "Slack:ApiUrl must be a full http or https address, like https://slack.com/api/.";
        else if (o.ApiUrl.Scheme == "http" && !o.ApiUrl.IsLoopback)
            yield return "Slack:ApiUrl must be https unless it is on this machine: the token goes there.";
        if (o.Timeout <= TimeSpan.Zero || o.Timeout > TimeSpan.FromMinutes(1))
            yield return "Slack:Timeout must be more than nothing and at most a minute.";
    }
}

/// <summary>Takes secrets from the files they are mounted as, and gives the address its closing slash.</summary>
internal sealed class SlackSecretFiles : IPostConfigureOptions<SlackOptions>
{
    public void PostConfigure(string? name, SlackOptions options)
    {
        options.SigningSecret = Read(options.SigningSecret, options.SigningSecretFile, "SigningSecretFile");
        options.PreviousSigningSecret = Read(options.PreviousSigningSecret, options.PreviousSigningSecretFile, "PreviousSigningSecretFile");
        options.BotToken = Read(options.BotToken, options.BotTokenFile, "BotTokenFile");
        options.ClientSecret = Read(options.ClientSecret, options.ClientSecretFile, "ClientSecretFile");
        options.AppToken = Read(options.AppToken, options.AppTokenFile, "AppTokenFile");
        if (options.ApiUrl.IsAbsoluteUri && !options.ApiUrl.AbsolutePath.EndsWith('/')) options.ApiUrl = new Uri(options.ApiUrl.AbsoluteUri + "/");
    }

    private static string Read(string value, string file, string key)
    {
        if (value.Length > 0 || file.Length == 0) return value;
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException("", typeof(SlackOptions), [$"Slack:{key} can't be read: {e.Message}"]);
        }
    }
}
