using System.Security.Cryptography;
using System.Text;

namespace ChatOps.Bot.Settings;

/// <summary>The key that the links of pages are signed with: the setting, or one that is drawn once and kept in a file beside the console's keys.</summary>
/// <param name="given">The setting; null = the file.</param>
/// <param name="folder">Where the file is.</param>
internal sealed class LinkKey(string? given, string folder)
{
    public const string Setting = "ChatOps:LinkKey";

    private const int Shortest = 32, Bytes = 32;

    private readonly Lazy<byte[]> key = new(() => given is null ? OfFile(folder) : SHA256.HashData(Encoding.UTF8.GetBytes(given)));

    /// <summary>A key that is forgotten with the process, where nobody said which.</summary>
    public static LinkKey OfThisProcess() => new(RandomNumberGenerator.GetHexString(64), "");

    /// <summary>32 bytes, the same after a restart.</summary>
    public ReadOnlySpan<byte> Value => key.Value;

    /// <param name="folder">The folder of the console's keys.</param>
    /// <param name="faults">Every fault names its key, and never its value.</param>
    public static LinkKey Read(IConfiguration configuration, string folder, List<string> faults)
    {
        var given = configuration[Setting] is { Length: > 0 } text ? text : null;
        if (given is { Length: < Shortest }) faults.Add($"{Setting} must have at least {Shortest} characters, drawn by chance: whoever guesses it can roll back in anybody's name.");
        return new LinkKey(given, folder);
    }

    /// <summary>Draws the key where there is none yet, so that a folder that can't be written to is found at start rather than in the night.</summary>
    /// <exception cref="IOException">It can't be read or written, or holds something else.</exception>
    public void Open() => _ = key.Value;

    private static byte[] OfFile(string folder)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "links.key");
        if (!File.Exists(file)) Draw(folder, file);
        var text = File.ReadAllText(file).Trim();
        return text.Length == Bytes * 2 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : throw new InvalidDataException($"{file} holds no key. Delete it: a new one is drawn, and links that were sent before no longer open.");
    }

    /// <summary>Under a name of its own first: of two processes that begin at once, one wins, and nobody reads half a key.</summary>
    private static void Draw(string folder, string file)
    {
        var drawn = Path.Combine(folder, $".links.{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(drawn, options)) writer.Write(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)));
        try
        {
            File.Move(drawn, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(drawn);
        }
    }
}
