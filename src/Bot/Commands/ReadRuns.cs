using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Understands commands about one run: its number first, then whatever the command adds.</summary>
internal static class ReadRuns
{
    private const int RunsShown = 8;

    public static Heard Read(Said said, RunVerb verb, Vocabulary vocabulary)
    {
        var words = Numbered(said.Words);
        var run = TakeRun(ref words, verb);
        if (verb is RunVerb.Tick or RunVerb.Untick) return Item(said, verb, run, words, vocabulary);
        var heard = Understand(said, verb, run, words, vocabulary);
        return heard is Heard.Misheard { Refusal.Code: RefusalCodes.WordsMissing or RefusalCodes.ReasonMissing } misheard ? misheard with
        {
            Asks = CommandFields.About(said, (CommandFields.Run, run?.ToString()), (CommandFields.Step, verb == RunVerb.Skip && words is [{ Quoted: false } step, ..] && IsStepId(step.Text) ? step.Text : null)),
        } : heard;
    }

    private static Heard Understand(Said said, RunVerb verb, RunId? run, ImmutableArray<Token> words, Vocabulary vocabulary) =>
        Which(said, verb, run, words, vocabulary) as Heard ?? verb switch
        {
            RunVerb.Skip => Skip(said, run, words),
            RunVerb.Approve => Approve(said, run, words),
            RunVerb.Reject or RunVerb.Abort or RunVerb.Pause or RunVerb.Failed or RunVerb.Unwatch or RunVerb.Vouch => Reasoned(said, verb, run, words),
            RunVerb.Done or RunVerb.Note => Noted(said, verb, run, words),
            RunVerb.Delegate => Delegated(said, run, words),
            _ => Extra(said, words) as Heard ?? new Heard.Understood(new Command.OnRun(verb, run, null)),
        };

    /// <summary><c>run 128</c> is <c>128</c>.</summary>
    public static ImmutableArray<Token> Numbered(ImmutableArray<Token> words) =>
        words is [{ Quoted: false } run, { Quoted: false } number, ..] && Vocabulary.Same(run.Text, "run") && RunId.TryParse(number.Text, out _) ? words.RemoveAt(0) : words;

    /// <remarks>Only the first word can be the run: a number further on belongs to the reason (<c>abort 3 of 5 pods fail</c> is about run 3).</remarks>
    private static RunId? TakeRun(ref ImmutableArray<Token> words, RunVerb verb)
    {
        if (words is not [{ Quoted: false } first, ..] || !RunId.TryParse(first.Text, out var run)) return null;

        // A bare number that stands alone after tick may be the item.
        if (verb is RunVerb.Tick or RunVerb.Untick && words.Length == 1 && char.IsAsciiDigit(first.Text[0])) return null;
        words = words.RemoveAt(0);
        return run;
    }

    private static Heard.Misheard? Which(Said said, RunVerb verb, RunId? run, ImmutableArray<Token> words, Vocabulary vocabulary)
    {
        if (run is not null || verb == RunVerb.Skip) return null;
        if (words is [var first, ..])
            return Grammar.No(RefusalCodes.RunUnknown, $"{Spoken.Quote(first.Text)} is not the number of a run.", Open(said, vocabulary));
        return verb is RunVerb.Pause or RunVerb.Resume or RunVerb.Retry or RunVerb.Abort or RunVerb.Done or RunVerb.Failed or RunVerb.Take or RunVerb.Here ? null : NoRun(said, vocabulary);
    }

    private static Heard.Misheard NoRun(Said said, Vocabulary vocabulary) => Grammar.No(
        RefusalCodes.WordsMissing, $"{Capital(said)} which run?", Open(said, vocabulary),
        vocabulary.OpenRuns is [var only] ? [said with { Words = said.Words.Insert(0, new Token(only.ToString(CultureInfo.InvariantCulture))) }] : []);

