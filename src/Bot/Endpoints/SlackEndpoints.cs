using ChatOps.Bot.Commands;
using ChatOps.Bot.Worker;
using ChatOps.Integrations.Slack;
using Microsoft.Extensions.Options;

namespace ChatOps.Bot.Endpoints;

/// <summary>What Slack calls: commands, clicks and events, each verified over its raw body and answered within 3 seconds.</summary>
/// <remarks>What was asked is on disk before it is acknowledged: done, or, where the desk is not done in time, as a request that will be. Only answers come late.</remarks>
public static partial class SlackEndpoints
{
    public static IServiceCollection AddSlackEndpoints(this IServiceCollection services)
    {
        services.AddSingleton<SlackReplies>();
        services.AddHostedService(s => s.GetRequiredService<SlackReplies>());
        services.AddSingleton<SeenLately>();
        services.AddSingleton<SlackLate>();
        services.AddSingleton<IWorkHandler>(s => new SlackLateHandler(SlackDoor.To(s.GetRequiredService<Desk>(), s.GetRequiredService<Callers>()), s.GetRequiredService<SlackReplies>()));
        return services;
    }

    public static IEndpointRouteBuilder MapSlack(this IEndpointRouteBuilder routes) =>
        MapSlack(routes, s => SlackDoor.To(s.GetRequiredService<Desk>(), s.GetRequiredService<Callers>()));

    internal static IEndpointRouteBuilder MapSlack(this IEndpointRouteBuilder routes, Func<IServiceProvider, SlackDoor> door)
    {
        var lazy = new Lazy<SlackVisit>(() => new SlackVisit(
            door(routes.ServiceProvider), routes.ServiceProvider.GetRequiredService<SlackClient>(),
            routes.ServiceProvider.GetRequiredService<SlackReplies>(), routes.ServiceProvider.GetRequiredService<SeenLately>(), routes.ServiceProvider.GetRequiredService<SlackLate>()));
        Map(routes, "/slack/commands", body => lazy.Value.CommandAsync(body));
        Map(routes, "/slack/interactions", body => lazy.Value.InteractionAsync(body));
        Map(routes, "/slack/events", body => lazy.Value.EventAsync(body));
        return routes;
    }

    private static void Map(IEndpointRouteBuilder routes, string path, Func<ReadOnlyMemory<byte>, Task<IResult>> handle)
    {
        var options = routes.ServiceProvider.GetRequiredService<IOptionsMonitor<SlackOptions>>();
        var clock = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        var logger = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(SlackEndpoints).FullName!);
        routes.MapPost(path, async (HttpContext context) =>
        {
            var (body, refused) = await SlackRequest.ReadAsync(context.Request, options.CurrentValue, clock.GetUtcNow(), context.RequestAborted);
            if (refused is { } status)
            {
                Log.Refused(logger, path, status);
                return Results.StatusCode(status);
            }

            try
            {
                return await handle(body);
            }
            catch (MalformedRequestException e)
            {
                Log.Malformed(logger, path, e.Message);
                return Results.StatusCode(StatusCodes.Status400BadRequest);
            }
        }).ExcludeFromDescription().DisableAntiforgery();
    }

    private static partial class Log
    {
        [LoggerMessage(260, LogLevel.Warning, "Refused a request to {Path} that was not verifiably from Slack ({Status})")]
        public static partial void Refused(ILogger logger, string path, int status);

        [LoggerMessage(261, LogLevel.Warning, "Could not read a request to {Path}: {Problem}")]
        public static partial void Malformed(ILogger logger, string path, string problem);
    }
}
