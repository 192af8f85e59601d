using System.Collections.Immutable;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Runs;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Trains;

/// <summary>What is wrong with a train is found before it is ever started, and what a train changes is proved to be approved.</summary>
public sealed class LintTrainsTests
{
    private const string TwoManagers = "  - approval: Release\n    from: [managers]\n    count: 2\n";

    private static readonly Dictionary<string, string[]> Shop = new() { ["web"] = ["orders"], ["orders"] = ["db"], ["db"] = [] };

    [Theory]
    [InlineData(TwoManagers, "", null)]
    [InlineData("  - approval: Release\n    from: [managers]\n", "", "approval-again")]                               // one is fewer than two
    [InlineData("", "    runbook: bare\n", "approval-missing")]                                                          // a runbook without an approval, and none before
    [InlineData("  - approval: Release\n    from: [managers]\n", "    runbook: bare\n", null)]
    public void What_approves_a_protected_place_is_looked_at(string steps, string more, string? code)
    {
        var files = TrainWorld.Files(Shop, more, steps: steps, @protected: true).Add(new SourceFile("runbooks/bare.yaml", "runbook: bare\nsteps:\n  - deploy: rolling\n  - check: health\non-failure: { rollback: ask }\n"));
        Codes(files).ShouldBe(code is null ? [] : [code]);
    }

    [Theory]
    [InlineData("orders", "needs db: nothing")]
    public void Services_in_a_circle_are_found(string service, string says)
    {
        var files = TrainWorld.Files(Shop).Select(file => file.File == "services/db.yaml" ? file with { Text = file.Text.Replace("[]", $"[{service}]") } : file);
        ConfigurationReader.Read([.. files]).Findings.ShouldContain(finding => finding.Code == "circle" && finding.What.Contains(says));
    }

    [Fact]
    public void A_service_that_is_not_in_the_environment_is_found()
    {
        var files = TrainWorld.Files(Shop).Select(file => file.File == "services/db.yaml" ? file with { Text = file.Text.Replace("prod:", "staging:") } : file);
        ConfigurationReader.Read([.. files]).Findings.ShouldContain(finding => finding.Code == "environment-unknown" && finding.What.Contains("db has no prod"));
    }

    [Fact]
    public void A_service_that_nobody_may_deploy_is_found()
    {
        var files = TrainWorld.Files(Shop).Select(file => file.File == "access.yaml" ? file with { Text = file.Text.Replace("deploy: { '*': [all] }", "deploy: { '*': [owners] }") } : file);
        ConfigurationReader.Read([.. files]).Findings.ShouldContain(finding => finding.File == "runbooks/release.yaml" && finding.Code == "nobody-may" && finding.What.Contains("Nobody may deploy db to prod"));
    }

    [Theory]
    [InlineData("automatic", "    on-failure: stop\n", "ask")]
    [InlineData("ask", "    on-failure: rollback\n", "ask")]
    [InlineData("ask", "    on-failure: continue\n    at-once: 1\n", "automatic")]
    public void A_train_keeps_every_promise(string own, string more, string whole)
    {
        var proof = Verification.Of(Model(TrainWorld.Files(Shop, more, own, steps: TwoManagers, whole: whole, @protected: true)));
        proof.Broken.ShouldBeEmpty(string.Join('\n', proof.Broken.Select(one => $"{one.Promise}: {one.Why}\n{string.Join('\n', one.Story)}")));
        proof.Holds.ShouldBeTrue();
        proof.States.ShouldBeGreaterThan(20);
    }

    /// <summary>The run itself is in a place that is not protected, so its approval is left out: what counts is where its services go.</summary>
    [Fact]
    public void A_train_that_changes_a_protected_place_unapproved_is_told_as_a_story()
    {
        var files = TrainWorld.Files(Shop, "    runbook: bare\n", steps: TwoManagers + "    when: environment.protected\n", @protected: true)
            .Add(new SourceFile("runbooks/bare.yaml", "runbook: bare\nsteps:\n  - deploy: rolling\n  - check: health\non-failure: { rollback: ask }\n"));
        var broken = Verification.Of(Model(files)).Broken.ShouldHaveSingleItem();
        broken.Promise.ShouldBe(Promise.ApprovedFirst);
        broken.Why.ShouldBe("\"Release\" changes db/prod, which is protected, before anybody approved.");
    }

