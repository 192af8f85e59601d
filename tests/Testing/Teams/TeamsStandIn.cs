using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChatOps.Testing.Teams;

/// <summary>A Teams of our own on a free port of this machine: connector, keys, sign-in and Graph. It takes the calls that the bot makes, and refuses what Teams would refuse.</summary>
public sealed class TeamsStandIn : IAsyncDisposable
{
    public const string AppId = "608cacfd-1cea-40c9-b678-4b93e69bb72b";
    public const string Bot = "28:" + AppId;
    public const string Tenant = "b28fdbfd-2b78-4f93-b0f8-8881793f0f8f";
    public const string Team = "19:payments@thread.tacv2";
    public const string Deploys = "19:deploys@thread.tacv2";
    private const string Secret = "stand-in-password";

    private readonly Lock gate = new();
    private readonly WebApplication app;
    private readonly TimeProvider clock;
    private readonly List<KeptActivity> kept = [];
    private readonly List<string> refusals = [], calls = [];
    private readonly ConcurrentQueue<(string Part, Func<HttpContext, Task> Answer, bool After)> faults = new();
    private readonly Dictionary<string, JsonObject> people = [];
    private readonly HashSet<string> conversations = [Team, Deploys];
    private readonly HashSet<string> removed = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string token = "none yet", graphToken = "none yet";
    private int tokens;
    private long lastId = 1_766_459_963_000;

    private TeamsStandIn(WebApplication app, TimeProvider clock) => (this.app, this.clock) = (app, clock);

