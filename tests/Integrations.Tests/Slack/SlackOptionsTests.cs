using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

public sealed class SlackOptionsTests
{
    [Fact]
    public void All_faults_come_in_one_message_with_their_keys()
    {
        var fault = Should.Throw<OptionsValidationException>(() => Options(
            ("BotToken", "not-a-token"), ("ApiUrl", "http://slack.example.com/api"), ("Timeout", "00:00:00")));
        foreach (var key in new[] { "Slack:SigningSecret", "Slack:BotToken", "Slack:ApiUrl", "Slack:Timeout" }) fault.Message.ShouldContain(key);
        fault.Message.ShouldNotContain("not-a-token");
    }

    [Fact]
    public void With_an_app_token_no_signing_secret_is_needed()
    {
        Options(("BotToken", "xoxb-1"), ("AppToken", "xapp-1")).BySocket.ShouldBeTrue();
        Should.Throw<OptionsValidationException>(() => Options(("AppToken", "xapp-1"))).Message.ShouldContain("Slack:BotToken");
        var fault = Should.Throw<OptionsValidationException>(() => Options(("BotToken", "xoxb-1"), ("AppToken", "not-a-token"), ("Connections", "11"), ("KeepAlive", "00:00:00")));
        foreach (var key in new[] { "Slack:AppToken", "Slack:Connections", "Slack:KeepAlive" }) fault.Message.ShouldContain(key);
        fault.Message.ShouldNotContain("not-a-token");
    }

    [Theory]
    [InlineData("Slack:ClientSecret", "ClientId", "1.2", "SigningSecret", "s")]
    [InlineData("Slack:ClientId", "ClientSecret", "hidden", "SigningSecret", "s")]
    [InlineData("Slack:SigningSecret", "ClientId", "1.2", "ClientSecret", "hidden")]
    [InlineData("Slack:AppId", "AppId", "A1", "Timeout", "00:00:10")]
    [InlineData("\"acme\" is no id", "ClientId", "1.2", "ClientSecret", "hidden", "SigningSecret", "s", "Workspaces", "T1, acme")]
    [InlineData("Slack:AppId is no app", "ClientId", "1.2", "ClientSecret", "hidden", "SigningSecret", "s", "AppId", "app-1")]
    public void Before_workspaces_can_install_the_app_everything_for_it_has_to_be_there(string expected, params string[] settings)
    {
        var fault = Should.Throw<OptionsValidationException>(() => Options([.. settings.Chunk(2).Select(pair => (pair[0], pair[1]))]));
        fault.Message.ShouldContain(expected);
        fault.Message.ShouldNotContain("hidden");
    }

    [Theory]
    [InlineData("", "T9", true)]
    [InlineData("T1, E1", "T1", true)]
    [InlineData("T1, E1", "E1", true)]
    [InlineData("T1, E1", "T9", false)]
    public void Named_workspaces_alone_may_install_the_app(string named, string id, bool may) =>
        Options(("ClientId", "1.2"), ("ClientSecret", "hidden"), ("SigningSecret", "s"), ("Workspaces", named)).MayInstall(id).ShouldBe(may);

    [Theory]
    [InlineData("A1", "xapp-1-A2-3-abc", "A1")]
    [InlineData("", "xapp-1-A2-3-abc", "A2")]
    [InlineData("", "xapp-stand-in", null)]
    public void Which_app_it_is_is_said_or_read_from_the_app_token(string id, string token, string? known) =>
        Options(("ClientId", "1.2"), ("ClientSecret", "hidden"), ("AppId", id), ("AppToken", token)).KnownApp.ShouldBe(known);

    [Theory]
    [InlineData("https://slack.com/api/", "wss://wss-primary.slack.com/link/?ticket=1", true)]
    [InlineData("https://slack.com/api/", "ws://wss-primary.slack.com/link/?ticket=1", false)]
    [InlineData("https://slack.com/api/", "ws://127.0.0.1/link", false)]
    [InlineData("http://127.0.0.1:5000/api/", "ws://127.0.0.1:5000/link", true)]
    [InlineData("https://slack.com/api/", "https://slack.com/link", false)]
    public void A_connection_is_encrypted_unless_it_stays_on_this_machine(string api, string url, bool may) =>
        Options(("BotToken", "xoxb-1"), ("AppToken", "xapp-1"), ("ApiUrl", api)).MayConnectTo(new Uri(url)).ShouldBe(may);

    [Fact]
    public void Without_settings_slack_is_simply_not_there()
    {
        Options().Connected.ShouldBeFalse();
        Services().GetServices<IChat>().ShouldBeEmpty();
        Services(("BotToken", "xoxb-1"), ("SigningSecret", "s")).GetServices<IChat>().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_secret_may_come_from_a_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "xoxb-from-file\n");
            Options(("BotTokenFile", file), ("SigningSecret", "s"), ("ApiUrl", "https://slack.example.com/api")).BotToken.ShouldBe("xoxb-from-file");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static SlackOptions Options(params (string Key, string Value)[] settings) => Services(settings).GetRequiredService<IOptions<SlackOptions>>().Value;

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection().AddLogging()
        .AddSlack(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("Slack:" + s.Key, (string?)s.Value))).Build())
        .BuildServiceProvider();
}
