using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

public class WatchTests
{
    private static readonly string[] Watched = ["deployments", "events", "pods", "replicasets"];

    [Fact]
    public async Task Many_observers_share_one_watch_per_resource()
    {
        await using var bed = await Bed.StartAsync();
        var targets = Enumerable.Range(0, 20).Select(i => Bed.Api with { Deployment = $"api-{i}" }).ToList();
        foreach (var target in targets) bed.Cluster.AddDeployment("shop", target.Deployment, "registry.example.com/api:v1", 1);
        var changes = targets.Select((t, i) => (Target: t, Change: Bed.To("v2", $"k{i}", 1 + i))).ToList();
        foreach (var (target, change) in changes) Bed.Done(await bed.Targets.RollOutAsync(target, change, default));
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        await Task.WhenAll(changes.Select(c => CompleteAsync(bed, c.Target, c.Change)));

        // A rollout can be complete before the last of the lists has become a watch.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (bed.Cluster.Requests.Count(r => r.Verb == "watch") < Watched.Length) await Task.Delay(5, patience.Token);
        bed.Cluster.Requests.Where(r => r.Verb == "watch").Select(r => r.Resource).Order(StringComparer.Ordinal).ShouldBe(Watched);
        bed.Cluster.Requests.Where(r => r.Verb == "list").Select(r => r.Resource).Order(StringComparer.Ordinal).ShouldBe(Watched);
    }

    [Fact]
    public async Task News_ends_a_wait_and_silence_ends_it_at_its_limit()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        var first = await bed.SeeAsync(change, RolloutPhase.Progressing);
        var same = Bed.Done(await bed.Targets.ObserveAsync(Bed.Api, change, first, TimeSpan.FromMilliseconds(50), default));
        same.ShouldBe(first);
        var waiting = bed.Targets.ObserveAsync(Bed.Api, change, first, TimeSpan.FromMinutes(5), default);
        waiting.IsCompleted.ShouldBeFalse();
        bed.Cluster.Advance(2);
        Bed.Done(await waiting.WaitAsync(TimeSpan.FromSeconds(10))).ShouldNotBe(first);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        var first = await bed.SeeAsync(change, RolloutPhase.Progressing);
        using var cancel = new CancellationTokenSource();
        var waiting = bed.Targets.ObserveAsync(Bed.Api, change, first, TimeSpan.FromMinutes(5), cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_too_old_to_watch_from_is_listed_anew(bool asStatus)
    {
        await using var bed = await WatchingAsync();
        bed.Cluster.Faults.GoneAsStatus = asStatus;
        bed.Cluster.Faults.ForgetHistory();
        await CompletesAsync(bed);
        bed.Cluster.Requests.Count(r => r is { Verb: "list", Resource: "deployments" }).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_closed_watch_goes_on_where_it_was_without_a_list()
    {
        await using var bed = await WatchingAsync();
        bed.Cluster.Faults.CloseWatches();
        await CompletesAsync(bed);
        bed.Cluster.Requests.Count(r => r is { Verb: "list", Resource: "deployments" }).ShouldBe(1);
        bed.Cluster.Requests.Count(r => r is { Verb: "watch", Resource: "deployments" }).ShouldBe(2);
    }

    [Fact]
    public async Task A_bookmark_is_where_the_next_watch_begins()
    {
        await using var bed = await WatchingAsync();
        bed.Cluster.Put("pods", "elsewhere", new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "x" } });
        var version = bed.Cluster.Deployment("shop", "api").Json["metadata"]!["resourceVersion"]!.GetValue<string>();
        bed.Cluster.Bookmark();
        bed.Cluster.Faults.CloseWatches();
        await Bed.UntilAsync(() => bed.Cluster.Requests.Any(r => r is { Verb: "watch", Resource: "deployments" }
            && long.Parse(r.PathAndQuery.Split("resourceVersion=")[1].Split('&')[0]) > long.Parse(version)));
    }

