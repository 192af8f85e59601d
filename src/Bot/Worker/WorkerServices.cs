using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Evidence;

namespace ChatOps.Bot.Worker;

internal static class WorkerServices
{
    /// <summary>The engine that decides, and the loop that does what was decided.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services) => services
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
        .AddSingleton<Operations>()
        .AddSingleton<IWorkHandler, ForeseeHandler>()
        .AddSingleton<IWorkHandler, MakeHandler>()
        .AddSingleton<IWorkHandler, OperationWatchHandler>()
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
        .AddSingleton<PageEngine>()
        .AddSingleton<IWorkHandler, PageNewsHandler>()
        .AddSingleton<IWorkHandler, PageTimerHandler>()
        .AddSingleton<IWorkHandler, PageCallHandler>()
        .AddSingleton<IWorkHandler, PageSendHandler>()
        .AddSingleton<IWorkHandler, PageTellHandler>()
        .AddHostedService<WorkLoop>()
        .AddHostedService<Housekeeping>();
}
