using System.Collections.Immutable;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Understands commands that ask how deploying goes, and what is where.</summary>
internal static class ReadReports
{
    public static Heard Stats(Said said, Vocabulary vocabulary)
    {
        var since = said.Value("since");
        if (since is not null && !Durations.TryRead(since, out _) && Moment.ReadDate(since, Zone.Utc).Fault is not null)
            return Grammar.No(RefusalCodes.WordUnknown, $"{Spoken.Quote(since)} is no time to look back.", "Write 30d, 12h, or a date such as 2026-11-01.");
        ImmutableArray<Token> words = [.. said.Words.Where(word => word.Quoted || word.Text.ToLowerInvariant() is not ("of" or "for"))];
        if (words.IsEmpty) return Understood(new Command.Stats(null, null, since));
        if (words.Length > 1) return Grammar.No(RefusalCodes.WordsAmbiguous, $"{Words.List(words.Take(3).Select(word => Spoken.Quote(word.Text)))} can't all be what it is about.", $"It is written {said.About.Usage}.", words.Select(word => said with { Words = [word] }));
        var name = words[0].Text;
        if (vocabulary.Service(name) is { } service) return Understood(new Command.Stats(service.Name, null, since));
        if (vocabulary.Owners.FirstOrDefault(owner => Vocabulary.Same(owner, name)) is { } group) return Understood(new Command.Stats(null, group, since));
        var near = Nearest.To(name, vocabulary.ServiceNames.Concat(vocabulary.Owners));
        return Grammar.No(
            RefusalCodes.WordUnknown, $"{Spoken.Quote(name)} is neither a service nor a group that owns one{Spoken.DidYouMean(near)}",
            $"Services: {Spoken.Names(vocabulary.ServiceNames)}. {(vocabulary.Owners.IsEmpty ? "" : $"Groups: {Spoken.Names(vocabulary.Owners)}.")}".Trim(), near.Select(one => said with { Words = [new Token(one)] }));
    }

    public static Heard Changelog(Said said, Vocabulary vocabulary)
    {
        var words = ReadPlaces.Words(said, new Parts([Part.Service, Part.Environment], []), vocabulary);
        if (words.Services.Count != 1 || words.Unknown.Count > 2) return PlaceFaults.First(words) ?? Missing(words);
        if (words.Unknown.Count > 0) return words.Environments.Count < 2 ? NoEnvironment(words, words.Unknown[0]) : PlaceFaults.First(words) ?? Missing(words);
        if (words.Environments.Count < 2) return Missing(words);
        if (words.Environments.Count > 2)
            return Grammar.No(RefusalCodes.WordsAmbiguous, $"{Words.List(words.Environments.Take(5).Select(at => Spoken.Quote(words.Word(at))))} are more than two environments.", $"It is written {said.About.Usage}.");
        if (words.Environments.FirstOrDefault(at => words.Service!.Environment(words.Word(at)) is null, -1) is var at and >= 0) return NoEnvironment(words, at);
        var (one, other) = (NameOf(words, 0), NameOf(words, 1));
        return one == other
            ? Grammar.No(RefusalCodes.WordsAmbiguous, $"{one} and {other} are the same place.", $"It is written {said.About.Usage}.", Others(words, one).Select(name => words.Said.Instead(words.Environments[1], name)))
            : Understood(new Command.Changelog(words.Service!.Name, one, other));
    }

    private static Heard.Misheard NoEnvironment(PlaceWords words, int at)
    {
        var known = words.Service!.EnvironmentNames.ToList();
        var near = Nearest.To(words.Word(at), known.Where(name => words.Environments.All(taken => !Vocabulary.Same(words.Word(taken), name))));
        return Grammar.No(
            RefusalCodes.EnvironmentUnknown, $"There is no environment {Spoken.Quote(words.Word(at))} of {words.Service.Name}{Spoken.DidYouMean(near)}",
            $"Environments of {words.Service.Name}: {Spoken.Names(known)}.", near.Select(name => words.Said.Instead(at, name)));
    }

    private static Heard.Misheard Missing(PlaceWords words) => Grammar.No(
        RefusalCodes.WordsMissing, $"Changelog of {words.Service?.Name ?? "which service"} between which two environments?", $"It is written {words.Said.About.Usage}.",
        words is { Service: not null, Environments: [var at] } && Others(words, words.Word(at)).ToList() is [var only] ? [words.Said.Plus(only)] : []);

    private static IEnumerable<string> Others(PlaceWords words, string one) => words.Service!.EnvironmentNames.Where(name => !Vocabulary.Same(name, one));

    private static string NameOf(PlaceWords words, int at) => words.Service!.Environment(words.Word(words.Environments[at]))!.Name;

    private static Heard.Understood Understood(Command command) => new(command);
}