    [Fact]
    public void A_rehearsal_tells_every_service_and_what_a_failure_leads_to()
    {
        var model = Model(TrainWorld.Files(Shop, "    on-failure: rollback\n", steps: TwoManagers, @protected: true));
        var well = Rehearsal.Walk(model, []).Select(line => line.Line.Says).ToList();
        well.ShouldContain("Release: every place is held, and nothing stands in the way. It begins.");
        well.Where(line => line.StartsWith("Release: now", StringComparison.Ordinal)).ShouldBe(["Release: now db", "Release: now orders", "Release: now web"]);
        var back = Rehearsal.Walk(model, ["train"]).ToList();
        back[^1].Run.Status.ShouldBe(RunStatus.RolledBack);
    }

    [Fact]
    public void A_drawing_shows_the_waves_and_what_needs_what()
    {
        var drawn = Diagram.Mermaid(Model(TrainWorld.Files(Shop)));
        drawn.ShouldContain("subgraph train_wave2 [\"Release: wave 2\"]\n        train_car_orders[[\"orders v2\"]]\n    end\n");
        drawn.ShouldContain("train_car_db --> train_car_orders\n");
        Diagram.Svg(Model(TrainWorld.Files(Shop))).ShouldContain("3 services, 3 waves");
    }

    [Theory]
    [InlineData("all", "v2", "db=v2 platform=v2 orders=v2 web=v2")]
    [InlineData("[db, 'orders=v3']", "v2", "db=v2 orders=v3")]
    [InlineData("{ db: v1, orders: }", "v2", "db=v1 orders=v2")]
    [InlineData("\"db=v5, orders\"", "v2", "db=v5 orders=v2")]
    [InlineData("\"{inputs.list}\"", "v2", "db=v7 web=v2")]
    public void Services_are_named_in_many_ways(string services, string version, string expected)
    {
        var files = TrainWorld.Files(Shop).Select(file => file.File == "runbooks/release.yaml" ? file with { Text = $"runbook: release\nstarts-with: run\ninputs:\n  list: {{ default: 'db=v7, web' }}\nsteps:\n  - waves: Release\n    services: {services}\n    version: {version}\n" } : file);
        var cars = new TrainWorld(TrainWorld.Read([.. files])).Step.Cars;
        cars.Select(car => $"{car.Service}={car.Plan.Version}").ShouldBe(expected.Split(' '), ignoreOrder: true);
    }

    [Theory]
    [InlineData("lager=v2", "There is no service lager.")]
    [InlineData("db=v2 db=v3", "db is in the train twice.")]
    [InlineData("db", "Which version db goes to is not said.")]
    [InlineData("''", "The train has no service.")]
    public void What_an_input_names_is_checked_when_it_is_planned(string list, string why)
    {
        var files = TrainWorld.Files(Shop).Select(file => file.File == "runbooks/release.yaml" ? file with { Text = $"runbook: release\nstarts-with: run\ninputs:\n  list: {{ default: {(list == "''" ? list : $"'{list}'")} }}\nsteps:\n  - waves: Release\n    services: \"{{inputs.list}}\"\n" } : file);
        var world = new TrainWorld(TrainWorld.Read([.. files]));
        world.Step.Trouble!.Why.ShouldBe(why);
        world.Train.Status.ShouldBe(RunStatus.Deciding, "it does not begin");
    }

    private static Runbooks.Proofs.Model Model(ImmutableArray<SourceFile> files)
    {
        var read = TrainWorld.Read(files);
        return Runbooks.Proofs.Model.Of(read, read.Runbook("release")!, read.Service("platform")!, read.Service("platform")!.Environment("prod")!);
    }

    private static IEnumerable<string> Codes(ImmutableArray<SourceFile> files) => ConfigurationReader.Read(files).Findings.Where(finding => finding.File == "runbooks/release.yaml").Select(finding => finding.Code).Distinct();
}
