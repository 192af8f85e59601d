using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Integrations.OpenId;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Paging;
using ChatOps.Testing;
using ChatOps.Testing.OpenId;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

/// <summary>Sign-in by OpenID Connect, against a provider that really signs its tokens: who gets in, who doesn't, and how it ends.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private const string Team = "T0123ABCD";
    private const string Tenant = "11111111-2222-3333-4444-555555555555";

    private readonly string keys = Directory.CreateTempSubdirectory("chatops-keys-").FullName;
    private readonly LaterClock clock = new();
    private readonly People people = new();
    private OpenIdStandIn provider = null!;
    private ConsoleSettings settings = null!;
    private ConsoleStage stage = null!;
    private Visitor ana = null!;

    public async ValueTask InitializeAsync()
    {
        provider = await OpenIdStandIn.StartAsync();
        provider.Claims = Slack;
        var address = new Uri($"http://127.0.0.1:{Loopback.FreePort()}/");
        ProviderSettings One(string system, string name, string home) => new(system, name, provider.Authority, OpenIdStandIn.ClientId, OpenIdStandIn.ClientSecret, home);
        settings = new ConsoleSettings([One("slack", "Slack", Team), One("entra", "Microsoft", Tenant)], address, TimeSpan.FromHours(10), keys);
        await StartAsync();
        ana = new Visitor(stage.Address);
    }

    public async ValueTask DisposeAsync()
    {
        ana.Dispose();
        await stage.DisposeAsync();
        await provider.DisposeAsync();
        Directory.Delete(keys, recursive: true);
    }

    [Fact]
    public async Task Somebody_signs_in_and_is_their_verified_address_and_may_what_it_may()
    {
        (await ana.GetAsync("/runs?service=api")).ShouldSatisfyAllConditions(
            answer => answer.Status.ShouldBe(HttpStatusCode.SeeOther), answer => answer.Location.ShouldBe("/signin?back=%2Fruns%3Fservice%3Dapi"));
        (await ana.GetAsync("/signin?back=%2Fruns")).Body.ShouldContain("href=\"/signin/slack?back=%2Fruns\"");
        var arrived = await ana.SignInAsync("slack", "/runs");
        arrived.Location.ShouldBe("/runs");
        var cookie = ana.LastSet.Single(line => line.StartsWith("__Host-chatops=", StringComparison.Ordinal));
        foreach (var word in (string[])["secure", "httponly", "samesite=lax", "path=/"]) cookie.ShouldContain(word, Case.Insensitive);
        cookie.ShouldNotContain("ana@example.com");
        var page = await ana.GetAsync("/");
        page.Body.ShouldContain("data-person=\"ana@example.com\"");
        page.Body.ShouldContain("Ana Example");
        var said = await ana.PostAsync("/say", null, ("text", "deploy api v1.2.3 prod"), ("token", Visitor.TokenOf(page.Body)));
        said.Location.ShouldBe("/#entry-1");
        (await ana.GetAsync("/runs/1")).Body.ShouldContain("<b>ana</b>");
        provider.LastAsked["redirect_uri"].ShouldBe($"{settings.Origin}/signin/slack/back");
        provider.LastAsked["nonce"].Length.ShouldBe(32);
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.SeeOther)]
    [InlineData("GET", "/runs/1", HttpStatusCode.SeeOther)]
    [InlineData("GET", "/audit", HttpStatusCode.SeeOther)]
    [InlineData("GET", "/no-such-page", HttpStatusCode.SeeOther)]
    [InlineData("GET", "/live?topic=chat", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/words", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/runbooks/rolling-deploy/picture.svg", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/say", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/click", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/be", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/signout", HttpStatusCode.Unauthorized)]
    public async Task Nothing_is_shown_or_done_before_that(string method, string path, HttpStatusCode status)
    {
        foreach (var cookie in (string[])["", "CfDJ8-not-ours"])
        {
            using var stranger = new Visitor(stage.Address, cookie.Length == 0 ? [] : [new("__Host-chatops", cookie), new("chatops-who", "ana@example.com"), new("chatops-visit", new string('a', 32))]);
            var answer = method == "GET" ? await stranger.GetAsync(path) : await stranger.PostAsync(path, null, ("text", "deploy api v1.2.3 prod"), ("person", "ana@example.com"));
            answer.Status.ShouldBe(status);
            answer.Body.ShouldNotContain("api");
        }
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "slack", "nonce", "belongs to another sign-in" },
        { "slack", "no-nonce", "belongs to another sign-in" },
        { "slack", "issuer", "another issuer" },
        { "slack", "audience", "another app" },
        { "slack", "audiences", "another app" },
        { "slack", "expired", "has expired" },
        { "slack", "future", "from the future" },
        { "slack", "unverified", "has not verified" },
        { "slack", "verified-in-words", "has not verified" },
        { "slack", "team", "another workspace" },
        { "slack", "no-email", "no e-mail address" },
        { "slack", "other-key", "a wrong signature" },
        { "slack", "none", "not a signed token" },
        { "slack", "symmetric", "an algorithm that is not taken" },
        { "entra", "tenant", "another tenant" },
        { "entra", "guest", "guests" },
        { "entra", "phone", "no e-mail address" },
        { "entra", "invited", "no e-mail address" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_token_that_is_wrong_in_one_way_signs_nobody_in(string system, string what, string says)
    {
        using var other = RSA.Create(2048);
        provider.Claims = claims =>
        {
            (system == "slack" ? Slack : (Action<JsonObject>)Entra)(claims);
            Spoil(claims, what);
        };
        if (what == "other-key") provider.OtherKey = other;
        provider.Header = head => head["alg"] = what switch { "none" => "none", "symmetric" => "HS256", _ => "RS256" };
        var answer = await ana.SignInAsync(system);
        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
        WebUtility.HtmlDecode(answer.Body).ShouldContain(says);
        ana.Cookies.ShouldNotContainKey("__Host-chatops");
        (await ana.GetAsync("/")).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData(true, "boss@example.com", "boss@example.com")]
    [InlineData(false, "boss@example.com", "ana@example.com")]
    public async Task Of_Entra_s_claims_the_sign_in_name_is_believed_and_an_address_only_where_its_domain_was_verified(bool verified, string email, string person)
    {
        provider.Claims = claims =>
        {
            Entra(claims);
            claims["email"] = email;
            if (verified) claims["xms_edov"] = true;
        };
        (await ana.SignInAsync("entra")).Location.ShouldBe("/");
        (await ana.GetAsync("/")).Body.ShouldContain($"data-person=\"{person}\"");
    }

    [Fact]
    public async Task A_sign_in_holds_once_and_in_the_browser_that_began_it()
    {
        var sent = await ana.GetAsync("/signin/slack");
        var back = await ana.AgreeAsync(sent);
        using var mallory = new Visitor(stage.Address);
        (await mallory.GetAsync(back)).Status.ShouldBe(HttpStatusCode.Forbidden);             // somebody is lured to a link that would sign them in as another
        using var copy = ana.Copy();
        (await ana.GetAsync(back)).Status.ShouldBe(HttpStatusCode.Found);
        (await ana.GetAsync(back)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await copy.GetAsync(back)).Status.ShouldBe(HttpStatusCode.Forbidden);                // who kept the cookie: the code holds once
        provider.CodesRefused.ShouldBe(1);
        copy.Cookies.ShouldNotContainKey("__Host-chatops");
    }

    [Theory]
    [InlineData("state=forged&code=code-1")]
    [InlineData("code=code-1")]
    [InlineData("error=access_denied")]
    [InlineData("state=&code=")]
    public async Task A_forged_return_signs_nobody_in(string query)
    {
        await ana.GetAsync("/signin/slack");
        var answer = await ana.GetAsync($"/signin/slack/back?{query}");
        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
        answer.Body.ShouldContain("You are not signed in");
        ana.Cookies.ShouldNotContainKey("__Host-chatops");
    }

    [Theory]
    [InlineData("//evil.example.com")]
    [InlineData("https://evil.example.com/")]
    [InlineData("/\\evil.example.com")]
    [InlineData("javascript:alert(1)")]
    [InlineData("\r\nLocation: https://evil.example.com")]
    public async Task A_sign_in_leads_to_our_own_pages_only(string back)
    {
        (await ana.GetAsync($"/signin?back={Uri.EscapeDataString(back)}")).Body.ShouldNotContain("evil");
        (await ana.SignInAsync("slack", back)).Location.ShouldBe("/");
    }

    [Fact]
    public async Task Signing_out_ends_it_for_every_copy_of_the_cookie_and_no_link_can_do_it()
    {
        await ana.SignInAsync("slack");
        using var copy = ana.Copy();
        var page = await ana.GetAsync("/signout");
        page.Body.ShouldContain("Sign out?");
        (await ana.PostAsync("/signout")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await ana.PostAsync("/signout", "https://evil.example.com", ("token", Visitor.TokenOf(page.Body)))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await ana.GetAsync("/")).Status.ShouldBe(HttpStatusCode.OK);
        (await ana.PostAsync("/signout", null, ("token", Visitor.TokenOf(page.Body)))).Location.ShouldBe("/signin");
        ana.Cookies.ShouldNotContainKey("__Host-chatops");
        (await copy.GetAsync("/")).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task It_outlives_a_restart_and_ends_in_time()
    {
        await ana.SignInAsync("slack");
        await stage.DisposeAsync();
        await StartAsync();
        (await ana.GetAsync("/")).Status.ShouldBe(HttpStatusCode.OK);
        clock.Later = TimeSpan.FromHours(9.9);
        (await ana.GetAsync("/")).Status.ShouldBe(HttpStatusCode.OK);
        clock.Later = TimeSpan.FromHours(10.1);
        (await ana.GetAsync("/")).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData("ana@example.com", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.SeeOther)]                     // deactivated, or a guest now
    [InlineData("eve@example.com", HttpStatusCode.SeeOther)]        // the account has another address now
    [InlineData("unknown", HttpStatusCode.OK)]                      // Slack does not answer
    public async Task It_ends_when_the_account_is_nobody_s_or_another_s(string? address, HttpStatusCode status)
    {
        await ana.SignInAsync("slack");
        people.Account = address == "unknown" ? null : new Account("U1", "Ana", address is null ? null : new Person(address), false);
        (await ana.GetAsync("/")).Status.ShouldBe(status);
    }

    [Fact]
    public async Task The_link_of_a_page_needs_no_sign_in_and_is_kept_from_somebody_else_who_is_signed_in()
    {
        var (pages, links) = (stage.Services.GetRequiredService<PageEngine>(), stage.Services.GetRequiredService<PageLinks>());
        await pages.WantAsync(new PageNews("A1", NewsKind.Want, new GroupName("cleo@example.com"), "HighErrorRate", "it fires.", true), null, TestContext.Current.CancellationToken);
        var path = $"/page/{links.Sign(new PageLink("A1", 1, "1", new Person("cleo@example.com"), clock.GetUtcNow() + PageLink.Lasts, null))}";
        (await ana.GetAsync(path)).ShouldSatisfyAllConditions(answer => answer.Status.ShouldBe(HttpStatusCode.OK), answer => answer.Body.ShouldContain("Acknowledge"));
        await ana.SignInAsync("slack");
        foreach (var answer in new[] { await ana.GetAsync(path), await ana.PostAsync(path, null, ("do", "answer")) })
        {
            answer.Status.ShouldBe(HttpStatusCode.Forbidden);
            answer.Body.ShouldContain("This link is for cleo@example.com, and ana@example.com is signed in here.");
        }

        (await pages.FindAsync("A1", TestContext.Current.CancellationToken)).Status.ShouldBe(PageStatus.Open);
        using var cleo = new Visitor(stage.Address);
        (await cleo.PostAsync(path, "https://evil.example.com", ("do", "roll over"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await cleo.PostAsync(path, null, ("do", "answer"))).Status.ShouldBe(HttpStatusCode.SeeOther);
        (await pages.FindAsync("A1", TestContext.Current.CancellationToken)).Status.ShouldBe(PageStatus.Acknowledged);
    }

    [Fact]
    public async Task A_form_needs_the_token_of_its_own_sign_in()
    {
        await ana.SignInAsync("slack");
        using var again = new Visitor(stage.Address);
        await again.SignInAsync("slack");
        var others = Visitor.TokenOf((await again.GetAsync("/")).Body);
        var own = Visitor.TokenOf((await ana.GetAsync("/")).Body);
        own.ShouldNotBe(others);
        (await ana.PostAsync("/say", null, ("text", "help"), ("token", others))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await ana.PostAsync("/say", "https://evil.example.com", ("text", "help"), ("token", own))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await ana.PostAsync("/say", null, ("text", "help"), ("token", own))).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    private async Task StartAsync() => stage = await ConsoleStage.StartAsync(demo: false, settings, clock, people);

    private static void Slack(JsonObject claims)
    {
        claims["https://slack.com/team_id"] = Team;
        claims["https://slack.com/user_id"] = "U1";
        claims["email"] = "Ana@example.com";
        claims["email_verified"] = true;
    }

    private static void Entra(JsonObject claims)
    {
        claims["tid"] = Tenant;
        claims["oid"] = "66666666-7777-8888-9999-000000000000";
        claims["preferred_username"] = "ana@example.com";
    }

    private void Spoil(JsonObject claims, string what)
    {
        switch (what)
        {
            case "nonce": claims["nonce"] = new string('0', 32); break;
            case "no-nonce": claims.Remove("nonce"); break;
            case "issuer": claims["iss"] = "https://evil.example.com"; break;
            case "audience": claims["aud"] = "another"; break;
            case "audiences": claims["aud"] = new JsonArray(OpenIdStandIn.ClientId, "another"); break;
            case "expired": claims["exp"] = DateTimeOffset.UtcNow.AddMinutes(-3).ToUnixTimeSeconds(); break;
            case "future": claims["iat"] = DateTimeOffset.UtcNow.AddMinutes(3).ToUnixTimeSeconds(); break;
            case "unverified": claims["email_verified"] = false; break;
            case "verified-in-words": claims["email_verified"] = "yes"; break;
            case "team": claims["https://slack.com/team_id"] = "T9"; break;
            case "no-email": claims["email"] = "ana"; break;
            case "tenant": claims["tid"] = Guid.NewGuid().ToString(); break;
            case "guest": claims["idp"] = "https://sts.windows.net/another/"; break;
            case "phone": claims["preferred_username"] = "+49 170 1234567"; break;
            case "invited": claims["preferred_username"] = "eve_evil.example#EXT#@example.com"; break;
        }
    }

    private sealed class LaterClock : TimeProvider
    {
        public TimeSpan Later { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + Later;
    }

    private sealed class People : IDirectory
    {
        public Account? Account { get; set; } = new("U1", "Ana", new Person("ana@example.com"), false);

        public string System => "slack";

        public Task<Account?> FindAccountAsync(string id, CancellationToken cancellationToken) => Task.FromResult(id == "U1" ? Account : null);

        public Task<ImmutableHashSet<Person>?> FindMembersAsync(string group, CancellationToken cancellationToken) => Task.FromResult<ImmutableHashSet<Person>?>([]);
    }
}
