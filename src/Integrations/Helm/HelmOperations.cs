using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Helm;

/// <summary>Upgrades releases by the <c>helm</c> program, reads back how they stand, and rolls them back.</summary>
/// <remarks>
/// Safe to repeat: an upgrade carries the change's key as its description, which <c>helm history</c> tells; one that is deployed with it is not done again. A release that is pending is waited for as long as
/// helm itself would wait; after that whoever was at work on it is taken to be dead, and that is said.
/// </remarks>
internal sealed class HelmOperations(IOptions<HelmOptions> options, IConfiguration settings, TimeProvider time) : IOperations
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    public bool Serves(Target target, Operation operation) => target is Target.Kubernetes && HelmOf(operation) is not null;

    public Task<Outcome<Foresight>> ForeseeAsync(Target target, Operation operation, CancellationToken cancellationToken) => AnswerAsync<Foresight>(async () =>
    {
        if (operation is not Operation.Helm helm) return new Foresight([], null);
        var history = await HistoryAsync((Target.Kubernetes)target, helm, cancellationToken);
        var (newest, good) = (history.LastOrDefault(), history.LastOrDefault(one => one.Status is "deployed"));
        var before = new JsonObject { ["revision"] = good?.Revision ?? 0, ["newest"] = newest?.Revision ?? 0 }.ToJsonString();
        if (newest is null) return new Foresight([$"+ release {helm.Release}, from the chart {helm.ChartInWords}"], before);
        var line = $"release {helm.Release}, revision {newest.Revision} ({newest.Chart}, {newest.Status}): to the chart {helm.ChartInWords}";
        return new Foresight(newest.IsPending ? [line, $"! it is {newest.Status} since {newest.Updated.UtcDateTime:yyyy-MM-dd HH:mm} UTC: helm does not touch it before that ended or was rolled back"] : [line], before);
    });

    public Task<Outcome<string>> MakeAsync(Target target, Change change, Operation operation, string? before, Func<string, Task> moved, CancellationToken cancellationToken) => AnswerAsync<string>(async () => operation is Operation.TakeBack { Of: Operation.Helm was } back
        ? await TakeBackAsync((Target.Kubernetes)target, was, JsonNode.Parse(back.Before)!, moved, cancellationToken)
        : await UpgradeAsync((Target.Kubernetes)target, change, (Operation.Helm)operation, before is null ? null : JsonNode.Parse(before), moved, cancellationToken));

    public Task<Outcome<OperationSighting>> ObserveAsync(Target target, Operation operation, string? before, OperationSighting? last, TimeSpan atMost, CancellationToken cancellationToken) => AnswerAsync<OperationSighting>(async () =>
    {
        var helm = HelmOf(operation)!;
        var newest = (await HistoryAsync((Target.Kubernetes)target, helm, cancellationToken)).LastOrDefault();
        return newest switch
        {
            null when operation is Operation.TakeBack => new OperationSighting(OperationPhase.Complete, $"Release {helm.Release} is uninstalled.", null),
            { Status: "deployed" } => new OperationSighting(OperationPhase.Complete, $"Release {helm.Release} is deployed: revision {newest.Revision}, {newest.Chart}.", null),
            _ => new OperationSighting(OperationPhase.Failed, $"Release {helm.Release} is {newest?.Status ?? "gone"}.", new Fault("helm-failed", $"Release {helm.Release} is {newest?.Status ?? "gone"}.", $"Look at helm history {helm.Release}.")),
        };
    });

    private async Task<string> UpgradeAsync(Target.Kubernetes target, Change change, Operation.Helm helm, JsonNode? before, Func<string, Task> moved, CancellationToken cancellationToken)
    {
        var key = $"chatops {change.Key}";
        var noted = before?["newest"]?.GetValue<int>() ?? 0;
        if ((await HistoryAsync(target, helm, cancellationToken)).LastOrDefault() is { } newest)
        {
            if (newest is { Status: "deployed" } && newest.Description == key) return Done(helm, newest);
            if (newest.IsPending) throw Pending(helm, newest, target, before);
            if (newest is { Status: "deployed" } && newest.Revision > noted && newest.Description?.StartsWith(key[..(key.LastIndexOf('/') + 1)], StringComparison.Ordinal) != true)
                throw new HelmSaysNo(FaultCodes.ChangedByHand, $"Somebody made revision {newest.Revision} of release {helm.Release} since it was looked at.", "Look at it, then start again.");
        }

        List<string> arguments = ["upgrade", helm.Release, helm.Chart, "--install", "--wait", "--debug", "--timeout", Seconds(helm.Limit), "--description", key, "--values", "-", .. Where(target)];
        if (helm.ChartVersion is { } version) arguments.AddRange(["--version", version]);
        await RunAsync(helm, arguments, helm.Values, moved, cancellationToken);
        return (await HistoryAsync(target, helm, cancellationToken)).LastOrDefault() is { Status: "deployed" } now ? Done(helm, now)
            : throw new HelmSaysNo("helm-failed", $"Helm was content, and release {helm.Release} is not deployed.", $"Look at helm history {helm.Release}.");
    }

    private async Task<string> TakeBackAsync(Target.Kubernetes target, Operation.Helm helm, JsonNode before, Func<string, Task> moved, CancellationToken cancellationToken)
    {
        var (good, noted) = (before["revision"]!.GetValue<int>(), before["newest"]!.GetValue<int>());
        if ((await HistoryAsync(target, helm, cancellationToken)).LastOrDefault() is not { } newest) return $"There is no release {helm.Release}.";
        if (good == 0)
        {
            await RunAsync(helm, ["uninstall", helm.Release, "--wait", "--timeout", Seconds(helm.Limit), .. Where(target)], null, moved, cancellationToken);
            return $"Release {helm.Release} was uninstalled: it was not there before.";
        }

        if (newest.Revision == good || newest is { Status: "deployed" } && newest.Description == string.Create(CultureInfo.InvariantCulture, $"Rollback to {good}")) return $"Release {helm.Release} is as revision {good} was.";
        if (newest is { Status: "deployed" } && newest.Revision > noted && newest.Description?.StartsWith("chatops ", StringComparison.Ordinal) != true)
            throw new HelmSaysNo(FaultCodes.ChangedByHand, $"Somebody made revision {newest.Revision} of release {helm.Release} since.", $"Look at it, and roll back by hand: helm rollback {helm.Release} {good}.");
        await RunAsync(helm, ["rollback", helm.Release, good.ToString(CultureInfo.InvariantCulture), "--wait", "--debug", "--timeout", Seconds(helm.Limit), .. Where(target)], null, moved, cancellationToken);
        return $"Release {helm.Release} was rolled back to revision {good}.";
    }

    /// <summary>Somebody is at work on it, or died over it; which of the two, only time tells.</summary>
    private HelmSaysNo Pending(Operation.Helm helm, HelmRevision newest, Target.Kubernetes target, JsonNode? before)
    {
        var left = newest.Updated + helm.Limit + Slack - time.GetUtcNow();
        if (left > TimeSpan.Zero) return new HelmSaysNo($"Release {helm.Release} is {newest.Status}: revision {newest.Revision} may still be at work, for {Words.Duration(TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)))} at most.", TimeSpan.FromSeconds(Math.Clamp(left.TotalSeconds, 1, 10)));
        var good = before?["revision"]?.GetValue<int>() ?? 0;
        return new HelmSaysNo("helm-pending", $"Release {helm.Release} is {newest.Status} since {newest.Updated.UtcDateTime:yyyy-MM-dd HH:mm} UTC, longer than helm would wait: whoever made revision {newest.Revision} died over it.",
            good > 0 ? $"Roll back: it goes to revision {good}. By hand: helm rollback {helm.Release} {good} -n {target.Namespace}." : $"Roll back: it is uninstalled, since no revision of it was ever deployed. By hand: helm uninstall {helm.Release} -n {target.Namespace}.");
    }

    private async Task<List<HelmRevision>> HistoryAsync(Target.Kubernetes target, Operation.Helm helm, CancellationToken cancellationToken)
    {
        var run = await HelmProgram.RunAsync(options.Value.Program, ["history", helm.Release, "--output", "json", "--max", "20", .. Where(target)], null, Quick, _ => Task.CompletedTask, time, cancellationToken);
        if (run.Exit == 0 && HelmWords.History(run.Out) is { } history) return history;
        if (run.Errors.Contains("release: not found", StringComparison.Ordinal)) return [];
        throw run.Exit is null
            ? new HelmSaysNo($"helm did not tell within {Words.Duration(Quick)} how release {helm.Release} stands.", TimeSpan.FromSeconds(10))
            : run.Exit == 0 ? new HelmSaysNo("helm-unclear", "What helm writes can't be read.", "Is it Helm 3? Look at helm version.")
            : HelmWords.Fault(run.Errors) is var why && Unreachable(why) ? new HelmSaysNo($"The cluster {target.Cluster} does not answer helm: {why}.", TimeSpan.FromSeconds(10)) : new HelmSaysNo("helm-failed", $"helm history {helm.Release}: {why}.", null);
    }

    private async Task RunAsync(Operation.Helm helm, IEnumerable<string> arguments, string? input, Func<string, Task> moved, CancellationToken cancellationToken)
    {
        var (last, at) = ("", DateTimeOffset.MinValue);
        var all = arguments.ToList();
        var run = await HelmProgram.RunAsync(options.Value.Program, all, input, helm.Limit + Slack, async line =>
        {
            if (HelmWords.Progress(line) is not { } says || says == last || time.GetUtcNow() - at < Between) return;
            (last, at) = (says, time.GetUtcNow());
            await moved(says);
        }, time, cancellationToken);
        if (run.Exit == 0) return;
        if (run.Exit is null) throw new HelmSaysNo("helm-late", $"helm {all[0]} {helm.Release} took longer than {Words.Duration(helm.Limit)} and was ended.", "Look at what holds it up. The release may be pending: rolling back mends that.");
        var why = HelmWords.Fault(run.Errors);
        throw why.Contains("another operation", StringComparison.Ordinal)
            ? new HelmSaysNo($"Somebody else is at work on release {helm.Release}.", TimeSpan.FromSeconds(5))
            : new HelmSaysNo("helm-failed", $"helm {all[0]} {helm.Release}: {why}.", "Mend it, then retry; or roll back.");
    }

    /// <summary>Which cluster and namespace, as the settings of the cluster say; without a kubeconfig helm finds the pod's own account itself.</summary>
    private IEnumerable<string> Where(Target.Kubernetes target)
    {
        var section = settings.GetSection($"Kubernetes:Clusters:{target.Cluster}");
        yield return "--namespace";
        yield return target.Namespace;
        if (section["Kubeconfig"] is { Length: > 0 } file)
        {
            yield return "--kubeconfig";
            yield return file;
        }

        if (section["Context"] is not { Length: > 0 } context) yield break;
        yield return "--kube-context";
        yield return context;
    }

    private static bool Unreachable(string why) => why.Contains("cluster unreachable", StringComparison.OrdinalIgnoreCase);

    private static string Seconds(TimeSpan limit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (int)limit.TotalSeconds)}s");

    private static string Done(Operation.Helm helm, HelmRevision now) => $"Release {helm.Release} is deployed: revision {now.Revision}, {now.Chart}.";

    private static Operation.Helm? HelmOf(Operation operation) => operation as Operation.Helm ?? (operation as Operation.TakeBack)?.Of as Operation.Helm;

    private async Task<Outcome<T>> AnswerAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return new Outcome<T>.Done(await ask());
        }
        catch (HelmSaysNo no)
        {
            return no.Fault is { } fault ? new Outcome<T>.Never(fault) : new Outcome<T>.Later(no.Message, no.After);
        }
        catch (HelmMissingException)
        {
            return new Outcome<T>.Never(new Fault("helm-missing", $"There is no program {options.Value.Program} where the bot runs.", "Put Helm 3 into its image, or set Helm:Program to where it is."));
        }
    }

    /// <summary>Helm said no, or not now.</summary>
    private sealed class HelmSaysNo : Exception
    {
        public HelmSaysNo(string code, string why, string? next) : base(why) => Fault = new Fault(code, why, next);

        public HelmSaysNo(string why, TimeSpan after) : base(why) => After = after;

        public HelmSaysNo() { }

        public HelmSaysNo(string message) : base(message) { }

        public HelmSaysNo(string message, Exception inner) : base(message, inner) { }

        public Fault? Fault { get; }

        public TimeSpan? After { get; }
    }
}
