using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Understands commands about locks, freezes and what is to be done later: names say what it is about, and the rest is why.</summary>
internal static class ReadLocks
{
    /// <summary>Words that mean no place in particular, since nothing is ever locked everywhere by a word left out.</summary>
    private static readonly ImmutableHashSet<string> Everything = ["everything", "all", "*"];

    private static readonly ImmutableHashSet<string> Fillers = ["in", "on", "the", "please", "for", "because"];

    public static Heard Lock(Said said, Vocabulary vocabulary) =>
        Held(said, said.Has("warn") ? LockKind.Warning : LockKind.Block, vocabulary);

    public static Heard Freeze(Said said, Vocabulary vocabulary) => Held(said, LockKind.Freeze, vocabulary);

    public static Heard Unlock(Said said, Vocabulary vocabulary)
    {
        if (said.Words is [{ Quoted: false } first, ..] && long.TryParse(first.Text.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && !vocabulary.IsName(first.Text))
            return new Heard.Understood(new Command.Unlock(id, null, null, said.Value("reason") ?? Text(said.Words.RemoveAt(0))));
        var about = About(said, vocabulary);
        if (about.Fault is { } fault) return fault;
        return new Heard.Understood(new Command.Unlock(null, about.Service, about.Environment, said.Value("reason") ?? about.Text));
    }

    public static Heard Unschedule(Said said, Vocabulary vocabulary) =>
        said.Words is [var only] && long.TryParse(only.Text.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new Heard.Understood(new Command.Unschedule(id))
            : Grammar.No(RefusalCodes.WordsMissing, "Take back what?", "Say its number, as schedules shows it: unschedule 4.");

    /// <summary>A command that stands alone.</summary>
    public static Heard Alone(Said said, Command command) => said.Words.IsEmpty
        ? new Heard.Understood(command)
        : Grammar.No(RefusalCodes.WordUnknown, $"{said.About.Name} stands alone.", $"It is written {said.About.Usage}.", [said with { Words = [] }]);

    private static Heard Held(Said said, LockKind kind, Vocabulary vocabulary)
    {
        var about = About(said, vocabulary);
        var reason = said.Value("reason") ?? about.Text;
        var until = said.Value("until") ?? about.Until;
        var fault = about.Fault ?? (string.IsNullOrWhiteSpace(reason) ? Grammar.No(RefusalCodes.ReasonMissing, $"A {(kind == LockKind.Freeze ? "freeze" : "lock")} needs a reason.", $"Everybody whom it stops reads it: {said.About.Usage}.") : null);
        if (fault is { Refusal.Code: RefusalCodes.WordsMissing or RefusalCodes.ReasonMissing })
            return fault with { Asks = CommandFields.About(said, (CommandFields.Service, about.Service), (CommandFields.Environment, about.Environment), (CommandFields.Reason, reason), (CommandFields.Until, until)) };
        if (fault is not null) return fault;
        return new[] { until, said.Value("from") }.OfType<string>().Select(Misread).FirstOrDefault(one => one is not null) as Heard
            ?? new Heard.Understood(new Command.Lock(about.Service, about.Environment, kind, reason!, said.Value("from"), until));
    }

    /// <summary>Names as far as they lead; what comes then is why, save a moment after the word until.</summary>
    private static (string? Service, string? Environment, string? Text, string? Until, Heard.Misheard? Fault) About(Said said, Vocabulary vocabulary)
    {
        var words = said.Words.ToList();
        var until = TakeUntil(words);
        string? service = null, environment = null;
        var everything = false;
        var at = 0;
        for (; at < words.Count && !words[at].Quoted; at++)
        {
            var word = words[at].Text;
            if (service is null && vocabulary.Service(word) is { } known) service = known.Name;
            else if (environment is null && vocabulary.Environment(word) is { } place) environment = place;
            else if (Everything.Contains(word.ToLowerInvariant())) everything = true;
            else if (!Fillers.Contains(word.ToLowerInvariant())) break;
        }

        var text = Text([.. words.Skip(at)]);
        if (service is not null || environment is not null || everything) return Fitting(service, environment) ? (service, environment, text, until, null) : (null, null, null, null, Nowhere(service!, environment!, vocabulary));
        var near = words.Count > 0 && !words[0].Quoted ? Nearest.To(words[0].Text, vocabulary.ServiceNames.Concat(vocabulary.Environments)) : [];
        return (null, null, text, until, near.IsEmpty
            ? Grammar.No(RefusalCodes.WordsMissing, $"{char.ToUpperInvariant(said.About.Name[0])}{said.About.Name[1..]} what?", $"Name a service, an environment or both, or say everything: {said.About.Usage}.")
            : Grammar.No(RefusalCodes.ServiceUnknown, $"There is nothing called {Spoken.Quote(words[0].Text)}{Spoken.DidYouMean(near)}", $"It is written {said.About.Usage}.", near.Select(name => said.Instead(said.Words.IndexOf(words[0]), name))));

        bool Fitting(string? one, string? place) => one is null || place is null || vocabulary.Service(one)!.Environment(place) is not null;
    }

    private static Heard.Misheard Nowhere(string service, string environment, Vocabulary vocabulary) => Grammar.No(
        RefusalCodes.EnvironmentUnknown, $"{service} has no environment {environment}.", $"It has {Words.List(vocabulary.Service(service)!.EnvironmentNames)}.");

    /// <summary><c>until Monday</c>, <c>until tomorrow 10:00</c>: as many words after it as make a moment.</summary>
    private static string? TakeUntil(List<Token> words)
    {
        var at = words.FindIndex(word => !word.Quoted && Vocabulary.Same(word.Text, "until"));
        if (at < 0 || at + 1 == words.Count) return null;
        for (var many = words[at + 1].Quoted ? 1 : Math.Min(3, words.Count - at - 1); many > 0; many--)
        {
            var text = string.Join(' ', words.Skip(at + 1).Take(many).Select(word => word.Text));
            if (words.Skip(at + 1).Take(many).Any(word => word.Quoted) && many > 1 || Misread(text) is not null) continue;
            words.RemoveRange(at, many + 1);
            return text;
        }

        return null;
    }

    /// <summary>Whether a moment can be read at all; which one it is depends on when and where.</summary>
    private static Heard.Misheard? Misread(string text) => Moment.Read(text, DateTimeOffset.UnixEpoch, Zone.Utc).Fault is { } fault
        ? Grammar.No(RefusalCodes.WordUnknown, fault.What, fault.Mend)
        : null;

    private static string? Text(IReadOnlyCollection<Token> words) => words.Count == 0 ? null : string.Join(' ', words.Select(word => word.Text)).Trim();
}
