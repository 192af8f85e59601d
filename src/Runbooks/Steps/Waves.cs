using System.Collections.Immutable;

namespace ChatOps.Runbooks.Steps;

/// <summary>The order of a release: each service in the earliest wave in which all that it needs is behind it.</summary>
/// <param name="Line">The waves, from 0; in each, services in the order they were named.</param>
/// <param name="Needs">For each service, those of the release that it needs, also by way of others that are not part of it.</param>
/// <param name="Circle">Services that need each other, from the first and back to it; then there is no order. Empty = none do.</param>
public sealed record Waves(ImmutableArray<ImmutableArray<string>> Line, ImmutableDictionary<string, ImmutableArray<string>> Needs, ImmutableArray<string> Circle)
{
    /// <summary>Layers of a graph by its longest paths (Kahn, 1962, a whole layer at a time).</summary>
    /// <param name="services">Names, in any case; the same one twice counts once.</param>
    /// <param name="dependsOn">What a service needs, whether it is part of the release or not; nothing for one that is not known.</param>
    public static Waves Of(IEnumerable<string> services, Func<string, IEnumerable<string>> dependsOn)
    {
        var all = services.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var part = all.ToDictionary(name => name, StringComparer.OrdinalIgnoreCase);
        var needs = all.ToImmutableDictionary(name => name, name => Needed(name, part, dependsOn), StringComparer.OrdinalIgnoreCase);
        var line = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        var done = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (done.Count < all.Count)
        {
            ImmutableArray<string> wave = [.. all.Where(name => !done.Contains(name) && needs[name].All(done.Contains))];
            if (wave.IsEmpty) return new Waves([], needs, Found(all.First(name => !done.Contains(name)), needs, done));
            line.Add(wave);
            done.UnionWith(wave);
        }

        return new Waves(line.ToImmutable(), needs, []);
    }

    /// <summary>The nearest ones of the release that a service needs; the way may lead through others.</summary>
    private static ImmutableArray<string> Needed(string service, Dictionary<string, string> part, Func<string, IEnumerable<string>> dependsOn)
    {
        var found = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<string>(dependsOn(service));
        while (open.TryDequeue(out var name))
        {
            if (!seen.Add(name)) continue;
            if (part.TryGetValue(name, out var one)) found.Add(one);
            else foreach (var further in dependsOn(name)) open.Enqueue(further);
        }

        return [.. found.Order(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Whatever is left needs something that is left: going on along that comes back to where it was.</summary>
    private static ImmutableArray<string> Found(string from, ImmutableDictionary<string, ImmutableArray<string>> needs, HashSet<string> done)
    {
        var path = new List<string>();
        for (var at = from; ; at = needs[at].First(name => !done.Contains(name)))
        {
            if (path.FindIndex(name => name.Equals(at, StringComparison.OrdinalIgnoreCase)) is var back and >= 0) return [.. path[back..], path[back]];
            path.Add(at);
        }
    }
}
