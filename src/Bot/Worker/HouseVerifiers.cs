using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary><c>verify: live</c>: the version is live and healthy in another environment; without <c>in:</c> the one that this one comes after.</summary>
internal sealed class LiveVerifier(Readings readings, Targets targets, Func<Configuration> configuration) : IVerifier
{
    public ImmutableArray<string> Names => ["live"];

    public async Task<Answer> LookAsync(Question question, CancellationToken cancellationToken)
    {
        var service = configuration().Service(question.Service);
        var name = question.Options.GetValueOrDefault("in") ?? service?.Environment(question.Environment)?.After;
        if (name is null) return Answer.Unknown($"{question.Environment} comes after no environment: name one with in:");
        if (service?.Environment(name) is not { } environment) return Answer.Unknown($"{question.Service} has no environment {name}");
        var (seen, why) = await readings.LookAsync(environment.Target, cancellationToken);
        if (seen is null) return Answer.Unknown($"what runs in {name} can't be told now: {why}");
        if (seen.Version != question.Version) return Answer.Fails($"{name} runs {seen.Version}, not {question.Version}");
        if (seen.Ready != seen.Replicas) return Answer.Pending($"{question.Version} is in {name}, with {seen.Ready} of {seen.Replicas} ready");
        foreach (var probe in environment.Health)
        {
            var answer = await targets.For(environment.Target).ProbeAsync(environment.Target, probe, cancellationToken);
            if (!answer.Healthy) return Answer.Fails($"{question.Version} is live in {name}, and {probe.Url.Host} says {answer.Says}");
        }

        return Answer.Holds($"{question.Version} is live in {name}, {seen.Ready} of {seen.Replicas} ready{(environment.Health.IsEmpty ? "" : " and healthy")}");
    }
}

/// <summary><c>verify: dependencies-quiet</c>: no run is open on anything that the service needs, in the same environment.</summary>
internal sealed class QuietVerifier(IStore store, Func<Configuration> configuration) : IVerifier
{
    /// <summary>More runs than this are not open at once on what one service needs.</summary>
    private const int Most = 500;

    public ImmutableArray<string> Names => ["dependencies-quiet"];

    public async Task<Answer> LookAsync(Question question, CancellationToken cancellationToken)
    {
        var needed = Needed(question.Service, configuration());
        if (needed.IsEmpty) return Answer.Holds($"{question.Service} needs nothing that is deployed here");
        var open = await store.ListRunsAsync(new RunQuery(Environment: question.Environment, Open: true, AtMost: Most), cancellationToken);
        var busy = open.Where(row => needed.Contains(row.Service)).ToList();
        return busy.Count == 0
            ? Answer.Holds($"nobody changes {Words.List(needed)} in {question.Environment}")
            : Answer.Fails(Words.List(busy.Take(3).Select(row => $"run {row.Number} changes {row.Service} ({new Runbooks.Access.Person(row.By).ShortName})")));
    }

    private static ImmutableSortedSet<string> Needed(string service, Configuration current)
    {
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var left = new Queue<string>([service]);
        while (left.TryDequeue(out var name))
        {
            foreach (var needed in current.Service(name)?.DependsOn ?? [])
            {
                if (!needed.Equals(service, StringComparison.OrdinalIgnoreCase) && found.Add(needed)) left.Enqueue(needed);
            }
        }

        return found.ToImmutableSortedSet(StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary><c>verify: image</c>: what is to be rolled out is in its registry.</summary>
internal sealed class ImageVerifier(IImages images, Func<Configuration> configuration) : IVerifier
{
    public ImmutableArray<string> Names => ["image"];

    public async Task<Answer> LookAsync(Question question, CancellationToken cancellationToken)
    {
        var target = configuration().Service(question.Service)?.Environment(question.Environment)?.Target;
        if (target is Target.Simulated) return Answer.Holds($"{question.Version} is there (simulated)");
        if (target is not Target.Kubernetes kubernetes) return Answer.Unknown($"{question.Service} has no image in {question.Environment}");
        var image = ImageReference.Named(kubernetes.Image, question.Version);
        return await images.LookAsync(image, cancellationToken) switch
        {
            Outcome<ImageSeen>.Done { Value.IsThere: true } => Answer.Holds($"{image} is in the registry"),
            Outcome<ImageSeen>.Done => Answer.Fails($"{image} is not in the registry: is the version right, and was it built?"),
            Outcome<ImageSeen>.Later later => Answer.Unknown(later.Why),
            Outcome<ImageSeen>.Never never => Answer.Unknown(never.Fault.Why),
            _ => Answer.Unknown("the registry's answer makes no sense"),
        };
    }
}
