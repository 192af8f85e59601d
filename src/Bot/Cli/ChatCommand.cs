using System.CommandLine;
using System.CommandLine.Parsing;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Endpoints;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using Command = System.CommandLine.Command;
using Option = System.CommandLine.Option;

namespace ChatOps.Bot.Cli;

/// <summary>Passes a chat command on to a running bot, word for word, and shows what it answers.</summary>
internal static class ChatCommand
{
    public static Command Of(CommandWords words, Terminal terminal)
    {
        var options = new ChatOptions();
        var command = new Command(words.Name, $"{Sentence(words.What)} Written: {words.Usage}.") { TreatUnmatchedTokensAsErrors = false };
        foreach (var option in options.All) command.Add(option);
        command.Add(new Argument<string[]>("words") { Description = "As in chat.", Arity = ArgumentArity.ZeroOrMore, Hidden = true });
        command.SetAction((said, cancellationToken) => SayAsync(said, options, terminal, cancellationToken));
        return command;
    }

    /// <summary>The command as the bot will read it: every word that is not this program's own option, in order, quoted where it must be.</summary>
    public static string TextOf(ParseResult said, IEnumerable<Option> own)
    {
        var text = new List<string>();
        var mine = own.SelectMany(option => option.Aliases.Append(option.Name), (option, name) => (option, name)).ToDictionary(pair => pair.name, pair => pair.option);
        var tokens = said.Tokens.SkipWhile(token => token.Type != TokenType.Command).ToList();
        text.Add(said.CommandResult.Command.Name);
        for (var at = 1; at < tokens.Count; at++)
        {
            if (tokens[at].Type == TokenType.Option && mine.TryGetValue(tokens[at].Value, out var option))
            {
                if (option.ValueType != typeof(bool)) at++;
            }
            else if (tokens[at].Type != TokenType.DoubleDash)
            {
                text.Add(Quoted(tokens[at].Value));
            }
        }

        return string.Join(' ', text);
    }

    private static async Task<int> SayAsync(ParseResult said, ChatOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        var (bot, fault) = options.Connect(said, terminal);
        if (bot is null) return Fail(terminal, fault!, ExitCodes.Usage);
        using (bot)
        {
            var persona = said.GetValue(options.As) ?? ChatOptions.NonEmpty(terminal.Variable("CHATOPS_AS"));
            var request = new ApiCommand(TextOf(said, options.All), Guid.NewGuid().ToString("D"), persona);
            try
            {
                // Once per form: what was answered and does not fit is asked again, with what else was answered in its place.
                Form? asked = null;
                while (true)
                {
                    switch (await bot.SayAsync(request, cancellationToken))
                    {
                        case Asked<ApiReply>.Answered { Answer: var answer } when terminal.Ask is { } ask && FormOf(answer, asked) is { } form && FormPrompt.Ask(form, terminal, ask) is { } answers:
                            asked = InputForms.With(form with { Fields = [.. form.Fields.Select(field => field with { Fault = null })] }, answers);
                            request = request with { Text = InputForms.Filled(form.Command, answers), Delivery = Guid.NewGuid().ToString("D") };
                            continue;
                        case Asked<ApiReply>.Answered { Answer: var answer }:
                            Show(answer, terminal);
                            if (answer.Refusal is not null) return ExitCodes.Refused;
                            return said.GetValue(options.Follow) && answer.Run is { } run ? await Follower.FollowAsync(bot, new RunId(run), terminal, cancellationToken) : ExitCodes.Done;
                        case Asked<ApiReply>.Rejected rejected:
                            return Fail(terminal, $"The bot did not take this ({rejected.Status}): {rejected.Why}", ExitCodes.Refused);
                        case Asked<ApiReply>.Unreachable lost:
                            var unsure = lost.Broken ? " It may have heard the command: say chatops runs before you say it again." : "";
                            return Fail(terminal, $"{lost.Why}{unsure}\nIs the bot running? Start it with chatops serve, or say where it is with --url or CHATOPS_URL.", ExitCodes.Unreachable);
                        default:
                            throw new InvalidOperationException("An answer is one of three.");
                    }
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Fail(terminal, "Stopped. What was asked of the bot goes on without you.", ExitCodes.Stopped);
            }
        }
    }

    /// <summary>What is to be asked now: what the bot asks, or else once more the form that was answered, where one of its answers was refused.</summary>
    private static Form? FormOf(ApiReply answer, Form? asked)
    {
        if (answer.Form is { } form) return form;
        return answer.Refusal is { } refusal && asked is not null && InputForms.Beside(asked, refusal) is var again && again.Fields.Any(field => field.Fault is not null) ? again : null;
    }

    private static void Show(ApiReply answer, Terminal terminal)
    {
        if (answer.Card is { } card) terminal.Out.Write(TerminalCards.Render(card, terminal.Width, terminal.Colours));
        else if (answer.Refusal is { } refusal) terminal.Out.Write(TerminalCards.Render(new Card("Refused", Tone.Warning, null, refusal.Why) { Body = [new CardBlock.Text($"{refusal.Why} {refusal.Next}".Trim())] }, terminal.Width, terminal.Colours));
        else if (answer.Run is { } run) terminal.Out.WriteLine($"Run {run}.");
        if (answer.Refusal is { } no) terminal.Error.WriteLine($"refused: {no.Code}");
    }

    private static int Fail(Terminal terminal, string why, int code)
    {
        terminal.Error.WriteLine(TerminalText.Safe(why));
        return code;
    }

    /// <summary>The bot's grammar knows double quotes and no way to write one inside them, so inner ones become single.</summary>
    private static string Quoted(string word)
    {
        if (word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || IsQuote(c))) return word;
        var plain = string.Concat(word.Select(c => IsQuote(c) ? '\'' : c));
        var equals = word.StartsWith("--", StringComparison.Ordinal) ? plain.IndexOf('=', StringComparison.Ordinal) : -1;
        return equals > 0 && !plain[..equals].Any(char.IsWhiteSpace) ? $"{plain[..(equals + 1)]}\"{plain[(equals + 1)..]}\"" : $"\"{plain}\"";
    }

    private static bool IsQuote(char c) => c is '"' or '“' or '”' or '„' or '‟' or '«' or '»';

    private static string Sentence(string what) => char.ToUpperInvariant(what[0]) + what[1..] + ".";
}
