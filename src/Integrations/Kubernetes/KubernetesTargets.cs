using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Workloads in Kubernetes clusters.</summary>
/// <remarks>Safe to repeat: a change carries its key in an annotation and is found by it (see <see cref="Marks"/>).</remarks>
internal sealed class KubernetesTargets(Clusters clusters, Rollouts rollouts, BlueGreen blueGreen, Canaries canaries, Weights weights, Parts parts, JobRuns jobs, SetTargets sets, RolloutWatch watch, PodsOfVersion pods, HealthClient health, TimeProvider time) : ITargets
{
    public const string RunsNow = "it runs now";

    private static readonly TimeSpan SwitchLook = TimeSpan.FromSeconds(1);

    public bool Serves(Target target) => target is Target.Kubernetes;

    public Task<Outcome<Sighting>> LookAsync(Target target, CancellationToken cancellationToken) => AnswerAsync(target, async k =>
    {
        if (IsSet(k)) return Done(await sets.LookAsync(k, cancellationToken));
        var pair = k.Service is null ? null : await blueGreen.FindAsync(k, cancellationToken);
        var deployment = pair?.Live ?? await clusters.Client(k.Cluster).GetDeploymentAsync(k.Namespace, k.Deployment, cancellationToken);
        var container = Images.Choose(deployment.Spec.Template, k);
        var byHand = Hands.ByHand(deployment, container) ?? (pair is null ? null : Hands.SwitchedByHand(pair.Service, deployment));
        var (meta, status) = (deployment.Metadata, deployment.Status);
        return Done(new Sighting(
            Images.VersionOf(container.Image), Marks.RevisionOf(meta), status.ReadyReplicas, deployment.Spec.Replicas ?? 1,
            byHand is null ? (pair is null ? null : Marks.RunOf(pair.Service.Metadata)) ?? Marks.RunOf(meta) : null, byHand));
    });

    public Task<Outcome<RolloutBegun>> RollOutAsync(Target target, Change change, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k => Done(IsSet(k) ? await sets.RollOutAsync(k, change, cancellationToken) : change.Stage?.Kind switch
        {
            StageKind.Beside => await blueGreen.BringUpAsync(k, change, cancellationToken),
            StageKind.Switch => await blueGreen.SwitchAsync(k, change, cancellationToken),
            StageKind.Dismiss => await blueGreen.DismissAsync(k, change, cancellationToken),
            StageKind.Canary => await canaries.BeginAsync(await InPlaceAsync(k, cancellationToken), change, cancellationToken),
            StageKind.EndCanary => await canaries.EndAsync(await InPlaceAsync(k, cancellationToken), change, cancellationToken),
            StageKind.Part => await parts.BeginAsync(await InPlaceAsync(k, cancellationToken), change, cancellationToken),
            StageKind.All => await parts.GoOnAsync(await InPlaceAsync(k, cancellationToken), change, cancellationToken),
            StageKind.Tidy => await parts.TidyAsync(await InPlaceAsync(k, cancellationToken), change, cancellationToken),
            _ => await rollouts.RollOutAsync(await InPlaceAsync(k, cancellationToken), change, cancellationToken),
        }));

    public Task<Outcome<RolloutBegun>> RollBackAsync(Target target, Change change, long? toRevision, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k => Done(IsSet(k) ? await sets.RollBackAsync(k, change, toRevision, cancellationToken) : change.Stage?.Kind switch
        {
            StageKind.Switch => await blueGreen.SwitchBackAsync(k, change, cancellationToken),
            StageKind.Dismiss => await blueGreen.DismissAsync(k, change, cancellationToken),
            StageKind.EndCanary => await canaries.EndAsync(await InPlaceAsync(k, cancellationToken), change, cancellationToken),
            _ => await rollouts.RollBackAsync(await InPlaceAsync(k, cancellationToken), change, toRevision, cancellationToken),
        }));

    public Task<Outcome<Nothing>> HoldAsync(Target target, Change change, bool hold, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k =>
        {
            // A switch is there at once: nothing of it could be held.
            if (IsSet(k)) await sets.HoldAsync(k, change, hold, cancellationToken);
            else if (change.Stage is null or { Kind: StageKind.Beside or StageKind.Canary or StageKind.Part or StageKind.All }) await rollouts.HoldAsync(await ChangedAsync(k, change, cancellationToken), change, hold, cancellationToken);
            return Done(Nothing.Value);
        });

