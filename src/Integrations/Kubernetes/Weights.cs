using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Shares traffic out between the stable pods and a canary's by weight. Nothing is remembered here: what was set is read back from the route itself.</summary>
internal sealed partial class Weights(Clusters clusters, ILogger<Weights> logger)
{
    /// <summary>How soon an end looks again whether its Gateway has taken notice.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>What shares the traffic out; null = each pod gets as much as the next.</summary>
    /// <param name="target">With the stable Deployment's name.</param>
    /// <exception cref="ApiException">The service's file names a means that is not there, or more than one leads to both Services.</exception>
    public async Task<Split?> FindAsync(Target.Kubernetes target, CancellationToken cancellationToken)
    {
        var written = target.Traffic;
        if (written?.By == TrafficMeans.Replicas) return null;
        var client = clusters.Client(target.Cluster);
        var (stable, canary) = NamesOf(target);
        if (written is null or { By: null, Route: null } && await Fresh.FindAsync(client.GetServiceAsync(target.Namespace, canary, cancellationToken)) is null) return null;
        var found = new List<Split>();
        if (written?.By is null or TrafficMeans.Gateway) found.AddRange((await ListAsync(client.ListRoutesAsync(target.Namespace, cancellationToken))).Select(route => Split.OfRoute(route, stable, canary)).OfType<Split>());
        if (written?.By == TrafficMeans.Nginx || (written?.By is null && found.Count == 0))
            found.AddRange((await ListAsync(client.ListIngressesAsync(target.Namespace, cancellationToken))).Select(ingress => Split.OfIngress(ingress, stable, canary)).OfType<Split>());
        if (written?.Route is { } route) found.RemoveAll(one => one.Name != route);
        if (found.Count > 1)
            throw ApiException.Never("route-unclear", $"{string.Join(" and ", found.Select(one => one.ToString()))} lead to both {stable} and {canary}.", "Name one under traffic: in the service's file.");
        if (found.Count == 0 && written is ({ By: not null } or { Route: not null }))
        {
            var kind = written.By switch { TrafficMeans.Nginx => "canary Ingress", TrafficMeans.Gateway => "HTTPRoute", _ => "HTTPRoute or canary Ingress" };
            throw ApiException.Never("route-missing", $"There is no {kind}{(written.Route is null ? "" : $" {written.Route}")} in {target.Namespace} that leads to {(written.By == TrafficMeans.Nginx ? canary : $"both {stable} and {canary}")}.", "Make it, or mend traffic: in the service's file.");
        }

        return found.FirstOrDefault();
    }

    /// <summary>The labels by which the canary's Service finds its pods, where the stable one does not find them too.</summary>
    public async Task<Dictionary<string, string>> LabelsAsync(Split split, Target.Kubernetes target, JsonObject podLabels, CancellationToken cancellationToken)
    {
        var client = clusters.Client(target.Cluster);
        var (stable, canary) = (await client.GetServiceAsync(target.Namespace, split.Stable, cancellationToken), await client.GetServiceAsync(target.Namespace, split.Canary, cancellationToken));
        var labels = canary.Spec.Selector is { Count: > 0 } selector ? selector : throw Unclear(split.Canary, "selects nothing", "Give it a selector.");
        var both = (stable.Spec.Selector ?? []).All(wanted => (labels.TryGetValue(wanted.Key, out var own) ? own : (string?)podLabels[wanted.Key]) == wanted.Value);
        return both ? throw Unclear(split.Stable, "would select the canary's pods too, and give them more than their share", $"Give its selector, or that of {split.Canary}, a label by which they differ.") : labels;
    }

