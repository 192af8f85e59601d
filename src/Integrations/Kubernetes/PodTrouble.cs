using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Why pods do not come up, and whether waiting can help.</summary>
internal sealed record PodTrouble(Fault Fault, bool Fatal)
{
    private const int FatalRestarts = 3;
    private const int Characters = 240;

    private static readonly string[] LastingPullErrors = ["not found", "unauthorized", "manifest unknown", "denied", "forbidden", "invalid reference format"];
    private static readonly string[] MountReasons = ["FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox", "NetworkNotReady"];

    /// <summary>The trouble of the newest replica set's pods that matters most; null while there is none.</summary>
    /// <param name="pods">Pods of that replica set only: an old pod that dies is not this rollout's fault.</param>
    /// <param name="warnings">Warning events of the namespace. Best effort: they explain, they never decide alone.</param>
    public static PodTrouble? Find(ReplicaSet newest, IEnumerable<Pod> pods, IReadOnlyCollection<Event> warnings)
    {
        if (CannotCreatePods(newest, warnings) is { } none) return none;
        return Worst(pods, warnings);
    }

    /// <summary>As for a replica set; what a set can't create is told by events alone, and only while pods are missing.</summary>
    /// <param name="pods">Pods of the newest revision only.</param>
    public static PodTrouble? Find(PodSet set, IReadOnlyCollection<Pod> pods, IReadOnlyCollection<Event> warnings) =>
        Worst(pods, warnings) ?? (pods.Count < set.Wanted() && Latest(warnings, set.Metadata.Uid, "FailedCreate") is { } said ? Refused(said) : null);

    /// <summary>The trouble of one pod.</summary>
    public static PodTrouble? Of(Pod pod) => Of(pod, []);

    /// <inheritdoc cref="Of(Pod)"/>
    public static PodTrouble? Of(Pod pod, IReadOnlyCollection<Event> warnings) =>
        Unscheduled(pod, warnings) ?? Evicted(pod) ?? OfContainers(pod, warnings) ?? NotStarted(pod, warnings);

    private static PodTrouble? CannotCreatePods(ReplicaSet newest, IReadOnlyCollection<Event> warnings)
    {
        var refused = newest.Status.Conditions?.FirstOrDefault(c => c is { Type: "ReplicaFailure", Status: "True" });
        if (refused is null) return null;
        return Refused(refused.Message ?? Latest(warnings, newest.Metadata.Uid, "FailedCreate") ?? refused.Reason ?? "");
    }

    private static PodTrouble Refused(string said) => Has(said, "exceeded quota")
        ? Passing("quota", $"No pods can be created: {said}", "Raise the namespace's quota or free some of it.")
        : Passing("pods-refused", $"No pods can be created: {said}", "Admission (a policy, a webhook, a missing service account) refuses the pods.");

    // By name, so that two looks at the same state say the same.
    private static PodTrouble? Worst(IEnumerable<Pod> pods, IReadOnlyCollection<Event> warnings) => pods
        .Where(p => p.Metadata.DeletionTimestamp is null)
        .OrderBy(p => p.Metadata.Name, StringComparer.Ordinal)
        .Select(p => Of(p, warnings))
        .OfType<PodTrouble>()
        .OrderByDescending(t => t.Fatal)
        .FirstOrDefault();

    private static PodTrouble? Unscheduled(Pod pod, IReadOnlyCollection<Event> warnings) =>
        pod.Status.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" }) is { } condition
            ? Passing(
                "unschedulable", $"Pod {pod.Metadata.Name} finds no node: {condition.Message ?? Latest(warnings, pod.Metadata.Uid, "FailedScheduling") ?? condition.Reason}",
                "Add capacity, or change what the pod asks for.")
            : null;

    private static PodTrouble? Evicted(Pod pod) => pod.Status is { Phase: "Failed", Reason: { } reason } status
        ? Passing("pod-ended", $"Pod {pod.Metadata.Name} was ended by its node ({reason}): {status.Message}", null)
        : null;

    private static PodTrouble? OfContainers(Pod pod, IReadOnlyCollection<Event> warnings) =>
        (pod.Status.InitContainerStatuses ?? []).Where(c => c.State?.Terminated?.ExitCode != 0)      // an ended one has done its part
            .Concat(pod.Status.ContainerStatuses ?? [])
            .Where(c => !c.Ready)
            .Select(c => OfContainer(pod, c, warnings))
            .OfType<PodTrouble>()
            .OrderByDescending(t => t.Fatal)
            .FirstOrDefault();