    [Fact]
    public async Task A_watch_that_says_nothing_is_given_up()
    {
        await using var bed = await WatchingAsync(Bed.Quick with { WatchFor = TimeSpan.FromMilliseconds(20), WatchGrace = TimeSpan.FromMilliseconds(20) });
        bed.Cluster.Faults.MuteWatches = true;
        var before = bed.Cluster.Requests.Count(r => r is { Verb: "watch", Resource: "deployments" });
        await Bed.UntilAsync(() => bed.Cluster.Requests.Count(r => r is { Verb: "watch", Resource: "deployments" }) > before + 1);
        bed.Cluster.Faults.MuteWatches = false;
        await CompletesAsync(bed);
    }

    [Fact]
    public async Task Nobody_is_blamed_for_what_the_watch_has_not_heard_yet()
    {
        await using var bed = await WatchingAsync();
        bed.Cluster.Faults.MuteWatches = true;
        var next = Bed.To("v1.2.4", "run-130/s1/1", run: 130);
        await bed.RollOutAsync(next);
        Bed.Later(await bed.Targets.ObserveAsync(Bed.Api, next, null, TimeSpan.FromMilliseconds(30), default)).Why.ShouldContain("older than the change");
        bed.Cluster.Faults.MuteWatches = false;
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        (await bed.SeeAsync(next, s => s.Phase != RolloutPhase.Progressing)).Phase.ShouldBe(RolloutPhase.Complete);
    }

    [Fact]
    public async Task A_cluster_that_is_gone_is_said_and_found_again()
    {
        await using var bed = await WatchingAsync();
        bed.Cluster.Faults.RefuseConnections = true;
        Outcome<RolloutSighting> seen;
        do seen = await bed.Targets.ObserveAsync(Bed.Api, Bed.To("v1.2.3"), null, TimeSpan.FromMilliseconds(100), default);
        while (seen is Outcome<RolloutSighting>.Done);
        Bed.Later(seen).Why.ShouldStartWith("The cluster main does not answer: ");
        Bed.Later(await bed.Targets.LookAsync(Bed.Api, default)).Why.ShouldStartWith("The cluster main does not answer: ");
        bed.Cluster.Faults.RefuseConnections = false;
        await CompletesAsync(bed);
    }

    [Fact]
    public async Task Blindness_for_pods_is_said_and_the_rollout_still_followed()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.Forbid("list", "pods");
        await bed.RollOutAsync(Bed.To("v1.2.3"));
        (await bed.SeeAsync(Bed.To("v1.2.3"), RolloutPhase.Progressing)).Says.ShouldContain("may not list pods");
        await CompletesAsync(bed);
    }

    [Fact]
    public async Task A_forbidden_watch_names_the_permission_and_does_not_flicker()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.Forbid("watch", "deployments");
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        Outcome<RolloutSighting> seen;
        do seen = await bed.Targets.ObserveAsync(Bed.Api, change, null, TimeSpan.FromSeconds(2), default);
        while (seen is not Outcome<RolloutSighting>.Never);
        for (var i = 0; i < 5; i++)
            Bed.Never(await bed.Targets.ObserveAsync(Bed.Api, change, null, TimeSpan.FromMilliseconds(20), default)).Why.ShouldBe("The bot may not watch deployments in namespace shop on main.");
    }

    [Fact]
    public async Task Watches_end_a_while_after_their_last_observer()
    {
        await using var bed = await WatchingAsync(Bed.Quick with { KeepWatching = TimeSpan.FromMilliseconds(30) });
        await Bed.UntilAsync(() => bed.Cluster.OpenWatches == 0);
        await CompletesAsync(bed);
    }

    private static async Task<Bed> WatchingAsync(Integrations.Kubernetes.KubernetesTimings? timings = null)
    {
        var bed = await Bed.StartAsync(timings);
        await bed.RollOutAsync(Bed.To("v1.2.3"));
        await bed.SeeAsync(Bed.To("v1.2.3"), RolloutPhase.Progressing);
        if (timings is null) await Bed.UntilAsync(() => bed.Cluster.OpenWatches == 4);
        return bed;
    }

    private static Task CompletesAsync(Bed bed)
    {
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        return bed.SeeAsync(Bed.To("v1.2.3"), RolloutPhase.Complete);
    }

    private static async Task CompleteAsync(Bed bed, Target target, Change change)
    {
        RolloutSighting? last = null;
        while (last?.Phase != RolloutPhase.Complete)
            last = Bed.Done(await bed.Targets.ObserveAsync(target, change, last, TimeSpan.FromSeconds(10), default));
    }
}
