using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ChatOps.Testing.Teams;

/// <summary>The Microsoft 365 Agents Playground: Teams' own renderer and protocol in a browser, without a tenant. Its people are those of the demo.</summary>
public sealed class Playground : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Program = Path.Combine(Repository.Root, "artifacts", "npm", "node_modules", "@microsoft", "m365agentsplayground", "cli.js");

    /// <summary>The first is whoever opens it, unless a page says otherwise; it wants six at least.</summary>
    private static readonly string[] People = ["Ana", "Ben", "Dora", "Cleo", "Eli", "Zoe"];

    private readonly Process process;
    private readonly string folder;

    private Playground(Process process, string folder, Uri address) => (this.process, this.folder, Address) = (process, folder, address);

    /// <summary>Where the page is.</summary>
    public Uri Address { get; }

    /// <summary>Whether <c>tests/run.sh</c> could install it.</summary>
    public static bool IsInstalled => File.Exists(Program);

    /// <summary>What it calls a person.</summary>
    public static string IdOf(string name) => $"user-id-{Array.IndexOf(People, name).ToString(CultureInfo.InvariantCulture)}";

    /// <param name="bot">Where the bot takes activities.</param>
    public static async Task<Playground> StartAsync(Uri bot, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-playground-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, ".m365agentsplayground.yml"), Configuration(), cancellationToken);
        var port = Loopback.FreePort().ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("node") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])[Program, "start", "-e", new Uri(bot, "/api/messages").ToString(), "-c", "msteams", "-p", port, "--disable-telemetry"]) start.ArgumentList.Add(argument);
        start.Environment["TEAMSAPPTESTER_BROWSER"] = "none";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var it = new Playground(process, folder, new Uri($"http://localhost:{port}/"));
        await it.ReadyAsync(cancellationToken);
        return it;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task ReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(50, cancellationToken))
        {
            // What is wrong with its configuration it says in a log of its own, and ends.
            if (process.HasExited) throw new InvalidOperationException("The Playground ended: " + string.Join('\n', Directory.EnumerateFiles(Path.Combine(folder, "devTools")).SelectMany(File.ReadAllLines).TakeLast(5)));
            try
            {
                if ((await http.GetAsync(new Uri(Address, "_internal/v1/config"), cancellationToken)).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (waited.Elapsed < Patience)
            {
                // It does not listen yet.
            }

            if (waited.Elapsed > Patience) throw new TimeoutException("The Playground does not start.");
        }
    }

    private static string Configuration()
    {
        var text = new StringBuilder("version: \"0.1.0\"\ntenantId: 00000000-0000-0000-0000-0000000000001\nbot: { id: 00000000-0000-0000-0000-00000000000011, name: ChatOps }\n");
        text.Append(CultureInfo.InvariantCulture, $"currentUser: {Person(0)}\nusers:\n");
        for (var at = 1; at < People.Length; at++) text.Append(CultureInfo.InvariantCulture, $"  - {Person(at)}\n");
        text.Append("personalChat: { id: personal-chat-id }\ngroupChat: { id: group-chat-id, name: Group }\n");
        text.Append("team: { id: team-id, aadGroupId: 00000000-0000-0000-0000-0000000000031, name: Deployments, channels: [{ id: deploys-id, name: deploys }] }\n");
        return text.ToString();
    }

    private static string Person(int at)
    {
        var (name, address) = (People[at], People[at].ToLowerInvariant() + "@example.com");
        return $"{{ id: {IdOf(name)}, name: {name}, userPrincipleName: {address}, aadObjectId: 00000000-0000-0000-0000-00000000002{at}, givenName: {name}, surname: Example, email: {address} }}";
    }
}