    /// <summary>What the bot has to be told to find us, by configuration key.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Teams:AppId"] = AppId, ["Teams:AppPassword"] = Secret, ["Teams:TenantId"] = Tenant, ["Teams:OpenIdMetadata"] = new Uri(Address, "openid").AbsoluteUri,
        ["Teams:TokenUrl"] = new Uri(Address, "token").AbsoluteUri, ["Teams:GraphUrl"] = new Uri(Address, "graph/v1.0/").AbsoluteUri, ["Teams:ServiceHosts:5"] = "127.0.0.1",
    };

    public Uri Address { get; private set; } = null!;

    public string ServiceUrl => new Uri(Address, $"amer/{Tenant}/").AbsoluteUri;

    public TeamsTokens Tokens { get; } = new();

    /// <summary>The team's channels, as Graph has them.</summary>
    public TeamsChannelsStandIn Channels => field ??= new TeamsChannelsStandIn(clock, id => conversations.Add(id));

    /// <summary>Every connection breaks.</summary>
    public bool IsUnreachable { get; set; }

    /// <summary>Addresses of the members of Entra groups, by the group's id.</summary>
    public Dictionary<string, string[]> Groups { get; } = [];

    public IReadOnlyList<KeptActivity> Messages => Locked(() => kept.ToList());

    /// <summary>Every refusal, with the reasons: a test can ask that there was none.</summary>
    public IReadOnlyList<string> Refusals => Locked(() => refusals.ToList());

    public IReadOnlyList<string> Calls => Locked(() => calls.ToList());

    /// <summary>How many tokens were given out.</summary>
    public int TokensGiven => Locked(() => tokens);

    public static async Task<TeamsStandIn> StartAsync(TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var standIn = new TeamsStandIn(server, clock ?? TimeProvider.System);
        server.Run(standIn.AnswerAsync);
        await server.StartAsync();
        standIn.Address = new Uri(server.Urls.First() + "/");
        return standIn;
    }

    /// <summary>Somebody with an account, in every conversation.</summary>
    /// <param name="email">Null for an account without an address.</param>
    public string AddUser(string name, string? email, Action<JsonObject>? otherwise = null)
    {
        var id = $"29:{name}";
        var member = new JsonObject { ["id"] = id, ["aadObjectId"] = EntraId(name), ["name"] = name, ["tenantId"] = Tenant, ["userRole"] = "user" };
        if (email is not null) (member["email"], member["userPrincipalName"]) = (email, $"{name}@example.onmicrosoft.com");
        otherwise?.Invoke(member);
        Locked(() => people[id] = member);
        return id;
    }

    public TeamsUser User(string id, HttpClient bot) => new(this, id, bot);

    /// <summary>A token that is no longer good: the next call gets 401 until the bot fetched another.</summary>
    public void RevokeToken() => Locked(() => token = graphToken = "revoked");

    /// <summary>The next call whose method and path contain this is answered so.</summary>
    public void Fail(string part, int status, string code, int? retryAfter = null) => faults.Enqueue((part, context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return context.Response.WriteAsync(new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = "as the test wants it" } }.ToJsonString());
    }, false));

    /// <summary>The next such call gets no answer until <paramref name="until"/> ends, and then a broken connection.</summary>
    public void Hold(string part, Task until) => faults.Enqueue((part, async context =>
    {
        await until;
        context.Abort();
    }, false));

    /// <summary>The next such call is done, and its answer lost.</summary>
    public void LoseAnswer(string part) => faults.Enqueue((part, context =>
    {
        context.Abort();
        return Task.CompletedTask;
    }, true));

    /// <summary>The bot is taken out of a conversation, or put back.</summary>
    public void Remove(string conversation, bool back = false) => Locked(() => back ? removed.Remove(conversation) : removed.Add(conversation));

    /// <summary>A channel and what is in it are gone.</summary>
    public void Delete(string conversation) => Locked(() => conversations.Remove(conversation));

    public void Delete(KeptActivity message) => Locked(() => kept.Remove(message));

    /// <summary>Waits for a message that the test wants to see.</summary>
    public async Task<KeptActivity> MessageAsync(string conversation, Func<KeptActivity, bool> wanted, TimeSpan? timeout = null)
    {
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(30));
        while (true)
        {
            var next = Volatile.Read(ref changed).Task;
            if (Locked(() => kept.FirstOrDefault(message => message.Conversation == conversation && wanted(message))) is { } found) return found;
            try
            {
                await next.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException("What was waited for in Teams did not come. There is:\n" + string.Join("\n---\n", Messages.Select(message => $"{message.Conversation} {message.Thread}: {message.Says}")) + "\nRefused: " + string.Join("; ", Refusals), e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Tokens.Dispose();
    }

    internal DateTimeOffset Now => clock.GetUtcNow();

    internal JsonObject Person(string id) => Locked(() => people[id]);

    internal string NewId() => Locked(() => (++lastId).ToString(CultureInfo.InvariantCulture));

    internal void Know(string conversation) => Locked(() => conversations.Add(conversation));

    /// <summary>An Entra ID that is always the same for a name.</summary>
    internal static string EntraId(string name) => new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (IsUnreachable && path.StartsWith("/amer", StringComparison.Ordinal))
        {
            context.Abort();
            return;
        }

        var call = $"{context.Request.Method} {path}";
        Locked(() => calls.Add(call));
        Func<HttpContext, Task>? instead = null, afterwards = null;
        if (faults.TryPeek(out var fault) && call.Contains(fault.Part, StringComparison.Ordinal) && faults.TryDequeue(out _))
        {
            if (fault.After) afterwards = fault.Answer;
            else instead = fault.Answer;
        }

        if (instead is not null)
        {
            await instead(context);
            return;
        }

        var text = await new StreamReader(context.Request.Body).ReadToEndAsync();
        var (status, answer) = Locked(() => path switch
        {
            "/openid" => (200, new JsonObject { ["issuer"] = TeamsTokens.Issuer, ["jwks_uri"] = new Uri(Address, "keys").AbsoluteUri }),
            "/keys" => (200, Tokens.Announced()),
            "/token" => GiveToken(text),
            _ when context.Request.Headers.Authorization != $"Bearer {(path.StartsWith("/graph/", StringComparison.Ordinal) ? graphToken : token)}" => Refuse(401, "Unauthorized"),
            _ when path.StartsWith("/graph/v1.0/teams/", StringComparison.Ordinal) => Channels.Answer(context.Request.Method, path, text) ?? Refuse(Channels.Refuses ? 403 : 404, "Forbidden"),
            _ when path.StartsWith("/graph/", StringComparison.Ordinal) => Graph(path),
            _ => Connector(context.Request.Method, [.. (context.Request.Path.Value ?? "").Split('/').Select(Uri.UnescapeDataString)], text),
        });
        if (afterwards is not null)
        {
            await afterwards(context);
        }
        else
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer.ToJsonString());
        }

        Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private (int, JsonObject) GiveToken(string form)
    {
        if (!form.Contains($"client_secret={Secret}", StringComparison.Ordinal) || !form.Contains($"client_id={AppId}", StringComparison.Ordinal))
            return (401, new JsonObject { ["error"] = "invalid_client", ["error_description"] = "AADSTS7000215: Invalid client secret provided." });
        var given = $"token-{++tokens}";
        if (form.Contains("botframework", StringComparison.Ordinal)) token = given;
        else graphToken = given;
        return (200, new JsonObject { ["token_type"] = "Bearer", ["expires_in"] = 3600, ["ext_expires_in"] = 3600, ["access_token"] = given });
    }

    private (int, JsonObject) Graph(string path) => Groups.FirstOrDefault(group => path.Contains(group.Key, StringComparison.Ordinal)) is { Key: not null } group
        ? (200, new JsonObject { ["value"] = new JsonArray([.. group.Value.Select(address => new JsonObject { ["mail"] = address, ["accountEnabled"] = true })]) })
        : Refuse(404, "Request_ResourceNotFound");

    /// <param name="path">Empty, <c>amer</c>, the tenant, <c>v3</c>, and the call.</param>
    private (int, JsonObject) Connector(string method, string[] path, string text)
    {
        if (path is [_, _, _, "v3", "teams", Team, "conversations"])
            return (200, new JsonObject { ["conversations"] = new JsonArray(new JsonObject { ["id"] = Team }, new JsonObject { ["id"] = Deploys, ["name"] = "Deploys" }) });
        if (path is [_, _, _, "v3", "teams", Team]) return (200, new JsonObject { ["id"] = Team, ["name"] = "Payments", ["aadGroupId"] = TeamsChannelsStandIn.Group, ["channelCount"] = 2 });
        if (path is [_, _, _, "v3", "conversations"] && method == "POST") return Open(JsonNode.Parse(text));
        if (path is not [_, _, _, "v3", "conversations", var conversation, .. var rest]) return Refuse(404, "NotFound");
        var (id, thread) = conversation.Split(";messageid=") is [var channel, var root] ? (channel, root) : (conversation, null);
        if (removed.Contains(id)) return Refuse(403, "BotNotInConversationRoster");
        if (!conversations.Contains(id)) return Refuse(404, "ConversationNotFound");
        switch (method, rest)
        {
            case ("GET", ["members", var member]):
                return people.Values.FirstOrDefault(one => (string?)one["id"] == member) is { } found ? (200, (JsonObject)found.DeepClone()) : Refuse(404, "MemberNotFoundInConversation");
            case ("GET", ["pagedmembers"]):
                return (200, new JsonObject { ["members"] = new JsonArray([.. people.Values.Select(one => one.DeepClone())]) });
            case ("POST", ["activities"]):
                return Take(new KeptActivity(id, (++lastId).ToString(CultureInfo.InvariantCulture), thread), text, isNew: true);
            case ("PUT", ["activities", var activity]):
                return kept.FirstOrDefault(one => one.Conversation == id && one.Id == activity) is { } old ? Take(old, text, isNew: false) : Refuse(404, "ActivityNotFoundInConversation");
            default:
                return Refuse(405, "MethodNotAllowed");
        }
    }

    /// <summary>Opens the chat with one person; asked again, it is the same.</summary>
    private (int, JsonObject) Open(JsonNode? wanted)
    {
        if (wanted?["members"] is not JsonArray { Count: 1 } members || (string?)wanted["tenantId"] != Tenant || (bool?)wanted["isGroup"] != false) return Refuse(400, "BadSyntax");
        if ((string?)members[0]!["id"] is not { } id || !people.ContainsKey(id)) return Refuse(403, "ForbiddenOperationException");
        conversations.Add($"a:{id[3..]}");
        return (201, new JsonObject { ["id"] = $"a:{id[3..]}" });
    }

    private (int, JsonObject) Take(KeptActivity message, string text, bool isNew)
    {
        if (JsonNode.Parse(text) is not JsonObject activity) return Refuse(400, "BadArgument");
        var card = activity["attachments"]?[0]?["content"] as JsonObject;
        if (card is not null && activity["text"] is not null) return Refuse(400, "card and text in one");
        if (card is null && string.IsNullOrWhiteSpace((string?)activity["text"])) return Refuse(400, "nothing in it");
        if (card is not null && AdaptiveCards.FaultsOf(card) is { Count: > 0 } bad) return Refuse(400, string.Join("; ", bad));
        (message.Card, message.Text, message.Summary) = ((JsonObject?)card?.DeepClone(), (string?)activity["text"], (string?)activity["summary"]);
        if (isNew) kept.Add(message);
        else message.Updates++;
        message.Keep();
        return (isNew ? 201 : 200, new JsonObject { ["id"] = message.Id });
    }

    private (int, JsonObject) Refuse(int status, string code)
    {
        refusals.Add($"{status} {code}");
        return (status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = "refused" } });
    }

    private T Locked<T>(Func<T> read)
    {
        lock (gate) return read();
    }

    private void Locked(Action act)
    {
        lock (gate) act();
    }
}

/// <summary>A message that a conversation holds, in its latest version.</summary>
public sealed class KeptActivity(string conversation, string id, string? thread)
{
    private readonly List<string> versions = [];

    public string Conversation { get; } = conversation;
    public string Id { get; } = id;
    public string? Thread { get; } = thread;
    public JsonObject? Card { get; internal set; }
    public string? Text { get; internal set; }
    public string? Summary { get; internal set; }

    /// <summary>How often it was replaced.</summary>
    public int Updates { get; internal set; }

    public IReadOnlyList<string> Versions => versions;

    /// <summary>All that everybody sees.</summary>
    public string Says => Card is null ? Text ?? "" : AdaptiveCards.TextOf(Card);

    public bool Shows(string words) => Says.Contains(words, StringComparison.OrdinalIgnoreCase);

    internal void Keep() => versions.Add(Says);
}
