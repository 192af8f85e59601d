using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Work;

public sealed class NearestTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("aip", "api", 1)]
    [InlineData("prdo", "prod", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    [InlineData("staging", "", 7)]
    public void A_swap_of_neighbours_counts_one(string a, string b, int distance)
    {
        Nearest.Distance(a, b).ShouldBe(distance);
        Nearest.Distance(b, a).ShouldBe(distance);
    }

    [Theory]
    [InlineData("prodd", "prod")]
    [InlineData("production", "prod")]
    [InlineData("STAGNIG", "staging")]
    [InlineData("stag", "staging")]
    [InlineData("st", "staging")]
    [InlineData("stage", "staging")]
    [InlineData("s", null)]
    [InlineData("moon", null)]
    [InlineData("pxxd", null)]
    public void Only_names_that_may_have_been_meant_are_near(string word, string? name) =>
        Nearest.To(word, ["staging", "prod"]).ShouldBe(name is null ? [] : [name]);
}
