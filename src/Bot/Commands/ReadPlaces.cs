using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Understands commands about services and environments. Nothing is guessed: a word left out or mistyped is asked about.</summary>
internal static class ReadPlaces
{
    public static Heard Deploy(Reading reading)
    {
        var service = reading.TakeService();
        var environment = reading.TakeEnvironment(service);
        var version = TakeVersion(reading, environment is null ? EnvironmentsOf(reading, service) : []);
        reading.DropFillers();
        if (service is null || environment is null || version is null)
            return Missing(reading, service, environment, version is null ? "VERSION" : null);
        if (reading.Left.Count > 0) return TooMany(reading);
        if (OtherSpelling(service, version) is { } known)
            return Grammar.No(RefusalCodes.VersionUnknown, $"{service.Name} has had {known}, not {version}: did you mean that?", $"If {version} is right, it has to be written as the image's tag is.", reading.Instead(version, known));
        return new Heard.Understood(new Command.Deploy(service.Name, version, environment, reading.Has("plan"), reading.Value("reason"), reading.Has("no-queue")));
    }

    public static Heard Rollback(Reading reading)
    {
        if (reading.Left is [var only, ..] && RunId.TryParse(only, out var run) && reading.Vocabulary.Service(only) is null)
            return reading.Left.Count == 1 ? new Heard.Understood(new Command.OnRun(RunVerb.RollBack, run, reading.Value("reason"))) : TooMany(reading);
        var service = reading.TakeService();
        var environment = reading.TakeEnvironment(service);
        var to = reading.Value("to") ?? TakeVersion(reading, environment is null ? EnvironmentsOf(reading, service) : []);
        reading.DropFillers();
        if (service is null || environment is null) return Missing(reading, service, environment, null);
        if (reading.Left.Count > 0) return TooMany(reading);
        if (to is not null && !Versions.IsOne(to)) return NoVersion(to, service);
        return new Heard.Understood(new Command.Rollback(service.Name, environment, to, reading.Has("plan"), reading.Value("reason"), reading.Has("no-queue")));
    }

    public static Heard Status(Reading reading)
    {
        var service = reading.TakeService();
        var environment = reading.TakeEnvironment(service);
        reading.DropFillers();
        return reading.Left.Count > 0 ? Unknown(reading, service, environment) : new Heard.Understood(new Command.Status(service?.Name, environment));
    }

    public static Heard History(Reading reading)
    {
        var service = reading.TakeService();
        var environment = reading.TakeEnvironment(service);
        reading.DropFillers();
        if (service is null) return Missing(reading, service, environment ?? "", null);
        return reading.Left.Count > 0 ? Unknown(reading, service, environment) : new Heard.Understood(new Command.History(service.Name, environment));
    }

    public static Heard TooMany(Reading reading) => Grammar.No(
        RefusalCodes.WordUnknown, $"What is {Words.List(reading.Left.Take(3).Select(Grammar.Quote))} in this {reading.About.Name}?", $"It is written {reading.About.Usage}.");

    /// <summary>Says which parts are missing or unknown, and shows the valid ones.</summary>
    private static Heard Missing(Reading reading, ServiceWords? service, string? environment, string? version)
    {
        if (reading.Left.Count > 0 && (service is null || environment is null || version is not null)) return Unknown(reading, service, environment, version is not null);
        var missing = new List<string>();
        if (service is null) missing.Add("which service");
        if (version is not null) missing.Add("which version");
        if (environment is null) missing.Add("which environment");
        return Grammar.No(RefusalCodes.WordsMissing, $"{Capital(reading.About.Name)} {Words.List(missing)}?", $"{Valid(reading, service, service is null, environment is null, version is not null)} It is written {reading.About.Usage}.");
    }