    /// <summary>The canary gets its share.</summary>
    public Task SendAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        if (await FindAsync(target, cancellationToken) is not { } split || Marks.AreOf(split.Metadata, Signed(change))) return Nothing.Value;
        if (Marks.RunOf(split.Metadata) == change.Run && Moved(split) is { } moved) throw ApiException.Never(FaultCodes.ChangedByHand, moved.Why, moved.Next);
        await SetAsync(target, split, change.Stage!.Percent, change, cancellationToken);
        return Nothing.Value;
    });

    /// <summary>The canary gets nothing any more; it is not ended before that is carried out.</summary>
    public Task StopAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        if (await FindAsync(target, cancellationToken) is not { } split || Marks.RunOf(split.Metadata) is { } other && other != change.Run) return Nothing.Value;
        if (split.Percent > 0)
        {
            if (Moved(split) is { } moved) Log.Moved(logger, change.Run, moved.Why);
            await SetAsync(target, split, 0, change, cancellationToken);
            split = await FindAsync(target, cancellationToken) ?? split;
        }

        return split.NotLive is { } why && split.Metadata.Annotation(Marks.Weight) is not null
            ? throw ApiException.Later($"The canary is scaled down once it gets no traffic any more: of {split}, {why}.", LookAgain)
            : Nothing.Value;
    });

    /// <summary>How a canary stands whose pods are up: whether it gets its share.</summary>
    public static RolloutSighting See(Split split, Change change, RolloutSighting up)
    {
        var percent = change.Stage!.Percent;
        if (!Marks.AreOf(split.Metadata, Signed(change)))
        {
            return Marks.RunOf(split.Metadata) == change.Run || Marks.RunOf(split.Metadata) is not { } other || other.Number < change.Run.Number
                ? up with { Phase = RolloutPhase.Up, Says = $"It is up; {split} is to give it {percent}% of the traffic." }
                : Superseded(new Fault("superseded", $"Run {other} changed {split} meanwhile.", "Look at what carries traffic before you deploy again."), up);
        }

        if (split.Percent != percent) return Superseded(Moved(split) ?? new Fault("superseded", $"{split} gives it {split.Percent}% of the traffic, not {percent}%.", null), up);
        return split.NotLive is { } why
            ? up with { Phase = RolloutPhase.Progressing, Says = $"It waits for {split}: {why}." }
            : up with { Phase = RolloutPhase.Complete, Says = $"{percent}% of the traffic by {split}." };
    }

    private static RolloutSighting Superseded(Fault fault, RolloutSighting up) => up with { Phase = RolloutPhase.Superseded, Says = fault.Why, Trouble = fault };

    /// <summary>What somebody changed by hand since a run set it; null when nobody did.</summary>
    private static Fault? Moved(Split split) =>
        split.Metadata.Annotation(Marks.Weight) is { } set && set != split.Percent.ToString(System.Globalization.CultureInfo.InvariantCulture)
            ? new Fault("superseded", $"Not by a run: {Hands.WhoTouched(split.Metadata)} changed {split}: it gives the canary {split.Percent}% of the traffic; run {split.Metadata.Annotation(Marks.Run)} had set {set}%.", "Look who needs it so, then retry, or roll back.")
            : null;

    private async Task SetAsync(Target.Kubernetes target, Split split, int percent, Change change, CancellationToken cancellationToken)
    {
        var answer = await clusters.Client(target.Cluster).PatchRouteAsync(split.Resource, target.Namespace, split.Name, split.To(percent, Signed(change)), cancellationToken);

        // What was asked for is not always what was kept: a policy of the cluster may have changed it.
        var kept = split.Means == TrafficMeans.Nginx ? Split.OfIngress(answer, split.Stable, split.Canary) : Split.OfRoute(answer, split.Stable, split.Canary);
        if (kept?.Percent != percent) throw ApiException.Never("weight-refused", $"{split} was to give the canary {percent}% of the traffic, and gives it {kept?.Percent.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing that can be told"}.", "A policy of the cluster, or another controller, keeps it: look there.");
        Log.Set(logger, split.ToString(), percent, change.Run);
    }

    /// <summary>A part of the change with a key of its own: the pods carry the change's.</summary>
    private static Change Signed(Change change) => change with { Key = change.Key + "/weight" };

    private static (string Stable, string Canary) NamesOf(Target.Kubernetes target)
    {
        var stable = target.Traffic?.Stable ?? target.Service ?? target.Deployment;
        return (stable, target.Traffic?.Canary ?? $"{stable}-canary");
    }

    /// <summary>A cluster that does not know the kind has none.</summary>
    private static async Task<List<JsonObject>> ListAsync(Task<List<JsonObject>> asked)
    {
        try
        {
            return await asked;
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return [];
        }
    }

    private static ApiException Unclear(string service, string why, string next) => ApiException.Never("service-unclear", $"The Service {service} {why}.", next);

    private static partial class Log
    {
        [LoggerMessage(360, LogLevel.Information, "{Route} gives the canary of run {RunId} {Percent}% of the traffic")]
        public static partial void Set(ILogger logger, string route, int percent, RunId runId);

        [LoggerMessage(361, LogLevel.Warning, "While run {RunId} ends its canary: {Why}")]
        public static partial void Moved(ILogger logger, RunId runId, string why);
    }
}
