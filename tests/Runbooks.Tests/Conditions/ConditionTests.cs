using ChatOps.Runbooks.Conditions;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Conditions;

/// <summary>What a condition means, what it says about itself, and what is said of one that is wrong.</summary>
public sealed class ConditionTests
{
    private static readonly Facts Tuesday = new(
        "api", "prod", true, "v1.10.0", "rolling", "ana@example.com", false, DayOfWeek.Tuesday, new TimeOnly(9, 30), ["db/migrations/1.sql", "src/Api/Program.cs"])
    {
        Inputs = Facts.NoInputs.Add("count", "10").Add("chart", "1.4.2").Add("dry-run", "true").Add("note", "Be Careful"),
    };

    [Theory]
    [InlineData("environment == prod", Truth.Yes, "environment is prod")]
    [InlineData("environment == 'PROD'", Truth.Yes, "environment is prod")]
    [InlineData("environment == staging", Truth.No, "environment is prod, not staging")]
    [InlineData("environment != staging", Truth.Yes, "environment is prod, not staging")]
    [InlineData("environment != prod", Truth.No, "environment is prod")]
    [InlineData("environment in [staging, prod]", Truth.Yes, "environment is prod")]
    [InlineData("environment in [staging, qa]", Truth.No, "environment is prod, not staging or qa")]
    [InlineData("environment not in [staging, qa]", Truth.Yes, "environment is prod, not staging or qa")]
    [InlineData("environment not in [prod]", Truth.No, "environment is prod")]
    [InlineData("environment.protected", Truth.Yes, "the environment is protected")]
    [InlineData("environment.protected == false", Truth.No, "the environment is protected")]
    [InlineData("environment.protected != false", Truth.Yes, "the environment is protected")]
    [InlineData("not emergency", Truth.Yes, "this is no emergency")]
    [InlineData("version < 1.9.0", Truth.No, "version is v1.10.0, not less than 1.9.0")]
    [InlineData("version > 1.9", Truth.Yes, "version is v1.10.0, more than 1.9")]
    [InlineData("version >= 1.10.0-rc.1", Truth.Yes, "version is v1.10.0, at least 1.10.0-rc.1")]
    [InlineData("version <= 1.10.0+build", Truth.Yes, "version is v1.10.0, at most 1.10.0+build")]
    [InlineData("version == 1.10.0", Truth.Yes, "version is v1.10.0")]
    [InlineData("version matches \"v1.*\"", Truth.Yes, "version is v1.10.0, which matches v1.*")]
    [InlineData("version matches '1.?'", Truth.No, "version is v1.10.0, which doesn't match 1.?")]
    [InlineData("requester == ana@example.com", Truth.Yes, "requester is ana@example.com")]
    [InlineData("strategy == rolling and service == api", Truth.Yes, "strategy is rolling and service is api")]
    [InlineData("day in [Tue, wednesday]", Truth.Yes, "day is Tue")]
    [InlineData("day == Monday", Truth.No, "day is Tue, not Mon")]
    [InlineData("time < 10:00", Truth.Yes, "time is 09:30, less than 10:00")]
    [InlineData("time >= '9:30'", Truth.Yes, "time is 09:30, at least 09:30")]
    [InlineData("time > 9:30", Truth.No, "time is 09:30, not more than 09:30")]
    [InlineData("inputs.count > 9", Truth.Yes, "inputs.count is 10, more than 9")]
    [InlineData("inputs.count == 10.0", Truth.Yes, "inputs.count is 10")]
    [InlineData("inputs.chart < 1.10.0", Truth.Yes, "inputs.chart is 1.4.2, less than 1.10.0")]
    [InlineData("inputs.note > 3", Truth.Unknown, "inputs.note is Be Careful, which has no order with 3")]
    [InlineData("inputs.dry-run", Truth.Yes, "inputs.dry-run is true")]
    [InlineData("inputs.note", Truth.No, "inputs.note is Be Careful, not true")]
    [InlineData("inputs.note == 'be careful'", Truth.Yes, "inputs.note is Be Careful")]
    [InlineData("inputs.missing == 1", Truth.Unknown, "inputs.missing isn't known")]
    [InlineData("changed(\"db/**\", \"*.md\")", Truth.Yes, "db/migrations/1.sql changed, which matches db/**")]
    [InlineData("changed(\"*.cs\")", Truth.Yes, "src/Api/Program.cs changed, which matches *.cs")]
    [InlineData("changed(\"src/*.cs\", '*.md')", Truth.No, "nothing changed that matches src/*.cs or *.md")]
    [InlineData("environment == staging or day == Fri", Truth.No, "environment is prod, not staging and day is Tue, not Fri")]
    [InlineData("environment == staging or day == Tue", Truth.Yes, "day is Tue")]
    [InlineData("environment == staging and inputs.missing == 1", Truth.No, "environment is prod, not staging")]
    [InlineData("environment == prod and inputs.missing == 1", Truth.Unknown, "inputs.missing isn't known")]
    [InlineData("environment == prod or inputs.missing == 1", Truth.Yes, "environment is prod")]
    [InlineData("not inputs.missing", Truth.Unknown, "inputs.missing isn't known")]
    [InlineData("true", Truth.Yes, "it always is")]
    [InlineData("not false and not (false or emergency)", Truth.Yes, "it never is and this is no emergency")]
    public void A_condition_holds_and_says_why(string text, Truth truth, string why)
    {
        var condition = Read(text);
        condition.Holds(Tuesday).ShouldBe(truth);
        condition.Why(Tuesday).ShouldBe(why);
    }

