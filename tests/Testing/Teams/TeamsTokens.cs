using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Teams;

/// <summary>The keys that activities are signed with, as Microsoft would announce them, and the tokens made with them.</summary>
public sealed class TeamsTokens : IDisposable
{
    public const string Issuer = "https://api.botframework.com";

    private readonly Lock gate = new();
    private (string Id, RSA Key) current = ("key-1", RSA.Create(2048));
    private int made = 1;

    /// <summary>What the announced key may sign for.</summary>
    public string[] Endorsements { get; set; } = ["msteams", "skype"];

    /// <summary>Announces another key instead of the one before.</summary>
    public void Rotate()
    {
        lock (gate) current = ($"key-{++made}", RSA.Create(2048));
    }

    /// <summary>The announcement.</summary>
    public JsonObject Announced()
    {
        lock (gate)
        {
            var key = current.Key.ExportParameters(false);
            return new JsonObject
            {
                ["keys"] = new JsonArray(new JsonObject
                {
                    ["kty"] = "RSA", ["use"] = "sig", ["kid"] = current.Id, ["n"] = Base64Url.EncodeToString(key.Modulus), ["e"] = Base64Url.EncodeToString(key.Exponent),
                    ["endorsements"] = new JsonArray([.. Endorsements.Select(one => JsonValue.Create(one))]),
                }),
            };
        }
    }

    /// <summary>A token as Teams would send it, with changes to its header and claims, or to all of it, that a test wants.</summary>
    /// <param name="key">Signs instead of the announced key.</param>
    public string Make(string app, string serviceUrl, DateTimeOffset now, Action<JsonObject>? claims = null, Action<JsonObject>? header = null, RSA? key = null)
    {
        lock (gate)
        {
            var head = new JsonObject { ["alg"] = "RS256", ["kid"] = current.Id, ["typ"] = "JWT" };
            var body = new JsonObject { ["serviceurl"] = serviceUrl, ["nbf"] = now.AddMinutes(-1).ToUnixTimeSeconds(), ["exp"] = now.AddHours(1).ToUnixTimeSeconds(), ["iss"] = Issuer, ["aud"] = app };
            header?.Invoke(head);
            claims?.Invoke(body);
            var signed = $"{Part(head)}.{Part(body)}";
            var hash = (string?)head["alg"] switch { "RS384" => HashAlgorithmName.SHA384, "RS512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
            return $"{signed}.{Base64Url.EncodeToString((key ?? current.Key).SignData(Encoding.ASCII.GetBytes(signed), hash, RSASignaturePadding.Pkcs1))}";
        }
    }

    public static string Part(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    /// <summary>The announced key's public half, as somebody would use it who signs with it as a shared secret.</summary>
    public byte[] PublicKey()
    {
        lock (gate) return current.Key.ExportSubjectPublicKeyInfo();
    }

    public void Dispose() => current.Key.Dispose();
}
