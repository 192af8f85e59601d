using System.Text.Json;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>What a run wants done outside, as it is kept in the queue of work.</summary>
/// <param name="Attempt">The step's attempt that asked.</param>
public sealed record RunWork(RunId Run, StepId Step, int Attempt, Order Order)
{
    /// <summary>The kinds of work that steps order; stored names.</summary>
    public const string StartKind = "rollout-start", WatchKind = "rollout-watch", HoldKind = "rollout-hold", ProbeKind = "probe", WakeKind = "wake", SayKind = "say", InformKind = "inform", HttpKind = "http", VerifyKind = "verify", ExpireKind = "expire", RetireKind = "retire", JobStartKind = "job-start", JobWatchKind = "job-watch", JobStopKind = "job-stop", GateKind = "gate", TrafficKind = "traffic",
        TrainOpenKind = "train-open", TrainDepartKind = "train-depart", TrainLookKind = "train-look", TrainTellKind = "train-tell", TrainCallOffKind = "train-call-off", TrainTakeBackKind = "train-take-back", WatchGateKind = "watch-gate", WatchEndKind = "watch-end", TakeBackKind = "take-back", ForeseeKind = "operation-foresee", MakeKind = "operation-make", WatcherKind = "watcher", OperationWatchKind = "operation-watch";

    /// <summary>The kinds of work that the engine orders for a run; stored names.</summary>
    public const string CardKind = "card", ThreadKind = "thread", TurnKind = "turn", ReplanKind = "replan", CarNewsKind = "car-news", TrainOverKind = "train-over", SupersedeKind = "supersede";

    public static WorkItem Of(RunState run, StepId step, int attempt, Ordered ordered)
    {
        var payload = JsonSerializer.Serialize(new RunWork(run.Id, step, attempt, ordered.Order), RunJson.Default.RunWork);
        return new WorkItem(KindOf(ordered.Order), KeyOf(run.Id, step, attempt, ordered.Order), LaneOf(run, step, ordered.Order), ordered.Due, payload);
    }

    public static RunWork Read(WorkItem item) =>
        JsonSerializer.Deserialize(item.Payload, RunJson.Default.RunWork) ?? throw new JsonException("Work without a payload.");

    public static string KeyOf(RunId run, StepId step, int attempt, Order order) => order switch
    {
        AskHealth ask => $"{ProbeKind}:{run}:{step}:{attempt}:{ask.Probe}",
        VerifyItem verify => $"{VerifyKind}:{run}:{step}:{attempt}:{verify.Item}",
        AskGate ask => $"{GateKind}:{run}:{step}:{attempt}:{ask.Gate}",
        TellCars tell => $"{TrainTellKind}:{run}:{step}:{attempt}:{string.Join(',', tell.Services)}",
        TakeBackCars back => $"{TrainTakeBackKind}:{run}:{step}:{attempt}:{string.Join(',', back.Services)}",
        CallOffCars off => $"{TrainCallOffKind}:{run}:{string.Join(',', off.Runs)}",
        Inform inform => $"{InformKind}:{run}:{step}:{attempt}:{inform.Part}",
        AskWatch ask => $"{WatchGateKind}:{run}:{step}:{attempt}:{ask.Gate}",
        _ => $"{KindOf(order)}:{run}:{step}:{attempt}",
    };

    private static string LaneOf(RunState run, StepId step, Order order) => order switch
    {
        StartRollout or HoldRollout or SendTraffic or Retire => run.Opened.Target.Lane,
        WatchRollout => $"watch:{run.Id}",
        StartJob or StopJob => $"job:{run.Id}:{step}",
        ForeseeOperation or MakeOperation => $"operation:{run.Id}:{step}",
        WatchOperation => $"operation-watch:{run.Id}:{step}",
        WatchJob => $"job-watch:{run.Id}:{step}",
        AskHealth => $"probe:{run.Id}:{step}",
        SendRequest => $"http:{run.Id}:{step}",
        VerifyItem verify => $"verify:{run.Id}:{step}:{verify.Item}",
        AskGate ask => $"gate:{run.Id}:{step}:{ask.Gate}",
        AskWatch ask => $"watch-gate:{run.Id}:{ask.Gate}",
        Say say => $"say:{say.Channel ?? run.Id.ToString()}",
        Inform inform => $"inform:{run.Id}:{step}:{inform.Part}",
        _ => $"run:{run.Id}",
    };

    private static string KindOf(Order order) => order switch
    {
        StartRollout => StartKind,
        WatchRollout => WatchKind,
        HoldRollout => HoldKind,
        SendTraffic => TrafficKind,
        AskHealth => ProbeKind,
        Wake => WakeKind,
        Say => SayKind,
        Inform => InformKind,
        SendRequest => HttpKind,
        VerifyItem => VerifyKind,
        Expire => ExpireKind,
        AskGate => GateKind,
        Retire => RetireKind,
        TendWatch => WatcherKind,
        StartJob => JobStartKind,
        WatchJob => JobWatchKind,
        StopJob => JobStopKind,
        OpenCars => TrainOpenKind,
        LookBeforeDeparture => TrainDepartKind,
        LookAtCars => TrainLookKind,
        TellCars => TrainTellKind,
        CallOffCars => TrainCallOffKind,
        TakeBackCars => TrainTakeBackKind,
        AskWatch => WatchGateKind,
        EndWatch => WatchEndKind,
        TakeVersionBack => TakeBackKind,
        ForeseeOperation => ForeseeKind,
        MakeOperation => MakeKind,
        WatchOperation => OperationWatchKind,
        _ => throw new InvalidOperationException($"Nothing does {order.GetType().Name}."),
    };
}
