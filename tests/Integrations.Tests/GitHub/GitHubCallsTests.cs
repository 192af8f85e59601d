using ChatOps.Integrations.GitHub;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.GitHub;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.GitHub;

public sealed class GitHubCallsTests : GitHubBed
{
    private const string Tag = $"{Repo}/commits/tags%2F1.0.0";

    public static TheoryData<int, string, string, string> Troubles => new()
    {
        { 404, """{"message":"Not Found"}""", "", "GitHub has nothing there, or the bot may not see it (Not Found)." },
        { 401, """{"message":"Bad credentials"}""", "", "GitHub does not accept what the bot signs in with (Bad credentials)." },
        { 403, """{"message":"Resource not accessible by integration"}""", "", "GitHub does not let the bot see this (Resource not accessible by integration)." },
        { 403, "", "retry-after: 30", "GitHub has had too many requests from the bot." },
        { 403, "{}", "x-ratelimit-remaining: 0", "GitHub has had too many requests from the bot." },
        { 403, """{"message":"You have exceeded a secondary rate limit."}""", "", "GitHub has had too many requests from the bot." },
        { 429, "<html>", "", "GitHub has had too many requests from the bot." },
        { 500, "", "", "GitHub has trouble of its own (HTTP 500)." },
        { 451, "{}", "", "GitHub refused to answer: HTTP 451." },
        { 200, "<html>", "", "GitHub's answer could not be read." },
        { 200, "", "", "GitHub's answer could not be read." },
        { 200, "null", "", "GitHub's answer could not be read." },
        { 200, "{}", "", "GitHub's answer could not be read." },
        { 200, """{"sha":null,"html_url":"https://x","commit":{"message":""}}""", "", "GitHub's answer could not be read." },
        { 301, "", "Location: https://elsewhere.test/", "GitHub sends the bot on to another address." },
        { 301, "", "Location: http://[", "GitHub sends the bot on to another address." },
        { 301, "", "Location: " + Tag, "GitHub sends the bot on to another address." },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task What_GitHub_does_not_say_plainly_is_unknown(int status, string body, string header, string says)
    {
        (string, string)[] headers = header.Split(": ") is [var name, var value] ? name.StartsWith("x-", StringComparison.Ordinal) ? [(name, value), ("x-ratelimit-reset", "1795176000")] : [(name, value)] : [];
        GitHub.Say(Tag, body, status, headers);
        foreach (var verify in (string[])["github-checks", "github-review", "github-release", "github-paths"])
        {
            var answer = await LookAsync(verify, "paths=a");
            answer.Verdict.ShouldBe(EvidenceVerdict.Unknown, verify);
            (answer.Says == "GitHub has asked for a pause." || answer.Says.StartsWith(says, StringComparison.Ordinal)).ShouldBeTrue(answer.Says);
        }
    }

    [Theory]
    [InlineData("check-runs")]
    [InlineData("status")]
    public async Task Half_of_the_checks_is_not_enough(string missing)
    {
        GitHub.Tag("1.0.0").Say($"{Repo}/commits/{Sha}/check-runs", GitHubStandIn.Recorded("check-runs")).Say($"{Repo}/commits/{Sha}/status", GitHubStandIn.Recorded("combined-status"))
            .Say($"{Repo}/commits/{Sha}/{missing}", "{}");
        (await LookAsync("github-checks")).ShouldBe(Answer.Unknown("GitHub's answer could not be read."));
    }

    [Theory]
    [InlineData(null, "api names no repository.")]
    [InlineData("Hello-World", "The repository of api has to be written as owner/name.")]
    [InlineData("../x", "The repository of api has to be written as owner/name.")]
    [InlineData("a/b/c", "The repository of api has to be written as owner/name.")]
    [InlineData("a/b?c", "The repository of api has to be written as owner/name.")]
    [InlineData("https://github.com/octocat/Hello-World.git", "octocat/Hello-World has no tag 1.0.0, with or without a v, and no such commit.")]
    public async Task A_repository_has_an_owner_and_a_name(string? repository, string says) =>
        (await LookAsync("github-checks", repository: repository)).ShouldBe(Answer.Unknown(says));

    [Theory]
    [InlineData("retry-after", "30", 30)]
    [InlineData("x-ratelimit-reset", "1795176600", 600)]
    [InlineData("x-ratelimit-reset", "1795170000", 1)]
    [InlineData("x-none", "", 60)]
    public async Task While_GitHub_asks_for_quiet_nothing_is_sent(string header, string value, int seconds)
    {
        Clock.Now = DateTimeOffset.FromUnixTimeSeconds(1795176000);
        GitHub.Say(Tag, """{"message":"API rate limit exceeded"}""", 403, ("x-ratelimit-remaining", header == "x-ratelimit-reset" ? "0" : "12"), (header, value));
        (await FindAsync()).ShouldBeOfType<Outcome<Revision>.Later>().After.ShouldBe(TimeSpan.FromSeconds(seconds));
        GitHub.Tag("1.0.0");
        Clock.Now += TimeSpan.FromSeconds(seconds - 0.5);
        (await FindAsync()).ShouldBeOfType<Outcome<Revision>.Later>().ShouldBe(new Outcome<Revision>.Later("GitHub has asked for a pause.", TimeSpan.FromSeconds(0.5)));
        GitHub.Calls.Count.ShouldBe(1);
        Clock.Now += TimeSpan.FromSeconds(0.5);
        (await FindAsync()).ShouldBeOfType<Outcome<Revision>.Done>();
    }

    [Fact]
    public async Task Silence_is_later_and_a_stop_is_a_stop()
    {
        var never = new TaskCompletionSource();
        GitHub.Held = never.Task;
        Wire(("GitHub:Timeout", "00:00:00.05"));
        (await FindAsync()).ShouldBe(new Outcome<Revision>.Later("GitHub did not answer in time."));
        using var stop = new CancellationTokenSource();
        Wire();
        var asking = Get<GitHubVersions>().FindAsync(new("octocat", "Hello-World"), "1.0.0", stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(asking);
        never.SetResult();
    }

    [Fact]
    public async Task A_renamed_repository_is_followed_with_the_token_but_nowhere_else()
    {
        await using var other = await GitHubStandIn.StartAsync();
        GitHub.Say(Tag, "", 301, ("Location", $"{GitHub.ApiUrl}repositories/1")).Say("/repositories/1", GitHubStandIn.Commit());
        (await FindAsync()).ShouldBeOfType<Outcome<Revision>.Done>();
        GitHub.Authorizations.ShouldBe(["Bearer " + GitHubStandIn.Token, "Bearer " + GitHubStandIn.Token]);
        GitHub.Say(Tag, "", 302, ("Location", $"{other.ApiUrl}repositories/1"));
        (await FindAsync()).ShouldBeOfType<Outcome<Revision>.Never>().Fault.Code.ShouldBe("github-moved");
        GitHub.Tag("1.0.0").Say($"{Repo}/commits/{Sha}/check-runs", GitHubStandIn.Recorded("check-runs"), headers: ("Link", $"<{other.ApiUrl}x>; rel=\"next\"")).Say($"{Repo}/commits/{Sha}/status", GitHubStandIn.Recorded("combined-status"));
        await LookAsync("github-checks");
        other.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Token=t", "")]
    [InlineData("", "")]
    [InlineData("Token=a AppId=1", "GitHub:Token and GitHub:AppId are both set")]
    [InlineData("AppId=1", "GitHub:PrivateKey is missing")]
    [InlineData("PrivateKey=x", "GitHub:AppId is missing")]
    [InlineData("AppId=1 PrivateKey=x", "GitHub:PrivateKey is no private RSA key in PEM")]
    [InlineData("Token=t ApiUrl=http://github.test/", "GitHub:ApiUrl must be https")]
    [InlineData("Token=t ApiUrl=ftp://github.test/", "GitHub:ApiUrl must be a full http or https address")]
    [InlineData("Token=t Timeout=00:02:00", "GitHub:Timeout")]
    [InlineData("Token=t TokenFile=/nowhere/at/all AppId=", "")]
    [InlineData("TokenFile=/nowhere/at/all", "GitHub:TokenFile can't be read")]
    public void Settings_that_can_not_work_are_said_at_start(string settings, string says)
    {
        using var services = Services(settings);
        if (says.Length == 0) services.GetRequiredService<IOptions<GitHubOptions>>().Value.ShouldNotBeNull();
        else Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IOptions<GitHubOptions>>().Value).Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("ApiUrl=https://github.test/api/v3", 0)]
    [InlineData("Token=t", 4)]
    [InlineData("AppId=1", 4)]
    public void Without_a_token_or_an_app_there_is_no_GitHub(string settings, int verifiers)
    {
        using var services = Services(settings);
        services.GetRequiredService<IServiceCollection>().Count(service => service.ServiceType == typeof(IVerifier)).ShouldBe(verifiers);
        services.GetRequiredService<IServiceCollection>().Count(service => service.ServiceType == typeof(IChanges)).ShouldBe(verifiers / 4);
    }

    private static ServiceProvider Services(string settings)
    {
        var given = settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create("GitHub:" + pair[0], (string?)pair[1]));
        var services = new ServiceCollection().AddGitHub(new ConfigurationBuilder().AddInMemoryCollection(given).Build());
        return services.AddSingleton(services).BuildServiceProvider();
    }

    private Task<Outcome<Revision>> FindAsync() => Get<GitHubVersions>().FindAsync(new("octocat", "Hello-World"), "1.0.0", default);
}
