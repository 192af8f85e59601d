using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Slack;

/// <summary>Further workspaces of the same Slack: each with its own people, channels and messages, and with a token once the app was installed there.</summary>
public sealed partial class SlackStandIn
{
    public const string ClientId = "111.222";
    public const string ClientSecret = "stand-in-client-secret";

    private readonly Dictionary<string, (SlackStandIn Team, string Back)> codes = [];
    private int installed;

    /// <summary>The workspace's id; of an organization the first of its workspaces'. A test may give home another one before there are people.</summary>
    public string TeamId { get; set; } = "T1";

    public string TeamName { get; private init; } = "Stand-in";

    /// <summary>The organization's id; null outside Enterprise Grid.</summary>
    public string? EnterpriseId { get; private init; }

    /// <summary>The workspaces of an organization, by id.</summary>
    public IReadOnlyDictionary<string, string> Teams { get; private init; } = new Dictionary<string, string>();

    /// <summary>Whether the app is there by one install for the whole organization.</summary>
    public bool IsGrid => EnterpriseId is not null;

    /// <summary>The workspace that people choose on the page that asks whether the app may come in.</summary>
    public SlackStandIn? Choice { get; set; }

    /// <summary>Whether they say no there.</summary>
    public bool Denies { get; set; }

    /// <summary>Whether its tokens expire.</summary>
    public bool Rotates { get; set; }

    /// <summary>The app that codes are for.</summary>
    public string AppId { get; set; } = "A1";

    /// <summary>How often a code was taken for a token.</summary>
    public int Exchanged { get; private set; }

    internal List<SlackStandIn> Others { get; } = [];

    /// <summary>What calls with the token are refused with; null while it holds.</summary>
    internal string? Ended { get; private set; }

    /// <summary>One more workspace, or an organization with several. The app is not installed there yet.</summary>
    public SlackStandIn AddTeam(string id, string name, string? enterprise = null, params (string Id, string Name)[] teams)
    {
        var other = new SlackStandIn(app, clock)
        {
            TeamId = id, TeamName = name, EnterpriseId = enterprise, Teams = teams.ToDictionary(team => team.Id, team => team.Name), ApiUrl = ApiUrl, Sockets = Sockets, RatesOn = false, BotToken = "",
        };
        Locked(() => Others.Add(other));
        return other;
    }

    /// <summary>The app's token there holds no longer.</summary>
    public void End(string error) => Locked(() => Ended = error);

    private bool Holds(HttpContext context) => Locked(() => BotToken.Length > 0 && context.Request.Headers.Authorization == "Bearer " + BotToken);

    private IResult Authorize(HttpContext context)
    {
        var asked = context.Request.Query;
        if (asked["client_id"] != ClientId || asked["scope"].ToString().Length == 0 || Choice is not { } team) return Results.BadRequest();
        var code = Guid.NewGuid().ToString("N");
        Locked(() => codes[code] = (team, asked["redirect_uri"].ToString()));
        var with = Denies ? "error=access_denied" : $"code={code}";
        return Results.Redirect($"{asked["redirect_uri"]}?{with}&state={Uri.EscapeDataString(asked["state"].ToString())}");
    }

    private async Task<JsonObject> ExchangeAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (request.Headers.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{ClientSecret}"))) return SlackMethods.Error("bad_client_secret");
        return Locked(() =>
        {
            Exchanged++;
            if (!codes.Remove(form["code"].ToString(), out var code)) return SlackMethods.Error("invalid_code");
            if (code.Back != form["redirect_uri"]) return SlackMethods.Error("bad_redirect_uri");
            var granted = code.Team.Locked(() => code.Team.Install(AppId, ++installed));
            if (Rotates) (granted["expires_in"], granted["refresh_token"]) = (43_200, "xoxe-1-stand-in");
            return granted;
        });
    }

    private JsonObject Install(string app, int number)
    {
        (BotToken, Ended) = ($"xoxb-{TeamId}-{number}-very-secret", null);
        return new JsonObject
        {
            ["ok"] = true, ["app_id"] = app, ["access_token"] = BotToken, ["token_type"] = "bot", ["scope"] = "chat:write,commands", ["bot_user_id"] = Bot, ["is_enterprise_install"] = IsGrid,
            ["team"] = IsGrid ? null : new JsonObject { ["id"] = TeamId, ["name"] = TeamName },
            ["enterprise"] = IsGrid ? new JsonObject { ["id"] = EnterpriseId, ["name"] = TeamName } : null,
            ["authed_user"] = new JsonObject { ["id"] = "UADMIN" },
        };
    }

    /// <summary>What a token says of itself.</summary>
    internal JsonObject WhoAmI() => new()
    {
        ["ok"] = true, ["url"] = $"https://{TeamName.ToLowerInvariant().Replace(' ', '-')}.slack.com/", ["team"] = TeamName, ["team_id"] = TeamId, ["enterprise_id"] = EnterpriseId, ["is_enterprise_install"] = IsGrid, ["user_id"] = Bot, ["bot_id"] = "BBOT",
    };
}
