using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What can be wrong with the words of a command about services and environments, each with what may have been meant.</summary>
internal static class PlaceFaults
{
    private const int VersionsShown = 5;

    /// <summary>The first fault, or null: unknown words, then too many, then too few, then some that don't go together.</summary>
    public static Heard.Misheard? First(PlaceWords words) => UnknownWord(words) ?? TooMany(words) ?? Missing(words) ?? NotThere(words);

    /// <summary>A version in a rollback that nobody said to go <c>to</c>: it may as well be the one to leave.</summary>
    public static Heard.Misheard? Loose(PlaceWords words)
    {
        if (words.Versions is not [var at, ..]) return null;
        var from = words.Unknown.Where(each => Vocabulary.Same(words.Word(each), "from")).ToList();
        var without = words.Said with { Words = [.. words.Said.Words.Where((_, each) => each != at && !from.Contains(each))] };
        return Grammar.No(
            RefusalCodes.WordsAmbiguous, $"Is {Spoken.Quote(words.Word(at))} the version to go back to, or the one to leave?", "Say --to before the version to go back to; without one it is the version before.",
            words.Said.Has("to") || from.Count > 0 ? [without] : [without.With("to", words.Word(at)), without]);
    }

    /// <summary>Whether a version can be told from all others.</summary>
    public static Heard.Misheard? Version(PlaceWords words, string? version, Func<string, Said> instead)
    {
        if (version is null || words.Service is not { } service) return null;
        if (!Versions.IsOne(version)) return NoVersion(words, version, instead);
        return Versions.OtherSpelling(service, version) is { } known
            ? Grammar.No(
                RefusalCodes.VersionUnknown, $"{service.Name} has had {Spoken.Quote(known)}, never {Spoken.Quote(version)}: did you mean that?",
                "A version is written exactly as the image's tag is.", [instead(known)])
            : null;
    }

    private static Heard.Misheard? UnknownWord(PlaceWords words)
    {
        if (words.Unknown.Count == 0) return null;

        // The likeliest culprit first: the word nearest to a name that is missing.
        var at = words.Unknown.OrderBy(each => words.Near(words.Word(each)).Score).ThenBy(each => each).First();
        var word = words.Word(at);
        var (score, part, names) = words.Near(word);
        Said Instead(string by) => words.Said.Instead(at, by);
        if (words.Lacks(Part.Version) && Versions.IsMoving(word)) return NoVersion(words, word, Instead);
        if (score != int.MaxValue) return NoName(words, part, word, names, Instead);
        if (words.Lacks(Part.Version) && word.Any(char.IsAsciiDigit)) return NoVersion(words, word, Instead);
        return words.Lacking().Cast<Part?>().FirstOrDefault() switch
        {
            null => Extra(words, at),
            Part.Version => NoVersion(words, word, Instead),
            { } missing => NoName(words, missing, word, [], Instead),
        };
    }

    private static Heard.Misheard NoName(PlaceWords words, Part part, string word, ImmutableArray<string> near, Func<string, Said> instead)
    {
        var of = part == Part.Environment && words.Service is { } service ? $" of {service.Name}" : "";
        return Grammar.No(
            part == Part.Service ? RefusalCodes.ServiceUnknown : RefusalCodes.EnvironmentUnknown,
            $"There is no {(part == Part.Service ? "service" : "environment")} {Spoken.Quote(word)}{of}{Spoken.DidYouMean(near)}",
            Valid(words, [part]), near.Select(instead));
    }

    private static Heard.Misheard NoVersion(PlaceWords words, string word, Func<string, Said> instead)
    {
        var known = words.Service?.Versions ?? [];
        var near = Versions.IsMoving(word) ? [] : Nearest.To(word, known);
        var why = Versions.IsMoving(word) ? "it means another image tomorrow, and nobody could tell what was deployed"
            : word.Any(char.IsAsciiDigit) ? "an image's tag is made of letters, digits, dots, dashes and underscores"
            : "a version has a digit in it";
        return Grammar.No(
            RefusalCodes.VersionUnknown, $"{Spoken.Quote(word)} is not a version: {why}.",
            known.IsEmpty ? "Name an image's tag, such as v1.2.3, or its digest." : Valid(words, [Part.Version]), near.Select(instead));
    }

