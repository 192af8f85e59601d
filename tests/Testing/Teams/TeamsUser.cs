using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Teams;

/// <summary>Somebody in Teams who writes to the bot and presses buttons: sends the bot what Teams would send, signed.</summary>
public sealed class TeamsUser(TeamsStandIn teams, string id, HttpClient bot)
{
    /// <summary>What was sent last, to be sent again.</summary>
    public JsonObject? Last { get; private set; }

    /// <summary>Mentions the bot in a channel, at the start of a thread of its own.</summary>
    public Task<TeamsReceipt> MentionAsync(string channel, string text)
    {
        var activity = Activity("message", channel, teams.NewId());
        activity["conversation"]!["id"] = $"{channel};messageid={activity["id"]}";
        (activity["text"], activity["textFormat"]) = ($"<at>Chat Ops</at> {text}", "plain");
        activity["entities"] = new JsonArray(new JsonObject
        {
            ["type"] = "mention", ["text"] = "<at>Chat Ops</at>", ["mentioned"] = new JsonObject { ["id"] = TeamsStandIn.Bot, ["name"] = "Chat Ops" },
        });
        return SendAsync(activity);
    }

    /// <summary>Writes to the bot alone.</summary>
    public Task<TeamsReceipt> WriteAsync(string text)
    {
        teams.Know(Personal);
        var activity = Activity("message", Personal, teams.NewId());
        (activity["text"], activity["textFormat"]) = (text, "plain");
        return SendAsync(activity);
    }

    /// <summary>Writes in a thread to the people there, without a mention of the bot: it comes to the bot where the team agreed to that.</summary>
    /// <param name="mentions">Who is mentioned in it, by name and id.</param>
    public Task<TeamsReceipt> ReplyAsync(string channel, string thread, string text, params (string Name, string Id)[] mentions)
    {
        var activity = Activity("message", channel, teams.NewId());
        activity["conversation"]!["id"] = $"{channel};messageid={thread}";
        (activity["text"], activity["textFormat"]) = (text, "plain");
        activity["entities"] = new JsonArray([.. mentions.Select(one => new JsonObject
        {
            ["type"] = "mention", ["text"] = $"<at>{one.Name}</at>", ["mentioned"] = new JsonObject { ["id"] = one.Id, ["name"] = one.Name },
        })]);
        return SendAsync(activity);
    }

    /// <summary>Takes the action <c>keep</c> in the menu of a message that somebody wrote.</summary>
    public Task<TeamsReceipt> KeepAsync(string conversation, JsonObject message) => ExtendAsync("composeExtension/fetchTask", conversation, message);

    /// <summary>Fills in the dialog that the action opened, and sends it with the message.</summary>
    public Task<TeamsReceipt> KeepAsync(string conversation, JsonObject message, TeamsReceipt dialog, params (string Field, string Value)[] answers)
    {
        var card = dialog.Dialog ?? throw new InvalidOperationException($"No dialog was opened: {dialog.Body}");
        return ExtendAsync("composeExtension/submitAction", conversation, message, (JsonObject)Filled(card, AdaptiveCards.ActionsOf(card).Single().Action, answers)["data"]!);
    }

    /// <summary>A message of this person as Teams hands it over with an action.</summary>
    /// <param name="thread">The message that it answers; null where it starts a thread.</param>
    public JsonObject Wrote(string channel, string html, string? thread = null, DateTimeOffset? at = null)
    {
        var message = teams.NewId();
        return new JsonObject
        {
            ["linkToMessage"] = $"https://teams.microsoft.com/l/message/{channel}/{message}", ["id"] = message, ["replyToId"] = thread, ["createdDateTime"] = (at ?? teams.Now).UtcDateTime.ToString("O"),
            ["lastModifiedDateTime"] = null, ["deleted"] = false, ["subject"] = null, ["summary"] = null, ["importance"] = "normal", ["locale"] = "en-us",
            ["body"] = new JsonObject { ["contentType"] = "html", ["content"] = html },
            ["from"] = new JsonObject
            {
                ["device"] = null, ["conversation"] = null, ["application"] = null,
                ["user"] = new JsonObject { ["userIdentityType"] = "aadUser", ["id"] = (string?)teams.Person(id)["aadObjectId"], ["displayName"] = id[3..] },
            },
            ["reactions"] = new JsonArray(), ["mentions"] = new JsonArray(), ["attachments"] = new JsonArray(),
        };
    }

