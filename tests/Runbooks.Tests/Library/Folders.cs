using System.Collections.Immutable;
using ChatOps.Runbooks.Language;
using ChatOps.Testing;
using Shouldly;
using Shelf = ChatOps.Runbooks.Language.Library;

namespace ChatOps.Runbooks.Tests.Library;

/// <summary>Configuration folders, for runbooks to be put into.</summary>
internal static class Folders
{
    public const string Access = """
        groups:
          everyone:         { all: true }
          web:              { members: [ana@example.com, ben@example.com] }
          release-managers: { members: [dora@example.com, eli@example.com, fay@example.com] }
          oncall:           { members: [cleo@example.com, gil@example.com] }
        may:
          deploy:   { "*": [everyone] }
          rollback: { "*": [everyone] }
        """;

    public const string Web = """
        service: web
        owners: [web]
        environments:
          staging:
            simulated: {}
            health: [{ url: "https://staging.example.com/health" }]
            runbook: default
          prod:
            after: staging
            simulated: {}
            health: [{ url: "https://example.com/health" }, { url: "https://example.com/ready" }]
            runbook: default
        """;

    private const string Default = "runbook: default\nsteps:\n  - deploy: rolling\n  - check: health\non-failure: { rollback: ask }\n";

    /// <summary>A whole folder, with these files added or in the place of its own.</summary>
    public static ImmutableArray<SourceFile> Of(params ReadOnlySpan<(string File, string Text)> changed)
    {
        var files = new Dictionary<string, string> { ["access.yaml"] = Access, ["services/web.yaml"] = Web, ["runbooks/default.yaml"] = Default };
        foreach (var (file, text) in changed) files[file] = text;
        return [.. files.Select(file => new SourceFile(file.Key, file.Value))];
    }

    /// <summary>A folder that has this runbook of the library as its own, and deploys by it where that is what it is for.</summary>
    public static ImmutableArray<SourceFile> Using(string name)
    {
        var text = Shelf.Text(name)!;
        if (!text.Contains("\nstarts-with: deploy\n", StringComparison.Ordinal)) return Of(($"runbooks/{name}.yaml", text));
        var web = Web.Replace("runbook: default", $"runbook: {name}", StringComparison.Ordinal);
        return Of(($"runbooks/{name}.yaml", text), ("services/web.yaml", text.Contains("approval:", StringComparison.Ordinal) ? web.Replace("after: staging", "after: staging\n    protected: true", StringComparison.Ordinal) : web));
    }

    /// <summary>An example of <c>config/examples</c>, as it lies there.</summary>
    public static ImmutableArray<SourceFile> Example(string name)
    {
        var root = Path.Combine(Examples, name);
        return [.. Directory.EnumerateFiles(root, "*.yaml", SearchOption.AllDirectories).Select(file => new SourceFile(Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText(file)))];
    }

    public static string Examples { get; } = Path.Combine(Repository.Root, "config", "examples");

    public static ImmutableArray<Finding> Findings(this ImmutableArray<SourceFile> files) => ConfigurationReader.Read(files).Findings;

    /// <summary>The configuration; no finding may be an error.</summary>
    public static Configuration Read(this ImmutableArray<SourceFile> files)
    {
        var (read, findings) = ConfigurationReader.Read(files);
        return read.ShouldNotBeNull(string.Join('\n', findings));
    }
}
