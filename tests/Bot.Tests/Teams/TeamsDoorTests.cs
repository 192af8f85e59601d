using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Bot.Tests.EndToEnd;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Teams;

/// <summary>Who is let in by the real process, and who is not.</summary>
public sealed class TeamsDoorTests(TeamsDoorTests.Doorway doorway) : IClassFixture<TeamsDoorTests.Doorway>
{
    /// <summary>One bot with a registration, and one without, for all of these tests.</summary>
    public sealed class Doorway : IAsyncLifetime
    {
        public Stage Stage { get; private set; } = null!;
        public TeamsStandIn Teams { get; private set; } = null!;
        public BotProcess Bot { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            (Stage, Teams) = (await Stage.SetAsync(), await TeamsStandIn.StartAsync());
            foreach (var (key, value) in Teams.Settings) Stage.Settings[key] = value;
            Teams.AddUser("ana", "ana@example.com");
            Bot = await Stage.StartBotAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Bot.DisposeAsync();
            await Teams.DisposeAsync();
            await Stage.DisposeAsync();
        }
    }

    private TeamsStandIn Teams => doorway.Teams;

    private TeamsUser Ana => Teams.User("29:ana", doorway.Bot.NewClient());

    public static TheoryData<string> BadTokens() => [.. Bad.Keys];

