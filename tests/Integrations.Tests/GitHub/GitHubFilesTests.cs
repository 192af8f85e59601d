using System.Collections.Immutable;
using System.Text;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.GitHub;

/// <summary>A folder's YAML files are read at exactly the commit that a version stands for, and nothing beside it.</summary>
public sealed class GitHubFilesTests : GitHubBed
{
    [Fact]
    public async Task The_folder_is_read_at_the_commit_of_the_version()
    {
        GitHub.Tag("1.0.0");
        GitHub.Say($"{Repo}/contents/deploy/prod?ref={Sha}", $"[{Entry("web.yaml")},{Entry("flags.yml")},{Entry("README.md")},{Entry("base", "dir")}]");
        GitHub.Say($"{Repo}/contents/deploy/prod/web.yaml?ref={Sha}", File("web.yaml", "kind: Deployment\n")).Say($"{Repo}/contents/deploy/prod/flags.yml?ref={Sha}", File("flags.yml", "kind: ConfigMap\n"));
        var files = (await ReadAsync("deploy/prod")).ShouldBeOfType<Outcome<ImmutableArray<RepositoryFile>>.Done>().Value;
        files.ShouldBe([new RepositoryFile("deploy/prod/flags.yml", "kind: ConfigMap\n"), new RepositoryFile("deploy/prod/web.yaml", "kind: Deployment\n")]);
    }

    [Theory]
    [InlineData("../secrets", "folder-unclear")]
    [InlineData("deploy?ref=main", "folder-unclear")]
    [InlineData("/deploy", "folder-unclear")]
    [InlineData("empty", "folder-unfit")]
    public async Task What_is_no_folder_of_manifests_is_refused(string folder, string code)
    {
        GitHub.Tag("1.0.0");
        GitHub.Say($"{Repo}/contents/empty?ref={Sha}", "[]");
        (await ReadAsync(folder)).ShouldBeOfType<Outcome<ImmutableArray<RepositoryFile>>.Never>().Fault.Code.ShouldBe(code);
    }

    private Task<Outcome<ImmutableArray<RepositoryFile>>> ReadAsync(string folder) => Get<IRepositoryFiles>().ReadAsync("octocat/Hello-World", "1.0.0", folder, default);

    private static string Entry(string name, string type = "file") => $$"""{"name":"{{name}}","path":"deploy/prod/{{name}}","sha":"{{Sha}}","size":120,"type":"{{type}}"}""";

    private static string File(string name, string text) =>
        $$"""{"name":"{{name}}","path":"deploy/prod/{{name}}","sha":"{{Sha}}","size":{{text.Length}},"type":"file","encoding":"base64","content":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}}\n"}""";
}
