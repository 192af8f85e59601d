using ChatOps.Runbooks.Steps;
using ChatOps.Testing;
using Shouldly;
using Xunit;
using Shelf = ChatOps.Runbooks.Language.Library;

namespace ChatOps.Runbooks.Tests.Library;

/// <summary>The runbooks that come with the program are right wherever they are put, and are there when a folder names them.</summary>
public sealed class LibraryTests
{
    public static TheoryData<string> Names => [.. Shelf.Names];

    [Fact]
    public void Every_runbook_bears_the_name_of_its_file()
    {
        Shelf.Names.Length.ShouldBe(19);
        foreach (var name in Shelf.Names) Folders.Of(("runbooks/one.yaml", Shelf.Text(name)!)).Read().Runbook(name)!.Name.ShouldBe(name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_library_runbook_has_no_findings_in_a_folder(string name) => Folders.Using(name).Findings().ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_library_runbook_says_what_it_is_for_and_what_happens_when_it_fails(string name)
    {
        var runbook = Folders.Using(name).Read().Runbook(name)!;
        runbook.Summary.ShouldEndWith(".");
        Shelf.Text(name)!.ShouldContain("\non-failure:\n");
        runbook.AllSteps().Where(step => step is InnerRunbook || step.Rules?.Remedy is not null).ShouldBeEmpty("it stands alone");
        runbook.Inputs.ShouldAllBe(input => input.Help.Length > 0);
        runbook.Inputs.Where(input => input.Default is not null).ShouldAllBe(input => input.Fault(input.Default!) == null);
        (runbook.SuggestedFor.IsEmpty || runbook.StartsWith == "run").ShouldBeTrue("what an alert suggests is started by its name");
    }

    [Fact]
    public void What_a_service_names_and_the_folder_does_not_have_comes_from_the_library()
    {
        var read = Folders.Of().Read();
        read.Runbook("emergency-deploy").ShouldNotBeNull();
        read.Runbooks.Select(runbook => runbook.Name).ShouldBe(["default"]);
        var naming = Folders.Of(("services/web.yaml", Folders.Web.Replace("default", "Rolling-Deploy", StringComparison.Ordinal))).Read();
        naming.Borrowed.ShouldBe(["rolling-deploy"]);
        naming.Runbooks.Select(runbook => runbook.Name).ShouldBe(["default", "rolling-deploy"]);
    }

    [Fact]
    public void What_a_step_names_comes_from_the_library()
    {
        const string mine = "runbook: mine\nstarts-with: run\nsteps:\n  - run: maintenance-off\n  - manual: Look\n    do: Look.\n    on-failure: { run: rollback }\n";
        Folders.Of(("runbooks/mine.yaml", mine)).Read().Borrowed.ShouldBe(["maintenance-off", "rollback"]);
    }

    [Fact]
    public void A_runbook_of_the_folder_wins()
    {
        const string mine = "runbook: maintenance-OFF\nstarts-with: run\nsteps:\n  - notify: Ours.\n---\nrunbook: outer\nstarts-with: run\nsteps:\n  - run: maintenance-off\n";
        var read = Folders.Of(("runbooks/mine.yaml", mine)).Read();
        read.Borrowed.ShouldBeEmpty();
        read.Runbook("maintenance-off")!.Steps.Length.ShouldBe(1);
    }

    [Fact]
    public void What_a_borrowed_runbook_lacks_is_said_where_it_was_named()
    {
        var folder = Folders.Of(
            ("services/web.yaml", Folders.Web.Replace("default", "rolling-deploy", StringComparison.Ordinal)),
            ("access.yaml", Folders.Access.Replace("release-managers:", "managers:", StringComparison.Ordinal)));
        var finding = folder.Findings().ShouldHaveSingleItem();
        (finding.File, finding.Code).ShouldBe(("services/web.yaml", "group-unknown"));
        Folders.Web.Split('\n')[finding.Line - 1].ShouldContain("runbook:");
        finding.Why.ShouldBe("The library's rolling-deploy names it.");
    }

    [Fact]
    public void What_nobody_names_is_on_the_shelf_when_its_groups_exist()
    {
        Folders.Of().Read().Shelf.Select(runbook => runbook.Name).ShouldBe(Shelf.Names);
        Folders.Of(("access.yaml", Folders.Access.Replace("release-managers:", "managers:", StringComparison.Ordinal))).Read().Shelf
            .Select(runbook => runbook.Name).ShouldBe(Shelf.Names.Where(name => !Shelf.Text(name)!.Contains("release-managers", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_folder_that_can_not_be_read_whole_borrows_nothing() =>
        Folders.Of(("access.yaml", Folders.Access.Replace("release-managers:", "managers:", StringComparison.Ordinal)), ("runbooks/rolling-deploy.yaml", "runbook: [\n"), ("services/web.yaml", Folders.Web.Replace("default", "rolling-deploy", StringComparison.Ordinal)))
            .Findings().Select(finding => finding.Code).ShouldBe(["not-yaml"]);

    [Fact]
    public void The_library_s_page_tells_of_every_runbook_once_and_what_it_asks_for()
    {
        var page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "library.md"));
        page.Where(line => line.StartsWith("### ", StringComparison.Ordinal)).Select(line => line[4..]).ShouldBe(Shelf.Names, ignoreOrder: true);
        Documents.Rows("library.md", "## All of them").ShouldBe(Shelf.Names, ignoreOrder: true);
        foreach (var cells in page.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
        {
            var runbook = Folders.Using(cells[1].Trim('`')).Read().Runbook(cells[1].Trim('`'))!;
            cells[3].ShouldBe(runbook.SuggestedFor.IsEmpty ? runbook.StartsWith : "run, or an alert");
            cells[4].ShouldBe(string.Join(", ", runbook.Inputs.Where(input => input.Default is null).Select(input => $"`{input.Name}`").DefaultIfEmpty("nothing")), cells[1]);
        }
    }
}
