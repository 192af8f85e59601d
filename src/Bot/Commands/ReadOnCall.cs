using System.Collections.Immutable;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Understands commands about who is on call.</summary>
internal static class ReadOnCall
{
    public const string Now = "now";

    public static Heard Read(Said said, Vocabulary vocabulary)
    {
        ImmutableArray<Token> words = [.. said.Words];
        if (words is [{ Quoted: false } first, ..] && Vocabulary.Same(first.Text, "swap")) return Swap(said, [.. words.Skip(1)]);
        var named = said.Value("schedule");
        if (words.Length > (named is null ? 1 : 0)) return Grammar.No(RefusalCodes.WordUnknown, $"What is {Spoken.Quote(words[^1].Text)} in this oncall?", $"It is written {said.About.Usage}.");
        return new Heard.Understood(new Command.OnCall(named ?? words.FirstOrDefault()?.Text));
    }

    private static Heard Swap(Said said, ImmutableArray<Token> words)
    {
        // "swap ben from X to Y" says the same as "swap ben X Y".
        words = [.. words.Where((word, at) => at == 0 || word.Quoted || word.Text.ToLowerInvariant() is not ("from" or "to" or "until" or "for"))];
        if (words.Length != 3)
        {
            return Grammar.No(words.Length < 3 ? RefusalCodes.WordsMissing : RefusalCodes.WordUnknown, words.Length < 3 ? "Swap with whom, from when, until when?" : "That is more than a person and two moments.",
                "Write moments of two words in quotes: oncall swap ben@example.com \"tomorrow 09:00\" \"tomorrow 18:00\".");
        }

        var (from, until) = (words[1].Text, words[2].Text);
        return new[] { from, until }.Select(Misread).FirstOrDefault(one => one is not null) as Heard ?? new Heard.Understood(new Command.SwapTurn(words[0].Text, from, until, said.Value("schedule")));
    }

    /// <summary>Whether a moment can be read at all; which one it is depends on when and where.</summary>
    private static Heard.Misheard? Misread(string text) => !Vocabulary.Same(text, Now) && Moment.Read(text, DateTimeOffset.UnixEpoch, Zone.Utc).Fault is { } fault
        ? Grammar.No(RefusalCodes.WordUnknown, fault.What, fault.Mend)
        : null;
}
