using System.Text;
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
        services.AddSingleton(s => SlackDoor.To(s.GetRequiredService<Desk>(), s.GetRequiredService<Callers>(), s.GetRequiredService<Home>(), s.GetRequiredService<CommandForms>(), s.GetRequiredService<IncidentDesk>(), s.GetRequiredService<MessageDesk>(), s.GetRequiredService<ThreadNotes>(), s.GetRequiredService<RunPreviews>()));
        services.AddSingleton<SlackDialogs>();
        services.AddSingleton<SlackVisit>();
        services.AddSingleton<IWorkHandler, SlackLateHandler>();
        services.AddSingleton<SlackEnvelopes>();
        services.AddHostedService<SlackSockets>();
        return services;
    }

    public static IEndpointRouteBuilder MapSlack(this IEndpointRouteBuilder routes)
    {
        var visit = routes.ServiceProvider.GetRequiredService<SlackVisit>;
        Map(routes, "/slack/commands", body => visit().CommandAsync(SlackForm.Read(body)));
        Map(routes, "/slack/interactions", body => InteractAsync(visit(), body));
        Map(routes, "/slack/options", body => InteractAsync(visit(), body));
        Map(routes, "/slack/events", async body =>
        {
            using var document = SlackPayload.Parse(body);
            return await visit().EventAsync(document.RootElement);
        });
        return routes;
    }

    private static async Task<SlackAnswered> InteractAsync(SlackVisit visit, ReadOnlyMemory<byte> body)
    {
        var payload = SlackForm.Need(SlackForm.Read(body), "payload");
        using var document = SlackPayload.Parse(Encoding.UTF8.GetBytes(payload));
        return await visit.InteractionAsync(document.RootElement);
    }

    private static void Map(IEndpointRouteBuilder routes, string path, Func<ReadOnlyMemory<byte>, Task<SlackAnswered>> handle)
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
                return ResultOf(await handle(body));
            }
            catch (MalformedRequestException e)
            {
                Log.Malformed(logger, path, e.Message);
                return Results.StatusCode(StatusCodes.Status400BadRequest);
            }
        }).ExcludeFromDescription().DisableAntiforgery();
    }

    private static IResult ResultOf(SlackAnswered answer) => answer switch
    {
        { Body: null } => Results.Ok(),
        { IsJson: true } => Results.Content(answer.Body, "application/json", Encoding.UTF8),
        _ => Results.Text(answer.Body),
    };

    private static partial class Log
    {
        [LoggerMessage(260, LogLevel.Warning, "Refused a request to {Path} that was not verifiably from Slack ({Status}); where it was Slack, the signing secret differs, or this machine's clock is minutes off")]
        public static partial void Refused(ILogger logger, string path, int status);

        [LoggerMessage(261, LogLevel.Warning, "Could not read a request to {Path}: {Problem}")]
        public static partial void Malformed(ILogger logger, string path, string problem);
    }
}
