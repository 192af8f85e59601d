namespace ChatOps.Testing;

/// <summary>Where the project's own files are, for tests that read them.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ChatOps.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("ChatOps.sln is not above the tests.");
    }
}
