using System.Collections.Immutable;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Understands commands about incidents: a verb, where it is not plain the incident's number, then whatever the verb adds.</summary>
internal static class ReadIncidents
{
    private static readonly ImmutableSortedDictionary<string, IncidentVerb> Synonyms = new Dictionary<string, IncidentVerb>
    {
        ["status"] = IncidentVerb.Update, ["assign"] = IncidentVerb.Role, ["severity"] = IncidentVerb.Sev, ["close"] = IncidentVerb.Resolve, ["todo"] = IncidentVerb.Task, ["outside"] = IncidentVerb.Public,
    }.ToImmutableSortedDictionary();

    private static readonly ImmutableArray<string> Declares = ["declare", "new", "open"];

    private static readonly ImmutableArray<string> Verbs = [.. Enum.GetNames<IncidentVerb>().Select(name => name.ToLowerInvariant()).Prepend("declare")];

    public static Heard Read(Said said, Vocabulary vocabulary)
    {
        if (said.Words.IsEmpty) return new Heard.Understood(new Command.OnIncident(IncidentVerb.Show, null));
        var first = said.Words[0];
        if (!first.Quoted && IncidentId.TryParse(first.Text, out var shown) && said.Words.Length == 1) return new Heard.Understood(new Command.OnIncident(IncidentVerb.Show, shown));
        var word = first.Text.ToLowerInvariant();
        if (!first.Quoted && Declares.Contains(word)) return Declare(said, vocabulary);
        if (first.Quoted || VerbOf(word) is not { } verb)
        {
            var near = Nearest.To(word, Verbs);
            return Grammar.No(RefusalCodes.WordUnknown, $"{Spoken.Quote(first.Text)} is nothing that can be done with an incident{Spoken.DidYouMean(near)}", $"There are: {string.Join(", ", Verbs)}.", near.Select(name => said.Instead(0, name)));
        }

        var words = said.Words.RemoveAt(0);
        IncidentId? id = null;
        if (words is [{ Quoted: false } number, ..] && IncidentId.TryParse(number.Text, out var named)) (id, words) = (named, words.RemoveAt(0));
        return About(said, new Command.OnIncident(verb, id), words, vocabulary);
    }

    private static Heard About(Said said, Command.OnIncident c, ImmutableArray<Token> words, Vocabulary vocabulary) => c.Verb switch
    {
        IncidentVerb.Update => Update(said, c, words),
        IncidentVerb.Role => Role(said, c, words),
        IncidentVerb.Sev => Sev(said, c, words, vocabulary),
        IncidentVerb.Resolve => Understood(c with { Cause = said.Value("cause") ?? Answer(words, "cause") ?? Text([.. words.Where(word => !IsAnswer(word, "follow-ups"))]), FollowUps = said.Value("follow-ups") ?? Answer(words, "follow-ups") }),
        IncidentVerb.Reopen => Understood(c with { Text = said.Value("reason") ?? Text(words) }),
        IncidentVerb.Link => words is [{ Quoted: false } what, .. var label] ? Understood(c with { What = what.Text, Text = Text([.. label]) }) : Missing(said, "Link what?", "Say an alert (A12), a run (128), a service or an address."),
        IncidentVerb.Task => Text(words) is { } task ? Understood(c with { Text = task, Person = said.Value("owner") }) : Missing(said, "What is to be done?", "Say it in quotes: incident task \"look at the logs\"."),
        IncidentVerb.Done => words is [{ Quoted: false } number] && int.TryParse(number.Text.TrimStart('#').TrimEnd('.'), out var task) ? Understood(c with { Number = task }) : Missing(said, "Which task is done?", "Say its number: incident done 2."),
        IncidentVerb.Note => Text(words) is { } note ? Understood(c with { Text = note }) : Missing(said, "What is to be noted?", "Say it in quotes: incident note \"the cache was warm by 14:10\"."),
        IncidentVerb.Public => Understood(c with { Text = Text(words) }),
        _ => words.IsEmpty ? Understood(c) : Extra(said, words),
    };

