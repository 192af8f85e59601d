using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Tests.Library;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Language;

/// <summary>Each kind of step has a page, and what the page shows is right, safe and goes through.</summary>
public sealed class StepPageTests
{
    private const string Job = "apiVersion: batch/v1\nkind: Job\nspec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: b }] } } }\n";

    public static TheoryData<string> Kinds => [.. RunbookShapes.StepKinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_example_of_a_page_has_no_findings_is_safe_and_can_be_walked(string kind)
    {
        var examples = Examples(kind);
        examples.ShouldNotBeEmpty();
        foreach (var yaml in examples)
        {
            yaml.ShouldContain($"- {kind}:");
            var files = Folder(yaml);
            files.Findings().ShouldBeEmpty();
            var read = files.Read();
            var name = yaml.Split('\n')[0]["runbook: ".Length..];
            var model = Model.All(read, name).First();
            var proof = Verification.Of(model, 200_000);
            (proof.Holds, proof.Complete).ShouldBe((true, true), string.Join('\n', proof.Broken.Select(broken => broken.Why)));
            Rehearsal.Walk(model, []).Last().Run.Status.ShouldBe(RunStatus.Succeeded);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_page_names_every_key_of_its_kind(string kind)
    {
        var page = Page(kind);
        page.ShouldStartWith($"# `{kind}`\n");
        RunbookShapes.Step.Keys.Where(key => key.OnlyIn == kind).Select(key => key.Name).Where(key => !page.Contains($"`{key}", StringComparison.Ordinal) && !page.Contains($" {key}:", StringComparison.Ordinal)).ShouldBeEmpty();
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "language.md")).ShouldContain($"(steps/{kind}.md)");
    }

    private static List<string> Examples(string kind) => [.. Page(kind).Split("```yaml\n").Skip(1).Select(part => part.Split("```")[0])];

    private static string Page(string kind) => File.ReadAllText(Path.Combine(Repository.Root, "docs", "steps", kind + ".md")).ReplaceLineEndings("\n");

    private static System.Collections.Immutable.ImmutableArray<SourceFile> Folder(string yaml)
    {
        var name = yaml.Split('\n')[0]["runbook: ".Length..];
        var groups = string.Concat(((string[])["dba", "security"]).Select(group => $"  {group}: {{ members: [{group}1@example.com, {group}2@example.com] }}\n"));
        var started = yaml.Contains("starts-with: run", StringComparison.Ordinal) ? "default" : name;
        var guarded = started == name && yaml.Contains("- approval:", StringComparison.Ordinal) ? "    protected: true\n" : "";
        return Folders.Of(
        [
            .. ((string[])["backup", "restore", "migrate", "verify"]).Where(job => yaml.Contains($"job: {job}", StringComparison.Ordinal)).Select(job => ($"jobs/{job}.yaml", Job)),
            .. ((string[])["orders-db", "orders", "gateway"]).Where(_ => yaml.Contains("- waves:", StringComparison.Ordinal))
                .Select(service => ($"services/{service}.yaml", Folders.Web.Replace("service: web", $"service: {service}", StringComparison.Ordinal).Replace("https://", $"https://{service}.", StringComparison.Ordinal))),
            ("access.yaml", Folders.Access.Replace("may:", groups + "may:", StringComparison.Ordinal)),
            ("services/web.yaml", "repository: example/web\n" + Folders.Web.Replace("    after: staging\n", "    after: staging\n" + guarded, StringComparison.Ordinal).Replace("runbook: default", $"runbook: {started}", StringComparison.Ordinal)),
            ("runbooks/shown.yaml", yaml),
        ]);
    }
}
