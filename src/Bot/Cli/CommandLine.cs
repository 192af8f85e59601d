using System.CommandLine;
using System.CommandLine.Invocation;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Work;
using Command = System.CommandLine.Command;

namespace ChatOps.Bot.Cli;

/// <summary>The command line: serve, lint, schema, diagram, and every chat command against a running bot.</summary>
internal sealed class CommandLine(Terminal terminal)
{
    public CommandLine(TextWriter output, TextWriter error)
        : this(Terminal.OfThisProcess() with { Out = output, Error = error })
    {
    }

    /// <param name="serve">Starts the bot with these settings on top of its others, and stays until it ends.</param>
    /// <returns>One of <see cref="ExitCodes"/>, or what <paramref name="serve"/> gave.</returns>
    /// <param name="doctor">Looks whether everything that these settings name can be used; left out: nothing can be looked at.</param>
    public async Task<int> RunAsync(string[] args, Func<IReadOnlyDictionary<string, string?>, Task<int>> serve, Examination? doctor = null)
    {
        // A word that starts with @ is a word, not a file of words.
        var said = Root(serve, doctor).Parse(Plain(args), new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });

        // The host ends a serving bot in its own time, and lets what it does finish; nothing here may cut that short.
        var serves = said.CommandResult.Command is RootCommand or { Name: "serve" };
        var code = await said.InvokeAsync(new InvocationConfiguration
        {
            Output = terminal.Out, Error = terminal.Error, ProcessTerminationTimeout = serves ? null : TimeSpan.FromSeconds(2),
        });
        return said.Action is ParseErrorAction ? ExitCodes.Usage : code;
    }

    /// <summary>As in chat, a command may have its synonym's name and <c>chatops</c> before it; <c>help</c> alone is about this program.</summary>
    private static string[] Plain(string[] args)
    {
        if (args is ["chatops" or "/chatops", _, ..]) args = args[1..];
        if (args is ["help"]) return ["--help"];
        return args.Length > 0 && CommandWords.Find(args[0].TrimStart('/').ToLowerInvariant()) is { } known ? [known.Name, .. args[1..]] : args;
    }

    private RootCommand Root(Func<IReadOnlyDictionary<string, string?>, Task<int>> serve, Examination? doctor)
    {
        var root = new RootCommand("A ChatOps bot that walks deployments. Without a command it serves. Every chat command works here too, against a running bot: chatops deploy api v1.2.3 prod.");
        root.Add(Serving(new Command("serve", "Starts the bot, and stays (the default). Any setting can follow: --ChatOps:Database=sqlite:./bot.db."), serve));
        root.Add(LintCommand.Of(terminal));
        root.Add(SchemaCommand.Of(terminal));
        root.Add(VerifyCommand.Of(terminal));
        root.Add(RehearseCommand.Of(terminal));
        root.Add(DiagramCommand.Of(terminal));
        root.Add(AuditCommand.Of(terminal));
        if (doctor is not null) root.Add(DoctorCommand.Of(doctor, terminal));
        root.Add(TeamsPackageCommand.Of(terminal));
        foreach (var words in CommandWords.All) root.Add(ChatCommand.Of(words, terminal));
        Serving(root, serve);
        return root;
    }

    private Command Serving(Command command, Func<IReadOnlyDictionary<string, string?>, Task<int>> serve)
    {
        var config = new Option<string?>("--config") { Description = "The configuration folder. Left out: ChatOps:Config, else the example.", HelpName = "DIR" };
        var urls = new Option<string?>("--urls") { Description = "Where to listen. Left out: http://127.0.0.1:5080.", HelpName = "URLS" };
        command.Add(config);
        command.Add(urls);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(said =>
        {
            var (settings, fault) = ServeOptions.Read(said.GetValue(config), said.GetValue(urls), said.UnmatchedTokens);
            if (fault is null) return serve(settings);
            terminal.Error.WriteLine(TerminalText.Line(fault));
            terminal.Error.WriteLine(Suggest(said.UnmatchedTokens[0]));
            return Task.FromResult(ExitCodes.Usage);
        });
        return command;
    }

    private static string Suggest(string word)
    {
        string[] names = word.StartsWith('-') ? ["--config", "--urls"] : ["serve", "lint", "schema", "verify", "rehearse", "diagram", "audit", "doctor", "teams-package", .. CommandWords.All.Select(one => one.Name)];
        var near = Nearest.To(word.Split('=')[0], names);
        return near.Length > 0 ? $"Did you mean {near[0]}? chatops --help lists everything." : "chatops --help lists everything.";
    }
}