    private static PodTrouble? OfContainer(Pod pod, ContainerStatus container, IReadOnlyCollection<Event> warnings)
    {
        var what = $"container {container.Name} of pod {pod.Metadata.Name}";
        var (reason, said) = (container.State?.Waiting?.Reason, container.State?.Waiting?.Message ?? "");
        return reason switch
        {
            "ErrImagePull" or "ImagePullBackOff" => ImagePull(pod, container, said, warnings),
            "InvalidImageName" or "ErrImageNeverPull" => Lasting("image-pull", $"The image of {what} can't be used ({reason}): {said}", "Check the version and the image in the service's file."),
            "ImageInspectError" => Passing("image-pull", $"The node can't read the image of {what}: {said}", null),
            "CreateContainerConfigError" => Lasting("config-error", $"The configuration of {what} is incomplete: {said}", "Create the missing ConfigMap, Secret or key, then retry."),
            // The runtime's own hiccups pass; a command that is not there does not.
            "CreateContainerError" or "RunContainerError" or "PreCreateHookError" or "PreStartHookError" or "PostStartHookError" =>
                new PodTrouble(Words("start-failed", $"The runtime can't start {what} ({reason}): {said}", "Check the command and hooks in the pod's template."), !Has(said, "deadline exceeded") && !Has(said, "is reserved")),
            "CrashLoopBackOff" => Crashing(what, container, container.RestartCount >= FatalRestarts),
            null when Ended(container) is { ExitCode: not 0 } => Crashing(what, container, fatal: false),
            null when container.State?.Running is not null && Latest(warnings, pod.Metadata.Uid, "Unhealthy") is { } probe =>
                Passing("probe-failed", $"{Capital(what)} runs but is not ready: {probe}", "See what its probe asks, and its log."),
            _ => null,
        };
    }

    private static PodTrouble ImagePull(Pod pod, ContainerStatus container, string said, IReadOnlyCollection<Event> warnings)
    {
        // While the node waits for its next try, the state says only that it waits; the event still says why.
        var events = Latest(warnings, pod.Metadata.Uid, "Failed", m => Has(m, "pull")) ?? "";
        var cause = LastingPullErrors.Any(e => Has(said, e)) || events.Length == 0 ? said : events;
        var lasting = LastingPullErrors.FirstOrDefault(e => Has(cause, e));
        // The word that matters comes first: the runtime hides it at the end of a long sentence.
        var why = $"The image {container.Image} can't be pulled for pod {pod.Metadata.Name}: {(lasting is null ? cause : $"{lasting} ({cause})")}";
        return lasting is not null
            ? Lasting("image-pull", why, "Check that this version was built and pushed, and that the cluster may pull it.")
            : Passing("image-pull", why, null);
    }

    private static PodTrouble Crashing(string what, ContainerStatus container, bool fatal)
    {
        var ended = Ended(container);
        var how = ended switch
        {
            { Reason: "OOMKilled" } => "out of memory",
            { ExitCode: 126 or 127 } => $"exit code {ended.ExitCode}, its command can't be run",
            { ExitCode: 137 } => "exit code 137, killed",
            { } => $"exit code {ended.ExitCode}",
            null => "no exit code known",
        };
        var last = string.IsNullOrWhiteSpace(ended?.Message) ? "" : $": {ended.Message}";
        return new PodTrouble(
            Words(
                ended?.Reason == "OOMKilled" ? "out-of-memory" : "crash-loop",
                $"{Capital(what)} keeps ending ({how}, restarted {container.RestartCount} times){last}",
                ended?.Reason == "OOMKilled" ? "Raise its memory limit, or find what it uses the memory for." : "Its log says why: kubectl logs --previous."),
            fatal);
    }

    private static TerminatedState? Ended(ContainerStatus container) => container.State?.Terminated ?? container.LastState?.Terminated;

    /// <summary>Volumes, network, sandbox: while these are prepared the container says only that it is being created.</summary>
    private static PodTrouble? NotStarted(Pod pod, IReadOnlyCollection<Event> warnings)
    {
        if (pod.Status.Phase != "Pending") return null;
        var why = MountReasons.Select(r => Latest(warnings, pod.Metadata.Uid, r)).FirstOrDefault(m => m is not null);
        return why is null ? null : Passing("pod-setup", $"Pod {pod.Metadata.Name} can't be set up: {why}", "Check its volumes and the node's network.");
    }

    private static string? Latest(IReadOnlyCollection<Event> warnings, string uid, string reason, Func<string, bool>? about = null) => warnings
        .Where(e => e.InvolvedObject?.Uid == uid && e.Reason == reason && (about is null || about(e.Message ?? "")))
        .MaxBy(e => e.Seen)?.Message;

    private static PodTrouble Lasting(string code, string why, string? next) => new(Words(code, why, next), Fatal: true);

    private static PodTrouble Passing(string code, string why, string? next) => new(Words(code, why, next), Fatal: false);

    private static Fault Words(string code, string why, string? next) => new(code, BoundedReads.Printable(why, Characters), next);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
