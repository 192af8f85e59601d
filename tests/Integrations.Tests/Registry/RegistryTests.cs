using ChatOps.Integrations.Http;
using ChatOps.Integrations.Registry;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Registry;

/// <summary>Whether an image is there is asked of its registry; what can't be told is never taken for an image that is there, nor for one that is gone.</summary>
public sealed class RegistryTests : IAsyncLifetime
{
    private RegistryStandIn registry = null!;

    public async ValueTask InitializeAsync()
    {
        registry = await RegistryStandIn.StartAsync();
        registry.Images["shop/api:v1.2.3"] = true;
        registry.Images["shop/api@sha256:0123"] = true;
    }

    public ValueTask DisposeAsync() => registry.DisposeAsync();

    [Theory]
    [InlineData("api", "docker.io", "library/api", "latest")]
    [InlineData("acme/api:v1", "docker.io", "acme/api", "v1")]
    [InlineData("index.docker.io/acme/api", "docker.io", "acme/api", "latest")]
    [InlineData("localhost/api:v1", "localhost", "api", "v1")]
    [InlineData("registry.example.com:5000/shop/api:v1.2.3", "registry.example.com:5000", "shop/api", "v1.2.3")]
    [InlineData("ghcr.io/acme/shop/api@sha256:abc", "ghcr.io", "acme/shop/api", "sha256:abc")]
    [InlineData("ghcr.io/acme/api:v1@sha256:abc", "ghcr.io", "acme/api", "sha256:abc")]
    public void A_name_is_read_as_runtimes_read_it(string image, string host, string repository, string reference) =>
        ImageReference.Read(image).ShouldBe(new ImageReference(host, repository, reference));

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Basic")]
    [InlineData("")]
    public async Task It_is_there_or_it_is_not_however_the_registry_asks_who_comes(string scheme)
    {
        registry.Scheme = scheme;
        (await LookAsync("registry.example.com/shop/api:v1.2.3")).ShouldBe(new Outcome<ImageSeen>.Done(new ImageSeen(true)));
        (await LookAsync("registry.example.com/shop/api@sha256:0123")).ShouldBe(new Outcome<ImageSeen>.Done(new ImageSeen(true)));
        (await LookAsync("registry.example.com/shop/api:v9")).ShouldBe(new Outcome<ImageSeen>.Done(new ImageSeen(false)));
        (await CheckUpAsync()).ShouldHaveSingleItem().Health.ShouldBe(Health.Good);
    }

    [Fact]
    public async Task A_token_is_asked_for_that_repository_alone_and_nothing_is_sent_before_it_is_asked_for()
    {
        await LookAsync("registry.example.com/shop/api:v1.2.3");
        registry.Requests.ShouldBe(
        [
            "HEAD /v2/shop/api/manifests/v1.2.3", "GET /token?service=stand-in&scope=repository%3Ashop%2Fapi%3Apull Basic", "HEAD /v2/shop/api/manifests/v1.2.3 Bearer",
        ]);
    }

    [Theory]
    [InlineData("https://elsewhere.example.com/token")]
    [InlineData("https://user:password@127.0.0.1/token")]
    [InlineData("not an address")]
    public async Task The_password_goes_nowhere_that_the_settings_do_not_name(string realm)
    {
        registry.Realm = realm;
        var never = (await LookAsync("registry.example.com/shop/api:v1.2.3")).ShouldBeOfType<Outcome<ImageSeen>.Never>();
        never.Fault.Code.ShouldBe("registry-not-let-in");
        never.Fault.Next!.ShouldContain("TokenHost");
        registry.Requests.ShouldHaveSingleItem("the token was not asked for");
    }

    [Fact]
    public async Task A_wrong_password_and_a_registry_that_is_not_named_are_for_a_person_and_a_busy_one_is_asked_again()
    {
        (await LookAsync("registry.example.com/shop/api:v1.2.3", password: "wrong")).ShouldBeOfType<Outcome<ImageSeen>.Never>().Fault.Code.ShouldBe("registry-not-let-in");
        (await LookAsync("ghcr.io/shop/api:v1.2.3")).ShouldBeOfType<Outcome<ImageSeen>.Never>().Fault.Code.ShouldBe(IImages.Elsewhere);
        (await CheckUpAsync("wrong")).ShouldHaveSingleItem().ShouldSatisfyAllConditions(one => one.Health.ShouldBe(Health.Bad), one => one.Says.ShouldNotContain("wrong"));
        registry.Instead = 429;
        (await LookAsync("registry.example.com/shop/api:v1.2.3")).ShouldBe(new Outcome<ImageSeen>.Later("registry.example.com answered 429.", TimeSpan.FromSeconds(7)));
        await registry.DisposeAsync();
        (await LookAsync("registry.example.com/shop/api:v1.2.3")).ShouldBeOfType<Outcome<ImageSeen>.Later>().Why.ShouldStartWith("registry.example.com can't be reached");
    }

    [Theory]
    [InlineData("Registries:main:Host", "https://registry.example.com/x", "Registries:main:Host")]
    [InlineData("Registries:main:Address", "http://registry.example.com/", "Registries:main:Address")]
    [InlineData("Registries:main:User", "", "Registries:main:User")]
    [InlineData("Registries:main:TokenHost", "https://x/", "Registries:main:TokenHost")]
    [InlineData("Registries:main:Timeout", "00:05:00", "Registries:main:Timeout")]
    [InlineData("Registries:second:Host", "registry.example.com", "main and second")]
    public void What_is_wrong_with_the_settings_is_said_at_start(string key, string value, string names)
    {
        using var services = Services("x", (key, value));
        Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IOptions<RegistriesOptions>>().Value).Failures.ShouldHaveSingleItem().ShouldContain(names);
    }

    private async Task<Outcome<ImageSeen>> LookAsync(string image, string password = RegistryStandIn.Password)
    {
        await using var services = Services(password);
        return await services.GetRequiredService<IImages>().LookAsync(image, CancellationToken.None);
    }

    private async Task<IReadOnlyList<Symptom>> CheckUpAsync(string password = RegistryStandIn.Password)
    {
        await using var services = Services(password);
        return await services.GetServices<ICheckUp>().Single().LookAsync(CancellationToken.None);
    }

    private ServiceProvider Services(string password, params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Registries:main:Host"] = "registry.example.com", ["Registries:main:Address"] = registry.Address.AbsoluteUri,
            ["Registries:main:User"] = RegistryStandIn.User, ["Registries:main:Password"] = password,
        };
        foreach (var (key, value) in more) settings[key] = value;
        return new ServiceCollection().AddLogging().AddRegistries(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
    }
}