    private static Heard Update(Said said, Command.OnIncident c, ImmutableArray<Token> words)
    {
        var stage = said.Value("stage") ?? Answer(words, "stage");
        if (stage is not null && StageOf(stage) is null)
        {
            var stages = Enum.GetValues<IncidentStage>().Select(IncidentWords.Of).ToList();
            var near = Nearest.To(stage, stages);
            return Grammar.No(RefusalCodes.WordUnknown, $"{Spoken.Quote(stage)} is no stage{Spoken.DidYouMean(near)}", $"There are: {Words.List(stages)}. When it is over: incident resolve.", near.Select(name => said.With("stage", name)));
        }

        return Understood(c with { Text = Answer(words, "text") ?? Text([.. words.Where(word => !IsAnswer(word, "stage"))]), Stage = stage is null ? null : StageOf(stage) });
    }

    private static Heard Role(Said said, Command.OnIncident c, ImmutableArray<Token> words)
    {
        var roles = Enum.GetValues<IncidentRole>().Select(IncidentWords.Of).ToList();
        words = [.. words.Where((word, at) => at == 0 || word.Quoted || !Vocabulary.Same(word.Text, "to"))];
        if (words.IsEmpty) return Missing(said, "Which role?", $"Say {Words.List(roles, "or")}, and who: incident role commander me.");
        if (RoleOf(words[0].Text) is not { } role)
        {
            var near = Nearest.To(words[0].Text, roles);
            return Grammar.No(RefusalCodes.WordUnknown, $"{Spoken.Quote(words[0].Text)} is no role{Spoken.DidYouMean(near)}", $"There are: {Words.List(roles)}.", near.Select(name => said.Instead(said.Words.IndexOf(words[0]), name)));
        }

        return words.Length > 2 ? Extra(said, words.RemoveRange(0, 2)) : Understood(c with { Role = role, Person = words.Length == 2 ? words[1].Text : Me });
    }

    private static Heard Sev(Said said, Command.OnIncident c, ImmutableArray<Token> words, Vocabulary vocabulary)
    {
        if (words is not [{ Quoted: false } word, .. var rest]) return Missing(said, "How bad is it?", $"Say one of {Words.List(vocabulary.Severities)}.");
        return SeverityOf(said, word, vocabulary, out var severity) as Heard ?? Understood(c with { Severity = severity, Text = said.Value("reason") ?? Text([.. rest]) });
    }

    /// <summary>Whoever says it.</summary>
    public const string Me = "me";

    /// <summary>The fields of the form that declares one.</summary>
    public const string SeverityField = "severity", TitleField = "title", ServicesField = "services";

    private static Heard Declare(Said said, Vocabulary vocabulary)
    {
        var words = Answered(said.Words.RemoveAt(0));
        if (words is not [{ Quoted: false } bad, .. var about]) return Unasked("How bad is it?", $"Say one of {Words.List(vocabulary.Severities)}, and what is wrong in quotes: incident declare {vocabulary.Severities.FirstOrDefault() ?? "sev1"} \"checkout is failing\".");
        if (SeverityOf(said, bad, vocabulary, out var severity) is { } unknown) return unknown;
        var since = said.Value("since");
        if (since is not null && !Durations.TryRead(since, out _)) return Grammar.No(RefusalCodes.WordUnknown, $"{Spoken.Quote(since)} is no length of time.", "Say how long ago it began: --since 20m.");
        ImmutableArray<Token> rest = [.. about];
        AlertId? alert = rest is [{ Quoted: false } first, ..] && AlertId.TryParse(first.Text, out var id) ? id : null;
        if (alert is not null) rest = rest.RemoveAt(0);
        var title = rest.FirstOrDefault(word => word.Quoted)?.Text.Trim() ?? (alert is null && rest.Any(word => vocabulary.Service(word.Text) is null) ? Text(rest) : null);
        if (string.IsNullOrEmpty(title) && alert is null) return Unasked("What is wrong?", $"Say it in quotes: incident declare {severity} \"checkout is failing\".");
        if (title?.Length > IncidentDecider.LongestTitle) return Grammar.No(RefusalCodes.TextTooLong, $"That is longer than {IncidentDecider.LongestTitle} characters.", "Say what is wrong in a few words; the rest goes into an update.");
        var services = ImmutableArray.CreateBuilder<string>();
        if (rest.Any(word => word.Quoted) || alert is not null)
        {
            foreach (var word in rest.Where(word => !word.Quoted && word.Text.ToLowerInvariant() is not ("on" or "in" or "and" or "for")))
            {
                if (vocabulary.Service(word.Text) is { } service) services.Add(service.Name);
                else if (Nearest.To(word.Text, vocabulary.ServiceNames) is var near)
                    return Grammar.No(RefusalCodes.ServiceUnknown, $"There is no service {Spoken.Quote(word.Text)}{Spoken.DidYouMean(near)}", $"There are: {Spoken.Names(vocabulary.ServiceNames)}.", near.Select(name => said.Instead(said.Words.IndexOf(word), name)));
            }
        }

        return new Heard.Understood(new Command.Declare(severity!, title, [.. services.Distinct()], since, alert));
    }

