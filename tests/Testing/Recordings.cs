namespace ChatOps.Testing;

/// <summary>What other systems really send, byte for byte.</summary>
public static class Recordings
{
    /// <param name="name">Folder and file: <c>alertmanager/webhook-v4-firing.json</c>.</param>
    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static string Text(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>Names of files of a folder that begin so.</summary>
    public static IEnumerable<string> Of(string folder, string start) =>
        Directory.EnumerateFiles(Path.Combine(Folder, folder), start + "*.json").Select(file => $"{folder}/{Path.GetFileName(file)}").Order(StringComparer.Ordinal);

    /// <summary>Every file of a folder that ends so.</summary>
    public static IEnumerable<string> Ending(string folder, string end) =>
        Directory.EnumerateFiles(Path.Combine(Folder, folder), "*" + end).Select(file => $"{folder}/{Path.GetFileName(file)}").Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(Repository.Root, "tests", "Testing", "Recorded");
}
