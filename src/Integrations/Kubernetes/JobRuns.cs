using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Runs jobs: makes them under a name that a repeat finds again, tells how they stand and what they wrote last, ends them.</summary>
internal sealed partial class JobRuns(Clusters clusters, TimeProvider time, ILogger<JobRuns> logger)
{
    private const int LogLines = 20;
    private const int LogBytes = 8 * 1024;
    private const int ShownLine = 200;
    private const int ShownLog = 2_000;

    /// <summary>How long a job that ended stays there, where its manifest says nothing: long enough to look at it on the next day.</summary>
    private const int KeptSeconds = 24 * 60 * 60;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Makes the job, or finds that an earlier try of this made it.</summary>
    public async Task StartAsync(Target.Kubernetes target, Change change, JobToRun job, CancellationToken cancellationToken)
    {
        var client = clusters.Client(target.Cluster);
        try
        {
            await client.CreateJobAsync(target.Namespace, job.Name, Body(change, job), cancellationToken);
            Log.Made(logger, job.Name, change.Run);
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // There is one of that name: ours, unless its key says otherwise.
            var there = await client.GetJobAsync(target.Namespace, job.Name, cancellationToken);
            if (!Marks.AreOf(there.Metadata, change))
                throw ApiException.Never("job-exists", $"There is a job {job.Name} in {target.Namespace} already, and this run did not make it.", "Delete or rename it, then retry.");
            Log.Found(logger, job.Name, change.Run);
        }
    }

    public async Task<JobSighting> ObserveAsync(Target.Kubernetes target, string name, JobSighting? last, TimeSpan atMost, CancellationToken cancellationToken)
    {
        for (var left = atMost; ; left -= Look)
        {
            var now = await SeeAsync(target, name, cancellationToken);
            if (now != last || left <= TimeSpan.Zero) return now;
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    public async Task StopAsync(Target.Kubernetes target, string name, CancellationToken cancellationToken)
    {
        try
        {
            await clusters.Client(target.Cluster).DeleteJobAsync(target.Namespace, name, cancellationToken);
            Log.Stopped(logger, name);
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.NotFound)
        {
            // It is gone, as wanted.
        }
    }

    private async Task<JobSighting> SeeAsync(Target.Kubernetes target, string name, CancellationToken cancellationToken)
    {
        var client = clusters.Client(target.Cluster);
        if (await Fresh.FindAsync(client.GetJobAsync(target.Namespace, name, cancellationToken)) is not { } job)
            return new JobSighting(JobPhase.Gone, $"Somebody deleted the job {name}.", null, "", null);
        if (job.Status.Is("Complete") is not null) return new JobSighting(JobPhase.Complete, $"The job {name} completed.", 0, await LogAsync(client, target, name, await NewestAsync(client, target, name, cancellationToken), cancellationToken), null);
        var pod = await NewestAsync(client, target, name, cancellationToken);
        if (job.Status.Is("Failed") is { } failed)
        {
            var ended = Ended(pod);
            var how = ended is null ? "" : $" with exit code {ended.ExitCode}{(ended.Reason is "OOMKilled" ? ", out of memory" : "")}";
            var why = $"The job {name} failed{how}: {BoundedReads.Printable(failed.Message ?? failed.Reason ?? "", ShownLine)}.";
            return new JobSighting(JobPhase.Failed, why, ended?.ExitCode, await LogAsync(client, target, name, pod, cancellationToken), new Fault(failed.Reason == "DeadlineExceeded" ? "job-late" : "job-failed", why, "Its last lines say more; mend it, then retry."));
        }

        var trouble = pod is null ? null : PodTrouble.Of(pod);

        // What the pod's state leaves open between two tries, its events tell: that an image is not there, say, and not just slow.
        if (trouble is { Fatal: false }) trouble = PodTrouble.Of(pod!, await WarningsAsync(client, target, pod!, cancellationToken)) ?? trouble;
        if (trouble is { Fatal: true }) return new JobSighting(JobPhase.Failed, trouble.Fault.Why, null, "", trouble.Fault);
        var says = trouble?.Fault.Why ?? (job.Status.Is("Suspended") is not null ? $"The job {name} is suspended." : pod?.Status.Phase == "Running" ? $"The job {name} runs." : $"The job {name} is being started.");
        return new JobSighting(JobPhase.Running, says, null, "", trouble?.Fault);
    }

    private static async Task<Pod?> NewestAsync(ClusterClient client, Target.Kubernetes target, string name, CancellationToken cancellationToken)
    {
        var (pods, _) = await client.ListAsync(
            new ApiCall(client.Name, "list", "pods", target.Namespace), $"{Paths.Pods(target.Namespace)}?labelSelector={Uri.EscapeDataString($"batch.kubernetes.io/job-name={name}")}",
            KubernetesJson.Default.ObjectListPod, cancellationToken);
        return pods.OrderByDescending(pod => pod.Metadata.CreationTimestamp).ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>Best effort: where they can't be read, nothing is known of them.</summary>
    private static async Task<List<Event>> WarningsAsync(ClusterClient client, Target.Kubernetes target, Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            var path = $"{Paths.Warnings(target.Namespace)}%2CinvolvedObject.uid%3D{Uri.EscapeDataString(pod.Metadata.Uid)}";
            return (await client.ListAsync(new ApiCall(client.Name, "list", "events", target.Namespace), path, KubernetesJson.Default.ObjectListEvent, cancellationToken)).Items;
        }
        catch (ApiException e) when (e.IsLasting)
        {
            return [];
        }
    }

    /// <summary>The container that ended it: the first that ended badly, else the first.</summary>
    private static TerminatedState? Ended(Pod? pod) => pod is null ? null : Statuses(pod).Select(one => one.State?.Terminated).OfType<TerminatedState>().OrderBy(one => one.ExitCode == 0).FirstOrDefault();

    private static IEnumerable<ContainerStatus> Statuses(Pod pod) => (pod.Status.InitContainerStatuses ?? []).Concat(pod.Status.ContainerStatuses ?? []);

    /// <summary>The last lines, made safe to be shown. That they can't be read is no reason to fail a job that ended well.</summary>
    private async Task<string> LogAsync(ClusterClient client, Target.Kubernetes target, string name, Pod? pod, CancellationToken cancellationToken)
    {
        if (pod is null || Statuses(pod).OrderBy(one => one.State?.Terminated is not { ExitCode: not 0 }).ThenBy(one => (pod.Status.InitContainerStatuses ?? []).Contains(one)).FirstOrDefault() is not { } container) return "";
        try
        {
            var text = await client.ReadLogAsync(target.Namespace, pod.Metadata.Name, container.Name, LogLines, LogBytes, cancellationToken);
            var lines = string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => BoundedReads.Printable(line, ShownLine)));
            return lines.Length <= ShownLog ? lines : "…" + lines[^ShownLog..];
        }
        catch (ApiException e)
        {
            Log.Unread(logger, name, e.Message);
            return e.IsLasting ? $"({e.Message})" : "";
        }
    }

