using System.Collections.Frozen;
using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>A command that is asked for by a form where words of it are missing: which words it has, in the order in which they are written, and which options are asked for too.</summary>
/// <param name="Title">At most 24 characters, which is all that a dialog's head has room for.</param>
internal sealed record CommandFields(string Command, string Title, ImmutableArray<string> Words, ImmutableArray<string> Options)
{
    public const string Service = "service", Environment = "environment", Version = "version", Run = "run", Person = "person", Step = "step", Reason = "reason", Note = "note", To = "to", Until = "until";

    private static readonly FrozenDictionary<string, CommandFields> ByCommand = new CommandFields[]
    {
        new("deploy", "Deploy", [Service, Environment, Version], [Reason]),
        new("rollback", "Roll back", [Service, Environment], [To, Reason]),
        new("lock", "Lock", [Service, Environment], [Reason, Until]),
        new("freeze", "Freeze", [Service, Environment], [Reason, Until]),
        new("show", "Show a run", [Run], []),
        new("approve", "Approve a plan", [Run], []),
        new("reject", "Reject a plan", [Run], [Reason]),
        new("delegate", "Hand an approval over", [Run, Person], []),
        new("failed", "Say that it failed", [Run], [Reason]),
        new("note", "Keep a note", [Run], [Note]),
        new("skip", "Skip a step", [Run], [Step, Reason]),
        new("unwatch", "Stop a watch", [Run], [Reason]),
        new("vouch", "Say that it is well", [Run], [Reason]),
    }.ToFrozenDictionary(fields => fields.Command);

    /// <summary>Every field's name, in the order in which they are asked.</summary>
    public IEnumerable<string> Names => Words.Concat(Options);

    public static IEnumerable<CommandFields> All => ByCommand.Values;

    /// <summary>What is asked for a command, by its first word; null for one that is never asked for.</summary>
    public static CommandFields? Of(string command) => ByCommand.GetValueOrDefault(command.Split(' ', 2)[0]);

    /// <summary>What is to be asked about a command that was said, with what is known of it; null for one that is never asked for.</summary>
    /// <param name="words">What its words are, by field.</param>
    public static AskedWords? About(Said said, params IEnumerable<(string Field, string? Value)> words) => Of(said.About.Name) is not { } fields ? null : new AskedWords(
        fields.Command, [.. words.Concat(fields.Options.Select(option => (Field: option, Value: said.Value(option)))).Where(one => one.Value is { Length: > 0 }).DistinctBy(one => one.Field).Select(one => KeyValuePair.Create(one.Field, one.Value!))],
        CommandText.Join([], [.. said.Options.Where(option => !fields.Options.Contains(option.Name))]));

    /// <summary>The command in words: the answers in the order in which they are written, the options behind them, then what came with it.</summary>
    /// <param name="command">As the form has it.</param>
    public string Filled(string command, IReadOnlyList<KeyValuePair<string, string>> answers)
    {
        string? Answer(string field) => answers.FirstOrDefault(answer => answer.Key == field).Value is { Length: > 0 } given ? given : null;
        var words = Words.Select(Answer).OfType<string>().Select(word => word.Any(char.IsWhiteSpace) || word.StartsWith('-') ? Quotes.Write(word) : word);
        var options = Options.Select(option => Answer(option) is { } value ? $"--{option} {Quotes.Write(value)}" : null).OfType<string>();
        return string.Join(' ', [Command, .. words, .. options, command[Command.Length..].Trim()]).TrimEnd();
    }

    /// <summary>The field that a refusal is about; null = none, or several.</summary>
    /// <param name="asked">The names of the form's fields.</param>
    public static string? OfRefusal(string code, IEnumerable<string> asked) => code switch
    {
        RefusalCodes.ServiceUnknown => Service,
        RefusalCodes.EnvironmentUnknown => Environment,
        RefusalCodes.VersionUnknown => asked.FirstOrDefault(name => name is Version or To),
        RefusalCodes.RunUnknown => Run,
        RefusalCodes.PersonUnknown => Person,
        RefusalCodes.StepUnknown => Step,
        RefusalCodes.ReasonMissing => Reason,
        // All other words of a form with a moment are chosen, or in quotes.
        RefusalCodes.WordUnknown => asked.FirstOrDefault(name => name == Until),
        _ => null,
    };
}