    public Task<Outcome<RolloutSighting>> ObserveAsync(
        Target target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k => IsSet(k) ? await sets.ObserveAsync(k, change, last, atMost, cancellationToken) : change.Stage?.Kind == StageKind.Switch
            ? await ObserveSwitchAsync(k, change, last, atMost, cancellationToken)
            : change.Stage?.Kind == StageKind.Canary ? await ObserveCanaryAsync(k, change, last, atMost, cancellationToken)
            : change.Stage?.Kind == StageKind.Tidy ? Done(new RolloutSighting(RolloutPhase.Complete, 0, 0, 0, "Surge and unavailable are as they were.", null))
            : await NothingLeftAsync(k, change, cancellationToken) is { } nothing ? Done(nothing)
            : Ended(change, await watch.ObserveAsync(await ChangedAsync(k, change, cancellationToken), change, last, atMost, cancellationToken)));

    public Task<Outcome<Nothing>> SendTrafficAsync(Target target, Change change, CancellationToken cancellationToken) => AnswerAsync(target, async k =>
    {
        if (change.Stage?.Kind == StageKind.Canary) await weights.SendAsync(await InPlaceAsync(k, cancellationToken), change, cancellationToken);
        return Done(Nothing.Value);
    });

    public Task<Outcome<PodNames>> PodNamesAsync(Target target, string version, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k => Done(IsSet(k) ? await sets.PodNamesAsync(k, version, cancellationToken) : await watch.PodsAsync(k, version, cancellationToken)));

    public Task<Outcome<Retired>> RetireAsync(Target target, Change change, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k => Done(new Retired(await blueGreen.RetireAsync(k, change, cancellationToken))));

    public Task<Outcome<Nothing>> StartJobAsync(Target target, Change change, JobToRun job, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k =>
        {
            await jobs.StartAsync(k, change, job, cancellationToken);
            return Done(Nothing.Value);
        });

    public Task<Outcome<JobSighting>> ObserveJobAsync(Target target, string name, JobSighting? last, TimeSpan atMost, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k => Done(await jobs.ObserveAsync(k, name, last, atMost, cancellationToken)));

    public Task<Outcome<Nothing>> StopJobAsync(Target target, string name, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k =>
        {
            await jobs.StopAsync(k, name, cancellationToken);
            return Done(Nothing.Value);
        });

    public Task<Outcome<PodsSeen>> PodsAsync(Target target, string version, DateTimeOffset since, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k =>
        {
            if (IsSet(k)) return await sets.PodsAsync(k, version, since, cancellationToken);
            IEnumerable<string> names = k.Service is null ? [k.Deployment] : (await blueGreen.FindAsync(k, cancellationToken)).Both.Select(one => one.Metadata.Name);
            return await pods.SeeAsync(k, [.. names.SelectMany(name => (string[])[name, Canaries.NameOf(name)])], version, since, cancellationToken);
        });

    public Task<Outcome<BackSeen>> LookBackAsync(Target target, string version, long? revision, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k =>
        {
            if (IsSet(k)) return Done(await sets.LookBackAsync(k, version, revision, cancellationToken));
            var pair = k.Service is null ? null : await blueGreen.FindAsync(k, cancellationToken);
            var deployment = pair?.Live ?? await clusters.Client(k.Cluster).GetDeploymentAsync(k.Namespace, k.Deployment, cancellationToken);
            var container = Images.Choose(deployment.Spec.Template, k);
            var byHand = Hands.ByHand(deployment, container);
            if (Images.IsOf(container.Image, version)) return Done(new BackSeen(RunsNow, byHand) { Image = container.Image });
            if (pair?.Idle is { } idle && Images.Find(idle.Spec.Template, k) is { } beside && Images.IsOf(beside.Image, version))
                return Done(new BackSeen($"it stands by as {idle.Metadata.Name}, {idle.Status.ReadyReplicas} of its replicas ready", byHand));
            return Done(new BackSeen(Kept(await rollouts.FindRevisionAsync(k with { Deployment = deployment.Metadata.Name }, deployment, version, revision, cancellationToken)), byHand) { Image = ImageReference.Named(k.Image, version) });
        });

    public Task<HealthAnswer> ProbeAsync(Target target, HealthProbe probe, CancellationToken cancellationToken) =>
        health.AskAsync(probe, cancellationToken);

    /// <summary>What is left of a version that does not run.</summary>
    public static string Kept(long? revision) => revision is null
        ? "its revision is gone: only its image is set back, not what else its template said"
        : $"revision {revision} is there";

    private static bool IsSet(Target.Kubernetes target) => target.Kind != WorkloadKind.Deployment;