    private static readonly Dictionary<string, Func<TeamsStandIn, string>> Bad = new()
    {
        ["none at all"] = _ => "",
        ["another scheme"] = teams => $"Basic {Good(teams)}",
        ["the scheme alone"] = _ => "Bearer",
        ["three words"] = teams => $"Bearer {Good(teams)} more",
        ["garbage"] = _ => "Bearer a.b.c",
        ["unsigned"] = teams => $"Bearer {string.Join('.', Good(teams).Split('.')[..2])}",
        ["an empty signature"] = teams => $"Bearer {string.Join('.', Good(teams).Split('.')[..2])}.",
        ["alg none, unsigned"] = teams => $"Bearer {TeamsTokens.Part(new JsonObject { ["alg"] = "none" })}.{Good(teams).Split('.')[1]}.",
        ["alg none, signed"] = teams => Made(teams, header: head => head["alg"] = "none"),
        ["alg HS256, with the public key as the secret"] = teams =>
        {
            var head = JsonNode.Parse(Convert.FromBase64String(Padded(Good(teams).Split('.')[0])))!.AsObject();
            head["alg"] = "HS256";
            var signed = $"{TeamsTokens.Part(head)}.{Good(teams).Split('.')[1]}";
            return $"Bearer {signed}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(teams.Tokens.PublicKey(), Encoding.ASCII.GetBytes(signed)))}";
        },
        ["another's key under the same name"] = teams => $"Bearer {teams.Tokens.Make(TeamsStandIn.AppId, teams.ServiceUrl, DateTimeOffset.UtcNow, key: RSA.Create(2048))}",
        ["a key that nobody announced"] = teams => Made(teams, header: head => head["kid"] = "mine"),
        ["no key named"] = teams => Made(teams, header: head => head.Remove("kid")),
        ["an extension"] = teams => Made(teams, header: head => head["crit"] = new JsonArray("b64")),
        ["changed claims"] = teams =>
        {
            var parts = Good(teams).Split('.');
            return $"Bearer {parts[0]}.{TeamsTokens.Part(new JsonObject { ["iss"] = TeamsTokens.Issuer, ["aud"] = TeamsStandIn.AppId, ["serviceurl"] = teams.ServiceUrl, ["exp"] = 4_000_000_000 })}.{parts[2]}";
        },
        ["expired"] = teams => Made(teams, claims => claims["exp"] = DateTimeOffset.UtcNow.AddMinutes(-6).ToUnixTimeSeconds()),
        ["without an end"] = teams => Made(teams, claims => claims.Remove("exp")),
        ["an end that is no number"] = teams => Made(teams, claims => claims["exp"] = "tomorrow"),
        ["not valid yet"] = teams => Made(teams, claims => claims["nbf"] = DateTimeOffset.UtcNow.AddMinutes(7).ToUnixTimeSeconds()),
        ["for another app"] = teams => Made(teams, claims => claims["aud"] = Guid.NewGuid().ToString()),
        ["for several apps"] = teams => Made(teams, claims => claims["aud"] = new JsonArray(TeamsStandIn.AppId, "other")),
        ["another issuer"] = teams => Made(teams, claims => claims["iss"] = "https://sts.windows.net/x/"),
        ["no service address"] = teams => Made(teams, claims => claims.Remove("serviceurl")),
        ["for another service address"] = teams => Made(teams, claims => claims["serviceurl"] = "https://smba.trafficmanager.net/amer/"),
    };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_token_that_is_not_right_lets_nobody_in(string which)
    {
        var receipt = await Ana.SendAsync(Installed(Ana), Bad[which](Teams));
        receipt.Status.ShouldBe(HttpStatusCode.Unauthorized);
        receipt.Body.ShouldBeEmpty();
        Teams.Calls.ShouldNotContain(call => call.Contains("/amer", StringComparison.Ordinal) || call.Contains("/token", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RS384")]
    [InlineData("RS512")]
    public async Task The_other_ways_of_signing_that_are_taken_let_one_in(string algorithm) =>
        (await Ana.SendAsync(Typing(), Made(Teams, header: head => head["alg"] = algorithm))).Status.ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task A_new_key_is_found_and_the_old_one_no_longer_taken()
    {
        await using var stage = await Stage.SetAsync();
        await using var teams = await TeamsStandIn.StartAsync();
        foreach (var (key, value) in teams.Settings) stage.Settings[key] = value;
        await using var bot = await stage.StartBotAsync();
        var ana = teams.User(teams.AddUser("ana", "ana@example.com"), bot.NewClient());
        var activity = ana.Activity("typing", TeamsStandIn.Team, "1");
        (await ana.SendAsync(activity)).Status.ShouldBe(HttpStatusCode.OK);
        var before = Made(teams);
        teams.Tokens.Rotate();
        (await ana.SendAsync(activity)).Status.ShouldBe(HttpStatusCode.OK);
        (await ana.SendAsync(activity, before)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Neither_another_channel_nor_another_tenant_nor_a_foreign_address_is_let_in_with_a_good_token()
    {
        var other = Installed(Ana);
        other["channelId"] = "webchat";
        (await Ana.SendAsync(other)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var tenant = Installed(Ana);
        tenant["conversation"]!["tenantId"] = Guid.NewGuid().ToString();
        (await Ana.SendAsync(tenant)).Status.ShouldBe(HttpStatusCode.Forbidden);
        foreach (var address in new[] { "https://evil.example.com/", "http://localhost:1/", "https://smba.trafficmanager.net.evil.example.com/", "not an address" })
        {
            var foreign = Installed(Ana);
            foreign["serviceUrl"] = address;
            (await Ana.SendAsync(foreign)).Status.ShouldBe(HttpStatusCode.Forbidden, address);
        }

        Teams.Calls.ShouldNotContain(call => call.Contains("/amer", StringComparison.Ordinal) || call.Contains("/token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_let_somebody_in_lets_in_neither_another_address_nor_channel_nor_tenant()
    {
        var token = Made(Teams);
        (await Ana.SendAsync(Typing(), token)).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var (status, change) in new (HttpStatusCode, Action<JsonObject>)[]
        {
            (HttpStatusCode.Unauthorized, activity => activity["serviceUrl"] = new Uri(Teams.Address, "emea/").AbsoluteUri),
            (HttpStatusCode.Unauthorized, activity => activity["serviceUrl"] = "https://smba.trafficmanager.net/amer/"),
            (HttpStatusCode.Unauthorized, activity => activity["channelId"] = "webchat"),
            (HttpStatusCode.Forbidden, activity => activity["conversation"]!["tenantId"] = Guid.NewGuid().ToString()),
        })
        {
            var activity = Installed(Ana);
            change(activity);
            (await Ana.SendAsync(activity, token)).Status.ShouldBe(status);
        }

        (await Ana.SendAsync(Typing(), token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(300_000, "application/json", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(10, "text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(10, "application/json", HttpStatusCode.BadRequest)]
    public async Task A_body_that_is_too_long_or_makes_no_sense_is_refused(int length, string type, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/messages") { Content = new StringContent(new string('x', length), Encoding.UTF8, type) };
        request.Headers.TryAddWithoutValidation("Authorization", Made(Teams));
        using var http = doorway.Bot.NewClient();
        using var response = await http.SendAsync(request);
        response.StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task Without_a_registration_only_this_machine_is_let_in_and_nobody_is_anybody_there()
    {
        await using var stage = await Stage.SetAsync();
        await using var playground = await TeamsStandIn.StartAsync();
        await using var bot = await stage.StartBotAsync();
        var ana = playground.User(playground.AddUser("ana", "ana@example.com"), bot.NewClient());
        (await ana.SendAsync(ana.Activity("message", ana.Personal, "1"), "")).Status.ShouldBe(HttpStatusCode.OK);
        var far = ana.Activity("message", ana.Personal, "2");
        far["serviceUrl"] = "https://smba.trafficmanager.net/amer/";
        (await ana.SendAsync(far, "")).Status.ShouldBe(HttpStatusCode.Forbidden);
        using var page = new HttpRequestMessage(HttpMethod.Post, "api/messages") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        page.Headers.Add("Origin", "https://evil.example.com");
        using var http = bot.NewClient();
        using var answer = await http.SendAsync(page);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        // Whoever is on this machine could claim to be anybody: outside of the demo they may read.
        var said = ana.Activity("message", ana.Personal, "3");
        said["text"] = "deploy api v1.2.3 prod";
        (await ana.SendAsync(said, "")).Status.ShouldBe(HttpStatusCode.OK);
        (await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/runs")).Reply!.Says.ShouldNotContain("v1.2.3");
    }

    private static JsonObject Installed(TeamsUser user)
    {
        var activity = user.Activity("installationUpdate", TeamsStandIn.Team, $"f:{Guid.NewGuid()}");
        activity["action"] = "add";
        return activity;
    }

    private JsonObject Typing() => Ana.Activity("typing", TeamsStandIn.Team, "1");

    private static string Good(TeamsStandIn teams) => teams.Tokens.Make(TeamsStandIn.AppId, teams.ServiceUrl, DateTimeOffset.UtcNow);

    private static string Made(TeamsStandIn teams, Action<JsonObject>? claims = null, Action<JsonObject>? header = null) =>
        $"Bearer {teams.Tokens.Make(TeamsStandIn.AppId, teams.ServiceUrl, DateTimeOffset.UtcNow, claims, header)}";

    private static string Padded(string part) => part.Replace('-', '+').Replace('_', '/').PadRight((part.Length + 3) / 4 * 4, '=');
}
