using ChatOps.Integrations.Teams;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Teams;

public sealed class TeamsOptionsTests
{
    private const string App = "608cacfd-1cea-40c9-b678-4b93e69bb72b";

    [Fact]
    public void All_faults_come_in_one_message_with_their_keys()
    {
        var fault = Should.Throw<OptionsValidationException>(() => Options(("AppId", "my-app"), ("TokenUrl", "http://login.example.com/token"), ("Timeout", "00:00:00")));
        foreach (var key in new[] { "Teams:AppId", "Teams:AppPassword", "Teams:TenantId", "Teams:TokenUrl", "Teams:Timeout" }) fault.Message.ShouldContain(key);
        Should.Throw<OptionsValidationException>(() => Options(("AppPassword", "hush"))).Message.ShouldNotContain("hush");
    }

    [Fact]
    public void The_tenants_own_sign_in_is_asked_unless_another_is_named()
    {
        Options(("AppId", App), ("AppPassword", "p"), ("TenantId", App)).TokensFrom.AbsoluteUri.ShouldBe($"https://login.microsoftonline.com/{App}/oauth2/v2.0/token");
        Options(("TokenUrl", "https://login.microsoftonline.us/x")).TokensFrom.AbsoluteUri.ShouldBe("https://login.microsoftonline.us/x");
    }

    [Fact]
    public void A_secret_may_come_from_a_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "from-file\n");
            Options(("AppId", App), ("TenantId", App), ("AppPasswordFile", file)).AppPassword.ShouldBe("from-file");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("https://smba.trafficmanager.net/amer/", true)]
    [InlineData("https://SMBA.trafficmanager.net/amer/", true)]
    [InlineData("https://europe.botframework.com/", true)]
    [InlineData("https://smba.trafficmanager.net:8443/", false)]
    [InlineData("http://smba.trafficmanager.net/amer/", false)]
    [InlineData("https://smba.trafficmanager.net.evil.example.com/", false)]
    [InlineData("https://evilbotframework.com/", false)]
    [InlineData("https://smba.trafficmanager.net@evil.example.com/", false)]
    [InlineData("https://u:p@smba.trafficmanager.net/", false)]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("http://127.0.0.1:5000/", false)]
    [InlineData("http://localhost:5000/", true)]
    [InlineData("file:///etc/passwd", false)]
    public void A_token_goes_only_where_microsoft_is(string url, bool may) =>
        Options(("AppId", App), ("AppPassword", "p"), ("TenantId", App), ("ServiceHosts:5", "localhost")).MaySendTo(new Uri(url)).ShouldBe(may);

    [Theory]
    [InlineData("http://localhost:56150/_connector", true)]
    [InlineData("http://127.0.0.1:1/", true)]
    [InlineData("https://smba.trafficmanager.net/amer/", false)]
    public void Without_a_registration_nothing_leaves_this_machine(string url, bool may) => Options().MaySendTo(new Uri(url)).ShouldBe(may);

    private static TeamsOptions Options(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create($"Teams:{one.Key}", (string?)one.Value))).Build();
        using var services = new ServiceCollection().AddLogging().AddTeams(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptionsMonitor<TeamsOptions>>().CurrentValue;
    }
}
