using ChatOps.Bot.Settings;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Settings;

/// <summary>What sign-in needs is said at start, with every key at once.</summary>
public sealed class ConsoleSettingsTests
{
    private static readonly (string, string)[] Slack = [("Console:Slack:ClientId", "1.2"), ("Console:Slack:ClientSecret", "s"), ("Console:Slack:TeamId", "T0123"), ("ChatOps:PublicUrl", "https://bot.example.com/")];

    [Fact]
    public void Without_a_provider_nobody_signs_in_and_nothing_is_missing()
    {
        var (settings, faults) = Read();
        faults.ShouldBeEmpty();
        settings.SignsIn.ShouldBeFalse();
    }

    [Fact]
    public void With_all_of_it_people_of_one_workspace_sign_in()
    {
        var (settings, faults) = Read(Slack);
        faults.ShouldBeEmpty();
        settings.Providers.ShouldHaveSingleItem().Authority.ShouldBe(new Uri("https://slack.com"));
        settings.Origin.ShouldBe("https://bot.example.com");
        settings.Session.ShouldBe(TimeSpan.FromHours(10));
        $"{settings.Providers[0]}".ShouldNotContain("ClientSecret");
    }

    [Theory]
    [InlineData("Console:Slack:ClientSecret", "", "Console:Slack:ClientSecret is missing")]
    [InlineData("Console:Slack:ClientId", "", "Console:Slack:ClientId is missing")]
    [InlineData("Console:Slack:TeamId", "", "Console:Slack:TeamId")]
    [InlineData("Console:Slack:TeamId", "example", "Console:Slack:TeamId")]
    [InlineData("Console:Slack:Authority", "http://slack.example.com", "Console:Slack:Authority must be a full https address")]
    [InlineData("ChatOps:PublicUrl", "", "ChatOps:PublicUrl must be the https address")]
    [InlineData("ChatOps:PublicUrl", "http://bot.example.com", "ChatOps:PublicUrl must be the https address")]
    [InlineData("ChatOps:PublicUrl", "https://example.com/bot", "without a path")]
    [InlineData("Console:Entra:ClientId", "1", "Console:Entra:TenantId")]
    [InlineData("Console:SessionLength", "00:01:00", "Console:SessionLength must be between")]
    [InlineData("Console:SessionLength", "30.00:00:00", "Console:SessionLength must be between")]
    [InlineData("Console:SessionLength", "soon", "Console:SessionLength must be between")]
    public void Whatever_is_wrong_is_said_with_its_key(string key, string value, string says) =>
        Read([.. Slack.Where(pair => pair.Item1 != key), (key, value)]).Faults.ShouldContain(fault => fault.Contains(says, StringComparison.Ordinal));

    [Fact]
    public void An_entra_tenant_has_its_own_authority()
    {
        const string Tenant = "11111111-2222-3333-4444-555555555555";
        var (settings, faults) = Read(("Console:Entra:ClientId", "1"), ("Console:Entra:ClientSecret", "s"), ("Console:Entra:TenantId", Tenant), ("ChatOps:PublicUrl", "https://bot.example.com"));
        faults.ShouldBeEmpty();
        settings.Providers[0].Authority.ShouldBe(new Uri($"https://login.microsoftonline.com/{Tenant}/v2.0"));
    }

    private static (ConsoleSettings Settings, List<string> Faults) Read(params (string Key, string Value)[] given)
    {
        var faults = new List<string>();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(given.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
        return (ConsoleSettings.Read(configuration, "data", faults), faults);
    }
}
