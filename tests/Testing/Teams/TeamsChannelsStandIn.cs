using System.Text.Json.Nodes;

namespace ChatOps.Testing.Teams;

/// <summary>Graph's part of a team: its channels are listed, made and described.</summary>
/// <param name="opened">Told of a channel that was made: the bot is in it.</param>
public sealed class TeamsChannelsStandIn(TimeProvider clock, Action<string> opened)
{
    /// <summary>The group that the team is.</summary>
    public const string Group = "02bd9fd6-8f93-4758-87c3-1fb73740a315";

    private readonly Lock gate = new();
    private readonly List<JsonObject> channels = [];

    /// <summary>The team's owner did not agree to it.</summary>
    public bool Refuses { get; set; }

    /// <summary>The channels that were made, by name.</summary>
    public IReadOnlyList<string> Names => Locked(() => channels.Select(one => (string)one["displayName"]!).ToList());

    public string? Description(string name) => Locked(() => (string?)channels.Single(one => (string?)one["displayName"] == name)["description"]);

    public string Id(string name) => Locked(() => (string)channels.Single(one => (string?)one["displayName"] == name)["id"]!);

    /// <summary>A channel that somebody else made.</summary>
    public void Add(string name, DateTimeOffset createdAt) => Locked(() => Made(name, createdAt));

    internal (int, JsonObject)? Answer(string method, string path, string text)
    {
        if (Refuses) return null;
        string[] parts = [.. path.Split('/').Select(Uri.UnescapeDataString)];
        if (parts is not [_, "graph", "v1.0", "teams", Group, "channels", .. var rest]) return null;
        return Locked(() => (method, rest) switch
        {
            ("GET", []) => (200, new JsonObject { ["value"] = new JsonArray([.. channels.Select(one => one.DeepClone())]) }),
            ("POST", []) when JsonNode.Parse(text) is JsonObject wanted => Make(wanted),
            ("PATCH", [var id]) when channels.FirstOrDefault(one => (string?)one["id"] == id) is { } channel => Describe(channel, JsonNode.Parse(text)!),
            _ => ((int, JsonObject)?)null,
        });
    }

    private (int, JsonObject) Make(JsonObject wanted)
    {
        var name = (string?)wanted["displayName"] ?? "";
        if (name.Length is 0 or > 50 || name.IndexOfAny([.. "#%&*{}/\\:<>?+|'\""]) >= 0) return Bad("InvalidChannelName");
        if ((string?)wanted["membershipType"] != "standard") return Bad("BadRequest");
        if (channels.Any(one => name.Equals((string?)one["displayName"], StringComparison.OrdinalIgnoreCase))) return Bad("NameAlreadyExists");
        return (201, (JsonObject)Made(name, clock.GetUtcNow()).DeepClone());
    }

    private JsonObject Made(string name, DateTimeOffset at)
    {
        var channel = new JsonObject { ["id"] = $"19:{name}@thread.tacv2", ["displayName"] = name, ["createdDateTime"] = at.ToString("O"), ["membershipType"] = "standard" };
        channels.Add(channel);
        opened((string)channel["id"]!);
        return channel;
    }

    private static (int, JsonObject) Describe(JsonObject channel, JsonNode change)
    {
        channel["description"] = (string?)change["description"];
        return (204, []);
    }

    private static (int, JsonObject) Bad(string code) => (400, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = "refused" } });

    private T Locked<T>(Func<T> read)
    {
        lock (gate) return read();
    }
}
