using ChatOps.Bot.Settings;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Settings;

/// <summary>Secrets come from files, and what is wrong with settings is said all at once, by key, without a secret in it.</summary>
public sealed class SecretsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("chatops-secrets-").FullName;

    [Fact]
    public void A_secret_is_read_from_the_file_that_is_named()
    {
        var file = Path.Combine(folder, "secret");
        File.WriteAllText(file, "8f742231b10e8888abcd99yyyzzz85a5\r\n");
        var (configuration, faults) = Read(("Slack:SigningSecretFile", file));
        faults.ShouldBeEmpty();
        configuration["Slack:SigningSecret"].ShouldBe("8f742231b10e8888abcd99yyyzzz85a5");
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_fault_with_its_key()
    {
        var (_, faults) = Read(("Slack:SigningSecretFile", Path.Combine(folder, "none")), ("Slack:BotTokenFile", folder));
        faults.Count.ShouldBe(2);
        faults.ShouldContain(fault => fault.StartsWith("Slack:SigningSecretFile:", StringComparison.Ordinal));
        faults.ShouldContain(fault => fault.StartsWith("Slack:BotTokenFile:", StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_of_the_settings_are_said_together()
    {
        var (configuration, faults) = Read(("ChatOps:Config", Path.Combine(folder, "none")), ("ChatOps:Database", "mysql://x"), ("ChatOps:PublicUrl", "bot.example.com"));
        BotSettings.Read(configuration, folder, faults).ShouldBeNull();
        foreach (var key in (string[])["ChatOps:Config", "ChatOps:Database", "ChatOps:PublicUrl"]) faults.ShouldContain(fault => fault.StartsWith(key, StringComparison.Ordinal), key);
    }

    [Fact]
    public void The_public_address_ends_with_a_slash_so_that_pages_can_be_added()
    {
        var (configuration, faults) = Read(("ChatOps:Config", folder), ("ChatOps:Database", $"sqlite:{folder}/a.db"), ("ChatOps:PublicUrl", "https://bot.example.com/chatops"));
        var settings = BotSettings.Read(configuration, folder, faults)!;
        settings.Address.Public.ShouldBe(new Uri("https://bot.example.com/chatops/"));
        (settings.Config, settings.Data).ShouldBe((folder, folder));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static (ConfigurationManager Configuration, List<string> Faults) Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        var faults = new List<string>();
        configuration.AddSecrets(faults);
        return (configuration, faults);
    }
}
