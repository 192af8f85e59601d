using System.IO.Compression;
using System.Text.Json.Nodes;
using ChatOps.Bot.Cli;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Endpoints;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Teams;

public sealed class TeamsPackageTests
{
    private const string App = "608cacfd-1cea-40c9-b678-4b93e69bb72b";

    [Fact]
    public async Task One_command_makes_a_package_that_teams_takes()
    {
        var file = Path.GetTempFileName();
        try
        {
            (await RunAsync("teams-package", "--out", file, "--app-id", App, "--url", "https://bot.example.com", "--app-version", "1.2.0")).ShouldBe(ExitCodes.Done);
            using var zip = ZipFile.OpenRead(file);
            zip.Entries.Select(entry => entry.FullName).ShouldBe(["manifest.json", "color.png", "outline.png"], ignoreOrder: true);
            var manifest = JsonNode.Parse(new StreamReader(zip.GetEntry("manifest.json")!.Open()).ReadToEnd())!;
            manifest.ToJsonString().ShouldNotContain("${");
            ((string?)manifest["id"], (string?)manifest["bots"]![0]!["botId"], (string?)manifest["version"], (string?)manifest["validDomains"]![0]).ShouldBe((App, App, "1.2.0", "bot.example.com"));
            ((string)manifest["name"]!["short"]!).Length.ShouldBeLessThanOrEqualTo(30);
            ((string)manifest["description"]!["short"]!).Length.ShouldBeLessThanOrEqualTo(80);
            ((string)manifest["developer"]!["websiteUrl"]!).ShouldStartWith("https://");
            var commands = manifest["bots"]![0]!["commandLists"]![0]!["commands"]!.AsArray();
            commands.Count.ShouldBeLessThanOrEqualTo(10);
            foreach (var command in commands)
            {
                CommandWords.Find((string)command!["title"]!).ShouldNotBeNull();
                ((string)command["description"]!).Length.ShouldBeLessThanOrEqualTo(128);
            }

            // What is beyond these Teams refuses: the published schema of the manifest takes no other keys here.
            var extension = manifest["composeExtensions"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
            extension.Select(one => one.Key).ShouldBe(["botId", "commands", "messageHandlers"], ignoreOrder: true);
            ((string?)extension["botId"]).ShouldBe(App);
            var keep = extension["commands"]!.AsArray().ShouldHaveSingleItem()!;
            ((string?)keep["id"], (string?)keep["type"], (bool?)keep["fetchTask"], (string?)keep["context"]!.AsArray().ShouldHaveSingleItem()).ShouldBe((TeamsMessageExtension.KeepCommand, "action", true, "message"));
            ((string)keep["title"]!).Length.ShouldBeLessThanOrEqualTo(32);
            ((string)keep["description"]!).Length.ShouldBeLessThanOrEqualTo(128);
            var links = extension["messageHandlers"]!.AsArray().ShouldHaveSingleItem()!;
            ((string?)links["type"], (string?)links["value"]!["domains"]!.AsArray().ShouldHaveSingleItem()).ShouldBe(("link", "bot.example.com"));
            Permissions(manifest).ShouldBe(["Channel.Create.Group", "ChannelSettings.ReadWrite.Group", "ChannelMessage.Read.Group"]);
            Size(zip, "color.png").ShouldBe((192, 192));
            Size(zip, "outline.png").ShouldBe((32, 32));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_team_that_is_not_to_be_listened_to_gets_a_package_that_does_not_ask_for_it()
    {
        var file = Path.GetTempFileName();
        try
        {
            (await RunAsync("teams-package", "--out", file, "--app-id", App, "--url", "https://bot.example.com", "--mentions-only")).ShouldBe(ExitCodes.Done);
            using var zip = ZipFile.OpenRead(file);
            var manifest = JsonNode.Parse(new StreamReader(zip.GetEntry("manifest.json")!.Open()).ReadToEnd())!;
            Permissions(manifest).ShouldBe(["Channel.Create.Group", "ChannelSettings.ReadWrite.Group"]);
            ((string?)manifest["composeExtensions"]![0]!["commands"]![0]!["id"]).ShouldBe(TeamsMessageExtension.KeepCommand);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--app-id", "my-app", "--url", "https://bot.example.com")]
    [InlineData("--app-id", App, "--url", "http://bot.example.com")]
    [InlineData("--app-id", App, "--url", "https://bot.example.com", "--app-version", "1")]
    public async Task What_teams_would_not_take_is_refused_with_what_to_say(params string[] options)
    {
        var file = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString());
        (await RunAsync(["teams-package", "--out", file, .. options])).ShouldBe(ExitCodes.Usage);
        File.Exists(file).ShouldBeFalse();
    }

    private static IEnumerable<string?> Permissions(JsonNode manifest) => manifest["authorization"]!["permissions"]!["resourceSpecific"]!.AsArray().Select(one =>
    {
        ((string?)one!["type"]).ShouldBe("Application");
        return (string?)one["name"];
    });

    private static Task<int> RunAsync(params string[] arguments) => new CommandLine(new StringWriter(), new StringWriter()).RunAsync(arguments, _ => Task.FromResult(-1));

    /// <summary>As the header of the picture says.</summary>
    private static (int, int) Size(ZipArchive zip, string name)
    {
        using var picture = zip.GetEntry(name)!.Open();
        var head = new byte[24];
        picture.ReadExactly(head);
        int At(int from) => (head[from] << 24) | (head[from + 1] << 16) | (head[from + 2] << 8) | head[from + 3];
        return (At(16), At(20));
    }
}
