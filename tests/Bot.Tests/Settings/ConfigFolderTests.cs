using ChatOps.Bot.Settings;
using ChatOps.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Settings;

/// <summary>The configuration folder is taken whole or not at all, and a broken edit changes nothing.</summary>
public sealed class ConfigFolderTests : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("chatops-config-").FullName;
    private readonly ConfigFolder folder;
    private int swaps;

    public ConfigFolderTests()
    {
        var example = Path.Combine(Repository.Root, "examples", "demo");
        foreach (var file in Directory.EnumerateFiles(example, "*.yaml", SearchOption.AllDirectories))
        {
            var to = Path.Combine(path, Path.GetRelativePath(example, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        folder = new ConfigFolder(path, TimeProvider.System, NullLogger<ConfigFolder>.Instance);
        folder.Swapped += (_, _) => swaps++;
        folder.Load().ShouldBeEmpty();
    }

    [Fact]
    public void An_edit_is_taken_once_it_stands_still()
    {
        Edit("v1.2.2", "v1.2.9");
        folder.Look();
        swaps.ShouldBe(0, "somebody may still be writing");
        folder.Look();
        swaps.ShouldBe(1);
        folder.Current.Service("api")!.Environment("prod")!.Target.ToString().ShouldNotBeNull();
        ((ChatOps.Runbooks.Catalog.Target.Simulated)folder.Current.Service("api")!.Environment("prod")!.Target).InitialVersion.ShouldBe("v1.2.9");
        Looks();
        swaps.ShouldBe(1);
    }

    [Theory]
    [InlineData("protected: true", "protcted: true", "unknown-key")]
    [InlineData("environments:", "environments: {", "not-yaml")]
    [InlineData("runbook: rolling-deploy", "runbook: roling-deploy", "runbook-unknown")]
    public void A_broken_edit_is_refused_and_what_was_loaded_stays(string text, string by, string code)
    {
        var before = folder.Current;
        Edit(text, by);
        Looks();
        folder.Current.ShouldBeSameAs(before);
        swaps.ShouldBe(0);
        folder.Refused.ShouldContain(finding => finding.Code == code && finding.File == "services/api.yaml");
        folder.RefusedAt.ShouldNotBeNull();

        Edit(by, text);
        Looks();
        folder.Refused.ShouldBeEmpty();
        folder.RefusedAt.ShouldBeNull();
    }

    [Fact]
    public void Files_of_editors_are_not_read()
    {
        File.WriteAllText(Path.Combine(path, "services", ".api.yaml"), "not: {");
        File.CreateSymbolicLink(Path.Combine(path, "services", ".#api.yaml"), "somebody@somewhere.1234");
        File.WriteAllText(Path.Combine(path, "services", "api.yaml~"), "not: {");
        Looks();
        folder.Refused.ShouldBeEmpty();
        ConfigFolder.Read(path).Select(file => file.File).ShouldBe(
            ["access.yaml", "services/api.yaml", "services/auth.yaml", "services/web.yaml", "services/worker.yaml", "runbooks/default.yaml", "runbooks/rolling-deploy.yaml"]);
    }

    [Fact]
    public void A_calendar_file_is_part_of_the_folder()
    {
        File.WriteAllText(Path.Combine(path, "calendar.yaml"), "freeze-files: [days.ics]\n");
        File.WriteAllText(Path.Combine(path, "days.ics"), "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\nEND:VCALENDAR\n");
        Looks();
        folder.Current.Calendar.Freezes.ShouldHaveSingleItem();

        File.WriteAllText(Path.Combine(path, "days.ics"), "BEGIN:VCALENDAR\n");
        Looks();
        folder.Refused.ShouldContain(finding => finding.Code == "bad-calendar-file" && finding.File == "days.ics");
        folder.Current.Calendar.Freezes.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_folder_that_goes_away_changes_nothing_and_one_that_is_not_there_can_not_be_loaded()
    {
        var before = folder.Current;
        Directory.Move(path, path + "-away");
        Looks();
        folder.Current.ShouldBeSameAs(before);
        Directory.Move(path + "-away", path);
        new ConfigFolder(path + "-none", TimeProvider.System, NullLogger<ConfigFolder>.Instance).Load().ShouldHaveSingleItem().Code.ShouldBe("folder-unreadable");
    }

    public void Dispose()
    {
        folder.Dispose();
        Directory.Delete(path, recursive: true);
    }

    private void Edit(string text, string by)
    {
        var file = Path.Combine(path, "services", "api.yaml");
        var before = File.ReadAllText(file);
        before.ShouldContain(text);
        File.WriteAllText(file, before.Replace(text, by, StringComparison.Ordinal));
    }

    private void Looks()
    {
        folder.Look();
        folder.Look();
        folder.Look();
    }
}
