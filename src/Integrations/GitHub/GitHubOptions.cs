using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.GitHub;

/// <summary>How to reach GitHub, and as whom: with a token, or as an app.</summary>
public sealed class GitHubOptions
{
    public const string Section = "GitHub";

    /// <summary>Where the REST API is; ends with a slash. For Enterprise Server: <c>https://HOST/api/v3/</c>.</summary>
    public Uri ApiUrl { get; set; } = new("https://api.github.com/");

    /// <summary>A token that may read; not needed for an app.</summary>
    public string Token { get; set; } = "";

    /// <summary>The app's id, or its client id.</summary>
    public string AppId { get; set; } = "";

    /// <summary>The app's private key, as PEM.</summary>
    public string PrivateKey { get; set; } = "";

    /// <summary>Signs its webhooks; without it every delivery is refused.</summary>
    public string WebhookSecret { get; set; } = "";

    public string TokenFile { get; set; } = "";
    public string PrivateKeyFile { get; set; } = "";

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The key as it can be read: where line breaks were lost on the way through an environment variable, <c>\n</c> stands for them.</summary>
    internal string Pem => PrivateKey.Replace("\\n", "\n", StringComparison.Ordinal);
}

/// <summary>Judges the settings at start: all faults at once, each with its key.</summary>
internal sealed class GitHubOptionsCheck : IValidateOptions<GitHubOptions>
{
    public ValidateOptionsResult Validate(string? name, GitHubOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(GitHubOptions o)
    {
        if (o.Token.Length > 0 && o.AppId.Length > 0)
            yield return "GitHub:Token and GitHub:AppId are both set: the bot is either an app or whoever the token belongs to. Take one out.";
        if (o.AppId.Length > 0 && o.PrivateKey.Length == 0)
            yield return "GitHub:PrivateKey is missing: an app proves with it who it is. It is generated under Private keys in the app's settings.";
        if (o.AppId.Length == 0 && o.PrivateKey.Length > 0)
            yield return "GitHub:AppId is missing: GitHub:PrivateKey belongs to an app. The id is under About in the app's settings.";
        if (o.PrivateKey.Length > 0 && !IsKey(o.Pem))
            yield return "GitHub:PrivateKey is no private RSA key in PEM, which starts with -----BEGIN.";
        if (o.Token.Any(char.IsWhiteSpace))
            yield return "GitHub:Token contains white space: copy it again.";
        if (!o.ApiUrl.IsAbsoluteUri || o.ApiUrl.Scheme is not ("https" or "http"))
            yield return "GitHub:ApiUrl must be a full http or https address, like https://api.github.com/.";
        else if (o.ApiUrl.Scheme == "http" && !o.ApiUrl.IsLoopback)
            yield return "GitHub:ApiUrl must be https unless it is on this machine: the token goes there.";
        if (o.Timeout <= TimeSpan.Zero || o.Timeout > TimeSpan.FromMinutes(1))
            yield return "GitHub:Timeout must be more than nothing and at most a minute.";
    }

    private static bool IsKey(string pem)
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return rsa.SignData([], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Length > 0;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>Takes secrets from the files they are mounted as, and gives the address its closing slash.</summary>
internal sealed class GitHubSecretFiles : IPostConfigureOptions<GitHubOptions>
{
    public void PostConfigure(string? name, GitHubOptions options)
    {
        options.Token = Read(options.Token, options.TokenFile, "TokenFile");
        options.PrivateKey = Read(options.PrivateKey, options.PrivateKeyFile, "PrivateKeyFile");
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
            throw new OptionsValidationException("", typeof(GitHubOptions), [$"GitHub:{key} can't be read: {e.Message}"]);
        }
    }
}
