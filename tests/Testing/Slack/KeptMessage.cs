using System.Text.Json.Nodes;

namespace ChatOps.Testing.Slack;

/// <summary>A message that a channel holds, in its latest version.</summary>
public sealed class KeptMessage(string channel, string ts, string? threadTs)
{
    public string Channel { get; } = channel;
    public string Ts { get; } = ts;
    public string? ThreadTs { get; } = threadTs;
    public string Text { get; internal set; } = "";
    public JsonArray? Blocks { get; internal set; }

    /// <summary>Who wrote it.</summary>
    public string User { get; internal set; } = SlackStandIn.Bot;
    public JsonObject? Metadata { get; internal set; }

    /// <summary>How often it was replaced.</summary>
    public int Updates { get; internal set; }

    /// <summary>What it said in each version, oldest first.</summary>
    public IReadOnlyList<string> Versions => kept;

    private readonly List<string> kept = [];

    internal void Keep() => kept.Add(Says);

    /// <summary>All that a reader sees.</summary>
    public string Says => Blocks is null ? Text : BlockKit.TextOf(Blocks);

    /// <summary>The key that the bot gave it.</summary>
    public string? Key => (string?)Metadata?["event_payload"]?["key"];

    public IReadOnlyList<KeptButton> Buttons => KeptButton.In(Blocks);

    internal JsonObject ToJson()
    {
        var message = new JsonObject { ["type"] = "message", ["user"] = User, ["ts"] = Ts, ["text"] = Text };
        if (User == SlackStandIn.Bot) message["bot_id"] = "BBOT";
        if (ThreadTs is not null) message["thread_ts"] = ThreadTs;
        if (Blocks is not null) message["blocks"] = Blocks.DeepClone();
        return message;
    }
}

/// <summary>Something shown to one person only.</summary>
/// <param name="Via">How: <c>command</c>, <c>response_url</c>, <c>chat.postEphemeral</c>.</param>
public sealed record KeptReply(string User, string Channel, string Text, JsonArray? Blocks, string Via)
{
    /// <summary>The thread that it is shown in; null = in the channel itself.</summary>
    public string? Thread { get; init; }

    public string Says => Blocks is null ? Text : BlockKit.TextOf(Blocks);

    public IReadOnlyList<KeptButton> Buttons => KeptButton.In(Blocks);
}

/// <summary>A button as it is shown; <paramref name="Beside"/> is the text it stands beside.</summary>
public sealed record KeptButton(string Label, string ActionId, string BlockId, string? Value, bool Confirms, string Beside)
{
    internal static IReadOnlyList<KeptButton> In(JsonArray? blocks)
    {
        var found = new List<KeptButton>();
        foreach (var block in blocks?.OfType<JsonObject>() ?? [])
        {
            var id = (string?)block["block_id"] ?? "";
            if (block["accessory"] is JsonObject accessory) Add(found, accessory, id, BlockKit.TextOf(block["text"]).Trim());
            if ((string?)block["type"] != "actions") continue;
            foreach (var element in block["elements"]!.AsArray().OfType<JsonObject>()) Add(found, element, id, "");
        }

        return found;
    }

    private static void Add(List<KeptButton> to, JsonObject element, string block, string beside)
    {
        if ((string?)element["type"] != "button") return;
        to.Add(new KeptButton(
            (string?)element["text"]?["text"] ?? "", (string?)element["action_id"] ?? "", block, (string?)element["value"],
            element["confirm"] is not null, beside));
    }
}

/// <summary>A dialog that is open for one person.</summary>
public sealed class KeptView(string id, string user, JsonObject view)
{
    private int drawn;

    public string Id => id;

    public string User => user;

    /// <summary>As it was drawn last.</summary>
    public JsonObject View { get; private set; } = view;

    public string Hash => $"{drawn}.{id}";

    public bool IsClosed { get; internal set; }

    internal void Redraw(JsonObject view)
    {
        drawn++;
        View = view;
    }
}
