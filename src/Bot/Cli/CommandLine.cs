using System.CommandLine;
using System.CommandLine.Invocation;
using ChatOps.Bot.Commands;
using Command = System.CommandLine.Command;

namespace ChatOps.Bot.Cli;

/// <summary>The program's command line: what it can be asked to do, and what it ends with.</summary>
internal static class CommandLine
{
    /// <param name="serve">Starts the bot and stays until it ends.</param>
    /// <returns>One of <see cref="ExitCodes"/>, or what <paramref name="serve"/> gave.</returns>
    public static Task<int> RunAsync(string[] args, Func<ServeOptions, Task<int>> serve) => RunAsync(args, serve, Terminal.OfThisProcess());

    public static async Task<int> RunAsync(string[] args, Func<ServeOptions, Task<int>> serve, Terminal terminal)
    {
        if (args.Length > 0 && CommandWords.Find(args[0].ToLowerInvariant()) is { } synonym) args = [synonym.Name, .. args[1..]];

        // A word that starts with @ is a word, not a file of words.
        var said = Root(serve, terminal).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });

        // The host ends a serving bot in its own time, and lets what it does finish; nothing here may cut that short.
        var serves = said.CommandResult.Command is RootCommand or { Name: "serve" };
        var code = await said.InvokeAsync(new InvocationConfiguration
        {
            Output = terminal.Out, Error = terminal.Error, ProcessTerminationTimeout = serves ? null : TimeSpan.FromSeconds(2),
        });
        return said.Action is ParseErrorAction ? ExitCodes.Usage : code;
    }

    private static RootCommand Root(Func<ServeOptions, Task<int>> serve, Terminal terminal)
    {
        var root = new RootCommand("A durable ChatOps deployment bot. Without a command it serves.");
        root.Add(Serving(new Command("serve", "Starts the bot, and stays. Any setting can follow: --ChatOps:Database=sqlite:./bot.db."), serve, terminal));
        root.Add(LintCommand.Of(terminal));
        root.Add(SchemaCommand.Of(terminal));
        foreach (var words in CommandWords.All) root.Add(ChatCommand.Of(words, terminal));
        Serving(root, serve, terminal);
        return root;
    }

    private static Command Serving(Command command, Func<ServeOptions, Task<int>> serve, Terminal terminal)
    {
        var config = new Option<string?>("--config") { Description = "The configuration folder. Left out: ChatOps:Config, else the example.", HelpName = "DIR" };
        var urls = new Option<string?>("--urls") { Description = "Where to listen. Left out: http://127.0.0.1:5080.", HelpName = "URLS" };
        command.Add(config);
        command.Add(urls);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(said =>
        {
            if (ServeOptions.Fault(said.UnmatchedTokens) is not { } fault) return serve(new ServeOptions(said.GetValue(config), said.GetValue(urls), [.. said.UnmatchedTokens]));
            terminal.Error.WriteLine(TerminalText.Line(fault));
            terminal.Error.WriteLine(Suggest(said.UnmatchedTokens[0]));
            return Task.FromResult(ExitCodes.Usage);
        });
        return command;
    }

    private static string Suggest(string word)
    {
        string[] names = word.StartsWith('-') ? ["--config", "--urls"] : ["serve", "lint", "schema", .. CommandWords.All.Select(one => one.Name)];
        var near = Nearest.Of(word.Split('=')[0], names);
        return near.Count > 0 ? $"Did you mean {near[0]}? chatops --help lists everything." : "chatops --help lists everything.";
    }
}
