using System.Collections.Immutable;
using ChatOps.Runbooks.Language;

namespace ChatOps.Bot.Settings;

/// <summary>The configuration folder: read at start and when it changes, checked, and swapped whole. A broken edit is refused; what was loaded stays in force.</summary>
internal sealed partial class ConfigFolder(string folder, TimeProvider time, ILogger<ConfigFolder> logger) : BackgroundService
{
    /// <summary>What files of a configuration end in: calendars (.ics) are freezes.</summary>
    private static readonly string[] Endings = [".yaml", ".yml", ".ics"];

    /// <summary>Between looks. Looking rather than being told works on every file system, mounted ConfigMaps among them.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private volatile Configuration? current;

    /// <summary>What was last judged, and what was last seen: an edit is judged once it has stood still from one look to the next.</summary>
    private string judged = "", seen = "";
    private string? unreadable;

    /// <summary>Called after each swap.</summary>
    public event EventHandler? Swapped;

    public string Folder => folder;

    /// <exception cref="InvalidOperationException">Before <see cref="Load"/> succeeded.</exception>
    public Configuration Current => current ?? throw new InvalidOperationException("The configuration was not loaded.");

    /// <summary>What is wrong with the newest edit, while an older one is in force; else empty.</summary>
    public ImmutableArray<Finding> Refused { get; private set; } = [];

    /// <summary>When it was refused; null while nothing is.</summary>
    public DateTimeOffset? RefusedAt { get; private set; }

    /// <summary>Reads the folder for the first time.</summary>
    /// <returns>All findings; <see cref="Current"/> is there when none is an error.</returns>
    public ImmutableArray<Finding> Load()
    {
        try
        {
            var files = Read(folder);
            judged = seen = Picture(files);
            var (read, findings) = ConfigurationReader.Read(files);
            current = read;
            return findings;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [new Finding(folder, 1, true, "folder-unreadable", fault.Message, null, "The bot has to be allowed to read the folder and everything in it.")];
        }
    }

    /// <summary>What there is to say about the folder as it stands now; nothing of it is taken.</summary>
    public ImmutableArray<Finding> Judge()
    {
        try
        {
            return ConfigurationReader.Read(Read(folder)).Findings;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [new Finding(folder, 1, true, "folder-unreadable", fault.Message, null, "The bot has to be allowed to read the folder and everything in it.")];
        }
    }

    /// <summary>The files of a configuration folder, as they are now.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static ImmutableArray<SourceFile> Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder {folder}.");
        var files = ImmutableArray.CreateBuilder<SourceFile>();
        Add("*", false);
        Add("services", true);
        Add("runbooks", true);
        Add("jobs", true);
        Add("manifests", true);
        return files.ToImmutable();

        void Add(string under, bool deep)
        {
            var path = under == "*" ? folder : Path.Combine(folder, under);
            if (!Directory.Exists(path)) return;

            // Hidden files are editors' own; what lies deeper than it is read is found too, so that it can be said.
            var options = new EnumerationOptions { RecurseSubdirectories = deep, MaxRecursionDepth = 2, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden };
            foreach (var file in Directory.EnumerateFiles(path, "*", options).Where(IsRead).Order(StringComparer.Ordinal))
                files.Add(new SourceFile(Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'), Text(file)));
        }
    }

    /// <summary>Looks whether the folder changed, and takes the change where it is right and whoever writes it has stopped.</summary>
    public void Look()
    {
        try
        {
            var files = Read(folder);
            unreadable = null;
            var now = Picture(files);
            var still = now == seen;
            seen = now;
            if (!still || now == judged) return;
            judged = now;
            var (read, findings) = ConfigurationReader.Read(files);
            if (read is null) Refuse(findings);
            else Swap(read, findings);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (fault.Message != unreadable) Log.Unreadable(logger, folder, fault.Message);
            unreadable = fault.Message;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Look();
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void Refuse(ImmutableArray<Finding> findings)
    {
        Refused = findings;
        RefusedAt = time.GetUtcNow();
        foreach (var finding in findings.Where(finding => finding.Error)) Log.Refused(logger, finding.ToString());
    }

    private void Swap(Configuration read, ImmutableArray<Finding> warnings)
    {
        current = read;
        Refused = [];
        RefusedAt = null;
        foreach (var warning in warnings) Log.Warned(logger, warning.ToString());
        Log.Swapped(logger, read.Services.Length, read.Runbooks.Length);
        Swapped?.Invoke(this, EventArgs.Empty);
    }

    private static string Text(string file)
    {
        using var reader = new StreamReader(file);
        var buffer = new char[Longest + 1];
        var length = reader.ReadBlock(buffer, 0, buffer.Length);
        return new string(buffer, 0, length);
    }

    /// <summary>A little more than the language reads, so that it can say the file is too large.</summary>
    private const int Longest = (1 << 20) + 1;

    private static bool IsRead(string file) => Endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static string Picture(ImmutableArray<SourceFile> files) => string.Join('\0', files.Select(file => $"{file.File}\0{file.Text}"));

    private static partial class Log
    {
        [LoggerMessage(603, LogLevel.Warning, "{Finding}")]
        public static partial void Warned(ILogger logger, string finding);

        [LoggerMessage(600, LogLevel.Information, "The configuration changed: {Services} services, {Runbooks} runbooks")]
        public static partial void Swapped(ILogger logger, int services, int runbooks);

        [LoggerMessage(601, LogLevel.Error, "The configuration was edited but not taken; the one before stays in force. {Finding}")]
        public static partial void Refused(ILogger logger, string finding);

        [LoggerMessage(602, LogLevel.Error, "The configuration in {Folder} can't be read; the one before stays in force. {Why}")]
        public static partial void Unreadable(ILogger logger, string folder, string why);
    }
}