    /// <summary>Pastes a link into a message, before it is sent.</summary>
    public Task<TeamsReceipt> PasteAsync(string channel, string url, string name = "composeExtension/queryLink", Action<JsonObject>? otherwise = null)
    {
        var activity = Activity("invoke", channel, $"f:{Guid.NewGuid()}");
        (activity["name"], activity["value"]) = (name, new JsonObject { ["url"] = url });
        otherwise?.Invoke(activity);
        return SendAsync(activity);
    }

    public string Personal => $"a:{id[3..]}";

    /// <summary>Adds the app to the team, or takes it out.</summary>
    public Task<TeamsReceipt> InstallAsync(string channel, string action = "add")
    {
        var activity = Activity("installationUpdate", channel, $"f:{Guid.NewGuid()}");
        activity["action"] = action;
        return SendAsync(activity);
    }

    /// <summary>Shows the card to this person: their client asks for a view of their own when the card says so.</summary>
    public async Task<JsonObject> SeeAsync(KeptActivity message)
    {
        if (message.Card!["refresh"] is not JsonObject refresh || !refresh["userIds"]!.AsArray().Any(one => (string?)one == id)) return message.Card;
        var answer = await ExecuteAsync(message, (JsonObject)refresh["action"]!, "automatic");
        return (JsonObject)answer.Json!["value"]!;
    }

    /// <summary>Presses a button of the card as this person sees it, by its label or the text beside it.</summary>
    public async Task<TeamsReceipt> PressAsync(KeptActivity message, string labelOrItem) => await PressAsync(message, await SeeAsync(message), labelOrItem);

    public Task<TeamsReceipt> PressAsync(KeptActivity message, JsonObject seen, string labelOrItem)
    {
        var actions = AdaptiveCards.ActionsOf(seen);
        var pressed = actions.FirstOrDefault(one => (string?)one.Action["title"] == labelOrItem).Action
            ?? actions.FirstOrDefault(one => one.Beside.Contains(labelOrItem, StringComparison.Ordinal)).Action
            ?? throw new InvalidOperationException($"There is no button “{labelOrItem}”; there are: {string.Join(", ", actions.Select(one => (string?)one.Action["title"]))}");
        return (string?)pressed["type"] == "Action.Execute" ? ExecuteAsync(message, pressed, "manual") : TaskAsync("task/fetch", message, (JsonObject)pressed["data"]!);
    }

    /// <summary>Fills in the dialog that was opened, and sends it.</summary>
    public Task<TeamsReceipt> SubmitAsync(KeptActivity message, TeamsReceipt dialog, string? reason)
    {
        var card = dialog.Dialog ?? throw new InvalidOperationException($"No dialog was opened: {dialog.Body}");
        var data = (JsonObject)AdaptiveCards.ActionsOf(card).Single().Action["data"]!.DeepClone();
        if (reason is not null) data["reason"] = reason;
        return TaskAsync("task/submit", message, data);
    }

    /// <summary>Fills in the form's dialog that was opened, and sends it; what is not named stays as it is.</summary>
    public Task<TeamsReceipt> FillAsync(KeptActivity message, TeamsReceipt dialog, params (string Field, string Value)[] answers)
    {
        var card = dialog.Dialog ?? throw new InvalidOperationException($"No dialog was opened: {dialog.Body}");
        return TaskAsync("task/submit", message, (JsonObject)Filled(card, AdaptiveCards.ActionsOf(card).Single().Action, answers)["data"]!);
    }