    private async Task<Outcome<RolloutSighting>> ObserveSwitchAsync(Target.Kubernetes target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken)
    {
        for (var left = atMost; ; left -= SwitchLook)
        {
            var now = await blueGreen.SeeSwitchAsync(target, change, cancellationToken);
            if (now != last || left <= TimeSpan.Zero) return Done(now);
            await Task.Delay(SwitchLook, time, cancellationToken);
        }
    }

    /// <summary>Its pods by the watch; once they are up, its share of the traffic by what the route says.</summary>
    private async Task<Outcome<RolloutSighting>> ObserveCanaryAsync(Target.Kubernetes target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var stable = await InPlaceAsync(target, cancellationToken);
        var canary = stable with { Deployment = Canaries.NameOf(stable.Deployment) };
        if (await weights.FindAsync(stable, cancellationToken) is null) return await watch.ObserveAsync(canary, change, last, atMost, cancellationToken);

        // The route is no part of the watch: it is only looked at while it is waited for.
        var waitsForRoute = last is { Phase: RolloutPhase.Up } or { Phase: RolloutPhase.Progressing, Ready: > 0 } && last.Ready == last.Wanted;
        for (var left = atMost; ; left -= SwitchLook)
        {
            var seen = await watch.ObserveAsync(canary, change, waitsForRoute ? null : last, waitsForRoute ? SwitchLook : atMost, cancellationToken);
            if (seen is not Outcome<RolloutSighting>.Done { Value: { Phase: RolloutPhase.Complete } up }) return seen;
            var now = await weights.FindAsync(stable, cancellationToken) is { } split ? Weights.See(split, change, up) : up;
            if (now != last || left <= TimeSpan.Zero) return Done(now);
            await Task.Delay(SwitchLook, time, cancellationToken);
        }
    }

    /// <summary>The Deployment that is changed in place: the one that has the traffic, where two take turns.</summary>
    private async Task<Target.Kubernetes> InPlaceAsync(Target.Kubernetes target, CancellationToken cancellationToken) =>
        target.Service is null ? target : target with { Deployment = (await blueGreen.FindAsync(target, cancellationToken)).Live.Metadata.Name };

    /// <summary>The Deployment that a change has signed.</summary>
    private async Task<Target.Kubernetes> ChangedAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken)
    {
        if (change.Stage?.Kind is StageKind.Canary or StageKind.EndCanary) return target with { Deployment = Canaries.NameOf((await InPlaceAsync(target, cancellationToken)).Deployment) };
        if (target.Service is null) return target;
        var pair = await blueGreen.FindAsync(target, cancellationToken);
        return target with { Deployment = change.Stage is null or { Kind: StageKind.Part or StageKind.All } && !pair.Both.Any(one => Marks.AreOf(one.Metadata, change)) ? pair.Live.Metadata.Name : BlueGreen.NameOf(pair, change) };
    }

    /// <summary>Of what is scaled to zero no replicas are counted: those that are left are ending.</summary>
    private static Outcome<RolloutSighting> Ended(Change change, Outcome<RolloutSighting> seen) =>
        change.Stage?.Kind is StageKind.EndCanary or StageKind.Dismiss && seen is Outcome<RolloutSighting>.Done { Value.Phase: RolloutPhase.Complete }
            ? Done(new RolloutSighting(RolloutPhase.Complete, 0, 0, 0, "It is scaled to zero.", null))
            : seen;

    /// <summary>Where a run takes away what it brought up, and nothing of it is there (any more), that is as it should be; null = there is something to watch.</summary>
    private async Task<RolloutSighting?> NothingLeftAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken)
    {
        var left = change.Stage?.Kind switch
        {
            StageKind.EndCanary => await canaries.FindAsync(await InPlaceAsync(target, cancellationToken), cancellationToken),
            StageKind.Dismiss => (await blueGreen.FindAsync(target, cancellationToken)).Idle,
            _ => null,
        };
        var ends = change.Stage?.Kind is StageKind.EndCanary or StageKind.Dismiss;
        return ends && (left is null || Marks.RunOf(left.Metadata) != change.Run) ? new RolloutSighting(RolloutPhase.Complete, 0, 0, 0, "Nothing of this run is left there.", null) : null;
    }

    /// <summary>The one place where a cluster's no becomes an answer.</summary>
    private static async Task<Outcome<T>> AnswerAsync<T>(Target target, Func<Target.Kubernetes, Task<Outcome<T>>> ask)
    {
        try
        {
            return await ask((Target.Kubernetes)target);
        }
        catch (ApiException e)
        {
            return e.ToOutcome<T>();
        }
    }

    private static Outcome<T> Done<T>(T value) => new Outcome<T>.Done(value);
}
