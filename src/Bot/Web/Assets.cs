using System.Collections.Frozen;
using System.Security.Cryptography;

namespace ChatOps.Bot.Web;

/// <summary>The console's own files, kept in the program and read when the first page is asked for.</summary>
internal static class Assets
{
    private const string Folder = "assets/";

    private static readonly Lazy<(FrozenDictionary<string, byte[]> Files, string Hash)> All = new(Read);

    /// <summary>Where a file is now. The address has the contents of all of them in it, so that it may be kept for ever, and modules find each other beside it.</summary>
    public static string Path(string name) => $"/assets/{All.Value.Hash}/{name}";

    public static bool IsCurrent(string hash) => hash == All.Value.Hash;

    public static string Tag => $"\"{All.Value.Hash}\"";

    public static byte[]? Find(string name) => All.Value.Files.GetValueOrDefault(name);

    public static string TypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private static (FrozenDictionary<string, byte[]> Files, string Hash) Read()
    {
        var assembly = typeof(Assets).Assembly;
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            hash.AppendData(files[name[Folder.Length..]] = copy.ToArray());
        }

        return (files.ToFrozenDictionary(StringComparer.Ordinal), Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
    }
}
