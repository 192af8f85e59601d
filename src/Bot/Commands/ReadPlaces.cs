using System.Collections.Frozen;
using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Understands commands about services and environments. Nothing is guessed: a word left out or mistyped is asked about.</summary>
internal static class ReadPlaces
{
    private static readonly FrozenSet<string> Fillers = FrozenSet.Create("to", "into", "on", "in", "at", "of", "the", "please");

    public static Heard Deploy(Said said, Vocabulary vocabulary)
    {
        var words = new PlaceWords(Plain(said, vocabulary), new Parts([Part.Service, Part.Version, Part.Environment], []), vocabulary);
        if (PlaceFaults.First(words) is { } fault) return Asking(fault, words);
        var at = words.Versions[0];
        return PlaceFaults.Version(words, words.Word(at), version => words.Said.Instead(at, version)) as Heard
            ?? Understood(new Command.Deploy(Service(words)!, words.Word(at), Environment(words)!, said.Has("plan"), said.Value("reason"), said.Has("no-queue")) { At = said.Value("at"), Exception = said.Value("exception"), Emergency = said.Value("emergency"), Again = said.Has("again") });
    }

    /// <summary>Names first, then why: in quotes, or as it stands behind them.</summary>
    public static Heard Fixed(Said said, Vocabulary vocabulary)
    {
        var quoted = said.Words.Select((word, at) => (word, at)).FirstOrDefault(one => one.word.Quoted);
        var reason = said.Value("reason") ?? (quoted.word is null ? null : string.Join(' ', said.Words.Skip(quoted.at).Select(word => word.Text)));
        var names = quoted.word is null ? said : said with { Words = said.Words[..quoted.at] };
        var words = new PlaceWords(Plain(names, vocabulary), new Parts([Part.Service, Part.Version, Part.Environment], []), vocabulary);
        if (PlaceFaults.First(words) is { } fault) return fault;
        if (string.IsNullOrWhiteSpace(reason)) return Grammar.No(RefusalCodes.ReasonMissing, "Say what the cause was, and that it is fixed.", $"Everybody who deploys it again reads it: {said.About.Usage}.");
        return Understood(new Command.Fixed(Service(words)!, words.Word(words.Versions[0]), Environment(words)!, reason));
    }

    public static Heard Rollback(Said said, Vocabulary vocabulary)
    {
        if (OfRun(said, vocabulary) is { } run) return run;
        var plain = Plain(Destined(said, vocabulary), vocabulary);
        if (plain.Options.Count(option => option.Name == "to") > 1)
            return Grammar.No(RefusalCodes.WordsAmbiguous, "There are two versions to go back to.", $"It is written {said.About.Usage}.");
        var words = new PlaceWords(plain, new Parts([Part.Service, Part.Environment], []), vocabulary);
        var to = plain.Value("to");
        if (PlaceFaults.Loose(words) is { } loose) return loose;
        if (PlaceFaults.First(words) is { } fault) return Asking(fault, words);
        return PlaceFaults.Version(words, to, version => plain.With("to", version)) as Heard
            ?? Understood(new Command.Rollback(Service(words)!, Environment(words)!, to, said.Has("plan"), said.Value("reason"), said.Has("no-queue")));
    }

    public static Heard Status(Said said, Vocabulary vocabulary)
    {
        var words = new PlaceWords(Plain(said, vocabulary), new Parts([], [Part.Service, Part.Environment]), vocabulary);
        return PlaceFaults.First(words) as Heard ?? Understood(new Command.Status(Service(words), Environment(words)));
    }

    public static Heard History(Said said, Vocabulary vocabulary)
    {
        var words = new PlaceWords(Plain(said, vocabulary), new Parts([Part.Service], [Part.Environment]), vocabulary);
        return PlaceFaults.First(words) as Heard ?? Understood(new Command.History(Service(words)!, Environment(words)));
    }

    public static Heard Runs(Said said, Vocabulary vocabulary) => said.Words.IsEmpty
        ? Understood(new Command.Runs())
        : Grammar.No(RefusalCodes.WordUnknown, "runs stands alone.", "For one service say history SERVICE, for one run show RUN.", [said with { Words = [] }]);

    public static Heard Queue(Said said, Vocabulary vocabulary)
    {
        var words = new PlaceWords(Plain(said, vocabulary), new Parts([], [Part.Service, Part.Environment]), vocabulary);
        return PlaceFaults.First(words) as Heard ?? Understood(new Command.Queue(Service(words), Environment(words)));
    }