    /// <summary>A filled-in form's answers as the words they stand for.</summary>
    private static ImmutableArray<Token> Answered(ImmutableArray<Token> words)
    {
        if (Answer(words, SeverityField) is not { } severity) return words;
        return
        [
            new Token(severity),
            .. Answer(words, TitleField) is { } title ? [new Token(title, Quoted: true)] : ImmutableArray<Token>.Empty,
            .. (Answer(words, ServicesField) ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(service => new Token(service)),
        ];
    }

    private static Heard.Misheard Unasked(string what, string next) => Grammar.No(RefusalCodes.WordsMissing, what, next) with { Declare = true };

    private static Heard.Misheard? SeverityOf(Said said, Token word, Vocabulary vocabulary, out string? severity)
    {
        severity = vocabulary.Severities.FirstOrDefault(one => Vocabulary.Same(one, word.Text));
        if (severity is not null) return null;
        var near = Nearest.To(word.Text, vocabulary.Severities);
        return Grammar.No(RefusalCodes.WordUnknown, $"{Spoken.Quote(word.Text)} is no severity{Spoken.DidYouMean(near)}", $"There are: {Words.List(vocabulary.Severities)}.", near.Select(name => said.Instead(said.Words.IndexOf(word), name)));
    }

    private static IncidentVerb? VerbOf(string word) =>
        Verbs.Contains(word) && Enum.TryParse<IncidentVerb>(word, ignoreCase: true, out var verb) ? verb : Synonyms.TryGetValue(word, out var same) ? same : null;

    private static IncidentStage? StageOf(string word) => word.ToLowerInvariant() switch
    {
        "investigating" => IncidentStage.Investigating,
        "identified" => IncidentStage.Identified,
        "mitigated" or "monitoring" => IncidentStage.Mitigated,
        _ => null,
    };

    public static IncidentRole? RoleOf(string word) => word.ToLowerInvariant() switch
    {
        "commander" or "lead" or "ic" => IncidentRole.Commander,
        "communications" or "comms" => IncidentRole.Communications,
        "scribe" => IncidentRole.Scribe,
        _ => null,
    };

    /// <summary>What a form's field was filled with: <c>cause=…</c>.</summary>
    private static string? Answer(ImmutableArray<Token> words, string field) => words.Where(word => IsAnswer(word, field)).Select(word => word.Text[(field.Length + 1)..].Trim()).FirstOrDefault(text => text.Length > 0);

    private static bool IsAnswer(Token word, string field) => word.Text.StartsWith($"{field}=", StringComparison.Ordinal);

    private static string? Text(ImmutableArray<Token> words) => string.Join(' ', words.Select(word => word.Text)).Trim() is { Length: > 0 } text ? text : null;

    private static Heard.Understood Understood(Command.OnIncident command) => new(command);

    private static Heard.Misheard Missing(Said said, string what, string next) => Grammar.No(RefusalCodes.WordsMissing, what, next);

    private static Heard.Misheard Extra(Said said, ImmutableArray<Token> words) => Grammar.No(
        RefusalCodes.WordUnknown, $"What is {Words.List(words.Take(3).Select(word => Spoken.Quote(word.Text)))} in this incident?", $"It is written {said.About.Usage}.");
}
