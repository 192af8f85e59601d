using System.CommandLine;
using System.Net.Http.Headers;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Endpoints;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;

namespace ChatOps.Bot.Cli;

/// <summary>The command line: serve, lint, schema, diagram, and every chat command against a running bot.</summary>
/// <remarks>Exit codes: 0 done; 1 refused, or errors were found; 2 unusable words; 3 the bot can't be reached.</remarks>
internal sealed class CommandLine(TextWriter output, TextWriter error)
{
    public const int Refused = 1, Unusable = 2, Unreachable = 3;

    /// <param name="serve">Starts the bot with these settings on top of its others.</param>
    public async Task<int> RunAsync(string[] args, Func<IReadOnlyDictionary<string, string?>, Task<int>> serve)
    {
        // Chat commands are words for the bot's own grammar: they are passed on as they are, not parsed here.
        if (args.Length > 0 && (CommandWords.Find(args[0].ToLowerInvariant()) is not null || args[0].Equals("chatops", StringComparison.OrdinalIgnoreCase)) && !IsHelpAlone(args))
            return await SayAsync(args);
        var config = new Option<string?>("--config") { Description = "The configuration folder (ChatOps:Config)." };
        var urls = new Option<string?>("--urls") { Description = "Where to listen: http://127.0.0.1:5080." };
        var root = new RootCommand("A ChatOps bot that walks deployments. Without a command it serves. Every chat command works here too, against a running bot: chatops deploy api v1.2.3 prod.") { config, urls };
        root.TreatUnmatchedTokensAsErrors = true;
        Task<int> Serve(ParseResult parsed)
        {
            var settings = new Dictionary<string, string?>();
            if (parsed.GetValue(config) is { } folder) settings["ChatOps:Config"] = folder;
            if (parsed.GetValue(urls) is { } address) settings["urls"] = address;
            return serve(settings);
        }

        root.SetAction((parsed, _) => Serve(parsed));
        var serving = new System.CommandLine.Command("serve", "Start the bot (the default).") { config, urls };
        serving.SetAction((parsed, _) => Serve(parsed));
        root.Add(serving);
        root.Add(Lint());
        root.Add(Schema());
        root.Add(Diagram());
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var fault in parsed.Errors) await error.WriteLineAsync(fault.Message);
            await error.WriteLineAsync("Say chatops --help.");
            return Unusable;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
    }

    private System.CommandLine.Command Lint()
    {
        var folder = new Argument<string>("DIR") { Description = "The configuration folder.", DefaultValueFactory = _ => "." };
        var lint = new System.CommandLine.Command("lint", "Check a configuration folder: every finding with its file, line, what, why and how to mend it.") { folder };
        lint.SetAction(parsed =>
        {
            try
            {
                var (_, findings) = ConfigurationReader.Read(ConfigFolder.Read(parsed.GetValue(folder)!));
                foreach (var finding in findings) output.WriteLine(finding);
                var errors = findings.Count(finding => finding.Error);
                output.WriteLine($"{errors} errors, {findings.Length - errors} warnings");
                return errors > 0 ? Refused : 0;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                error.WriteLine(fault.Message);
                return Unusable;
            }
        });
        return lint;
    }

    private System.CommandLine.Command Schema()
    {
        var name = new Argument<string?>("NAME") { Description = $"One of {string.Join(", ", ConfigurationSchema.Names)}.", Arity = ArgumentArity.ZeroOrOne };
        var folder = new Option<string?>("--out") { Description = "Write all of them into this folder." };
        var schema = new System.CommandLine.Command("schema", "Print the JSON Schema of the configuration, for editors.") { name, folder };
        schema.SetAction(parsed =>
        {
            if (parsed.GetValue(folder) is { } into)
            {
                Directory.CreateDirectory(into);
                foreach (var one in ConfigurationSchema.Names) File.WriteAllText(Path.Combine(into, $"{one}.json"), ConfigurationSchema.For(one));
                return 0;
            }

            if (ConfigurationSchema.For(parsed.GetValue(name) ?? "services") is { } text)
            {
                output.Write(text);
                return 0;
            }

            error.WriteLine($"There is no schema of that name. There are: {string.Join(", ", ConfigurationSchema.Names)}.");
            return Unusable;
        });
        return schema;
    }

    private System.CommandLine.Command Diagram()
    {
        var of = new Argument<string>("WHAT") { Description = "run or step.", DefaultValueFactory = _ => "run" };
        var diagram = new System.CommandLine.Command("diagram", "Draw the life of a run or a step (Mermaid).") { of };
        diagram.SetAction(parsed =>
        {
            output.Write(parsed.GetValue(of) == "step" ? RunLife.StepDiagram() : RunLife.Diagram());
            return 0;
        });
        return diagram;
    }

    /// <summary>Passes a command on to a running bot, and shows what it answers.</summary>
    private async Task<int> SayAsync(string[] args)
    {
        var words = new List<string>(args);
        var address = Take(words, "--url") ?? Environment.GetEnvironmentVariable("CHATOPS_URL") ?? "http://127.0.0.1:5080";
        var persona = Take(words, "--as") ?? Environment.GetEnvironmentVariable("CHATOPS_AS");
        var token = Take(words, "--token-file") is { } file ? await File.ReadAllTextAsync(file) : Environment.GetEnvironmentVariable("CHATOPS_TOKEN");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var bot))
        {
            await error.WriteLineAsync($"{address} is not an address.");
            return Unusable;
        }

        using var http = new HttpClient { BaseAddress = bot, Timeout = TimeSpan.FromSeconds(30) };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        try
        {
            var command = new ApiCommand(string.Join(' ', words.Select(Quoted)), Guid.NewGuid().ToString("N"), persona);
            using var answer = await http.PostAsJsonAsync("/api/v1/commands", command, ApiJson.Default.ApiCommand);
            if (!answer.IsSuccessStatusCode)
            {
                await error.WriteLineAsync($"The bot at {bot} refused ({(int)answer.StatusCode}).");
                return Refused;
            }

            var reply = await answer.Content.ReadFromJsonAsync(ApiJson.Default.ApiReply);
            if (reply?.Card is { } card) await output.WriteAsync(TerminalCards.Of(card, Colour()));
            return reply?.Refusal is null ? 0 : Refused;
        }
        catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException)
        {
            await error.WriteLineAsync($"No bot answers at {bot}. Start one with chatops serve, or say where it is with --url or CHATOPS_URL.");
            return Unreachable;
        }
    }

    private bool Colour() => output == Console.Out && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null;

    private static bool IsHelpAlone(string[] args) => args is ["help" or "-h" or "-?" or "--help"];

    private static string? Take(List<string> words, string option)
    {
        var at = words.IndexOf(option);
        if (at < 0 || at + 1 >= words.Count) return null;
        var value = words[at + 1];
        words.RemoveRange(at, 2);
        return value;
    }

    /// <summary>The shell took the quotes away; the grammar wants them where there are spaces.</summary>
    private static string Quoted(string word) => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word.Replace("\"", "", StringComparison.Ordinal)}\"" : word;
}
