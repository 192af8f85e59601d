using System.Collections.Immutable;
using ChatOps.Bot.Tests.EndToEnd;
using ChatOps.Bot.Tests.House;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace ChatOps.Bot.Tests.House;

/// <summary>Begins with the classes that take longest, so that none of them runs alone at the end while the other threads have nothing to do.</summary>
/// <remarks>Tests of one class follow each other; classes run side by side. What starts the real process takes seconds and more, the rest next to nothing.</remarks>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <summary>A minute and a half and more each on a busy machine, the longest first.</summary>
    private static readonly ImmutableArray<Type> Long = [typeof(CrashTests), typeof(PostgresTests), typeof(BrowserTests)];

    /// <remarks>The runner gives them all to the thread pool at once, which begins with the first and then takes the last ones before the others.</remarks>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderByDescending(one => RankOf(one.TestCollectionDisplayName))];

    /// <param name="name">As the runner calls the collection of a class: <c>Test collection for ChatOps.Bot.Tests.Web.SignInTests (id: …)</c>.</param>
    private static int RankOf(string name)
    {
        for (var at = 0; at < Long.Length; at++)
            if (name.Contains($" {Long[at].FullName} ", StringComparison.Ordinal)) return at;
        return name.Contains($" {typeof(CrashTests).Namespace}.", StringComparison.Ordinal) ? Long.Length : Long.Length + 1;
    }
}
