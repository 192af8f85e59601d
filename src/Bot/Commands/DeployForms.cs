using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;

namespace ChatOps.Bot.Commands;

/// <summary>A deployment as questions: which service, where, which version, and why. The versions offered first are the newest, each with what helps to choose.</summary>
internal sealed class DeployForms(KnownWords words, VersionLists versions, Func<Configuration> configuration)
{
    public const string Command = "deploy", Service = "service", Environment = "environment", Version = "version", Reason = "reason";

    /// <summary>What was already said, for the fields and for what comes after them.</summary>
    public static DeployWords Known(PlaceWords words) => new(
        ReadPlaces.Service(words), words.Versions is [var version] ? words.Word(version) : null, ReadPlaces.Environment(words), words.Said.Value(Reason),
        CommandText.Join([], [.. words.Said.Options.Where(option => option.Name != Reason)]));

    /// <summary>The form for somebody: what they may not deploy to is not offered, as long as there is something that they may.</summary>
    public async Task<Form> OfAsync(Caller caller, DeployWords known, CancellationToken cancellationToken)
    {
        var (current, vocabulary) = (configuration(), await words.NowAsync(cancellationToken));
        var allowed = current.Services.SelectMany(service => service.Environments, (service, environment) => (Service: service.Name, Environment: environment.Name, service.Owners))
            .Where(place => current.Access.Refuse(caller, Right.Deploy, place.Environment, place.Owners) is null).Select(place => (place.Service, place.Environment)).ToList();
        if (allowed.Count == 0) allowed = [.. current.Services.SelectMany(service => service.Environments, (service, environment) => (service.Name, environment.Name))];
        ImmutableArray<string> services = [.. allowed.Select(place => place.Service).Distinct(StringComparer.OrdinalIgnoreCase)];
        var service = known.Service ?? (services is [var only] ? only : null);
        ImmutableArray<string> environments = [.. allowed.Where(place => service is null || Vocabulary.Same(place.Service, service)).Select(place => place.Environment).Distinct(StringComparer.OrdinalIgnoreCase)];
        var suggested = service is not null && vocabulary.Service(service) is { } named ? await versions.OfAsync(named, cancellationToken) : [];
        return new Form("Deploy", known.Rest.Length > 0 ? $"{Command} {known.Rest}" : Command,
        [
            new(Service, "choice", "", service, Required: true, services) { Leads = true },
            new(Environment, "choice", "", known.Environment is { } said && environments.Contains(said, StringComparer.OrdinalIgnoreCase) ? said : environments is [var one] ? one : null, Required: true, environments) { Under = service ?? "" },
            new(Version, "text", "An image's tag, or its digest.", known.Version, Required: true, []) { Suggested = suggested, Under = service ?? "" },
            new(Reason, "text", "For those who approve, and those who read it later.", known.Reason, Required: false, []),
        ]);
    }

    /// <summary>The form made anew with what is answered so far; null when the command is of another kind.</summary>
    public async Task<Form?> AgainAsync(Caller caller, string command, IReadOnlyList<KeyValuePair<string, string>> answers, CancellationToken cancellationToken)
    {
        // The version was chosen for a service: with another it is to be chosen again.
        return Asks(command) ? await FilledInAsync(caller, command, [.. answers.Where(answer => answer.Key != Version)], cancellationToken) : null;
    }

    /// <summary>The form with what is answered so far.</summary>
    public Task<Form> FilledInAsync(Caller caller, string command, IReadOnlyList<KeyValuePair<string, string>> answers, CancellationToken cancellationToken)
    {
        string? Answer(string field) => answers.FirstOrDefault(answer => answer.Key == field).Value is { Length: > 0 } given ? given : null;
        return OfAsync(caller, new DeployWords(Answer(Service), Answer(Version), Answer(Environment), Answer(Reason), command[Command.Length..].Trim()), cancellationToken);
    }

    /// <summary>Versions that go with what is typed, for a service; what is typed itself comes last, when it can be a version and is not among them.</summary>
    public async Task<ImmutableArray<Suggestion>> LookAsync(string service, string typed, CancellationToken cancellationToken)
    {
        if ((await words.NowAsync(cancellationToken)).Service(service) is not { } named) return [];
        var (all, like) = (await versions.OfAsync(named, cancellationToken), typed.Trim());
        var found = all.Where(one => one.Value.Contains(like, StringComparison.OrdinalIgnoreCase));
        return Versions.IsOne(like) && all.All(one => one.Value != like) ? [.. found, new Suggestion(like, "as typed")] : [.. found];
    }

    public static bool Asks(string command) => command == Command || command.StartsWith(Command + " ", StringComparison.Ordinal);

    /// <summary>The command in words: the answers right after it, its options behind them.</summary>
    public static string Filled(string command, IReadOnlyList<KeyValuePair<string, string>> answers)
    {
        var places = answers.Where(answer => answer.Key != Reason && answer.Value.Length > 0).Select(answer => answer.Value.Any(char.IsWhiteSpace) || answer.Value.StartsWith('-') ? Quotes.Write(answer.Value) : answer.Value);
        var reason = answers.Where(answer => answer.Key == Reason && answer.Value.Length > 0).Select(answer => $"--{Reason} {Quotes.Write(answer.Value)}");
        return string.Join(' ', [Command, .. places, .. reason, command[Command.Length..].Trim()]).TrimEnd();
    }
}