    private static JsonObject Body(Change change, JobToRun job)
    {
        var body = JsonNode.Parse(job.Manifest)!.AsObject();
        var metadata = Map(body, "metadata");
        metadata.Remove("generateName");
        metadata.Remove("namespace");
        metadata["name"] = job.Name;
        Map(metadata, "labels")["app.kubernetes.io/managed-by"] = ClusterClient.Manager;
        var annotations = Map(metadata, "annotations");
        foreach (var (key, value) in new[] { (Marks.Run, change.Run.ToString()), (Marks.Key, change.Key), (Marks.By, change.By.ToString()), (Marks.Version, change.Version) }) annotations[key] = value;
        var spec = Map(body, "spec");

        // A migration that failed half way is not to be begun again without being asked.
        spec["backoffLimit"] ??= 0;
        spec["ttlSecondsAfterFinished"] ??= KeptSeconds;
        if (job.Deadline is { } deadline) spec["activeDeadlineSeconds"] ??= (long)Math.Ceiling(deadline.TotalSeconds);
        return body;
    }

    private static JsonObject Map(JsonObject at, string name)
    {
        if (at[name] is JsonObject known) return known;
        var made = new JsonObject();
        at[name] = made;
        return made;
    }

    private static partial class Log
    {
        [LoggerMessage(350, LogLevel.Information, "Made the job {Job} for run {RunId}")]
        public static partial void Made(ILogger logger, string job, RunId runId);

        [LoggerMessage(351, LogLevel.Information, "Found the job {Job} of run {RunId} made already")]
        public static partial void Found(ILogger logger, string job, RunId runId);

        [LoggerMessage(352, LogLevel.Information, "Ended the job {Job}")]
        public static partial void Stopped(ILogger logger, string job);

        [LoggerMessage(353, LogLevel.Warning, "The last lines of the job {Job} can't be read: {Why}")]
        public static partial void Unread(ILogger logger, string job, string why);
    }
}
