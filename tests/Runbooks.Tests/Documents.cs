using ChatOps.Testing;

namespace ChatOps.Runbooks.Tests;

/// <summary>Reads the tables of the documentation, to hold it to the code.</summary>
internal static class Documents
{
    /// <summary>The first cells, without their backticks, of the tables under a heading.</summary>
    public static IEnumerable<string> Rows(string file, string heading) => File.ReadLines(Path.Combine(Repository.Root, "docs", file))
        .SkipWhile(line => line != heading).Skip(1)
        .TakeWhile(line => !line.StartsWith('#'))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Split('`')[1]);
}