    /// <summary>Fills in the inputs of a card and presses the button below them; what is not named stays as it is.</summary>
    public Task<TeamsReceipt> FillAsync(KeptActivity message, JsonObject card, params (string Field, string Value)[] answers) =>
        ExecuteAsync(message, Filled(card, AdaptiveCards.ActionsOf(card).Single(one => (string?)one.Action["title"] == "Go ahead").Action, answers), "manual");

    /// <summary>The button with all inputs in its data, as a client sends it: it keeps people to what inputs take.</summary>
    private static JsonObject Filled(JsonObject card, JsonObject action, IReadOnlyList<(string Field, string Value)> answers)
    {
        var pressed = (JsonObject)action.DeepClone();
        var inputs = card["body"]!.AsArray().OfType<JsonObject>().Where(one => ((string?)one["type"])!.StartsWith("Input.", StringComparison.Ordinal)).ToList();
        if (answers.FirstOrDefault(answer => inputs.All(input => NameOf(input) != answer.Field)) is { Field: { } unknown }) throw new InvalidOperationException($"Nothing asks for {unknown}.");
        foreach (var input in inputs)
        {
            var (name, value) = ((string)input["id"]!, answers.Where(answer => answer.Field == NameOf(input)).Select(answer => answer.Value).FirstOrDefault((string?)input["value"]));
            if (value is null && (bool?)input["isRequired"] == true) throw new InvalidOperationException($"{name} has to be filled in.");
            if (value is not null && input["choices"] is JsonArray choices && choices.All(one => (string?)one!["value"] != value)) throw new InvalidOperationException($"{name} has no choice {value}.");
            pressed["data"]![name] = value ?? "";
        }

        return pressed;
    }

    /// <summary>What an input asks for: <c>version</c>, and <c>other version</c> for the room beside a list.</summary>
    private static string NameOf(JsonObject input) => (string)input["id"]! is var id && id.StartsWith("or.", StringComparison.Ordinal) ? $"other {id[3..]}" : id[3..];

    /// <summary>Sends the same activity again.</summary>
    public Task<TeamsReceipt> RepeatAsync() => SendAsync((JsonObject)Last!.DeepClone());

    public Task<TeamsReceipt> ExecuteAsync(KeptActivity message, JsonObject action, string trigger)
    {
        var pressed = (JsonObject)action.DeepClone();
        pressed.Remove("fallback");
        return SendAsync(Invoke(message, "adaptiveCard/action", new JsonObject { ["action"] = pressed, ["trigger"] = trigger }));
    }

    /// <summary>An activity as Teams would send it from this person.</summary>
    public JsonObject Activity(string type, string conversation, string activityId) => new()
    {
        ["type"] = type, ["id"] = activityId, ["timestamp"] = teams.Now.ToString("O"), ["channelId"] = "msteams", ["serviceUrl"] = teams.ServiceUrl,
        ["from"] = new JsonObject { ["id"] = id, ["name"] = id[3..], ["aadObjectId"] = (string?)teams.Person(id)["aadObjectId"] },
        ["recipient"] = new JsonObject { ["id"] = TeamsStandIn.Bot, ["name"] = "Chat Ops" },
        ["conversation"] = new JsonObject
        {
            ["id"] = conversation, ["conversationType"] = conversation.StartsWith("a:", StringComparison.Ordinal) ? "personal" : "channel", ["tenantId"] = TeamsStandIn.Tenant,
        },
        ["channelData"] = conversation.StartsWith("a:", StringComparison.Ordinal)
            ? new JsonObject { ["tenant"] = new JsonObject { ["id"] = TeamsStandIn.Tenant } }
            : new JsonObject
            {
                ["tenant"] = new JsonObject { ["id"] = TeamsStandIn.Tenant }, ["team"] = new JsonObject { ["id"] = TeamsStandIn.Team, ["name"] = "Payments" }, ["channel"] = new JsonObject { ["id"] = conversation },
            },
    };

