using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>The parts that a command about services and environments is made of.</summary>
internal enum Part
{
    Service,
    Version,
    Environment,
}

/// <summary>Which parts a command must have, and which it may have.</summary>
internal sealed record Parts(ImmutableArray<Part> Must, ImmutableArray<Part> May)
{
    public bool Has(Part part) => Must.Contains(part) || May.Contains(part);
}

/// <summary>The words of a command about services and environments, told apart by what they can be. The order they came in plays no role.</summary>
/// <remarks>A word that is a name is that name and never a version; a word that is no name never becomes one.</remarks>
internal sealed class PlaceWords
{
    private readonly Parts parts;

    public PlaceWords(Said said, Parts parts, Vocabulary vocabulary)
    {
        (Said, this.parts, Vocabulary) = (said, parts, vocabulary);
        var both = new List<int>();
        for (var at = 0; at < said.Words.Length; at++) Lists(at, both).Add(at);
        Settle(both);
        UnmixVersions();
    }

    public Said Said { get; }

    public Vocabulary Vocabulary { get; }

    /// <summary>Where in <see cref="Said"/> the words of each part are.</summary>
    public List<int> Services { get; } = [];
    public List<int> Environments { get; } = [];
    public List<int> Versions { get; } = [];
    public List<int> Unknown { get; } = [];

    /// <summary>The service, where exactly one is named.</summary>
    public ServiceWords? Service => Services.Count == 1 ? Vocabulary.Service(Word(Services[0])) : null;

    /// <summary>The environments that make sense here: the service's, or all.</summary>
    public IEnumerable<string> PossibleEnvironments => Service?.EnvironmentNames ?? Vocabulary.Environments;

    public string Word(int at) => Said.Words[at].Text;

    public bool Lacks(Part part) => parts.Has(part) && Of(part).Count == 0;

    /// <summary>What is missing: what must be there first, then what may.</summary>
    public IEnumerable<Part> Lacking() => parts.Must.Concat(parts.May).Where(Lacks);

    public ImmutableArray<Part> LackingMust() => [.. parts.Must.Where(Lacks)];

    public List<int> Of(Part part) => part switch
    {
        Part.Service => Services,
        Part.Version => Versions,
        _ => Environments,
    };

    /// <summary>Which missing name a word may have meant, and how near it is.</summary>
    public (int Score, Part Part, ImmutableArray<string> Names) Near(string word)
    {
        var none = (Score: int.MaxValue, Names: ImmutableArray<string>.Empty);
        var service = Lacks(Part.Service) ? Nearest.Find(word, Vocabulary.ServiceNames) : none;
        var environment = Lacks(Part.Environment) ? Nearest.Find(word, PossibleEnvironments) : none;
        return environment.Score < service.Score ? (environment.Score, Part.Environment, environment.Names) : (service.Score, Part.Service, service.Names);
    }

    private List<int> Lists(int at, List<int> both)
    {
        var word = Word(at);
        var (service, environment) = (Vocabulary.Service(word) is not null, Vocabulary.Environment(word) is not null);
        return (service, environment) switch
        {
            (true, true) => both,
            (true, false) => Services,
            (false, true) => Environments,
            _ when Commands.Versions.IsOne(word) && (parts.Has(Part.Version) || Said.About.Options.Contains("to")) => Versions,
            _ => Unknown,
        };
    }

    /// <summary>Words that name a service as well as an environment are what is still missing.</summary>
    private void Settle(List<int> both)
    {
        if (both is [var one, var other] && Services.Count == 0 && Environments.Count == 0)
        {
            var (first, second) = (Fits(one, other), Fits(other, one));
            if (first && (!second || Vocabulary.Same(Word(one), Word(other)))) Take(one, other);
            else if (second && !first) Take(other, one);
            else Services.AddRange(both);
            return;
        }

        foreach (var at in both) (Services.Count > 0 && Environments.Count == 0 ? Environments : Services).Add(at);
    }

    private bool Fits(int service, int environment) => Vocabulary.Service(Word(service))!.Environment(Word(environment)) is not null;

    private void Take(int service, int environment)
    {
        Services.Add(service);
        Environments.Add(environment);
    }

    /// <summary>A word with a digit in it may be a name mistyped (<c>stag1ng</c>) while that name is missing.</summary>
    private void UnmixVersions()
    {
        foreach (var at in Versions.Where(at => !Commands.Versions.IsSurely(Word(at)) && Near(Word(at)).Score != int.MaxValue).ToList()) Move(at);
        if (Versions.Count < 2 || !LackingMust().Any()) return;
        var unsure = Versions.Where(at => !Commands.Versions.IsSurely(Word(at))).ToList();
        if (unsure.Count < Versions.Count) unsure.ForEach(Move);
    }

    private void Move(int at)
    {
        Versions.Remove(at);
        Unknown.Add(at);
    }
}
