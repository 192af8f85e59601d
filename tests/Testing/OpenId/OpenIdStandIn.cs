using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatOps.Testing.OpenId;

/// <summary>A place to sign in, on loopback: it announces itself, hands out codes that hold once, checks client, address and PKCE, and signs ID tokens. Whoever comes has agreed already.</summary>
public sealed class OpenIdStandIn : IAsyncDisposable
{
    public const string ClientId = "client-1";
    public const string ClientSecret = "secret-of-client-1";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge, string Back)> codes = new();
    private readonly RSA key = RSA.Create(2048);
    private int made;

    private OpenIdStandIn(WebApplication app) => this.app = app;

    public Uri Authority => new(app.Urls.First());

    /// <summary>Changes the claims of the tokens that are handed out.</summary>
    public Action<JsonObject> Claims { get; set; } = _ => { };

    /// <summary>Changes their headers.</summary>
    public Action<JsonObject> Header { get; set; } = _ => { };

    /// <summary>Signs instead of the announced key.</summary>
    public RSA? OtherKey { get; set; }

    /// <summary>How often a code was refused.</summary>
    public int CodesRefused { get; private set; }

    /// <summary>What people were sent here with, the last time.</summary>
    public IReadOnlyDictionary<string, string> LastAsked { get; private set; } = new Dictionary<string, string>();

    public static Task<OpenIdStandIn> StartAsync() => Loopback.StartAsync(app => new OpenIdStandIn(app), (standIn, http) => standIn.AnswerAsync(http));

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }

    private Task AnswerAsync(HttpContext http) => http.Request.Path.Value switch
    {
        "/.well-known/openid-configuration" => Write(http, 200, new JsonObject
        {
            ["issuer"] = Issuer, ["authorization_endpoint"] = $"{Issuer}/authorize", ["token_endpoint"] = $"{Issuer}/token", ["jwks_uri"] = $"{Issuer}/keys",
        }),
        "/keys" => Write(http, 200, Announced()),
        "/authorize" => Authorize(http),
        "/token" => TokenAsync(http),
        _ => Write(http, 404, new JsonObject { ["error"] = "not_found" }),
    };

    private string Issuer => Authority.AbsoluteUri.TrimEnd('/');

    private JsonObject Announced()
    {
        var half = key.ExportParameters(false);
        return new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = "k1", ["n"] = Base64Url.EncodeToString(half.Modulus), ["e"] = Base64Url.EncodeToString(half.Exponent) }) };
    }

    private Task Authorize(HttpContext http)
    {
        LastAsked = http.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        if (LastAsked["client_id"] != ClientId || LastAsked["response_type"] != "code" || LastAsked["code_challenge_method"] != "S256" || !LastAsked["scope"].Split(' ').Contains("openid"))
            return Write(http, 400, new JsonObject { ["error"] = "invalid_request" });
        var code = $"code-{Interlocked.Increment(ref made)}";
        codes[code] = (LastAsked["nonce"], LastAsked["code_challenge"], LastAsked["redirect_uri"]);
        http.Response.Redirect(QueryHelpers.AddQueryString(LastAsked["redirect_uri"], new Dictionary<string, string?> { ["code"] = code, ["state"] = LastAsked["state"] }));
        return Task.CompletedTask;
    }

    private async Task TokenAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret || form["grant_type"] != "authorization_code"
            || !codes.TryRemove(form["code"].ToString(), out var asked) || asked.Challenge != challenge || asked.Back != form["redirect_uri"])
        {
            CodesRefused++;
            await Write(http, 400, new JsonObject { ["error"] = "invalid_grant" });
            return;
        }

        await Write(http, 200, new JsonObject { ["ok"] = true, ["access_token"] = "access", ["token_type"] = "Bearer", ["id_token"] = Sign(asked.Nonce) });
    }

    private string Sign(string nonce)
    {
        var now = DateTimeOffset.UtcNow;
        var head = new JsonObject { ["alg"] = "RS256", ["kid"] = "k1", ["typ"] = "JWT" };
        var body = new JsonObject { ["iss"] = Issuer, ["aud"] = ClientId, ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(), ["nonce"] = nonce, ["name"] = "Ana Example" };
        Header(head);
        Claims(body);
        var signed = $"{Part(head)}.{Part(body)}";
        var signature = (string?)head["alg"] == "none" ? "" : Base64Url.EncodeToString((OtherKey ?? key).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return $"{signed}.{signature}";
    }

    private static string Part(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static Task Write(HttpContext http, int status, JsonObject body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body.ToJsonString());
    }
}
