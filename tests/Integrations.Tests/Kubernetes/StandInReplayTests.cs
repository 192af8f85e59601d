using System.Text.Json.Nodes;
using ChatOps.Testing.Kubernetes;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Server-side apply is held to what a real API server recorded for the same requests: the stand-in's, and that of any cluster that is given.</summary>
[Trait(AnyBed.Trait, "any")]
public sealed class StandInReplayTests : IAsyncLifetime
{
    private AnyBed cluster = null!;

    public async ValueTask InitializeAsync() => cluster = await AnyBed.StartAsync();

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task An_object_that_is_applied_is_booked_as_the_real_server_books_it()
    {
        var (code, made) = await ApplyAsync("v1", "chatops");
        code.ShouldBe(201);
        var real = Recorded("apply-create.json");
        Books(made).ShouldBe(Books(real));
        foreach (var field in new[] { "replicas", "selector" }) JsonNode.DeepEquals(made["spec"]![field], real["spec"]![field]).ShouldBeTrue(field);
        made["metadata"]!["generation"]!.GetValue<long>().ShouldBe(1);
    }

    [Fact]
    public async Task A_dry_run_tells_the_next_generation_and_keeps_nothing()
    {
        await ApplyAsync("v1", "chatops");
        var (code, dry) = await ApplyAsync("v2", "chatops", "&dryRun=All");
        var real = Recorded("apply-dry-run.json");
        code.ShouldBe(200);
        dry["metadata"]!["generation"]!.GetValue<long>().ShouldBe(real["metadata"]!["generation"]!.GetValue<long>());
        Image(dry).ShouldBe(Image(real));
        Books(dry).ShouldBe(Books(real));
        Image(await cluster.GetAsync("deployment/web")).ShouldBe("registry.example.com/web:v1");
    }

    [Fact]
    public async Task Somebody_else_who_wants_otherwise_gets_the_recorded_conflict_unless_they_force_it()
    {
        await ApplyAsync("v1", "chatops");
        var (code, conflict) = await ApplyAsync("v3", "someone-else");
        code.ShouldBe(409);
        JsonNode.DeepEquals(conflict, Recorded("apply-conflict.json")).ShouldBeTrue(conflict.ToJsonString());
        (await ApplyAsync("v3", "someone-else", "&force=true")).Code.ShouldBe(200);
        Image(await cluster.GetAsync("deployment/web")).ShouldBe("registry.example.com/web:v3");
        (await ApplyAsync("v1", "chatops")).Answer["details"]!["causes"]![0]!["message"]!.GetValue<string>().ShouldBe("conflict with \"someone-else\"");
    }

    [Fact]
    public async Task Kinds_are_told_as_the_real_server_tells_them()
    {
        var real = Recorded("api-resources-apps.json");
        var (_, told) = await cluster.SendAsync(HttpMethod.Get, "apis/apps/v1");
        told["groupVersion"]!.GetValue<string>().ShouldBe(real["groupVersion"]!.GetValue<string>());
        var (ours, theirs) = (told["resources"]!.AsArray().Select(Of).Where(one => !one.Item1.Contains('/', StringComparison.Ordinal)).ToList(), real["resources"]!.AsArray().Select(Of).ToList());
        if (AnyBed.Given is null) ours.ShouldBeSubsetOf(theirs);      // a given cluster may be newer, and have more
        foreach (var kind in (string[])["deployments", "replicasets", "statefulsets", "daemonsets", "controllerrevisions"]) ours.Single(one => one.Item1 == kind).ShouldBe(theirs.Single(one => one.Item1 == kind));

        static (string, string, bool) Of(JsonNode? one) => (one!["name"]!.GetValue<string>(), one["kind"]!.GetValue<string>(), one["namespaced"]!.GetValue<bool>());
    }

    private async Task<(int Code, JsonObject Answer)> ApplyAsync(string version, string manager, string more = "")
    {
        // What was sent for the recordings, as their books tell.
        var whole = manager == "chatops" ? "\"replicas\":1,\"selector\":{\"matchLabels\":{\"app\":\"web\"}}," : "";
        var body = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{WHOLE"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"registry.example.com/web:VERSION"}]}}}}"""
            .Replace("WHOLE", whole, StringComparison.Ordinal).Replace("VERSION", version, StringComparison.Ordinal);
        return await cluster.SendAsync(HttpMethod.Patch, $"apis/apps/v1/namespaces/{cluster.Namespace}/deployments/web?fieldManager={manager}{more}", "application/apply-patch+yaml", body);
    }

    private static JsonObject Recorded(string name) => JsonNode.Parse(KubernetesRecordings.Read(name))!.AsObject();

    private static string? Image(JsonObject deployment) => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>();

    /// <summary>Who owns what by apply, without when.</summary>
    private static string Books(JsonObject item) => string.Join('\n', item["metadata"]!["managedFields"]!.AsArray().Where(book => book!["operation"]!.GetValue<string>() == "Apply")
        .Select(book => $"{book!["manager"]} {book["apiVersion"]} {Sorted(book["fieldsV1"]!)!.ToJsonString()}"));

    private static JsonNode? Sorted(JsonNode? node) => node is JsonObject mapping
        ? new JsonObject(mapping.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => KeyValuePair.Create(one.Key, Sorted(one.Value)))) : node?.DeepClone();
}
