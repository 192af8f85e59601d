namespace ChatOps.Testing.Kubernetes;

/// <summary>What a real API server said: the files of <c>tests/Testing/Recorded/kubernetes</c>.</summary>
public static class KubernetesRecordings
{
    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder(), name));

    public static string[] ReadLines(string name) => File.ReadAllLines(Path.Combine(Folder(), name));

    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "tests", "Testing", "Recorded", "kubernetes");
            if (Directory.Exists(folder)) return folder;
        }
        throw new DirectoryNotFoundException("tests/Testing/Recorded/kubernetes is not above the tests' folder.");
    }
}
