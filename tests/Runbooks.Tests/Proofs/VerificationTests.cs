using System.Diagnostics;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Proofs;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Proofs;

/// <summary>Every way a runbook can go is explored with the rules that walk real runs; what is not kept is told as a story.</summary>
public sealed class VerificationTests
{
    private const string Good = "  - checklist: Before\n    items: [Backup taken]\n  - approval: Change\n    from: [managers]\n    count: 2\n  - deploy: rolling\n    timeout: 20m\n  - check: health\n    retries: 1\n  - soak: 10m\n  - summary:\n";

    [Theory]
    [InlineData("automatic")]
    [InlineData("ask")]
    public void A_careful_runbook_keeps_every_promise(string rollback)
    {
        var proof = Prove(Good, rollback);
        proof.Broken.ShouldBeEmpty(string.Join('\n', proof.Broken.Select(Told)));
        proof.Holds.ShouldBeTrue();
        proof.States.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Branches_inner_runbooks_remedies_and_ways_back_keep_them_too()
    {
        var proof = Prove(Good + "  - parallel:\n      - steps:\n          - http: POST https://cdn.example.com/purge\n            id: purge\n            undo: [{ http: POST https://cdn.example.com/restore }]\n          - manual: Look\n            do: Look.\n      - wait: signal tested\n      - soak: 5m\n  - manual: Tell\n    do: Tell.\n    on-failure: { run: aid }\n", "automatic",
            "runbook: aid\nstarts-with: run\nsteps:\n  - manual: Help\n    do: Help.\n  - wait: go\n");
        proof.Broken.ShouldBeEmpty(string.Join('\n', proof.Broken.Select(Told)));
        proof.Holds.ShouldBeTrue();
    }

    [Fact]
    public void A_change_before_its_approval_is_told_as_a_story()
    {
        var broken = Prove("  - checklist: Before\n    items: [Backup taken]\n  - parallel:\n      - approval: Change\n        from: [managers]\n      - http: POST https://db.example.com/migrate\n  - deploy: rolling\n  - check: health\n", "ask").Broken.ShouldHaveSingleItem();
        broken.Promise.ShouldBe(Promise.ApprovedFirst);
        broken.Why.ShouldBe("\"POST db.example.com\" changes api/prod, which is protected, before anybody approved.");
        broken.Story.ShouldBe(["requester asks for it.", "Everything on \"Before\" is ticked."]);
    }

    [Fact]
    public void A_check_whose_failure_does_not_matter_leaves_it_half_done()
    {
        var broken = Prove("  - approval: Change\n    from: [managers]\n  - deploy: rolling\n  - check: health\n    on-failure: continue\n", "automatic").Broken.ShouldHaveSingleItem();
        broken.Promise.ShouldBe(Promise.NeverHalfDone);
        broken.Why.ShouldContain("found it unhealthy, and the run succeeded all the same");
        broken.Story.ShouldBe(["requester asks for it.", "Enough people approve \"Change\".", "\"Roll out v2\" completes.", "\"Check health\" finds it unhealthy."]);
    }

    [Fact]
    public void What_can_not_be_looked_at_whole_is_not_called_proved()
    {
        var branches = string.Concat(Enumerable.Range(1, 8).Select(branch => $"      - steps: [{string.Join(", ", Enumerable.Range(1, 4).Select(step => $"{{ manual: m{branch}{step}, do: x }}"))}]\n"));
        var proof = Verification.Of(Of("  - approval: Change\n    from: [managers]\n  - deploy: rolling\n  - check: health\n  - parallel:\n" + branches, "ask"), atMost: 5_000);
        proof.Complete.ShouldBeFalse();
        proof.Holds.ShouldBeFalse();
        proof.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Forty_steps_are_proved_within_seconds()
    {
        var steps = string.Concat(Enumerable.Range(1, 36).Select(step => step % 3 == 0 ? $"  - soak: 1m\n    id: k{step}\n" : $"  - manual: Step {step}\n    id: k{step}\n    do: x\n    timeout: 1h\n"));
        var watch = Stopwatch.StartNew();
        var proof = Prove("  - approval: Change\n    from: [managers]\n  - deploy: rolling\n  - check: health\n" + steps + "  - summary:\n", "ask");
        TestContext.Current.TestOutputHelper?.WriteLine($"{proof.States} states in {watch.Elapsed.TotalSeconds:0.00} s");
        proof.Holds.ShouldBeTrue();
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("kubernetes")]
    public void The_examples_keep_every_promise(string example)
    {
        var root = Path.Combine(Repository.Root, "examples", example);
        var (read, findings) = ConfigurationReader.Read(Directory.EnumerateFiles(root, "*.*", SearchOption.AllDirectories).Select(file => new SourceFile(Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText(file))));
        foreach (var model in Model.All(read.ShouldNotBeNull(string.Join('\n', findings))))
            Verification.Of(model).ShouldSatisfyAllConditions(proof => proof.Broken.ShouldBeEmpty(string.Join('\n', proof.Broken.Select(Told))), proof => proof.Holds.ShouldBeTrue());
    }

    [Fact]
    public void The_plan_of_an_emergency_is_explored_too()
    {
        var read = Read(Good, "ask", "", "emergency: { from: [managers] }\n");
        var models = Model.All(read).ToList();
        models.Select(model => model.IsEmergency).ShouldBe([false, true]);
        var urgent = models[1];
        urgent.Opened.Steps.Select(step => step.Kind).ShouldBe(["approval", "checklist", "deploy", "check", "soak", "summary", "notify"]);
        Verification.Of(urgent).ShouldSatisfyAllConditions(proof => proof.Broken.ShouldBeEmpty(), proof => proof.Holds.ShouldBeTrue());
    }

    [Theory]
    [InlineData("automatic")]
    [InlineData("ask")]
    public void An_abort_anywhere_undoes_what_ran_and_nothing_else_where_the_file_says_so(string abort)
    {
        var proof = Verification.Of(Of(Good + "  - http: POST https://cdn.example.com/a\n    id: a\n    undo: [{ http: POST https://cdn.example.com/undo-a }]\n  - http: POST https://cdn.example.com/b\n    id: b\n    undo: [{ http: POST https://cdn.example.com/undo-b }]\n", $"ask }}\non-abort: {{ rollback: {abort}"));
        proof.Broken.ShouldBeEmpty(string.Join('\n', proof.Broken.Select(Told)));
        proof.Holds.ShouldBeTrue();
    }

    [Fact]
    public void An_abort_that_could_undo_nothing_is_told_as_a_story()
    {
        var read = Read(Good, "ask", "runbook: by-hand\nstarts-with: run\nsteps:\n  - manual: Change it\n    do: Do.\n    changes: true\n  - manual: Look\n    do: Look.\non-abort: { rollback: automatic }\n");
        var model = Model.Of(read, read.Runbook("by-hand")!, read.Services[0], read.Services[0].Environments[0]);
        var broken = Verification.Of(model).Broken.ShouldHaveSingleItem();
        broken.Promise.ShouldBe(Promise.AbortUndoes);
        broken.Why.ShouldContain("nothing says how what ran is undone");
        broken.Story[^1].ShouldBe("Somebody aborts the run.");
    }

    private static string Told(Broken broken) => $"{broken.Promise}: {broken.Why}\n{string.Join('\n', broken.Story)}";

    private static Proof Prove(string steps, string rollback, string more = "") => Verification.Of(Of(steps, rollback, more));

    private static Model Of(string steps, string rollback, string more = "") => Model.All(Read(steps, rollback, more), "default").ShouldHaveSingleItem();

    private static Configuration Read(string steps, string rollback, string more = "", string calendar = "")
    {
        var (read, findings) = ConfigurationReader.Read(
        [
            new SourceFile("access.yaml", "groups:\n  all: { all: true }\n  managers: { members: [a@x.com, b@x.com, c@x.com] }\nmay: { deploy: { '*': [all] }, rollback: { '*': [all] } }\n"),
            new SourceFile("services/api.yaml", "service: api\nenvironments:\n  prod:\n    protected: true\n    simulated: {}\n    health: [{ url: 'https://example.com' }]\n"),
            new SourceFile("runbooks/default.yaml", $"runbook: default\nsteps:\n{steps}on-failure: {{ rollback: {rollback} }}\n{(more.Length == 0 ? "" : $"---\n{more}")}"),
            .. calendar.Length == 0 ? [] : new[] { new SourceFile("calendar.yaml", calendar) },
        ]);

        // Lint refuses some of these before they are ever proved: what it does not see is what this is for.
        read.ShouldNotBeNull(string.Join('\n', findings));
        return read;
    }
}
