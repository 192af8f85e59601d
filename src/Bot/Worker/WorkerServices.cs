using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Evidence;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ChatOps.Bot.Worker;

internal static class WorkerServices
{
    /// <summary>The engine that decides, and the loop that does what was decided.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.TryAddSingleton(SummaryOptions.Usual);
        return services.AddHandlers();
    }

    private static IServiceCollection AddHandlers(this IServiceCollection services) => services
        .AddSingleton<RunEngine>()
        .AddSingleton<Readings>()
        .AddSingleton<Usuals>()
        .AddSingleton<Locks>()
        .AddSingleton<Duty>()
        .AddSingleton<Targets>()
        .AddSingleton<Chats>()
        .AddSingleton<IVerifier, LiveVerifier>()
        .AddSingleton<IVerifier, QuietVerifier>()
        .AddSingleton<IWorkHandler, StartHandler>()
        .AddSingleton<IWorkHandler, WatchHandler>()
        .AddSingleton<IWorkHandler, HoldHandler>()
        .AddSingleton<IWorkHandler, RetireHandler>()
        .AddSingleton<IWorkHandler, JobStartHandler>()
        .AddSingleton<IWorkHandler, JobWatchHandler>()
        .AddSingleton<IWorkHandler, JobStopHandler>()
        .AddSingleton<IWorkHandler, HealthHandler>()
        .AddSingleton<IWorkHandler, WakeHandler>()
        .AddSingleton<IWorkHandler, ExpireHandler>()
        .AddSingleton<IWorkHandler, VerifyHandler>()
        .AddSingleton<IWorkHandler, RequestHandler>()
        .AddSingleton<IWorkHandler, GateHandler>()
        .AddSingleton<IWorkHandler, TurnHandler>()
        .AddSingleton<IWorkHandler, CardHandler>()
        .AddSingleton<IWorkHandler, ThreadHandler>()
        .AddSingleton<IWorkHandler, SayHandler>()
        .AddSingleton<IWorkHandler, LockAfterHandler>()
        .AddSingleton<IWorkHandler, LockRemindHandler>()
        .AddSingleton<IWorkHandler, TellHandler>()
        .AddSingleton<IWorkHandler, LaterHandler>()
        .AddSingleton<AlertEngine>()
        .AddSingleton<IWorkHandler, AlertLookHandler>()
        .AddSingleton<IWorkHandler, AlertCardHandler>()
        .AddSingleton<IWorkHandler, AlertThreadHandler>()
        .AddSingleton<IWorkHandler, AlertTimerHandler>()
        .AddSingleton<IWorkHandler, AlertSilenceHandler>()
        .AddSingleton<IWorkHandler, AlertDigestHandler>()
        .AddSingleton<Records>()
        .AddSingleton<Reports>()
        .AddSingleton<Followers>()
        .AddSingleton<IWorkHandler, ReportHandler>()
        .AddSingleton<Summaries>()
        .AddSingleton<IWorkHandler, SummaryEndHandler>()
        .AddSingleton<IWorkHandler, SummaryChangesHandler>()
        .AddSingleton<IWorkHandler, SummaryShowHandler>()
        .AddSingleton<IWorkHandler, SummaryJudgeHandler>()
        .AddSingleton<IWorkHandler, MarksHandler>()
        .AddSingleton<IWorkHandler, MarkHandler>()
        .AddSingleton<PageEngine>()
        .AddSingleton<IWorkHandler, PageNewsHandler>()
        .AddSingleton<IWorkHandler, PageTimerHandler>()
        .AddSingleton<IWorkHandler, PageCallHandler>()
        .AddSingleton<IWorkHandler, PageSendHandler>()
        .AddSingleton<IWorkHandler, PageTellHandler>()
        .AddHostedService<WorkLoop>()
        .AddHostedService<Housekeeping>();
}
