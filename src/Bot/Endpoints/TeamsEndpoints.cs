using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Worker;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Bot.Endpoints;

/// <summary>What Teams calls: activities, each believed only with a token of Microsoft's that was made for it. Without a registration, only this machine is let in.</summary>
public static partial class TeamsEndpoints
{
    public static IServiceCollection AddTeamsEndpoints(this IServiceCollection services)
    {
        services.AddSingleton<TeamsPlaces>().AddSingleton<ITeamsPlaces>(s => s.GetRequiredService<TeamsPlaces>());
        services.AddSingleton<ITeamsAudience>(s => new Audience(s.GetServices<Runbooks.Access.IDirectory>(), s.GetRequiredService<Func<Runbooks.Language.Configuration>>()));
        services.AddSingleton<TeamsReplies>().AddSingleton<TeamsLate>();
        services.AddSingleton<IWorkHandler>(s => new TeamsLateHandler(DoorOf(s), s.GetRequiredService<TeamsReply>()));
        services.AddHostedService(s => s.GetRequiredService<TeamsReplies>());
        return services;
    }

    public static IEndpointRouteBuilder MapTeams(this IEndpointRouteBuilder routes) => MapTeams(routes, DoorOf);

    internal static IEndpointRouteBuilder MapTeams(this IEndpointRouteBuilder routes, Func<IServiceProvider, TeamsDoor> door)
    {
        var services = routes.ServiceProvider;
        var visit = new Lazy<TeamsVisit>(() => VisitOf(services, door(services)));
        var options = services.GetRequiredService<IOptionsMonitor<TeamsOptions>>();
        var verifier = services.GetRequiredService<BotTokenVerifier>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(TeamsEndpoints).FullName!);
        routes.MapPost("/api/messages", async (HttpContext context) =>
        {
            var (document, activity, refused) = await TeamsRequest.ReadAsync(context, options.CurrentValue, verifier);
            using (document)
            {
                if (refused is { } no)
                {
                    Log.Refused(logger, no.Status, no.Why);
                    return Results.StatusCode(no.Status);
                }

                try
                {
                    return await visit.Value.ReceiveAsync(activity!, options.CurrentValue.Registered, context.RequestAborted);
                }
                catch (MalformedRequestException e)
                {
                    Log.Malformed(logger, e.Message);
                    return Results.StatusCode(StatusCodes.Status400BadRequest);
                }
                catch (StoreUnavailableException e)
                {
                    // Teams delivers it again.
                    Log.StoreGone(logger, e.Message);
                    return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
                }
            }
        }).ExcludeFromDescription().DisableAntiforgery();
        return routes;
    }

    private static TeamsDoor DoorOf(IServiceProvider services) => TeamsDoor.To(
        services.GetRequiredService<Desk>(), services.GetRequiredService<Callers>(), services.GetRequiredService<RunEngine>(), services.GetRequiredService<BotAddress>(), services.GetRequiredService<MessageDesk>(),
        services.GetRequiredService<ThreadNotes>(), services.GetRequiredService<RunPreviews>());

    private static TeamsVisit VisitOf(IServiceProvider services, TeamsDoor door)
    {
        var (replies, late) = (services.GetRequiredService<TeamsReplies>(), services.GetRequiredService<TeamsLate>());
        return new TeamsVisit(
            door, services.GetRequiredService<TeamsPlaces>(), services.GetRequiredService<TeamsReply>(), services.GetRequiredService<ITeamsSightings>(), replies, new TeamsDialogs(door, replies, late), new TeamsMessageExtension(door, replies), new SeenLately(), late,
            services.GetRequiredService<TimeProvider>());
    }

    private static partial class Log
    {
        [LoggerMessage(360, LogLevel.Warning, "Refused an activity that was not verifiably from Teams ({Status}): {Why}")]
        public static partial void Refused(ILogger logger, int status, string why);

        [LoggerMessage(361, LogLevel.Warning, "Could not read an activity: {Problem}")]
        public static partial void Malformed(ILogger logger, string problem);

        [LoggerMessage(362, LogLevel.Error, "An activity could not be kept: {Problem}")]
        public static partial void StoreGone(ILogger logger, string problem);
    }
}