    [Theory]
    [InlineData("service == a")]
    [InlineData("environment.protected")]
    [InlineData("not emergency")]
    [InlineData("version < 1")]
    [InlineData("day != Mon")]
    [InlineData("time < 10:00")]
    [InlineData("requester matches '*'")]
    [InlineData("strategy not in [a]")]
    [InlineData("changed('**')")]
    public void What_is_not_known_makes_nothing_true_or_false(string text)
    {
        Read(text).Holds(new Facts()).ShouldBe(Truth.Unknown);
        Read(text).Why(new Facts()).ShouldContain("known");
    }

    [Theory]
    [InlineData("emergency or inputs.dry-run and not inputs.dry-run", Truth.No)]
    [InlineData("true or emergency and emergency", Truth.Yes)]
    [InlineData("(true or emergency) and emergency", Truth.No)]
    [InlineData("not environment == staging", Truth.Yes)]
    [InlineData("not true or true", Truth.Yes)]
    [InlineData("not (true or true)", Truth.No)]
    public void And_binds_closer_than_or_and_not_closest(string text, Truth truth) => Read(text).Holds(Tuesday).ShouldBe(truth);

    [Theory]
    [InlineData("1.0.0-alpha", "1.0.0-alpha.1")]          // semver.org, item 11
    [InlineData("1.0.0-alpha.1", "1.0.0-alpha.beta")]
    [InlineData("1.0.0-alpha.beta", "1.0.0-beta")]
    [InlineData("1.0.0-beta.2", "1.0.0-beta.11")]
    [InlineData("1.0.0-rc.1", "1.0.0")]
    [InlineData("v1.9.0", "1.10")]
    [InlineData("2.1.0", "2.1.1")]
    [InlineData("1.0.0", "99999999999999999999999999999999999.0.0")]
    public void Versions_are_ordered_as_semantic_versioning_says(string early, string late)
    {
        Read($"version < '{late}'").Holds(new Facts(Version: early)).ShouldBe(Truth.Yes);
        Read($"version < '{early}'").Holds(new Facts(Version: late)).ShouldBe(Truth.No);
        Read($"version == '{early}'").Holds(new Facts(Version: late)).ShouldBe(Truth.No);
        Read("version < 1.0").Holds(new Facts(Version: "sha256:0f")).ShouldBe(Truth.Unknown);
    }

    [Theory]
    [InlineData("*.sql", "a.sql", true)]
    [InlineData("*.sql", "db/a.sql", true)]
    [InlineData("*.sql", "db/a.sql.md", false)]
    [InlineData("db/**", "db/a/b", true)]
    [InlineData("db/**", "db", false)]
    [InlineData("db/*", "db/a/b", false)]
    [InlineData("/db/*", "db/a", true)]
    [InlineData("**/db/*", "db/a", true)]
    [InlineData("**/db/*", "x/y/db/a", true)]
    [InlineData("**/db/*", "xdb/a", false)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("a/**/z", "a/bz", false)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("Db/*", "db/a", false)]
    public void Paths_match_globs(string glob, string path, bool so) =>
        Read($"changed('{glob}')").Holds(new Facts(Changed: [path])).ShouldBe(so ? Truth.Yes : Truth.No);

    [Fact]
    public void A_pattern_made_to_be_slow_is_not() =>
        Read($"changed('{string.Concat(Enumerable.Repeat("a*", 400))}b')").Holds(new Facts(Changed: [new string('a', 4_000)])).ShouldBe(Truth.No);