    public static Heard WhoCan(Said said, Vocabulary vocabulary)
    {
        var at = said.Words.Select((word, index) => (Right: Rights.GetValueOrDefault(word.Text.ToLowerInvariant()), Index: index)).Where(one => one.Right is not null).ToList();
        if (at.Count == 0) return Grammar.No(RefusalCodes.WordsMissing, "Who can do what?", $"It is written {said.About.Usage}.", [.. said.Words.IsEmpty ? Array.Empty<Said>() : [said with { Words = said.Words.Insert(0, new Token("deploy")) }]]);
        var words = new PlaceWords(Plain(said.Without(at[0].Index), vocabulary), new Parts([Part.Service, Part.Environment], []), vocabulary);
        return PlaceFaults.First(words) as Heard ?? Understood(new Command.WhoCan(at[0].Right!.Value, Service(words)!, Environment(words)!));
    }

    private static readonly Dictionary<string, Right?> Rights = new() { ["deploy"] = Right.Deploy, ["rollback"] = Right.Rollback, ["lock"] = Right.Lock, ["incident"] = Right.Incident };

    /// <summary>What is missing can be asked for.</summary>
    private static Heard.Misheard Asking(Heard.Misheard fault, PlaceWords words) => fault.Refusal.Code != RefusalCodes.WordsMissing ? fault : fault with
    {
        Asks = CommandFields.About(words.Said, (CommandFields.Service, Service(words)), (CommandFields.Environment, Environment(words)), (CommandFields.Version, words.Versions is [var version] ? words.Word(version) : null)),
    };

    private static Heard.Understood Understood(Command command) => new(command);

    /// <summary>The words of a command, told apart.</summary>
    public static PlaceWords Words(Said said, Parts parts, Vocabulary vocabulary) => new(Plain(said, vocabulary), parts, vocabulary);

    public static string? Service(PlaceWords words) => words.Service?.Name;

    public static string? Environment(PlaceWords words) => words.Environments is not [var at] ? null
        : words.Service is { } service ? service.Environment(words.Word(at))?.Name : words.Vocabulary.Environment(words.Word(at));

    /// <summary>A bare number is a run: <c>rollback 128</c>.</summary>
    private static Heard? OfRun(Said said, Vocabulary vocabulary)
    {
        var words = ReadRuns.Numbered(said.Words);
        if (words is not [var only] || vocabulary.IsName(only.Text) || !RunId.TryParse(only.Text, out var run)) return null;

        // Dropped silently, --plan would turn a look into a rollback.
        return said.Options.FirstOrDefault(option => option.Name != "reason") is { } alien
            ? Grammar.No(RefusalCodes.WordUnknown, $"Rolling back a run takes no --{alien.Name}.", $"Say rollback SERVICE ENVIRONMENT --{alien.Name}, or rollback {run} alone.")
            : Understood(new Command.OnRun(RunVerb.RollBack, run, said.Value("reason")));
    }

    /// <summary><c>rollback api prod to v1.2.1</c>: what follows <c>to</c> and is no name, nor like one, is the version to go back to.</summary>
    private static Said Destined(Said said, Vocabulary vocabulary)
    {
        for (var at = 0; at + 1 < said.Words.Length; at++)
        {
            var next = said.Words[at + 1].Text;
            if (!Vocabulary.Same(said.Words[at].Text, "to") || vocabulary.IsName(next) || Fillers.Contains(next.ToLowerInvariant())) continue;
            if (!Versions.IsOne(next) && !Nearest.To(next, vocabulary.Environments).IsEmpty) continue;
            return said.Without(at).Without(at) with { Options = said.Options.Add(new Option("to", next)) };
        }

        return said;
    }

    /// <summary>One word each: quotes undone, <c>api@v1.2.3</c> and <c>api:v1.2.3</c> cut in two, words that only make it read well left out.</summary>
    private static Said Plain(Said said, Vocabulary vocabulary) => said with
    {
        Words =
        [
            .. said.Words.SelectMany(word => word.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).SelectMany(Split)
                .Where(word => !Fillers.Contains(word.ToLowerInvariant()) || vocabulary.IsName(word))
                .Select(word => new Token(word)),
        ],
    };

    private static IEnumerable<string> Split(string word)
    {
        var at = word.IndexOfAny(['@', ':']);
        return at > 0 && at < word.Length - 1 && !word.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase) ? [word[..at], word[(at + 1)..]] : [word];
    }
}
