using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChatOps.Testing.Slack;

/// <summary>A Slack of our own on a free port of this machine: it takes the calls that the bot makes, and refuses what Slack would refuse.</summary>
public sealed partial class SlackStandIn : IAsyncDisposable
{
    public const string Bot = "UBOT";
    private readonly Lock gate = new();
    private readonly WebApplication app;
    private readonly TimeProvider clock;
    private readonly Dictionary<string, List<(Func<HttpContext, Task> Answer, bool After)>> faults = [];
    private readonly SlackRates rates;
    private readonly List<string> calls = [];
    private readonly List<string> refusals = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long lastTs;

    private SlackStandIn(WebApplication app, TimeProvider clock) => (this.app, this.clock, rates) = (app, clock, new SlackRates(clock));

    /// <summary>What the bot has to be told to find us, by configuration key.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Slack:ApiUrl"] = ApiUrl.AbsoluteUri, ["Slack:BotToken"] = BotToken, ["Slack:SigningSecret"] = SigningSecret,
    };

    /// <summary>The same for Socket Mode: an app's token, and no secret to sign with.</summary>
    public IReadOnlyDictionary<string, string?> SocketSettings => new Dictionary<string, string?>
    {
        ["Slack:ApiUrl"] = ApiUrl.AbsoluteUri, ["Slack:BotToken"] = BotToken, ["Slack:AppToken"] = AppToken,
    };

    /// <summary>The connections of Socket Mode.</summary>
    public SlackSockets Sockets { get; private set; } = null!;

    public Uri ApiUrl { get; private set; } = null!;
    public string BotToken { get; private set; } = "xoxb-stand-in";
    public string AppToken { get; } = "xapp-stand-in";
    public string SigningSecret { get; } = "stand-in-signing-secret";

    /// <summary>Whether calls past Slack's published rates are refused.</summary>
    public bool RatesOn { get; set; } = true;

    /// <summary>Methods whose scope the app was not given, with the scope that Slack names.</summary>
    public Dictionary<string, string> MissingScopes { get; } = [];

    /// <summary>How many posts a channel takes at once.</summary>
    public int Burst
    {
        get => rates.Burst;
        set => rates.Burst = value;
    }

    /// <summary>How many calls came too soon, and were refused for it.</summary>
    public int TooSoon => Locked(() => rates.Refused);

    /// <summary>Every connection breaks.</summary>
    public bool IsUnreachable { get; set; }

    internal Dictionary<string, StandInChannel> Channels { get; } = [];
    internal Dictionary<string, JsonObject> Users { get; } = [];
    internal Dictionary<string, (string Handle, string[] Users)> Groups { get; } = [];
    internal Dictionary<string, (string User, DateTimeOffset At)> Triggers { get; } = [];
    internal Dictionary<string, ResponseUrl> ResponseUrls { get; } = [];
    internal List<KeptMessage> Kept { get; } = [];
    internal List<KeptReply> Shown { get; } = [];
    internal List<KeptView> Opened { get; } = [];

    internal HashSet<string> Marks { get; } = [];

    internal Dictionary<string, string> Unfurls { get; } = [];
    internal Dictionary<string, string> Homes { get; } = [];

    public IReadOnlyList<KeptMessage> Messages => Locked(() => Kept.ToList());

    /// <summary>What was shown to one person only.</summary>
    public IReadOnlyList<KeptReply> Replies => Locked(() => Shown.ToList());

    /// <summary>The methods that were called, in order.</summary>
    public IReadOnlyList<string> Calls => Locked(() => calls.ToList());

    /// <summary>Every refusal, with the reasons: a test can ask that there was none.</summary>
    public IReadOnlyList<string> Refusals => Locked(() => refusals.ToList());

    public static async Task<SlackStandIn> StartAsync(TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var standIn = new SlackStandIn(server, clock ?? TimeProvider.System);
        server.MapPost("/api/{method}", (HttpContext context, string method) => standIn.CallAsync(context, method));
        server.MapPost("/respond/{id}", (HttpContext context, string id) => standIn.RespondAsync(context, id));
        server.MapGet("/oauth/v2/authorize", standIn.Authorize);
        server.UseWebSockets();
        server.Map("/socket/{ticket}", (HttpContext context, string ticket) => standIn.Sockets.AcceptAsync(context, ticket));
        await server.StartAsync();
        standIn.Sockets = new SlackSockets(new Uri(server.Urls.First().Replace("http:", "ws:", StringComparison.Ordinal) + "/socket/"));
        standIn.ApiUrl = new Uri(server.Urls.First() + "/api/");
        standIn.AddChannel("general");
        return standIn;
    }

    public async ValueTask DisposeAsync()
    {
        Sockets.Drop();
        await app.DisposeAsync();
    }

    /// <summary>A channel is archived or renamed; or gone, where <paramref name="change"/> says null.</summary>
    public void Change(string name, Func<StandInChannel, StandInChannel?> change) => Locked(() =>
    {
        var channel = Channels.Values.First(c => c.Name == name);
        if (change(channel) is { } changed) Channels[channel.Id] = changed;
        else Channels.Remove(channel.Id);
    });

    /// <param name="team">Of an organization: in which of its workspaces.</param>
    public StandInChannel AddChannel(string name, bool isPrivate = false, bool isMember = true, bool isArchived = false, string? team = null)
    {
        var channel = new StandInChannel($"C{name.ToUpperInvariant().Replace("-", "", StringComparison.Ordinal)}{team}", name, isPrivate, isArchived) { IsMember = isMember, Team = team };
        Locked(() => Channels[channel.Id] = channel);
        return channel;
    }

    /// <summary>Somebody with an account; <paramref name="change"/> makes a guest or a bot of them, or gives them another id.</summary>
    public string AddUser(string name, string? email, Action<JsonObject>? change = null)
    {
        var id = "U" + name.ToUpperInvariant();
        var profile = new JsonObject { ["display_name"] = name, ["real_name"] = name };
        if (email is not null) profile["email"] = email;
        var user = new JsonObject
        {
            ["id"] = id, ["team_id"] = TeamId, ["name"] = name, ["real_name"] = name, ["deleted"] = false, ["is_bot"] = false, ["is_restricted"] = false,
            ["is_ultra_restricted"] = false, ["profile"] = profile,
        };
        change?.Invoke(user);
        id = (string)user["id"]!;
        Locked(() => Users[id] = user);
        return id;
    }

    public void AddGroup(string handle, params string[] users) => Locked(() => Groups["S" + handle.ToUpperInvariant()] = (handle, users));

    /// <summary>The next calls of a method are refused with this error.</summary>
    public void Fail(string method, string error, int times = 1) =>
        Inject(method, times, after: false, c => WriteAsync(c, new JsonObject { ["ok"] = false, ["error"] = error }));

    /// <summary>The next calls of a method get this status, with <c>Retry-After</c> in seconds where given.</summary>
    public void FailWith(string method, int status, int? retryAfter = null, int times = 1) => Inject(method, times, after: false, c =>
    {
        c.Response.StatusCode = status;
        if (retryAfter is { } seconds) c.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(c, new JsonObject { ["ok"] = false, ["error"] = "ratelimited" });
    });

    /// <summary>The next calls of a method are done, but their answers never arrive.</summary>
    public void LoseAnswer(string method, int times = 1) => Inject(method, times, after: true, c =>
    {
        c.Abort();
        return Task.CompletedTask;
    });

    /// <summary>The next call of a method is done, and its answer does not come until <paramref name="until"/> ends: then the connection breaks.</summary>
    public void HoldAnswer(string method, Task until) => Inject(method, 1, after: true, async c =>
    {
        await until;
        c.Abort();
    });

    /// <summary>The next call of a method gets no answer until <paramref name="until"/> ends, and then a broken connection.</summary>
    public void Hold(string method, Task until) => Inject(method, 1, after: false, async c =>
    {
        await until;
        c.Abort();
    });

    /// <summary>Somebody who speaks to the bot at this address.</summary>
    public SlackUser User(string id, HttpClient bot) => new(this, id, bot);

    /// <summary>Somebody who speaks to the bot over its own connections.</summary>
    public SlackUser SocketUser(string id) => new(this, id, null);

    /// <summary>Waits for a message in a channel (by name or id) that the test wants to see.</summary>
    public Task<KeptMessage> MessageAsync(string channel, Func<KeptMessage, bool> wanted, TimeSpan? timeout = null) =>
        UntilAsync(() => Kept.FirstOrDefault(m => IdOf(channel) == m.Channel && wanted(m)), timeout, () => "The channel holds:\n" + string.Join("\n---\n", Kept.Select(m => m.Says)));

    /// <summary>Waits for something shown to one person.</summary>
    public Task<KeptReply> ReplyAsync(string user, Func<KeptReply, bool> wanted, TimeSpan? timeout = null) =>
        UntilAsync(() => Shown.FirstOrDefault(r => r.User == user && wanted(r)), timeout, () => "They were shown:\n" + string.Join("\n---\n", Shown.Select(r => r.Says)));

    /// <summary>Waits for a dialog that was opened for one person.</summary>
    public Task<KeptView> ViewAsync(string user, TimeSpan? timeout = null) =>
        UntilAsync(() => Opened.LastOrDefault(v => v.User == user && !v.IsClosed), timeout, () => "No dialog is open.");

    /// <summary>Waits for a reaction of the bot's to a message.</summary>
    public Task MarkedAsync(string channel, string message, string reaction, TimeSpan? timeout = null) =>
        UntilAsync(() => Marks.Contains($"{IdOf(channel)} {message} {reaction}") ? reaction : null, timeout, () => $"There are: {string.Join(", ", Marks)}");

    /// <summary>Waits for what is shown beside a link.</summary>
    public Task<string> UnfurledAsync(string link, TimeSpan? timeout = null) => UntilAsync(() => Unfurls.GetValueOrDefault(link), timeout, () => $"There are: {string.Join(", ", Unfurls.Keys)}");

    /// <summary>Waits for what one person reads on the app's Home tab.</summary>
    public Task<string> HomeAsync(string user, Func<string, bool> wanted, TimeSpan? timeout = null) =>
        UntilAsync(() => Homes.GetValueOrDefault(user) is { } home && wanted(home) ? home : null, timeout, () => $"It shows: {Homes.GetValueOrDefault(user)}");

    /// <summary>Waits for a channel that the bot makes, as it should be.</summary>
    public Task<StandInChannel> ChannelAsync(string name, Func<StandInChannel, bool>? wanted = null, TimeSpan? timeout = null) =>
        UntilAsync(() => Channels.Values.FirstOrDefault(c => c.Name == name && wanted?.Invoke(c) != false), timeout, () => "There are:\n" + string.Join('\n', Channels.Values.Select(c => $"{c.Name} \"{c.Topic}\" {string.Join(',', c.Members)}")));

    /// <summary>Channels that the bot made.</summary>
    public IReadOnlyList<StandInChannel> Made => Locked(() => Channels.Values.Where(c => c.Creator == Bot).ToList());

    /// <summary>Somebody writes a message in a channel.</summary>
    public KeptMessage Write(string channel, string user, string text) => Locked(() =>
    {
        var message = new KeptMessage(IdOf(channel), NewTs(), null) { Text = text, User = user };
        Kept.Add(message);
        return message;
    });

    /// <summary>The id of a channel, by name with or without <c>#</c>, or id.</summary>
    public string IdOf(string channel) =>
        Channels.Values.FirstOrDefault(c => c.Name == channel.TrimStart('#') || c.Id == channel)?.Id ?? channel;

    internal DateTimeOffset Now => clock.GetUtcNow();

    internal string NewTrigger(string user) => Locked(() =>
    {
        var trigger = Guid.NewGuid().ToString("N");
        Triggers[trigger] = (user, Now);
        return trigger;
    });

    internal Uri NewResponseUrl(string user, string channel, KeptMessage? message) => Locked(() =>
    {
        var id = Guid.NewGuid().ToString("N");
        ResponseUrls[id] = new ResponseUrl(user, channel, message, Now);
        return new Uri(ApiUrl, "/respond/" + id);
    });

    internal void Show(KeptReply reply)
    {
        Locked(() => Shown.Add(reply));
        Tell();
    }

    /// <summary>A time no other message has.</summary>
    internal string NewTs()
    {
        var micros = Math.Max(lastTs + 1, (Now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10);
        lastTs = micros;
        return string.Create(CultureInfo.InvariantCulture, $"{micros / 1_000_000}.{micros % 1_000_000:000000}");
    }

    internal T Locked<T>(Func<T> read)
    {
        lock (gate) return read();
    }

    private void Locked(Action act)
    {
        lock (gate) act();
    }

    private void Inject(string method, int times, bool after, Func<HttpContext, Task> answer) => Locked(() =>
    {
        if (!faults.TryGetValue(method, out var waiting)) faults[method] = waiting = [];
        waiting.AddRange(Enumerable.Repeat((answer, after), times));
    });

    private (Func<HttpContext, Task> Answer, bool After)? NextFault(string method) => Locked<(Func<HttpContext, Task>, bool)?>(() =>
    {
        if (!faults.TryGetValue(method, out var waiting) || waiting.Count == 0) return null;
        var next = waiting[0];
        waiting.RemoveAt(0);
        return next;
    });

    private async Task CallAsync(HttpContext context, string method)
    {
        if (method == "oauth.v2.access")
        {
            await WriteAsync(context, await ExchangeAsync(context.Request));
            return;
        }

        if (method != "apps.connections.open" && Others.FirstOrDefault(other => other.Holds(context)) is { } elsewhere)
        {
            await elsewhere.CallAsync(context, method);
            return;
        }

        if (IsUnreachable)
        {
            context.Abort();
            return;
        }

        Locked(() => calls.Add(method));
        var fault = NextFault(method);
        if (fault is { After: false } before)
        {
            await before.Answer(context);
            return;
        }

        var arguments = await SlackMethods.ReadAsync(context.Request, method);
        var answer = Locked(() => Refused(context, method, arguments) ?? SlackMethods.Call(this, method, arguments));
        if ((bool?)answer["ok"] != true) Locked(() => refusals.Add($"{method}: {answer.ToJsonString()}"));
        Tell();
        if (Scopes is { } scopes) context.Response.Headers["x-oauth-scopes"] = scopes;
        if (fault is { } lost) await lost.Answer(context);
        else await WriteAsync(context, answer);
    }

    /// <summary>What the token may do, as every answer says it; null = the answers don't say.</summary>
    public string? Scopes { get; set; }

    private JsonObject? Refused(HttpContext context, string method, JsonObject arguments)
    {
        var token = context.Request.Headers.Authorization.ToString();
        if (token.Length == 0) return SlackMethods.Error("not_authed");
        if (Ended is { } ended && token == "Bearer " + BotToken) return SlackMethods.Error(ended);
        if (token != "Bearer " + (method == "apps.connections.open" ? AppToken : BotToken)) return SlackMethods.Error("invalid_auth");
        if (!RatesOn || rates.Wait(method, (string?)arguments["channel"] ?? "") is not { } wait) return null;
        context.Response.StatusCode = 429;
        context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return SlackMethods.Error("ratelimited");
    }

    private async Task RespondAsync(HttpContext context, string id)
    {
        if (Others.FirstOrDefault(other => other.Locked(() => other.ResponseUrls.ContainsKey(id))) is { } elsewhere)
        {
            await elsewhere.RespondAsync(context, id);
            return;
        }

        var body = JsonNode.Parse(await new StreamReader(context.Request.Body).ReadToEndAsync()) as JsonObject ?? [];
        var status = Locked(() => SlackMethods.Respond(this, id, body));
        if (status != 200) Locked(() => refusals.Add($"response_url: {status}"));
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(status == 200 ? "ok" : status == 404 ? "used_url" : "invalid_blocks");
        Tell();
    }

    private void Tell() => Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private async Task<T> UntilAsync<T>(Func<T?> find, TimeSpan? timeout, Func<string> otherwise)
        where T : class
    {
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(10));
        while (true)
        {
            var next = Volatile.Read(ref changed).Task;
            if (Locked(find) is { } found) return found;
            try
            {
                await next.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException("What was waited for in Slack did not come. " + Locked(otherwise), e);
            }
        }
    }

    internal static Task WriteAsync(HttpContext context, JsonObject body)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body.ToJsonString());
    }
}

public sealed record StandInChannel(string Id, string Name, bool IsPrivate, bool IsArchived)
{
    /// <summary>Whether the bot is in it.</summary>
    public bool IsMember { get; set; }

    /// <summary>Of an organization: in which of its workspaces.</summary>
    public string? Team { get; init; }

    /// <summary>Who made it; empty = somebody.</summary>
    public string Creator { get; init; } = "";

    /// <summary>Seconds since 1970.</summary>
    public long Created { get; init; }

    public string Topic { get; internal set; } = "";

    /// <summary>Accounts that were invited.</summary>
    public HashSet<string> Members { get; } = [];

    /// <summary>Messages that are pinned.</summary>
    public List<string> Pins { get; } = [];
}

/// <summary>An address to answer at, and how often it was used.</summary>
internal sealed record ResponseUrl(string User, string Channel, KeptMessage? Message, DateTimeOffset At)
{
    public int Used { get; set; }
}
