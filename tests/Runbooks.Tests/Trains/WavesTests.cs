using ChatOps.Runbooks.Steps;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Trains;

/// <summary>The order in which services are brought follows from what each needs.</summary>
public sealed class WavesTests
{
    [Theory]
    [InlineData("a", "a", "a")]
    [InlineData("a b c", "a b c", "a b c")]
    [InlineData("c b a", "b:a c:b a", "a | b | c")]
    [InlineData("db orders pay web", "orders:db pay:db web:orders,pay db", "db | orders pay | web")]
    [InlineData("web db", "web:cache cache:db db", "db | web")]                       // by way of one that is not part of it
    [InlineData("a b", "a:gone b:gone gone:elsewhere", "a b")]
    [InlineData("A b a", "b:A a", "A | b")]                                           // a name is one in any case, and counts once
    [InlineData("a d b c", "b:a c:a d:b,c,a a", "a | b c | d")]
    [InlineData("a b", "b:x x:y y:x", "a b")]                                         // a circle elsewhere is no concern of it
    public void Each_service_comes_in_the_earliest_wave_in_which_what_it_needs_is_behind_it(string services, string needs, string expected)
    {
        var waves = Waves.Of(services.Split(' '), Needs(needs));
        waves.Circle.ShouldBeEmpty();
        string.Join(" | ", waves.Line.Select(wave => string.Join(' ', wave))).ShouldBe(expected);
    }

    [Theory]
    [InlineData("a b", "a:b b:a", "a b a")]
    [InlineData("a b c", "a b:c c:b", "b c b")]
    [InlineData("a", "a:a", "a a")]
    [InlineData("d a b c", "d:a a:b b:c c:a", "a b c a")]
    [InlineData("a b", "a:x x:b b:a", "a b a")]                                       // through one that is not part of it
    public void Services_that_need_each_other_have_no_order(string services, string needs, string circle)
    {
        var waves = Waves.Of(services.Split(' '), Needs(needs));
        string.Join(' ', waves.Circle).ShouldBe(circle);
        waves.Line.ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_needs_what_the_order_holds() => Prop.ForAll(Gen.Choose(0, 1_000).ArrayOf().ToArbitrary(), words =>
    {
        // Service k needs some of those before it, so that there is an order; every third is not part of the release.
        var graph = Graph(words);
        var part = graph.Keys.Where((_, at) => at % 3 != 2).Reverse().ToList();
        var waves = Waves.Of(part, name => graph[name]);
        waves.Line.SelectMany(wave => wave).ShouldBe(part, ignoreOrder: true);
        var at = waves.Line.SelectMany((wave, number) => wave.Select(name => (name, number))).ToDictionary(one => one.name, one => one.number);
        foreach (var name in part)
        {
            // Everything reachable that is part of it is in an earlier wave, and something it needs is in the one right before.
            var needed = Reach(graph, name).Where(at.ContainsKey).ToList();
            needed.ShouldAllBe(one => at[one] < at[name]);
            if (at[name] > 0) needed.Max(one => at[one]).ShouldBe(at[name] - 1);
            else needed.ShouldBeEmpty();
            waves.Needs[name].ShouldBeSubsetOf(needed);
        }
    }).QuickCheckThrowOnFailure();

    private static Dictionary<string, string[]> Graph(int[] words) => Enumerable.Range(0, words.Length).ToDictionary(
        at => $"s{at}", at => Enumerable.Range(0, at).Where(before => (words[at] >> (before % 10) & 1) == 1).Select(before => $"s{before}").ToArray());

    private static HashSet<string> Reach(Dictionary<string, string[]> graph, string from)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>(graph[from]);
        while (open.TryPop(out var name))
            if (seen.Add(name)) foreach (var next in graph[name]) open.Push(next);
        return seen;
    }

    private static Func<string, IEnumerable<string>> Needs(string text)
    {
        var all = text.Split(' ').Select(word => word.Split(':')).ToDictionary(one => one[0], one => one.Length > 1 ? one[1].Split(',') : [], StringComparer.OrdinalIgnoreCase);
        return name => all.GetValueOrDefault(name) ?? [];
    }
}