    [Theory]
    [InlineData("", 1, "ends too early", "environment == prod")]
    [InlineData("environmnet == prod", 1, "no environmnet", "Did you mean environment?")]
    [InlineData("emergency AND true", 11, "AND can't follow", "and")]
    [InlineData("AND", 1, "no AND", "Did you mean and?")]
    [InlineData("kangaroo == 1", 1, "no kangaroo", "service, environment")]
    [InlineData("input.x == 1", 1, "no input.x", "inputs.NAME")]
    [InlineData("environment = prod", 13, "= compares nothing", "==")]
    [InlineData("emergency && true", 11, "&&", "and")]
    [InlineData("emergency || true", 11, "||", "or")]
    [InlineData("!emergency", 1, "!", "not")]
    [InlineData("environment", 1, "neither true nor false", "environment ==")]
    [InlineData("environment < prod", 13, "neither more nor less", "==")]
    [InlineData("environment == ", 16, "the end", "such as")]
    [InlineData("environment == service", 16, "a name", "\"service\"")]
    [InlineData("environment == 'prod", 16, "no end", "Close it")]
    [InlineData("environment in prod", 16, "list", "[")]
    [InlineData("environment in [prod", 21, "the end", "]")]
    [InlineData("environment in []", 17, "]", "such as")]
    [InlineData("emergency == perhaps", 14, "true or false", "not emergency")]
    [InlineData("emergency in [true]", 1, "true or false", "not emergency")]
    [InlineData("emergency matches 'x'", 1, "no pattern", "alone")]
    [InlineData("day == Mo", 8, "no day", "Mon")]
    [InlineData("day < Tue", 5, "neither more nor less", "in [")]
    [InlineData("time > 25:00", 8, "no time", "09:00")]
    [InlineData("time matches '1*'", 1, "no pattern", "09:00")]
    [InlineData("version < latest", 11, "no order", "1.2.3")]
    [InlineData("inputs.n > many", 12, "no order", "number")]
    [InlineData("version matches 1.*", 19, "stands alone", "quotes")]
    [InlineData("(emergency", 11, "the end", "column 1")]
    [InlineData("emergency true", 11, "can't follow", "and, or")]
    [InlineData("emergency and", 14, "ends too early", "environment == prod")]
    [InlineData("== prod", 1, "begin with ==", "Begin with a name")]
    [InlineData("in [a]", 1, "nothing before", "either side")]
    [InlineData("changed('a' 'b')", 13, "comma", ")")]
    [InlineData("changed 'a'", 9, "(", "changed(")]
    [InlineData("environment == prod;", 20, "\";\"", "quotes")]
    public void What_is_wrong_is_pointed_at_and_can_be_mended(string text, int column, string what, string mend)
    {
        var fault = Condition.Read(text).Fault.ShouldNotBeNull();
        fault.Column.ShouldBe(column, fault.ToString());
        fault.What.ShouldContain(what);
        fault.Mend.ShouldContain(mend);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Nesting_has_a_limit(int levels, bool read)
    {
        Condition.Read(new string('(', levels) + "true" + new string(')', levels)).ShouldBeOfType(read ? typeof(Reading<Condition>.Understood) : typeof(Reading<Condition>.Misread));
        Condition.Read(string.Concat(Enumerable.Repeat("not ", levels)) + "true").Fault.ShouldBe(read ? null : new TextFault(257, "This nests more than 64 deep.", "Write it flatter."));
    }

    [Fact]
    public void Length_has_a_limit_as_written_and_in_normal_form()
    {
        Condition.Read("true" + new string(' ', 996)).Fault.ShouldBeNull();
        Condition.Read("true" + new string(' ', 997)).Fault!.What.ShouldContain("1,001");
        var tight = $"day in[{string.Join(',', Enumerable.Repeat("Mon", 3))}]and service in[{string.Join(',', Enumerable.Range(100, 240))}]";
        tight.Length.ShouldBeLessThan(1_000);
        Condition.Read(tight).Fault!.What.ShouldContain("1,000 are read");
    }

    [Theory]
    [InlineData("environment=='prod'", "environment == prod")]
    [InlineData("environment in ['a b',c , c]", "environment in [\"a b\", c]")]
    [InlineData("service == 'in'", "service == \"in\"")]
    [InlineData("service == 'day'", "service == \"day\"")]
    [InlineData("service == 'true'", "service == true")]
    [InlineData("service == ''", "service == \"\"")]
    [InlineData("service == 'a\"b'", "service == 'a\"b'")]
    [InlineData("emergency == true", "emergency")]
    [InlineData("emergency != true", "not emergency")]
    [InlineData("not not emergency", "emergency")]
    [InlineData("not (emergency == false)", "emergency")]
    [InlineData("((emergency)) and (true and (false))", "emergency and true and false")]
    [InlineData("(emergency or true) and false", "(emergency or true) and false")]
    [InlineData("(emergency and true) or false", "emergency and true or false")]
    [InlineData("not (emergency and true)", "not (emergency and true)")]
    [InlineData("day == TUESDAY and time<9:00", "day == Tue and time < 09:00")]
    [InlineData("changed( '*.sql' )", "changed(\"*.sql\")")]
    [InlineData("version matches v1", "version matches \"v1\"")]
    public void There_is_one_way_to_write_it(string text, string normal)
    {
        Read(text).ToString().ShouldBe(normal);
        Read(text).ShouldBe(Read(normal));
    }

    internal static Condition Read(string text) => Condition.Read(text) switch
    {
        Reading<Condition>.Understood read => read.Value,
        Reading<Condition>.Misread wrong => throw new ShouldAssertException($"{text}: {wrong.What}"),
        _ => throw new InvalidOperationException(),
    };
}
