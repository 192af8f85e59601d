using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>One command: how it is written, what it is for, and how its words are understood.</summary>
/// <param name="Synonyms">Other words people say for it.</param>
/// <param name="Options">Without the dashes.</param>
/// <param name="Needs">The right it takes; null = anybody may.</param>
internal sealed record CommandWords(
    string Name, ImmutableArray<string> Synonyms, string Usage, string What, ImmutableArray<string> Options, Right? Needs, Func<Reading, Heard> Read)
{
    private const string OneReason = "[--reason \"…\"]";

    public static ImmutableArray<CommandWords> All { get; } =
    [
        new("deploy", ["ship", "release"], $"deploy SERVICE VERSION ENVIRONMENT [--plan] {OneReason} [--no-queue]", "brings a version of a service to an environment", ["plan", "reason", "no-queue"], Right.Deploy, ReadPlaces.Deploy),
        new("rollback", ["undo", "revert", "roll-back"], $"rollback SERVICE ENVIRONMENT [--to VERSION] [--plan] {OneReason} [--no-queue], or rollback RUN", "takes a service back to the version before, or to one you name", ["to", "plan", "reason", "no-queue"], Right.Rollback, ReadPlaces.Rollback),
        new("status", ["live"], "status [SERVICE] [ENVIRONMENT]", "tells what is live where", [], null, ReadPlaces.Status),
        new("history", ["log"], "history SERVICE [ENVIRONMENT]", "tells what was done to a service, newest first", [], null, ReadPlaces.History),
        new("runs", [], "runs", "lists the open runs", [], null, reading => reading.Left.Count == 0 ? new Heard.Understood(new Command.Runs()) : ReadPlaces.TooMany(reading)),
        About("show", [], "show RUN", "shows a run's card", [], null, RunVerb.Show),
        About("approve", [], "approve RUN --plan-hash HASH", "approves exactly the plan you read", ["plan-hash"], null, RunVerb.Approve),
        About("reject", ["deny"], $"reject RUN {OneReason}", "says no to a plan, and ends its run", ["reason"], null, RunVerb.Reject),
        About("tick", ["check"], "tick RUN ITEM", "ticks an item of a checklist, by its number", ["item"], Right.Deploy, RunVerb.Tick),
        About("untick", ["uncheck"], "untick RUN ITEM", "takes a tick back", ["item"], Right.Deploy, RunVerb.Untick),
        About("pause", ["hold"], $"pause [RUN] {OneReason}", "holds a run where it is", ["reason"], Right.Deploy, RunVerb.Pause),
        About("resume", ["continue"], "resume [RUN]", "lets a paused run go on", [], Right.Deploy, RunVerb.Resume),
        About("retry", [], "retry [RUN]", "tries a failed step again", [], Right.Deploy, RunVerb.Retry),
        About("skip", [], "skip [RUN] [STEP] --reason \"…\"", "goes on without a step; the reason is kept", ["reason", "step"], Right.Deploy, RunVerb.Skip),
        About("abort", ["cancel", "stop"], $"abort [RUN] {OneReason}", "ends a run; what it changed is rolled back or asked about", ["reason"], Right.Deploy, RunVerb.Abort),
        new("help", ["?"], "help [COMMAND]", "tells what can be said", [], null, ReadHelp),
    ];

    public static CommandWords? Find(string word) =>
        All.FirstOrDefault(command => command.Name == word || command.Synonyms.Contains(word));

    private static CommandWords About(string name, ImmutableArray<string> synonyms, string usage, string what, ImmutableArray<string> options, Right? needs, RunVerb verb) =>
        new(name, synonyms, usage, what, options, needs, reading => ReadRun(reading, verb));

    private static Heard ReadHelp(Reading reading)
    {
        if (reading.Left.Count == 0) return new Heard.Understood(new Command.Help(null));
        var word = reading.Left[0].TrimStart('/').ToLowerInvariant();
        if (Find(word) is { } known) return new Heard.Understood(new Command.Help(known.Name));
        var near = Nearest.Of(word, All.Select(command => command.Name));
        return Grammar.No(RefusalCodes.CommandUnknown, $"There is no command {Grammar.Quote(word)}.", "Say help to see the commands.", [.. near.Select(name => $"help {name}")]);
    }

    /// <summary>A command about one run: its number, then whatever the command adds.</summary>
    private static Heard ReadRun(Reading reading, RunVerb verb)
    {
        var run = reading.TakeRun();
        reading.DropFillers();
        if (run is null && verb is RunVerb.Show or RunVerb.Approve or RunVerb.Reject or RunVerb.Tick or RunVerb.Untick && reading.Vocabulary.OpenRuns.Length != 1)
            return Grammar.No(RefusalCodes.WordsMissing, $"{reading.About.Name} which run?", Runs(reading), [.. reading.Vocabulary.OpenRuns.Take(3).Select(number => $"{reading.About.Name} {number} {string.Join(' ', reading.Left)}".Trim())]);
        var item = Item(reading, verb);
        if (verb is RunVerb.Tick or RunVerb.Untick && item is null)
            return Grammar.No(RefusalCodes.WordsMissing, $"{reading.About.Name} which item?", $"Say its number as the card shows it: {reading.About.Usage}.");
        var reason = reading.Value("reason");
        string? step = reading.Value("step");
        if (verb == RunVerb.Skip && reading.Left.Count > 0 && step is null) step = TakeRest(reading, ref reason);
        if (reading.Left.Count > 0 && reading.About.Options.Contains("reason") && reason is null && verb != RunVerb.Skip) reason = string.Join(' ', Clear(reading));
        if (reading.Left.Count > 0) return ReadPlaces.TooMany(reading);
        return new Heard.Understood(new Command.OnRun(verb, run, reason, item, step, reading.Value("plan-hash") is { Length: >= 8 } hash ? new PlanHash(hash.ToLowerInvariant()) : null));
    }

    /// <summary>With a reason given, the words name the step; without one they are the reason.</summary>
    private static string? TakeRest(Reading reading, ref string? reason)
    {
        var rest = string.Join(' ', Clear(reading));
        if (reason is not null) return rest;
        reason = rest;
        return null;
    }

    private static int? Item(Reading reading, RunVerb verb)
    {
        if (verb is not (RunVerb.Tick or RunVerb.Untick)) return null;
        if (int.TryParse(reading.Value("item"), out var option) && option > 0) return option;
        if (reading.Left.Count == 0 || !int.TryParse(reading.Left[0], out var item) || item <= 0) return null;
        reading.Left.RemoveAt(0);
        return item;
    }

    private static List<string> Clear(Reading reading)
    {
        List<string> all = [.. reading.Left];
        reading.Left.Clear();
        return all;
    }

    private static string Runs(Reading reading) => reading.Vocabulary.OpenRuns.IsEmpty
        ? "No run is open now."
        : $"Open are {Words.List(reading.Vocabulary.OpenRuns.Take(8).Select(number => $"{number}"))}. It is written {reading.About.Usage}.";
}
