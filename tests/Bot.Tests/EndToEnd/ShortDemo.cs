using ChatOps.Testing;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The demo's configuration, with a soak that a test can wait for.</summary>
internal static class ShortDemo
{
    /// <summary>Copies it below a folder.</summary>
    /// <returns>Where it is.</returns>
    public static string In(string folder)
    {
        var (demo, copy) = (Path.Combine(Repository.Root, "examples", "demo"), Path.Combine(folder, "config"));
        foreach (var file in Directory.EnumerateFiles(demo, "*.yaml", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(demo, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllText(target, File.ReadAllText(file).Replace("soak: 20s", "soak: 1s", StringComparison.Ordinal));
        }

        return copy;
    }
}