    /// <summary>A word that names nothing where a name is wanted: what was probably meant, as a whole command.</summary>
    private static Heard Unknown(Reading reading, ServiceWords? service, string? environment, bool version = false)
    {
        // The likeliest culprit first: the word nearest to something that is still missing.
        var candidates = reading.Left.SelectMany(word => Guesses(reading, word, service, environment)).OrderBy(guess => guess.Distance).ToList();
        if (candidates.Count > 0)
        {
            var best = candidates[0];
            var corrections = candidates.Where(guess => guess.Word == best.Word && guess.Code == best.Code).Select(guess => reading.Instead(guess.Word, guess.Name)).Distinct().Take(3);
            var names = candidates.Where(guess => guess.Word == best.Word && guess.Code == best.Code).Select(guess => guess.Name).Distinct().Take(3);
            return Grammar.No(best.Code, $"There is no {best.What} {Grammar.Quote(best.Word)}{(service is not null && best.What == "environment" ? $" of {service.Name}" : "")}: did you mean {Words.List(names, "or")}?",
                Valid(reading, service, best.What == "service", best.What == "environment", false), [.. corrections]);
        }

        var word = reading.Left[0];
        if (version && Versions.IsMoving(word)) return NoVersion(word, service);
        if (service is null) return Grammar.No(RefusalCodes.ServiceUnknown, $"There is no service {Grammar.Quote(word)}.", Valid(reading, null, true, false, false));
        if (environment is null) return Grammar.No(RefusalCodes.EnvironmentUnknown, $"There is no environment {Grammar.Quote(word)} of {service.Name}.", Valid(reading, service, false, true, false));
        return version ? NoVersion(word, service) : TooMany(reading);
    }

    private static IEnumerable<(string Word, string Name, string What, string Code, int Distance)> Guesses(Reading reading, string word, ServiceWords? service, string? environment)
    {
        if (service is null)
        {
            foreach (var name in Nearest.Of(word, reading.Vocabulary.Services.Select(one => one.Name)))
                yield return (word, name, "service", RefusalCodes.ServiceUnknown, Nearest.Distance(word.ToLowerInvariant(), name.ToLowerInvariant()));
        }

        if (environment is null)
        {
            foreach (var name in Nearest.Of(word, EnvironmentsOf(reading, service)))
                yield return (word, name, "environment", RefusalCodes.EnvironmentUnknown, Nearest.Distance(word.ToLowerInvariant(), name.ToLowerInvariant()));
        }
    }

    /// <summary>A word that could be a version is not taken for one while it may be an environment mistyped and another word may be the version.</summary>
    private static string? TakeVersion(Reading reading, IEnumerable<string> environments)
    {
        var names = environments.ToList();
        var possible = reading.Left.Where(Versions.IsOne).ToList();
        var likely = possible.Count > 1 ? possible.FirstOrDefault(word => Nearest.Of(word, names).Count == 0) ?? possible[0] : possible.FirstOrDefault();
        if (likely is not null) reading.Left.Remove(likely);
        return likely;
    }

    private static Heard NoVersion(string word, ServiceWords? service) => Grammar.No(
        RefusalCodes.VersionUnknown,
        Versions.IsMoving(word) ? $"{Grammar.Quote(word)} is not a version: it means something else tomorrow, and nobody could tell what was deployed." : $"{Grammar.Quote(word)} is not a version.",
        service is { Versions.IsEmpty: false } ? $"Known of {service.Name}: {Words.List(service.Versions.Take(5))}." : "A version is an image's tag with a digit in it, such as v1.2.3, or its digest.");

    /// <summary>The known version that this is another spelling of: with or without its v, or in other letters.</summary>
    private static string? OtherSpelling(ServiceWords service, string version)
    {
        if (service.Versions.Contains(version)) return null;
        static string Bare(string text) => text.TrimStart('v', 'V').ToLowerInvariant();
        return service.Versions.FirstOrDefault(known => Bare(known) == Bare(version));
    }

    private static IEnumerable<string> EnvironmentsOf(Reading reading, ServiceWords? service) =>
        service is null ? reading.Vocabulary.Environments : service.Environments.Select(environment => environment.Name);

    private static string Valid(Reading reading, ServiceWords? service, bool services, bool environments, bool versions)
    {
        var parts = new List<string>();
        if (services) parts.Add($"Services: {Words.List(reading.Vocabulary.Services.Select(one => one.Name))}.");
        if (environments) parts.Add($"Environments{(service is null ? "" : $" of {service.Name}")}: {Words.List(EnvironmentsOf(reading, service))}.");
        if (versions && service is { Versions.IsEmpty: false }) parts.Add($"Latest versions: {Words.List(service.Versions.Take(5))}.");
        return string.Join(' ', parts);
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
