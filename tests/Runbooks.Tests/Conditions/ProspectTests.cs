using ChatOps.Runbooks.Conditions;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Conditions;

/// <summary>What can never be true, and what always is, is found before anybody waits for it.</summary>
public sealed class ProspectTests
{
    private static readonly Places Shop = new([new("api", "staging", false), new("api", "prod", true), new("web", "staging", false), new("web", "dr", true)]);

    [Theory]
    [InlineData("environment == prod", Prospect.Either)]
    [InlineData("environment == prd", Prospect.Never)]
    [InlineData("environment != prd", Prospect.Always)]
    [InlineData("environment == prod and service == web", Prospect.Never)]
    [InlineData("environment == dr and service == web", Prospect.Either)]
    [InlineData("environment == prod and not environment.protected", Prospect.Never)]
    [InlineData("environment.protected or environment == staging", Prospect.Always)]
    [InlineData("environment in [prod, staging, dr]", Prospect.Always)]
    [InlineData("environment matches 'st*' and environment.protected", Prospect.Never)]
    [InlineData("strategy == a and strategy == b", Prospect.Never)]
    [InlineData("strategy in [a, b] and strategy != a", Prospect.Either)]
    [InlineData("strategy == a or strategy != a", Prospect.Always)]
    [InlineData("strategy == abc and strategy matches 'x*'", Prospect.Never)]
    [InlineData("strategy matches '*'", Prospect.Always)]
    [InlineData("requester == a or requester == b", Prospect.Either)]
    [InlineData("emergency and not emergency", Prospect.Never)]
    [InlineData("emergency or not emergency", Prospect.Always)]
    [InlineData("day in [Mon, Tue, Wed, Thu, Fri, Sat, Sun]", Prospect.Always)]
    [InlineData("day in [Mon, Tue, Wed, Thu, Fri, Sat]", Prospect.Either)]
    [InlineData("day == Mon and day == Tue", Prospect.Never)]
    [InlineData("time < 09:00 and time > 17:00", Prospect.Never)]
    [InlineData("time > 09:00 and time < 09:01", Prospect.Never)]
    [InlineData("time > 09:00 and time < 09:02", Prospect.Either)]
    [InlineData("time >= 00:00", Prospect.Always)]
    [InlineData("time > 23:59", Prospect.Never)]
    [InlineData("version < 1.0.0 and version > 2.0.0", Prospect.Never)]
    [InlineData("version > 1.0.0 and version < 1.0.1", Prospect.Either)]
    [InlineData("version >= 1.0.0 and version <= 1.0 and version != v1", Prospect.Never)]
    [InlineData("version < 1.0.0 or version >= 1.0.0", Prospect.Either)]          // a digest has no order
    [InlineData("inputs.n < 3 and inputs.n > 4", Prospect.Never)]
    [InlineData("inputs.n > 3 and inputs.n < 4", Prospect.Either)]
    [InlineData("inputs.n > 1.5 and inputs.n < 1.10", Prospect.Either)]            // 1.7.0 is
    [InlineData("inputs.n == 3 and inputs.n == 3.0", Prospect.Either)]
    [InlineData("inputs.n == 3 and inputs.n > 3", Prospect.Never)]
    [InlineData("inputs.at >= 09:00 and inputs.at < 08:00", Prospect.Never)]
    [InlineData("inputs.a and inputs.a == false", Prospect.Never)]
    [InlineData("inputs.a == x and inputs.b == y", Prospect.Either)]
    [InlineData("changed('a') and not changed('a')", Prospect.Never)]
    [InlineData("changed('a') and not changed('b')", Prospect.Either)]
    [InlineData("true", Prospect.Always)]
    [InlineData("emergency and false", Prospect.Never)]
    public void What_can_never_be_true_and_what_always_is(string text, Prospect prospect) => ConditionTests.Read(text).CanHold(Shop).ShouldBe(prospect);

    [Theory]
    [InlineData("environment == prd", Prospect.Either)]
    [InlineData("environment == a and environment == b", Prospect.Never)]
    [InlineData("environment == a and not environment.protected", Prospect.Either)]
    [InlineData("environment.protected or not environment.protected", Prospect.Always)]
    public void Where_no_place_is_known_any_may_be(string text, Prospect prospect) => ConditionTests.Read(text).CanHold(Places.Anywhere).ShouldBe(prospect);

    [Fact]
    public void What_is_too_large_is_not_decided()
    {
        var names = Enumerable.Range(0, 15).Select(at => $"inputs.i{at}").ToList();
        ConditionTests.Read($"{string.Join(" and ", names)} and false").CanHold(Shop).ShouldBe(Prospect.Either);
        ConditionTests.Read($"{string.Join(" and ", names.Take(5))} and false").CanHold(Shop).ShouldBe(Prospect.Never);
        ConditionTests.Read(string.Join(" and ", Enumerable.Range(0, 30).Select(at => $"requester matches '{at}*'"))).CanHold(Shop).ShouldBe(Prospect.Either);
    }
}