    /// <remarks>A word too many that is like an environment may be the one that was meant: leaving it out is not offered.</remarks>
    private static Heard.Misheard Extra(PlaceWords words, int at)
    {
        var word = words.Word(at);
        var without = words.Said.Without(at);
        var option = word.ToLowerInvariant().Replace("noqueue", "no-queue", StringComparison.Ordinal);
        var isOption = words.Said.About.Options.Contains(option) && !OptionReader.TakesValue(option);
        Said[] corrections = isOption ? [without.With(option)] : Nearest.To(word, words.Vocabulary.Environments).IsEmpty && words.Unknown.Count == 1 ? [without] : [];
        return Grammar.No(
            RefusalCodes.WordUnknown, $"What is {Words.List(words.Unknown.Take(3).Select(each => Spoken.Quote(words.Word(each))))} in this {words.Said.About.Name}?",
            $"It is written {words.Said.About.Usage}.", corrections);
    }

    private static Heard.Misheard? TooMany(PlaceWords words)
    {
        foreach (var part in Enum.GetValues<Part>())
        {
            var several = words.Of(part);
            if (several.Count < 2) continue;
            var kept = several.OrderBy(at => part == Part.Environment && IsProtected(words, words.Word(at)));
            return Grammar.No(
                RefusalCodes.WordsAmbiguous, $"{Words.List(several.Take(5).Select(at => Spoken.Quote(words.Word(at))))} can't all be the {part.ToString().ToLowerInvariant()}.",
                "Say one of them, and the others on their own.",
                kept.Select(keep => words.Said with { Words = [.. words.Said.Words.Where((_, at) => at == keep || !several.Contains(at))] }));
        }

        return null;
    }

    private static Heard.Misheard? Missing(PlaceWords words)
    {
        var missing = words.LackingMust();
        if (missing.IsEmpty) return null;
        var asked = missing.Select(part => $"which {part.ToString().ToLowerInvariant()}");
        var loose = words.Said.Options.FirstOrDefault(option => option.Loose);
        var hint = loose is null ? "" : " Put the reason in quotes: without them it is all that follows.";
        return Grammar.No(
            RefusalCodes.WordsMissing, $"{char.ToUpperInvariant(words.Said.About.Name[0])}{words.Said.About.Name[1..]} {Words.List(asked)}?",
            $"{Valid(words, missing)} It is written {words.Said.About.Usage}.{hint}", loose is null ? Completed(words, missing) : Quoted(words.Said, loose));
    }

    /// <summary>The only completion there is, unless it would go where care is due.</summary>
    private static IEnumerable<Said> Completed(PlaceWords words, ImmutableArray<Part> missing)
    {
        var environment = words.Environments is [var at] ? words.Word(at) : null;
        var services = words.Service is { } named ? [named] : words.Vocabulary.Services.Where(one => environment is null || one.Environment(environment) is not null).Take(2).ToList();
        if (services is not [var service]) return [];
        var place = environment is null ? service.Environments is [var only] ? only : null : service.Environment(environment);
        if (place is null && missing.Contains(Part.Environment) || place is { Protected: true }) return [];
        var version = service.Versions is [var one] ? one : null;
        if (version is null && missing.Contains(Part.Version)) return [];
        return
        [
            missing.Aggregate(words.Said, (said, part) => said.Plus(part switch
            {
                Part.Service => service.Name,
                Part.Version => version!,
                _ => place!.Name,
            })),
        ];
    }

    /// <summary>The reason taken to be one word, for want of quotes.</summary>
    private static IEnumerable<Said> Quoted(Said said, Option loose)
    {
        var reason = loose.Value!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        yield return said.With(loose.Name, reason[0]) with { Words = [.. said.Words, .. reason.Skip(1).Select(word => new Token(word))] };
    }

    private static Heard.Misheard? NotThere(PlaceWords words)
    {
        if (words.Service is not { } service || words.Environments is not [var at] || service.Environment(words.Word(at)) is not null) return null;
        var near = Nearest.To(words.Word(at), service.EnvironmentNames);
        return NoName(words, Part.Environment, words.Word(at), near, name => words.Said.Instead(at, name));
    }

    private static bool IsProtected(PlaceWords words, string environment) => words.Service is { } service
        ? service.Environment(environment)?.Protected ?? true
        : words.Vocabulary.Services.Any(one => one.Environment(environment) is { Protected: true });

    /// <summary>The names there are for the parts that are asked about.</summary>
    private static string Valid(PlaceWords words, ImmutableArray<Part> parts)
    {
        var of = words.Service is { } service ? $" of {service.Name}" : "";
        var lists = parts.Select(part => part switch
        {
            Part.Service => $"Services: {Spoken.Names(words.Vocabulary.ServiceNames)}.",
            Part.Environment => $"Environments{of}: {Spoken.Names(words.PossibleEnvironments)}.",
            _ when words.Service is { Versions.IsEmpty: false } known => $"Latest versions{of}: {string.Join(", ", known.Versions.Take(VersionsShown))}.",
            _ => "A version is an image's tag, such as v1.2.3.",
        });
        return string.Join(' ', lists);
    }
}
