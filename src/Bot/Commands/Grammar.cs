using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>The one grammar of commands, for every surface. Pure. A word that is not a name is never taken for one.</summary>
internal static class Grammar
{
    /// <summary>Longer texts are not commands.</summary>
    public const int Longest = 2_000;

    /// <summary>What a button can carry.</summary>
    private const int LongestCorrection = 500;
    private const int MostCorrections = 3;

    /// <summary>How many mistakes in one text a correction may mend.</summary>
    private const int Mistakes = 3;

    /// <summary>What people say when they agree. None of it approves: that takes the plan that was read.</summary>
    private static readonly ImmutableHashSet<string> Agreement = ["ok", "okay", "lgtm", "yes", "y", "yep", "👍", "+1", "sure", "go"];

    public static Heard Read(string text, Vocabulary vocabulary) => Hear(text, vocabulary) switch
    {
        Heard.Misheard misheard => misheard with { Corrections = Settle(misheard.Corrections, vocabulary, Mistakes) },
        var understood => understood,
    };

    /// <summary>How a command is written; null for no command.</summary>
    public static string? Usage(string name) => CommandWords.Find(name)?.Usage;

    internal static Heard.Misheard No(string code, string why, string? next, IEnumerable<Said>? corrections = null) =>
        new(new Refusal(code, why, next), [.. corrections?.Select(said => said.Text()) ?? []]);

    /// <summary>Only what would be understood is offered; what has another mistake is corrected again.</summary>
    private static ImmutableArray<string> Settle(ImmutableArray<string> tries, Vocabulary vocabulary, int mistakes) =>
    [
        .. tries.Take(2 * MostCorrections).SelectMany(text => Hear(text, vocabulary) switch
        {
            Heard.Understood understood => [CommandText.Of(understood.Command)],
            Heard.Misheard again when mistakes > 1 => Settle(again.Corrections, vocabulary, mistakes - 1),
            _ => ImmutableArray<string>.Empty,
        }).Where(text => text.Length <= LongestCorrection).Distinct().Take(MostCorrections),
    ];

    private static Heard Hear(string text, Vocabulary vocabulary)
    {
        var clean = Spoken.Clean(text);
        if (clean.Length > Longest)
            return No(RefusalCodes.TextTooLong, $"That is longer than a command can be ({Longest} characters).", "Say it in fewer words; a reason can link to the rest.");
        var tokens = Unaddressed(Tokens.Read(clean));
        if (tokens.IsEmpty) return new Heard.Understood(new Command.Help(null));
        if (Find(tokens, vocabulary) is not { } found) return UnknownCommand(tokens);
        var said = OptionReader.Read(found.About, tokens.RemoveAt(found.At));
        if (said.Has("help")) return new Heard.Understood(new Command.Help(found.About.Name));
        return OptionReader.Fault(said) ?? said.About.Read(said, vocabulary);
    }

    /// <summary>Without what only calls the bot: a mention, <c>/chatops</c>, a slash.</summary>
    private static ImmutableArray<Token> Unaddressed(ImmutableArray<Token> tokens)
    {
        while (tokens is [{ Flag: false } first, ..] && IsAddress(first.Text)) tokens = tokens.RemoveAt(0);
        return tokens is [{ Flag: false } command, ..] && command.Text.StartsWith('/')
            ? tokens.SetItem(0, command with { Text = command.Text.TrimStart('/') })
            : tokens;
    }

    private static bool IsAddress(string word) =>
        word.StartsWith('@') || word.StartsWith("<@", StringComparison.Ordinal) || word.TrimStart('/').TrimEnd(':', ',').ToLowerInvariant() is "chatops" or "";

    /// <summary>The command: the first word, or the only word that can be one where the first is something else.</summary>
    private static (CommandWords About, int At)? Find(ImmutableArray<Token> tokens, Vocabulary vocabulary)
    {
        if (tokens[0].Flag && tokens[0].Text == "help") return (CommandWords.Find("help")!, 0);
        if (!tokens[0].Flag && CommandWords.Find(tokens[0].Text) is { } first) return (first, 0);
        var elsewhere = tokens.Select((token, at) => (token, at))
            .Where(each => each.token is { Flag: false, Quoted: false } && CommandWords.Find(each.token.Text) is { AboutPlaces: true } && !vocabulary.IsName(each.token.Text))
            .ToList();

        // Its own name only: in "api undo prod" the word may be anything.
        return elsewhere is [var (only, at)] && CommandWords.Find(only.Text) is { } about && Vocabulary.Same(about.Name, only.Text) ? (about, at) : null;
    }

    private static Heard.Misheard UnknownCommand(ImmutableArray<Token> tokens)
    {
        var at = 0;
        while (at < tokens.Length && tokens[at].Flag) at++;
        if (at == tokens.Length) return No(RefusalCodes.WordsMissing, "There is no command in that.", Commands());
        var word = tokens[at].Text;
        if (Agreement.Contains(word.ToLowerInvariant()))
            return No(RefusalCodes.CommandUnknown, $"{Spoken.Quote(word)} approves nothing.", "To approve, click the button under the plan, or say approve RUN.");
        var near = Nearest.To(word, CommandWords.All.SelectMany(command => command.Synonyms.Prepend(command.Name)));
        var meant = near.Select(name => CommandWords.Find(name)!).Distinct().ToList();
        return No(
            RefusalCodes.CommandUnknown, $"There is no command {Spoken.Quote(word)}{Spoken.DidYouMean([.. meant.Select(about => about.Name)])}", Commands(),
            meant.Select(about => OptionReader.Read(about, tokens.RemoveAt(at))));
    }

    private static string Commands() => $"Commands: {string.Join(", ", CommandWords.All.Select(command => command.Name))}.";
}
