using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Understands commands that start a runbook by its name.</summary>
internal static class ReadProcedures
{
    public static Heard Run(Said said, Vocabulary vocabulary)
    {
        var at = said.Words.Select((word, index) => (word, index)).Where(one => Find(vocabulary, one.word.Text) is not null).Select(one => (int?)one.index).FirstOrDefault();
        if (at is not { } place) return Unknown(said, vocabulary);
        var procedure = Find(vocabulary, said.Words[place].Text)!;
        var (rest, inputs, fault) = Inputs(said.Without(place), procedure);
        if (fault is not null) return fault;
        var words = ReadPlaces.Words(rest, new Parts([Part.Service, Part.Environment], []), vocabulary);
        return PlaceFaults.First(words) as Heard ?? new Heard.Understood(new Command.Procedure(
            procedure.Name, ReadPlaces.Service(words)!, ReadPlaces.Environment(words)!, inputs, said.Has("plan"), said.Value("reason"), said.Has("no-queue")));
    }

    private static ProcedureWords? Find(Vocabulary vocabulary, string word) => vocabulary.Procedures.FirstOrDefault(one => Vocabulary.Same(one.Name, word));

    /// <summary><c>keep=14</c> is the input keep; what is left are names.</summary>
    private static (Said Left, ImmutableSortedDictionary<string, string> Inputs, Heard.Misheard? Fault) Inputs(Said said, ProcedureWords procedure)
    {
        var inputs = ImmutableSortedDictionary.CreateBuilder<string, string>();
        var rest = ImmutableArray.CreateBuilder<Token>();
        foreach (var (word, at) in said.Words.Select((word, at) => (word, at)))
        {
            if (word.Text.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var cut))
            {
                rest.Add(word);
                continue;
            }

            var (name, value) = (word.Text[..cut], Quotes.Trim(word.Text[(cut + 1)..]));
            if (procedure.Inputs.FirstOrDefault(one => Vocabulary.Same(one, name)) is not { } input)
            {
                var near = Nearest.To(name, procedure.Inputs);
                return (said, inputs.ToImmutable(), Grammar.No(
                    RefusalCodes.InputUnfit, $"{procedure.Name} asks for nothing called {Spoken.Quote(name)}{Spoken.DidYouMean(near)}",
                    procedure.Inputs.IsEmpty ? "It asks for nothing." : $"It asks for {Words.List(procedure.Inputs)}."));
            }

            inputs[input] = value;
        }

        return (said with { Words = rest.ToImmutable() }, inputs.ToImmutable(), null);
    }

    private static Heard.Misheard Unknown(Said said, Vocabulary vocabulary)
    {
        var names = vocabulary.Procedures.Select(one => one.Name).ToList();
        if (names.Count == 0) return Grammar.No(RefusalCodes.RunbookUnknown, "No runbook is started by its name here.", "Write starts-with: run in a runbook's file.");
        var candidates = said.Words.Select((word, at) => (word.Text, At: at)).Where(word => !vocabulary.IsName(word.Text) && !word.Text.Contains('=', StringComparison.Ordinal)).ToList();
        var valid = $"There are {Words.List(names.Take(12))}.";
        if (candidates.Count == 0) return Grammar.No(RefusalCodes.WordsMissing, "Which runbook?", $"{valid} It is written {said.About.Usage}.");
        var (text, place) = candidates[0];
        var near = Nearest.To(text, names);
        return Grammar.No(RefusalCodes.RunbookUnknown, $"There is no runbook {Spoken.Quote(text)}{Spoken.DidYouMean(near)}", valid, near.Select(name => said.Instead(place, name)));
    }
}
