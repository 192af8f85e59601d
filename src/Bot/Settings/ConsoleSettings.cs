using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Integrations.OpenId;

namespace ChatOps.Bot.Settings;

/// <summary>How people get into the console, checked at start.</summary>
/// <param name="Providers">Whom they sign in with; empty = there is no sign-in, and only this machine is let in.</param>
/// <param name="PublicUrl">Set when there is a provider: where people reach the console, without a path.</param>
/// <param name="Session">How long a sign-in holds, from the moment it was made.</param>
/// <param name="Keys">The folder of the keys that session cookies are sealed with.</param>
internal sealed record ConsoleSettings(ImmutableArray<ProviderSettings> Providers, Uri? PublicUrl, TimeSpan Session, string Keys)
{
    private static readonly TimeSpan Usual = TimeSpan.FromHours(10), Shortest = TimeSpan.FromMinutes(5), Longest = TimeSpan.FromDays(7);

    public static readonly ConsoleSettings None = new([], null, Usual, "");

    public bool SignsIn => !Providers.IsEmpty;

    /// <summary>What a browser says it comes from when it comes from a page of ours.</summary>
    public string? Origin => PublicUrl?.GetLeftPart(UriPartial.Authority);

    /// <param name="data">The process's own folder, where keys are kept unless <c>Console:Keys</c> says another.</param>
    /// <param name="faults">Every fault names its key.</param>
    public static ConsoleSettings Read(IConfiguration configuration, string data, List<string> faults)
    {
        var section = configuration.GetSection("Console");
        var providers = ImmutableArray.CreateBuilder<ProviderSettings>();
        var before = faults.Count;
        if (Provider(section.GetSection("Slack"), "slack", "Slack", "TeamId", _ => "https://slack.com", faults) is { } slack) providers.Add(slack);
        if (Provider(section.GetSection("Entra"), "entra", "Microsoft", "TenantId", tenant => $"https://login.microsoftonline.com/{tenant}/v2.0", faults) is { } entra) providers.Add(entra);
        var address = providers.Count == 0 && faults.Count == before ? null : Public(configuration["ChatOps:PublicUrl"], faults);
        return new ConsoleSettings(providers.ToImmutable(), address, Length(section["SessionLength"], faults), section["Keys"] is { Length: > 0 } keys ? Path.GetFullPath(keys) : Path.Combine(data, "keys"));
    }

    private static ProviderSettings? Provider(IConfigurationSection section, string system, string name, string homeKey, Func<string, string> authorityOf, List<string> faults)
    {
        var (id, secret, home) = (section["ClientId"] ?? "", section["ClientSecret"] ?? "", section[homeKey] ?? "");
        if (id.Length == 0 && secret.Length == 0 && home.Length == 0) return null;
        var before = faults.Count;
        if (id.Length == 0) faults.Add($"{section.Path}:ClientId is missing: sign-in with {name} needs the client ID of its app.");
        if (secret.Length == 0) faults.Add($"{section.Path}:ClientSecret is missing: sign-in with {name} needs the client secret of its app, or {section.Path}:ClientSecretFile.");
        if (system == "slack" && !(home.Length is > 1 and <= 20 && home[0] is 'T' or 'E' && home.All(char.IsAsciiLetterOrDigit)))
            faults.Add("Console:Slack:TeamId is missing or is no workspace's ID (T0123ABCD): without it people of every workspace could sign in.");
        if (system == "entra" && !Guid.TryParse(home, out _))
            faults.Add("Console:Entra:TenantId is missing or is no GUID: without it people of every company could sign in. It is on the Overview page of Entra ID.");
        var authority = section["Authority"] is { Length: > 0 } given ? given : authorityOf(home);
        if (!Uri.TryCreate(authority, UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || !(url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback)))
            faults.Add($"{section.Path}:Authority must be a full https address (http only on this machine): people's sign-ins travel there.");
        return faults.Count > before ? null : new ProviderSettings(system, name, url!, id, secret, home);
    }

    private static Uri? Public(string? value, List<string> faults)
    {
        if (Uri.TryCreate(value, UriKind.Absolute, out var url) && url.AbsolutePath == "/" && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback))) return url;
        faults.Add("ChatOps:PublicUrl must be the https address of the console, without a path, before people can sign in (http only on this machine): they are sent back there.");
        return null;
    }

    private static TimeSpan Length(string? value, List<string> faults)
    {
        if (string.IsNullOrEmpty(value)) return Usual;
        if (TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var length) && length >= Shortest && length <= Longest) return length;
        faults.Add($"Console:SessionLength must be between {Shortest.TotalMinutes:0} minutes and {Longest.TotalDays:0} days, written as 10:00:00.");
        return Usual;
    }
}
