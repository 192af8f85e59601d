using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Bot.Tests.Slack;

public sealed class SlackManifestTests
{
    private static readonly YamlMappingNode Manifest = Read();

    [Theory]
    [InlineData("deploy")]
    [InlineData("rollback")]
    [InlineData("run")]
    [InlineData("status")]
    [InlineData("history")]
    [InlineData("runs")]
    [InlineData("abort")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("retry")]
    [InlineData("skip")]
    [InlineData("alerts")]
    [InlineData("why")]
    [InlineData("ack")]
    [InlineData("silence")]
    [InlineData("oncall")]
    [InlineData("incident")]
    [InlineData("incidents")]
    [InlineData("chatops")]
    public void Each_command_is_there_and_has_its_names_escaped(string command)
    {
        var found = ((YamlSequenceNode)At(Manifest, "features", "slash_commands")).Children.Single(c => c["command"].ToString() == "/" + command);
        found["should_escape"].ToString().ShouldBe("true");
        found["url"].ToString().ShouldBe("https://bot.example.com/slack/commands");
        found["description"].ToString().Length.ShouldBeInRange(1, 2000);
    }

    [Fact]
    public void Each_scope_is_explained()
    {
        var docs = File.ReadAllText(Path.Combine(Root(), "docs", "slack.md"));
        foreach (var scope in ((YamlSequenceNode)At(Manifest, "oauth_config", "scopes", "bot")).Children) docs.ShouldContain($"`{scope}`");
    }

    [Theory]
    [InlineData("/slack/interactions", "settings", "interactivity", "request_url")]
    [InlineData("/slack/events", "settings", "event_subscriptions", "request_url")]
    public void Slack_calls_where_the_bot_listens(string path, params string[] at) => At(Manifest, at).ToString().ShouldEndWith(path);

    [Fact]
    public void The_home_tab_is_on_and_its_opening_is_told()
    {
        At(Manifest, "features", "app_home", "home_tab_enabled").ToString().ShouldBe("true");
        ((YamlSequenceNode)At(Manifest, "settings", "event_subscriptions", "bot_events")).Children.Select(one => one.ToString()).ShouldContain("app_home_opened");
    }

    [Fact]
    public void Reactions_are_told_so_that_messages_can_be_kept() =>
        ((YamlSequenceNode)At(Manifest, "settings", "event_subscriptions", "bot_events")).Children.Select(one => one.ToString()).ShouldContain("reaction_added");

    [Fact]
    public void For_socket_mode_it_is_the_same_app_without_addresses()
    {
        var socket = File.ReadAllLines(Path.Combine(Root(), "manifests", "slack-app-socket.yaml")).Where(line => !line.StartsWith('#')).ToList();
        var http = File.ReadAllLines(Path.Combine(Root(), "manifests", "slack-app.yaml")).Where(line => !line.StartsWith('#'));
        socket.ShouldBe(http.Where(line => !line.Contains("url: https://", StringComparison.Ordinal)).Select(line => line.Replace("socket_mode_enabled: false", "socket_mode_enabled: true", StringComparison.Ordinal)));
        socket.ShouldContain("  socket_mode_enabled: true");
    }

    private static YamlNode At(YamlNode node, params string[] path) => path.Aggregate(node, (n, name) => n[name]);

    private static YamlMappingNode Read()
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Root(), "manifests", "slack-app.yaml"));
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ChatOps.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
