using System.CommandLine;

namespace ChatOps.Bot.Cli;

/// <summary>The options that say which bot hears a command, and as whom. They are this program's own: the bot never sees them.</summary>
internal sealed class ChatOptions
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    public Option<string?> Url { get; } = new("--url") { Description = $"Where the bot is. Left out: CHATOPS_URL, else {DefaultUrl}.", HelpName = "URL" };

    public Option<string?> As { get; } = new("--as") { Description = "In the demo: the persona who speaks. Left out: CHATOPS_AS.", HelpName = "EMAIL" };

    public Option<string?> TokenFile { get; } = new("--token-file") { Description = "A file with the token that says who speaks. Left out: CHATOPS_TOKEN.", HelpName = "FILE" };

    public Option<bool> Follow { get; } = new("--follow") { Description = "Stay until the run has ended, and say how it goes." };

    public IEnumerable<Option> All => [Url, As, TokenFile, Follow];

    /// <summary>The bot that was meant, or what is wrong with how it was said.</summary>
    public (BotClient? Bot, string? Fault) Connect(ParseResult said, Terminal terminal)
    {
        var url = said.GetValue(Url) ?? NonEmpty(terminal.Variable("CHATOPS_URL")) ?? DefaultUrl;
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) return (null, $"\"{url}\" is not an http or https address.");
        var (token, fault) = Token(said, terminal);
        if (fault is not null) return (null, fault);
        if (token is not null && address.Scheme == "http" && !address.IsLoopback) return (null, $"The token is not sent to {address}: without https anybody on the way could read it.");
        return (new BotClient(address, token), null);
    }

    private (string? Token, string? Fault) Token(ParseResult said, Terminal terminal)
    {
        if (said.GetValue(TokenFile) is not { } file) return (NonEmpty(terminal.Variable("CHATOPS_TOKEN"))?.Trim(), null);
        try
        {
            return NonEmpty(File.ReadAllText(file).Trim()) is { } token ? (token, null) : (null, $"--token-file: {file} is empty.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, $"--token-file: {file} can't be read ({fault.GetType().Name}).");
        }
    }

    public static string? NonEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
