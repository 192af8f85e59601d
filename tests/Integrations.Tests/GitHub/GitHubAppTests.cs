using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatOps.Runbooks.Evidence;
using ChatOps.Testing.GitHub;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.GitHub;

public sealed class GitHubAppTests : GitHubBed
{
    private static readonly RSA Key = RSA.Create(2048);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_app_signs_who_it_is_and_reads_with_the_installation_s_token(bool oneLine)
    {
        Install("ghs_1", minutes: 60);
        var pem = Key.ExportRSAPrivateKeyPem();
        Wire(("GitHub:Token", ""), ("GitHub:AppId", "Iv1.abc"), ("GitHub:PrivateKey", oneLine ? pem.Replace("\n", "\\n", StringComparison.Ordinal) : pem));
        GitHub.Tag("1.0.0");
        (await LookAsync("github-release")).Verdict.ShouldBe(EvidenceVerdict.Holds);
        GitHub.Calls.Take(3).ShouldBe([$"GET {Repo}/installation", "POST /app/installations/1/access_tokens", $"GET {Repo}/commits/tags%2F1.0.0"]);
        GitHub.Authorizations[2].ShouldBe("Bearer ghs_1");
        var parts = GitHub.Authorizations[0]["Bearer ".Length..].Split('.');
        Key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])).ShouldBe("""{"alg":"RS256","typ":"JWT"}""");
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1])).RootElement;
        var now = Clock.Now.ToUnixTimeSeconds();
        (claims.GetProperty("iat").GetInt64(), claims.GetProperty("exp").GetInt64(), claims.GetProperty("iss").GetString()).ShouldBe((now - 60, now + 540, "Iv1.abc"));
    }

    [Fact]
    public async Task A_token_is_kept_until_shortly_before_it_expires()
    {
        Install("ghs_1", minutes: 60);
        WireApp();
        await LookAsync("github-release");
        Clock.Now += TimeSpan.FromMinutes(54.9);
        await LookAsync("github-release");
        Fetched().ShouldBe(1);
        Clock.Now += TimeSpan.FromMinutes(0.2);
        Install("ghs_2", minutes: 60);
        await LookAsync("github-release");
        Fetched().ShouldBe(2);
        GitHub.Authorizations[^1].ShouldBe("Bearer ghs_2");
    }

    [Fact]
    public async Task Many_questions_at_once_fetch_one_token()
    {
        Install("ghs_1", minutes: 60);
        WireApp();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LookAsync("github-release")));
        Fetched().ShouldBe(1);
    }

    [Fact]
    public async Task A_token_that_is_no_longer_taken_is_replaced()
    {
        Install("ghs_1", minutes: 60);
        WireApp();
        GitHub.Say($"{Repo}/commits/tags%2F1.0.0", """{"message":"Bad credentials"}""", 401);
        (await LookAsync("github-release")).ShouldBe(Answer.Unknown("GitHub no longer takes the app's token; the next try gets another."));
        GitHub.Tag("1.0.0");
        (await LookAsync("github-release")).Verdict.ShouldBe(EvidenceVerdict.Holds);
        Fetched().ShouldBe(2);
    }

    [Fact]
    public async Task An_app_that_is_not_installed_or_not_known_says_so()
    {
        WireApp();
        (await LookAsync("github-checks")).ShouldBe(Answer.Unknown(
            "The bot's app is not installed for octocat/Hello-World. Install it there, with read access to contents, checks, commit statuses and pull requests."));
        GitHub.Say($"{Repo}/installation", """{"message":"A JSON web token could not be decoded"}""", 401);
        (await LookAsync("github-checks")).Says.ShouldStartWith("GitHub does not accept what the bot signs in with (A JSON web token could not be decoded).");
    }

    private void WireApp()
    {
        Wire(("GitHub:Token", ""), ("GitHub:AppId", "1"), ("GitHub:PrivateKey", Key.ExportPkcs8PrivateKeyPem()));
        GitHub.Tag("1.0.0");
    }

    private int Fetched() => GitHub.Calls.Count(call => call.StartsWith("POST ", StringComparison.Ordinal));

    private void Install(string token, int minutes) => GitHub.Say($"{Repo}/installation", GitHubStandIn.Recorded("repo-installation")).Say(
        "/app/installations/1/access_tokens",
        GitHubStandIn.Recorded("installation-token").Replace("ghs_EXAMPLE", token, StringComparison.Ordinal).Replace("2016-07-11T22:14:10Z", Clock.Now.AddMinutes(minutes).ToString("O"), StringComparison.Ordinal), 201);
}
