using System.Net;
using System.Text;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Kubernetes;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

public class AnswersTests
{
    private static readonly ApiCall Call = new("main", "get", "deployments", "shop", "api");

    [Theory]
    [InlineData(429, 7)]
    [InlineData(503, 3)]
    [InlineData(500, null)]
    [InlineData(504, null)]
    public async Task A_busy_cluster_is_asked_again_when_it_says(int status, int? seconds)
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.FailNext(1, status, seconds);
        var later = Bed.Later(await bed.Targets.RollOutAsync(Bed.Api, Bed.To("v2"), default));
        later.After.ShouldBe(seconds is { } s ? TimeSpan.FromSeconds(s) : null);
        later.Why.ShouldContain(status.ToString());
    }

    [Fact]
    public async Task A_missing_permission_is_named_with_how_to_grant_it()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.Forbid("patch", "deployments");
        Bed.Never(await bed.Targets.RollOutAsync(Bed.Api, Bed.To("v2"), default)).ShouldSatisfyAllConditions(
            f => f.Code.ShouldBe("permission-missing"),
            f => f.Why.ShouldBe("The bot may not patch deployments in namespace shop on main."),
            f => f.Next.ShouldBe("Grant chatops-bot the verb patch on deployments (API group apps) in a Role of namespace shop; manifests/kubernetes/rbac.yaml has all it needs."));
    }

    [Fact]
    public async Task What_is_not_there_is_said_plainly()
    {
        await using var bed = await Bed.StartAsync();
        Bed.Never(await bed.Targets.LookAsync(Bed.Api with { Deployment = "missing" }, default)).Why.ShouldBe("There is no deployment missing in shop on main.");
        Bed.Never(await bed.Targets.LookAsync(Bed.Api with { Cluster = "other" }, default)).ShouldSatisfyAllConditions(
            f => f.Code.ShouldBe("cluster-unknown"), f => f.Next.ShouldBe("They have main."));
    }

    [Fact]
    public async Task Refused_credentials_are_said_without_them()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Token = "another";
        var fault = Bed.Never(await bed.Targets.LookAsync(Bed.Api, default));
        fault.Code.ShouldBe("credentials-refused");
        fault.ToString().ShouldNotContain("stand-in-token");
    }

    [Theory]
    [InlineData("error-401-unauthorized.json", 401, "credentials-refused", "credentials")]
    [InlineData("error-403-forbidden.json", 403, "permission-missing", "may not get deployments in namespace shop")]
    [InlineData("error-404.json", 404, "target-missing", "no deployment api")]
    [InlineData("error-422-invalid.json", 422, "invalid-change", "spec.replicas: Invalid value: -1")]
    public async Task The_recorded_refusals_are_understood(string recording, int status, string code, string why)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(KubernetesRecordings.Read(recording), Encoding.UTF8, "application/json") };
        var fault = Bed.Never((await ApiException.ReadAsync(Call, response, default)).ToOutcome<Nothing>());
        fault.Code.ShouldBe(code);
        fault.Why.ShouldContain(why);
    }

    [Fact]
    public async Task A_refusal_that_is_not_the_apis_own_is_cut_and_cleaned()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("<html>\u202eno\u0007\n\n way" + new string('x', 100_000)) };
        var fault = Bed.Never((await ApiException.ReadAsync(Call, response, default)).ToOutcome<Nothing>());
        fault.Code.ShouldBe("refused-by-cluster");
        fault.Why.ShouldContain("<html> no way");
        fault.Why.Length.ShouldBeLessThan(500);
    }

    [Fact]
    public void Versions_are_read_from_images()
    {
        Images.VersionOf("registry:5000/a/b:v1").ShouldBe("v1");
        Images.VersionOf("registry:5000/a/b").ShouldBe("latest");
        Images.VersionOf("a/b@sha256:01").ShouldBe("sha256:01");
        Images.VersionOf("a/b:v1@sha256:01").ShouldBe("v1");
        Images.IsOf("a/b:v1@sha256:01", "sha256:01").ShouldBeTrue();
        Images.RepositoryOf("registry:5000/a/b:v1@sha256:01").ShouldBe("registry:5000/a/b");
        ImageReference.Named("a/b", "v1").ShouldBe("a/b:v1");
        ImageReference.Named("a/b", "sha256:01").ShouldBe("a/b@sha256:01");
        ImageReference.Named("a/b", "@sha256:01").ShouldBe("a/b@sha256:01");
    }

    [Fact]
    public void Only_kubernetes_is_served()
    {
        var targets = new KubernetesTargets(null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!);
        targets.Serves(Bed.Api).ShouldBeTrue();
        targets.Serves(new Target.Simulated("api", 3, "v1")).ShouldBeFalse();
    }
}
