namespace ChatOps.Runbooks.Language;

/// <summary>Finds services that need each other, and environments that come after each other, in a circle.</summary>
internal static class LintCircles
{
    public static void Look(Configuration read, Findings findings)
    {
        var needs = read.Services.GroupBy(service => service.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(
            same => same.Key, same => (IReadOnlyList<string>)[.. same.SelectMany(service => service.DependsOn)], StringComparer.OrdinalIgnoreCase);
        foreach (var circle in Circles(needs))
            findings.ErrorAt(findings.At($"service:{circle[0]}:depends-on:{circle[1]}", $"service:{circle[0]}"), "circle", $"{string.Join(" needs ", circle)}: nothing could be first.", null, "Take one depends-on out.");
        var runs = read.Runbooks.GroupBy(runbook => runbook.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(
            same => same.Key, same => (IReadOnlyList<string>)[.. same.SelectMany(runbook => runbook.Everything()).SelectMany(step => new[] { (step as Steps.InnerRunbook)?.Runbook, step.Rules?.Remedy }).OfType<string>()], StringComparer.OrdinalIgnoreCase);
        foreach (var circle in Circles(runs))
            findings.ErrorAt(findings.At($"runbook:{circle[0]}:steps", $"runbook:{circle[0]}"), "circle", $"{string.Join(" runs ", circle)}: it would never end.", null, "Take one run out.");
        foreach (var service in read.Services)
        {
            // One that comes after itself was found already.
            var orders = service.Environments.GroupBy(one => one.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(
                same => same.Key, same => (IReadOnlyList<string>)[.. same.Select(one => one.After).OfType<string>().Where(after => after != same.Key)], StringComparer.OrdinalIgnoreCase);
            foreach (var circle in Circles(orders))
                findings.ErrorAt(findings.At($"service:{service.Name}/{circle[0]}:after"), "circle", $"{string.Join(" comes after ", circle)}: nothing could be first.", null, "Take one after out.");
        }
    }

    /// <summary>Circles, each once, from the name that comes first in the alphabet and back to it.</summary>
    /// <remarks>Walks without recursion: a file may hold a chain of many thousands. One circle is told per name; mending it shows the next.</remarks>
    private static IEnumerable<List<string>> Circles(Dictionary<string, IReadOnlyList<string>> next)
    {
        var done = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var start in next.Keys.Order(StringComparer.OrdinalIgnoreCase))
        {
            var path = new List<string>();
            var places = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
            var turns = new Stack<(string Name, int At)>();
            turns.Push((start, 0));
            while (turns.TryPop(out var turn))
            {
                if (turn.At == 0)
                {
                    if (!done.Add(turn.Name)) continue;
                    places[turn.Name] = path.Count;
                    path.Add(turn.Name);
                }

                if (!next.TryGetValue(turn.Name, out var ways) || turn.At == ways.Count)
                {
                    path.RemoveAt(path.Count - 1);
                    places.Remove(turn.Name);
                    continue;
                }

                turns.Push((turn.Name, turn.At + 1));
                if (places.TryGetValue(ways[turn.At], out var back)) yield return FromFirst(path[back..]);
                else turns.Push((ways[turn.At], 0));
            }
        }
    }

    private static List<string> FromFirst(List<string> circle)
    {
        var first = circle.IndexOf(circle.Min(StringComparer.OrdinalIgnoreCase)!);
        return [.. circle[first..], .. circle[..first], circle[first]];
    }
}
