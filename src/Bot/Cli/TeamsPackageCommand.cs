using System.CommandLine;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Bot.Cli;

/// <summary>Makes the app package that an administrator uploads to Teams: the manifest with this bot's names in it, and its icons.</summary>
internal static class TeamsPackageCommand
{
    /// <summary>With it Teams delivers every message of a team's channels, also those that do not mention the bot.</summary>
    private const string AllMessages = "ChannelMessage.Read.Group";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The manifest and its icons lie in manifests/teams, and are built in.</summary>
    private static readonly string[] Files = ["manifest.json", "color.png", "outline.png"];

    public static Command Of(Terminal terminal)
    {
        var file = new Option<string>("--out") { Description = "The zip file to write.", HelpName = "FILE", DefaultValueFactory = _ => "chatops-teams.zip" };
        var app = new Option<string?>("--app-id") { Description = "The application ID of the bot's registration. Left out: Teams__AppId.", HelpName = "GUID" };
        var url = new Option<string?>("--url") { Description = "Where people reach the bot's pages, over https. Left out: ChatOps__PublicUrl.", HelpName = "URL" };
        var version = new Option<string>("--app-version") { Description = "The package's version: raise it with each upload.", HelpName = "VERSION", DefaultValueFactory = _ => "1.0.0" };
        var mentionsOnly = new Option<bool>("--mentions-only") { Description = "Leave out the permission by which the bot hears every message of a team's channels. What people write in the thread of a run's card is then no note on it." };
        var command = new Command("teams-package", "Makes the app package for Microsoft Teams: manifest and icons in a zip file, to be uploaded in the Teams admin centre.") { file, app, url, version, mentionsOnly };
        command.SetAction(said => Run(
            said.GetValue(file)!, said.GetValue(app) ?? terminal.Variable("Teams__AppId"), said.GetValue(url) ?? terminal.Variable("ChatOps__PublicUrl"), said.GetValue(version)!, said.GetValue(mentionsOnly), terminal));
        return command;
    }

    private static int Run(string file, string? app, string? url, string version, bool mentionsOnly, Terminal terminal)
    {
        var faults = Faults(app, url, version).ToList();
        foreach (var fault in faults) terminal.Error.WriteLine(TerminalText.Line(fault));
        if (faults.Count > 0) return ExitCodes.Usage;
        try
        {
            using var zip = new ZipArchive(File.Create(file), ZipArchiveMode.Create);
            foreach (var name in Files)
            {
                var content = Content(name);
                if (name == "manifest.json") content = Encoding.UTF8.GetBytes(Asking(Filled(Encoding.UTF8.GetString(content), Guid.Parse(app!), new Uri(url!), version), mentionsOnly));
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            terminal.Error.WriteLine(TerminalText.Safe(fault.Message));
            return ExitCodes.Usage;
        }

        terminal.Out.WriteLine($"{file}: upload it in the Teams admin centre under Teams apps, Manage apps; then add the app to a team.");
        return ExitCodes.Done;
    }

    private static IEnumerable<string> Faults(string? app, string? url, string version)
    {
        if (!Guid.TryParse(app, out _)) yield return "Say the bot's application ID: --app-id 00000000-1111-2222-3333-444444444444, or set Teams__AppId. It is on the bot's Configuration page in Azure.";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps) yield return "Say where people reach the bot: --url https://bot.example.com, or set ChatOps__PublicUrl. Teams takes https only.";
        if (version.Split('.') is not { Length: 3 } parts || parts.Any(part => !ushort.TryParse(part, out _))) yield return "The version is three numbers: --app-version 1.0.1.";
    }

    private static string Filled(string manifest, Guid app, Uri url, string version) => manifest
        .Replace("${APP_ID}", app.ToString(), StringComparison.Ordinal)
        .Replace("${VERSION}", version, StringComparison.Ordinal)
        .Replace("${HOST}", JsonEncodedText.Encode(url.Host).ToString(), StringComparison.Ordinal)
        .Replace("${URL}", JsonEncodedText.Encode(url.AbsoluteUri).ToString(), StringComparison.Ordinal);

    /// <summary>The manifest with the permissions that are wanted of each team.</summary>
    private static string Asking(string manifest, bool mentionsOnly)
    {
        if (!mentionsOnly) return manifest;
        var read = JsonNode.Parse(manifest)!;
        read["authorization"]!["permissions"]!["resourceSpecific"]!.AsArray().RemoveAll(one => (string?)one!["name"] == AllMessages);
        return read.ToJsonString(Indented);
    }

    private static byte[] Content(string name)
    {
        using var stream = typeof(TeamsPackageCommand).Assembly.GetManifestResourceStream($"teams/{name}") ?? throw new InvalidOperationException($"{name} was not built in.");
        using var read = new MemoryStream();
        stream.CopyTo(read);
        return read.ToArray();
    }
}
