using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Brings the Slack app into another workspace: to Slack's own page, and back with what Slack gave.</summary>
internal static partial class SlackInstallPages
{
    private const string Again = "Begin again at /slack/install.";

    /// <summary>Where a workspace's install is kept, and the way there; nothing where the settings let nobody install.</summary>
    public static IServiceCollection AddSlackInstalls(this IServiceCollection services, IConfiguration configuration, ConsoleSettings console)
    {
        if (!Wanted(configuration)) return services;
        services.AddKeys(console.Keys);
        return services.AddSingleton<SlackInstalls>().AddSingleton<ISlackInstalls>(s => s.GetRequiredService<SlackInstalls>()).AddSingleton<SlackInstallVisit>();
    }

    /// <summary>What is wrong with the bot's own settings where workspaces may install the app.</summary>
    public static void Check(IConfiguration configuration, BotAddress? address, List<string> faults)
    {
        if (Wanted(configuration) && address is { Public: not { Scheme: "https" } and not { IsLoopback: true } })
            faults.Add("ChatOps:PublicUrl must be the https address of the console before workspaces can install the Slack app (Slack:ClientId): people come back there from Slack.");
    }

    public static void MapSlackInstalls(this IEndpointRouteBuilder console)
    {
        if (console.ServiceProvider.GetService<SlackInstalls>() is null) return;
        console.MapGet("/slack/install", BeginAsync);
        console.MapGet("/slack/oauth", ComeBackAsync);
    }

    private static async Task<IResult> BeginAsync(HttpContext http, Viewers viewers, Func<Configuration> configuration, SlackInstallVisit visit, SlackOAuth oauth, BotAddress address)
    {
        var viewer = await viewers.OfAsync(http);
        if (Refusal(viewer, configuration()) is { } refusal) return Sorry(viewer, $"{refusal.Why} {refusal.Next}", StatusCodes.Status403Forbidden);
        var (state, half) = visit.Begin(viewer.Caller.Person!.Value);
        http.Response.Cookies.Append(SlackInstallVisit.Cookie, half, CookieFor(SlackInstallVisit.Within));
        return PageResults.SeeOther(http, oauth.AuthorizeAt(state, Back(address)).AbsoluteUri);
    }

    private static async Task<IResult> ComeBackAsync(HttpContext http, Viewers viewers, Func<Configuration> configuration, SlackInstallVisit visit, SlackOAuth oauth, SlackInstalls installs, SlackWorkspaces workspaces, BotAddress address, ILoggerFactory loggers, string? code, string? state, string? error)
    {
        var logger = loggers.CreateLogger("ChatOps.Bot.Web.SlackInstall");
        var viewer = await viewers.OfAsync(http);
        if (Refusal(viewer, configuration()) is { } refusal) return Sorry(viewer, $"{refusal.Why} {refusal.Next}", StatusCodes.Status403Forbidden);
        var by = viewer.Caller.Person!.Value;
        var once = visit.Read(state, http.Request.Cookies[SlackInstallVisit.Cookie], by);
        if (once is null || await installs.WasAnsweredAsync(once, http.RequestAborted))
        {
            Log.Foreign(logger, by.Email);
            return Sorry(viewer, $"This was begun too long ago, in another browser or by somebody else, or was used already. {Again}", StatusCodes.Status403Forbidden);
        }

        http.Response.Cookies.Append(SlackInstallVisit.Cookie, "", CookieFor(TimeSpan.Zero));
        if (error is not null || code is null) return Sorry(viewer, $"{(error == "access_denied" ? "You did not let the app in." : "Slack sent no code back.")} {Again}", StatusCodes.Status403Forbidden);
        switch (await oauth.ExchangeAsync(code, Back(address), http.RequestAborted))
        {
            case Outcome<SlackGrant>.Done { Value: var grant } when await workspaces.IsHomeAsync(grant, http.RequestAborted):
                return Sorry(viewer, $"{grant.Name} is the bot's home: its token is in the settings.", StatusCodes.Status409Conflict);
            case Outcome<SlackGrant>.Done { Value: var grant }:
                if (!await installs.KeepAsync(grant, by.Email, once, http.RequestAborted)) return Sorry(viewer, $"This was used already. {Again}", StatusCodes.Status403Forbidden);
                Log.Installed(logger, grant.Id, grant.Name, by.Email);
                return PageResults.Page(Done(viewer, grant));
            case Outcome<SlackGrant>.Never { Fault: var fault }:
                Log.Refused(logger, fault.Code);
                return Sorry(viewer, $"{fault.Why} {fault.Next}", StatusCodes.Status403Forbidden);
            case Outcome<SlackGrant>.Later later:
                return Sorry(viewer, $"{later.Why} {Again}", StatusCodes.Status503ServiceUnavailable);
            default:
                throw new InvalidOperationException("An outcome is one of three.");
        }
    }

    private static bool Wanted(IConfiguration configuration) => configuration["Slack:ClientId"] is { Length: > 0 };

    /// <summary>Asked on the way there, and on the way back.</summary>
    private static Refusal? Refusal(Viewer viewer, Configuration configuration) => configuration.Access.Refuse(viewer.Caller, Right.Install, "*", []);

    private static Uri Back(BotAddress address) => new(address.Public!, "slack/oauth");

    private static CookieOptions CookieFor(TimeSpan age) => new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, IsEssential = true, Path = "/", MaxAge = age };

    private static Html Done(Viewer viewer, SlackGrant grant) => Layout.Of("Installed", null, viewer, null, Html.Of($"""
        <div class="plain-page"><h1>ChatOps is in {grant.Name}</h1><p>Commands are answered there from now on. Its channels are written with the workspace behind them, in services and runbooks: <code>#deploys@{grant.Id}</code>{Html.If(Slug(grant) is not null, () => Html.Of($" or <code>#deploys@{Slug(grant)!}</code>"))}.</p>
        <p><a href="/settings">What is connected</a></p></div>
        """));

    private static string? Slug(SlackGrant grant) => SlackInstall.ShortNameOf(grant.Name) is { Length: > 0 } slug && !grant.IsGrid ? slug : null;

    private static IResult Sorry(Viewer viewer, string says, int status) => PageResults.Page(PlainPages.Sorry(viewer, "The app was not installed", says), status);

    private static partial class Log
    {
        [LoggerMessage(520, LogLevel.Information, "The Slack app was installed in {Workspace} ({Name}) by {Who}")]
        public static partial void Installed(ILogger logger, string workspace, string name, string who);

        [LoggerMessage(521, LogLevel.Warning, "{Who} came back from Slack with a state that is not theirs, is too old or was used before")]
        public static partial void Foreign(ILogger logger, string who);

        [LoggerMessage(522, LogLevel.Warning, "The Slack app was not installed: {Why}")]
        public static partial void Refused(ILogger logger, string why);
    }
}
