using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Tells options from words, and refuses those that a command doesn't have.</summary>
internal static class OptionReader
{
    /// <summary>What other tools call the same.</summary>
    private static readonly ImmutableDictionary<string, string> Elsewhere = new Dictionary<string, string>
    {
        ["dry-run"] = "plan", ["dryrun"] = "plan", ["noop"] = "plan", ["preview"] = "plan", ["check"] = "plan",
        ["because"] = "reason", ["why"] = "reason", ["message"] = "reason", ["m"] = "reason", ["comment"] = "reason",
        ["version"] = "to", ["hash"] = "plan-hash", ["no-wait"] = "no-queue",
    }.ToImmutableDictionary();

    public static bool TakesValue(string option) => option is "reason" or "step" or "note" or "to" or "plan-hash" or "item" or "at" or "schedule" or "until" or "from" or "exception" or "emergency" or "since" or "stage" or "cause" or "follow-ups" or "owner";

    /// <summary>Texts may have spaces; where the quotes were forgotten, they go on to the next option.</summary>
    private static bool IsText(string option) => option is "reason" or "step" or "note" or "at" or "until" or "from" or "exception" or "emergency" or "cause" or "follow-ups";

    public static Said Read(CommandWords about, ImmutableArray<Token> tokens)
    {
        var words = ImmutableArray.CreateBuilder<Token>();
        var options = ImmutableArray.CreateBuilder<Option>();
        for (var at = 0; at < tokens.Length; at++)
        {
            var token = tokens[at];
            if (!token.Flag) words.Add(token);
            else if (token.Value is not null || !TakesValue(token.Text)) options.Add(new Option(token.Text, token.Value?.Trim()));
            else options.Add(Valued(token.Text, tokens, ref at));
        }

        return new Said(about, words.ToImmutable(), options.ToImmutable());
    }

    private static Option Valued(string name, ImmutableArray<Token> tokens, ref int at)
    {
        if (at + 1 == tokens.Length || tokens[at + 1].Flag) return new Option(name, "");
        if (tokens[at + 1].Quoted || !IsText(name)) return new Option(name, tokens[++at].Text);
        var words = tokens.Skip(at + 1).TakeWhile(token => !token.Flag).Select(token => token.Text).ToList();
        at += words.Count;
        return new Option(name, string.Join(' ', words).Trim(), Loose: words.Count > 1);
    }

    /// <summary>The first thing wrong with the options; null when nothing is.</summary>
    public static Heard? Fault(Said said) =>
        said.Options.Select(option => Unknown(said, option) ?? Valueless(said, option) ?? Twice(said, option)).FirstOrDefault(fault => fault is not null);

    private static Heard.Misheard? Unknown(Said said, Option option)
    {
        var known = said.About.Options;
        if (known.Contains(option.Name)) return null;
        ImmutableArray<string> near = Elsewhere.TryGetValue(option.Name, out var same) && known.Contains(same) ? [same] : Nearest.To(option.Name, known);
        return Grammar.No(
            RefusalCodes.WordUnknown,
            $"{said.About.Name} has no option {Spoken.Quote($"--{option.Name}")}{Spoken.DidYouMean([.. near.Select(name => $"--{name}")])}",
            $"It is written {said.About.Usage}.",
            near.Select(name => said with { Options = said.Options.Replace(option, option with { Name = name }) }));
    }

    private static Heard.Misheard? Valueless(Said said, Option option)
    {
        if (!TakesValue(option.Name))
        {
            return option.Value is null ? null : Grammar.No(
                RefusalCodes.WordUnknown, $"--{option.Name} takes no value.", $"It is written {said.About.Usage}.",
                [said with { Options = said.Options.Replace(option, option with { Value = null }) }]);
        }

        if (!string.IsNullOrEmpty(option.Value)) return null;
        return option.Name == "reason"
            ? Grammar.No(RefusalCodes.ReasonMissing, "--reason has no reason after it.", "Say it in quotes: --reason \"why\".")
            : Grammar.No(RefusalCodes.WordsMissing, $"--{option.Name} has nothing after it.", $"It is written {said.About.Usage}.");
    }

    private static Heard.Misheard? Twice(Said said, Option option) =>
        TakesValue(option.Name) && said.Options.Count(one => one.Name == option.Name) > 1
            ? Grammar.No(RefusalCodes.WordsAmbiguous, $"--{option.Name} is there twice.", "Say it once.")
            : null;
}
