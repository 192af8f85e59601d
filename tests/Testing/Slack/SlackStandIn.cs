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
    private readonly SlackRates rates;
    private readonly List<string> calls = [];
    private readonly List<string> refusals = [];
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

    /// <summary>What the token may do, as every answer says it; null = the answers don't say.</summary>
    public string? Scopes { get; set; }

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

    /// <summary>Somebody who speaks to the bot at this address.</summary>
    public SlackUser User(string id, HttpClient bot) => new(this, id, bot);

    /// <summary>Somebody who speaks to the bot over its own connections.</summary>
    public SlackUser SocketUser(string id) => new(this, id, null);

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

    internal static Task WriteAsync(HttpContext context, JsonObject body)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body.ToJsonString());
    }
}

/// <summary>An address to answer at, and how often it was used.</summary>
internal sealed record ResponseUrl(string User, string Channel, KeptMessage? Message, DateTimeOffset At)
{
    public int Used { get; set; }
}
