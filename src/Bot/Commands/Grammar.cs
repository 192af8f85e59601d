using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What was heard.</summary>
internal abstract record Heard
{
    private Heard() { }

    public sealed record Understood(Command Command) : Heard;

    /// <param name="Corrections">Whole commands that may have been meant, best first, ready to be said.</param>
    public sealed record Misheard(Refusal Refusal, ImmutableArray<string> Corrections) : Heard;
}

/// <summary>The one grammar of commands, for every surface. A word that is not a name is never taken for one.</summary>
internal static class Grammar
{
    private static readonly ImmutableHashSet<string> Fillers = ["to", "on", "in", "at", "from", "the", "run", "of", "please"];

    public static bool TakesValue(string option) => option is "reason" or "to" or "plan-hash" or "item" or "step";

    public static Heard Read(string text, Vocabulary vocabulary)
    {
        if (text.Trim().Length > Tokens.Longest)
            return No(RefusalCodes.WordUnknown, $"That is longer than a command can be ({Tokens.Longest} characters).", "Say help to see the commands.");
        var tokens = Tokens.Of(text);
        var words = tokens.Words.SkipWhile(word => word is "/" || word.TrimStart('/').Equals("chatops", StringComparison.OrdinalIgnoreCase)).ToList();
        if (words.Count == 0) return tokens.Options.Count == 0 ? new Heard.Understood(new Command.Help(null)) : No(RefusalCodes.WordsMissing, "There is no command in that.", "Say help to see the commands.");
        var first = words[0].TrimStart('/').ToLowerInvariant();
        if (CommandWords.Find(first) is not { } about) return UnknownCommand(first, text);
        var reading = new Reading(about, [.. words.Skip(1)], tokens.Options, vocabulary);
        return reading.UnknownOption() ?? about.Read(reading);
    }

    internal static Heard No(string code, string why, string? next, params ImmutableArray<string> corrections) => new Heard.Misheard(new Refusal(code, why, next), corrections);

    internal static bool IsFiller(string word) => Fillers.Contains(word.ToLowerInvariant());

    /// <summary>What a stranger typed, safe to repeat in a sentence.</summary>
    internal static string Quote(string word)
    {
        var clean = new string([.. word.Where(c => !char.IsControl(c))]);
        return clean.Length > 60 ? $"\"{clean[..59]}…\"" : $"\"{clean}\"";
    }

    private static Heard UnknownCommand(string first, string text)
    {
        var at = text.IndexOf(first, StringComparison.OrdinalIgnoreCase);
        var rest = at < 0 ? "" : text[(at + first.Length)..];
        var near = Nearest.Of(first, CommandWords.All.Select(command => command.Name));
        return No(
            RefusalCodes.CommandUnknown, $"There is no command {Quote(first)}{(near.Count > 0 ? $": did you mean {Words.List(near, "or")}?" : ".")}",
            "Say help to see the commands.", [.. near.Select(name => (name + rest).Trim())]);
    }
}

/// <summary>The words and options of one command, while it is being understood.</summary>
internal sealed class Reading(CommandWords about, ImmutableArray<string> words, IReadOnlyList<Option> options, Vocabulary vocabulary)
{
    public CommandWords About => about;

    public Vocabulary Vocabulary => vocabulary;

    /// <summary>The words that are left to be understood.</summary>
    public List<string> Left { get; } = [.. words.SelectMany(Split)];

    public bool Has(string option) => options.Any(one => one.Name == option);

    public string? Value(string option) => options.LastOrDefault(one => one.Name == option)?.Value is { Length: > 0 } value ? value : null;

    public Heard? UnknownOption()
    {
        foreach (var option in options)
        {
            if (about.Options.Contains(option.Name)) continue;
            var near = Nearest.Of(option.Name, about.Options);
            return Grammar.No(
                RefusalCodes.WordUnknown, $"{about.Name} has no option --{Grammar.Quote(option.Name).Trim('"')}{(near.Count > 0 ? $": did you mean --{near[0]}?" : ".")}", $"It is written {about.Usage}.",
                near.Count > 0 ? [Again(options.Select(one => one == option ? one with { Name = near[0] } : one))] : []);
        }

        if (options.FirstOrDefault(one => Grammar.TakesValue(one.Name) && string.IsNullOrWhiteSpace(one.Value)) is { } empty)
            return Grammar.No(RefusalCodes.WordsMissing, $"--{empty.Name} needs a value.", $"It is written {about.Usage}.");
        return null;
    }

    /// <summary>Takes the first word that names a service.</summary>
    public ServiceWords? TakeService() => Take(word => vocabulary.Service(word));

    /// <summary>Takes the first word that names an environment of the service (or of any, where no service is known).</summary>
    public string? TakeEnvironment(ServiceWords? service) => Take(word => service is not null
        ? service.Environment(word)?.Name
        : vocabulary.Environments.FirstOrDefault(name => Vocabulary.Same(name, word)));

    /// <summary>Takes the first word that a version could be: well-formed, with a digit in it.</summary>
    public string? TakeVersion() => Take(word => Versions.IsOne(word) ? word : null);

    public RunId? TakeRun()
    {
        for (var at = 0; at < Left.Count; at++)
        {
            if (!RunId.TryParse(Left[at], out var run)) continue;
            Left.RemoveAt(at);
            return run;
        }

        return null;
    }

    /// <summary>Drops words that only make it read well.</summary>
    public void DropFillers() => Left.RemoveAll(Grammar.IsFiller);

    /// <summary>The command again, with one word changed.</summary>
    public string Instead(string word, string by) =>
        CommandText.Join([about.Name, .. words.SelectMany(Split).Where(one => !Grammar.IsFiller(one)).Select(one => one == word ? by : one)], options);

    private string Again(IEnumerable<Option> changed) => CommandText.Join([about.Name, .. words], [.. changed]);

    private T? Take<T>(Func<string, T?> find)
        where T : class
    {
        for (var at = 0; at < Left.Count; at++)
        {
            if (find(Left[at]) is not { } found) continue;
            Left.RemoveAt(at);
            return found;
        }

        return null;
    }

    /// <summary><c>api@v1.2.3</c> and <c>api:v1.2.3</c> are two words; a digest (<c>sha256:…</c>) is one.</summary>
    private static IEnumerable<string> Split(string word)
    {
        var at = word.IndexOfAny(['@', ':']);
        return at > 0 && at < word.Length - 1 && !word.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase) ? [word[..at], word[(at + 1)..]] : [word];
    }
}