    /// <param name="authorization">Instead of a good token; empty = none.</param>
    public async Task<TeamsReceipt> SendAsync(JsonObject activity, string? authorization = null)
    {
        Last = activity;
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/messages") { Content = new StringContent(activity.ToJsonString(), Encoding.UTF8, "application/json") };
        authorization ??= $"Bearer {teams.Tokens.Make(TeamsStandIn.AppId, (string?)activity["serviceUrl"] ?? "", teams.Now)}";
        if (authorization.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await bot.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        var json = body.StartsWith('{') ? JsonNode.Parse(body) as JsonObject : null;
        var receipt = new TeamsReceipt(response.StatusCode, body, json);
        foreach (var (card, version) in new[] { (json?["value"] as JsonObject, "1.5"), (receipt.Dialog, "1.5"), (receipt.Preview, "1.3") }.Where(one => (string?)one.Item1?["type"] == "AdaptiveCard"))
        {
            if (AdaptiveCards.FaultsOf(card!, version) is { Count: > 0 } faults) throw new InvalidOperationException("Teams would not show this answer: " + string.Join("; ", faults));
        }

        return receipt;
    }

    private Task<TeamsReceipt> ExtendAsync(string name, string conversation, JsonObject message, JsonObject? data = null)
    {
        var activity = Activity("invoke", conversation, $"f:{Guid.NewGuid()}");
        if (!conversation.StartsWith("a:", StringComparison.Ordinal)) activity["conversation"]!["id"] = $"{conversation};messageid={(string?)message["replyToId"] ?? (string?)message["id"]}";
        (activity["name"], activity["value"]) = (name, new JsonObject
        {
            ["commandId"] = "keep", ["commandContext"] = "message", ["requestId"] = Guid.NewGuid().ToString("N"), ["messagePayload"] = message.DeepClone(), ["context"] = new JsonObject { ["theme"] = "default" },
        });
        if (data is not null) activity["value"]!["data"] = data.DeepClone();
        return SendAsync(activity);
    }

    private Task<TeamsReceipt> TaskAsync(string name, KeptActivity message, JsonObject data) =>
        SendAsync(Invoke(message, name, new JsonObject { ["data"] = data.DeepClone(), ["context"] = new JsonObject { ["theme"] = "default" } }));

    private JsonObject Invoke(KeptActivity message, string name, JsonObject value)
    {
        var activity = Activity("invoke", message.Conversation, $"f:{Guid.NewGuid()}");
        if (!message.Conversation.StartsWith("a:", StringComparison.Ordinal)) activity["conversation"]!["id"] = $"{message.Conversation};messageid={message.Thread ?? message.Id}";
        (activity["name"], activity["value"], activity["replyToId"]) = (name, value, message.Id);
        return activity;
    }
}

/// <summary>What the bot answered.</summary>
public sealed record TeamsReceipt(HttpStatusCode Status, string Body, JsonObject? Json)
{
    /// <summary>What the one who pressed reads: a few words, the card they see now, or what a dialog says.</summary>
    public string Says => Json?["value"] is JsonObject card ? AdaptiveCards.TextOf(card) : (string?)(Json?["value"] as JsonValue) ?? (string?)(Json?["task"]?["value"] as JsonValue) ?? AdaptiveCards.TextOf(Dialog);

    /// <summary>The card that a link shows; null when it shows none.</summary>
    public JsonObject? Preview => Json?["composeExtension"]?["attachments"] is JsonArray { Count: > 0 } attachments ? attachments[0]!["content"] as JsonObject : null;

    /// <summary>The dialog that was opened.</summary>
    public JsonObject? Dialog => Json?["task"]?["value"] is JsonObject value ? value["card"]?["content"] as JsonObject : null;
}
