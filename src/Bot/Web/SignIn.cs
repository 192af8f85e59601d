using ChatOps.Bot.Commands;
using ChatOps.Bot.Settings;
using ChatOps.Integrations.OpenId;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace ChatOps.Bot.Web;

/// <summary>Who may come to the console's pages: on this machine the demo's personas, or readers where there is no sign-in; from anywhere whoever is signed in.</summary>
internal sealed class SignIn(ConsoleSettings settings, Callers callers)
{
    public const string Expired = "You are not signed in, or no longer. Nothing was done.";

    public bool On => settings.SignsIn;

    public ConsoleSettings Settings => settings;

    /// <summary>Where a provider begins, and where it sends people back to.</summary>
    public static string PathOf(string system) => $"/signin/{system}";

    /// <summary>An answer that keeps somebody out, or null when they may come in; who they are is among the request's features then.</summary>
    public async Task<IResult?> RefuseAsync(HttpContext http, bool isPage)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<ForAnybody>() is not null) return null;
        if (IsHere(http)) return LoopbackOnly.Refuse(http) is { } why ? Forbidden(why) : null;
        if (settings is not { SignsIn: true, PublicUrl: { } address, Origin: { } origin }) return Forbidden(LoopbackOnly.Says);
        if (!string.Equals(http.Request.Host.Value, address.Authority, StringComparison.OrdinalIgnoreCase)) return Forbidden($"The console is at {address}. A proxy in front of it has to pass the Host header on as it came.");
        if (LoopbackOnly.Changes(http.Request.Method) && !LoopbackOnly.IsOurs(http.Request, origin)) return Forbidden(LoopbackOnly.Foreign);
        if (http.GetEndpoint()?.Metadata.GetMetadata<NoSignIn>() is not null) return null;
        var found = await http.AuthenticateAsync(Session.Scheme);
        if (Session.Of(found.Principal, found.Properties) is { } session)
        {
            http.Features.Set(session);
            return null;
        }

        return isPage ? PageResults.SeeOther(http, $"/signin?back={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}") : Results.Text(Expired, statusCode: StatusCodes.Status401Unauthorized);
    }

    /// <summary>Whether no sign-in is asked for: on this machine, in the demo, or where nobody can sign in and everybody only reads.</summary>
    private bool IsHere(HttpContext http) => LoopbackOnly.IsLocal(http) && (!settings.SignsIn || !callers.Personas.IsEmpty);

    private static IResult Forbidden(string why) => Results.Text(why, statusCode: StatusCodes.Status403Forbidden);
}

/// <summary>Marks an endpoint that is there before anybody has signed in.</summary>
internal sealed class NoSignIn;

/// <summary>Marks an endpoint that asks for no sign-in, wherever it is asked from: it checks by itself who may do what, or there is nothing to check.</summary>
internal sealed class ForAnybody;

internal static partial class SignInServices
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Sign-in as the settings say; nothing where they say nothing.</summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services, ConsoleSettings settings)
    {
        services.AddSingleton(settings).AddSingleton<SignIn>().AddSingleton<EndedSessions>().AddSingleton<SessionCheck>();
        if (!settings.SignsIn) return services;
        services.AddKeys(settings.Keys);
        var authentication = services.AddAuthentication();
        authentication.AddCookie(Session.Scheme, cookie =>
        {
            cookie.Cookie.Name = Session.Cookie;
            cookie.Cookie.Path = "/";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.Always;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.ExpireTimeSpan = settings.Session;
            cookie.SlidingExpiration = false;
            cookie.Events.OnValidatePrincipal = async context =>
            {
                var check = context.HttpContext.RequestServices.GetRequiredService<SessionCheck>();
                if (Session.Of(context.Principal, context.Properties) is { } session && await check.HoldsAsync(session, context.HttpContext.RequestAborted)) return;
                context.RejectPrincipal();
                await context.HttpContext.SignOutAsync(Session.Scheme);
            };
        });
        foreach (var provider in settings.Providers)
        {
            authentication.AddOAuth<SignInOptions, SignInHandler>(provider.System, options => Configure(options, provider, settings));
            services.AddOptions<SignInOptions>(provider.System).Configure<TimeProvider, ILogger<IdentityProvider>>((options, time, logger) => options.Provider = OpenIdProviders.Of(provider, time, logger));
        }

        return services;
    }

    /// <summary>The keys that cookies and kept secrets are sealed with, in a folder of their own.</summary>
    public static void AddKeys(this IServiceCollection services, string folder)
    {
        services.AddDataProtection().SetApplicationName("chatops");
        services.AddOptions<KeyManagementOptions>().Configure<ILoggerFactory>((options, loggers) => options.XmlRepository ??= new FileSystemXmlRepository(Folder(folder), loggers));
    }

    /// <summary>Whoever can read the keys can be anybody.</summary>
    private static DirectoryInfo Folder(string keys)
    {
        var folder = Directory.CreateDirectory(keys);
        if (!OperatingSystem.IsWindows()) folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        return folder;
    }

    private static void Configure(SignInOptions options, ProviderSettings provider, ConsoleSettings settings)
    {
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecret;
        var back = $"{SignIn.PathOf(provider.System)}/back";
        options.CallbackPath = back;
        options.Back = settings.Origin + back;
        options.AuthorizationEndpoint = options.TokenEndpoint = provider.Authority.AbsoluteUri;      // until it has announced them
        options.SignInScheme = Session.Scheme;
        options.UsePkce = true;
        options.SaveTokens = false;
        foreach (var scope in (string[])["openid", "email", "profile"]) options.Scope.Add(scope);
        options.CorrelationCookie.Name = "__Host-chatops-signin.";
        options.CorrelationCookie.Path = "/";
        options.CorrelationCookie.HttpOnly = true;
        options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.Always;
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.Backchannel = OpenIdProviders.NewBackchannel();
        options.Backchannel.Timeout = Patience;
        options.Backchannel.MaxResponseContentBufferSize = 1 << 20;
        options.Events.OnRemoteFailure = SignInPages.FailedAsync;
    }
}