    private static Heard Item(Said said, RunVerb verb, RunId? run, ImmutableArray<Token> words, Vocabulary vocabulary)
    {
        if (words is [{ Text: var filler }, _, ..] && Vocabulary.Same(filler, "item")) words = words.RemoveAt(0);
        var word = said.Value("item") ?? (words is [var first, ..] ? first.Text : null);

        // With --item, a number that stands alone is the run after all.
        if (said.Has("item") && run is null && words is [var number] && RunId.TryParse(number.Text, out var named)) (run, words) = (named, []);
        if (word is null) return Grammar.No(RefusalCodes.WordsMissing, $"{Capital(said)} which item?", $"Say its number as the card shows it: {said.About.Usage}.");
        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var item) || item <= 0)
            return Grammar.No(RefusalCodes.ItemUnknown, $"{Spoken.Quote(word)} is not the number of an item.", $"Say its number as the card shows it: {said.About.Usage}.");
        if (run is null && !said.Has("item")) return NoRun(said, vocabulary);
        return Extra(said, said.Has("item") ? words : words.RemoveAt(0)) as Heard ?? new Heard.Understood(new Command.OnRun(verb, run, null, item));
    }

    private static Heard Approve(Said said, RunId? run, ImmutableArray<Token> words)
    {
        if (Extra(said, words) is { } extra) return extra;
        var hash = said.Value("plan-hash")?.ToLowerInvariant();
        return hash is null || (hash.Length is >= 8 and <= 64 && hash.All(char.IsAsciiHexDigit))
            ? new Heard.Understood(new Command.OnRun(RunVerb.Approve, run, said.Value("note"), Step: said.Value("step"), Plan: hash is null ? null : new PlanHash(hash), SkipSoak: said.Has("skip-soak")))
            : Grammar.No(RefusalCodes.WordUnknown, $"{Spoken.Quote(hash)} is not the hash of a plan.", "It is at least the first 8 signs, as the plan's card shows them.");
    }

    /// <summary>What follows the number is the reason, as if it had been said with <c>--reason</c>.</summary>
    private static Heard Reasoned(Said said, RunVerb verb, RunId? run, ImmutableArray<Token> words)
    {
        var reason = said.Value("reason");
        if (reason is not null && Extra(said, words) is { } extra) return extra;
        reason ??= words.IsEmpty ? null : Text(words);
        return verb is RunVerb.Reject or RunVerb.Failed or RunVerb.Unwatch or RunVerb.Vouch && reason is null
            ? NoReason(verb switch { RunVerb.Reject => "Rejecting", RunVerb.Unwatch => "Stopping a watch", RunVerb.Vouch => "Saying that it is well", _ => "Saying that it failed" }, said)
            : new Heard.Understood(new Command.OnRun(verb, run, reason, Step: said.Value("step")));
    }

    /// <summary>What follows the number is the note.</summary>
    private static Heard Noted(Said said, RunVerb verb, RunId? run, ImmutableArray<Token> words)
    {
        var note = said.Value("note");
        if (note is not null && Extra(said, words) is { } extra) return extra;
        note ??= words.IsEmpty ? null : Text(words);
        return verb == RunVerb.Note && string.IsNullOrWhiteSpace(note)
            ? Grammar.No(RefusalCodes.WordsMissing, "A note needs words.", $"It is written {said.About.Usage}.")
            : new Heard.Understood(new Command.OnRun(verb, run, note, Step: said.Value("step")));
    }

    private static Heard Delegated(Said said, RunId? run, ImmutableArray<Token> words)
    {
        if (words is [{ Text: var filler }, _, ..] && Vocabulary.Same(filler, "to")) words = words.RemoveAt(0);
        if (words.IsEmpty) return Grammar.No(RefusalCodes.WordsMissing, "Delegate to whom?", $"Say their e-mail address, or mention them: {said.About.Usage}.");
        return Extra(said, words.RemoveAt(0)) as Heard ?? new Heard.Understood(new Command.OnRun(RunVerb.Delegate, run, null, Step: said.Value("step"), Person: words[0].Text));
    }

    /// <summary>With a reason given, the words name the step; without one they are the reason, except for a step's id in front.</summary>
    private static Heard Skip(Said said, RunId? run, ImmutableArray<Token> words)
    {
        var (step, reason) = (said.Value("step"), said.Value("reason"));
        if (step is null && words is [{ Quoted: false } first, ..] && (IsStepId(first.Text) || reason is not null))
        {
            var taken = reason is null ? words[..1] : words;
            (step, words) = (Text(taken), words.RemoveRange(0, taken.Length));
        }

        if (reason is not null && Extra(said, words) is { } extra) return extra;
        reason ??= words.IsEmpty ? null : Text(words);
        return string.IsNullOrWhiteSpace(reason) ? NoReason("Skipping a step", said) : new Heard.Understood(new Command.OnRun(RunVerb.Skip, run, reason, Step: step));
    }

    private static bool IsStepId(string word) => word is ['s' or 'S', _, ..] && word.Skip(1).All(char.IsAsciiDigit);

    private static Heard.Misheard NoReason(string doing, Said said) =>
        Grammar.No(RefusalCodes.ReasonMissing, $"{doing} needs a reason.", $"It is kept with the run: {said.About.Usage}.");

    private static Heard.Misheard? Extra(Said said, ImmutableArray<Token> words) => words.IsEmpty ? null : Grammar.No(
        RefusalCodes.WordUnknown, $"What is {Words.List(words.Take(3).Select(word => Spoken.Quote(word.Text)))} in this {said.About.Name}?", $"It is written {said.About.Usage}.");

    private static string Text(ImmutableArray<Token> words) => string.Join(' ', words.Select(word => word.Text)).Trim();

    private static string Capital(Said said) => char.ToUpperInvariant(said.About.Name[0]) + said.About.Name[1..];

    private static string Open(Said said, Vocabulary vocabulary) => vocabulary.OpenRuns.IsEmpty
        ? $"No run is open now. It is written {said.About.Usage}."
        : $"Open now: {Words.List(vocabulary.OpenRuns.Take(RunsShown).Select(number => $"{number}"))}. It is written {said.About.Usage}.";
}
