using System.Collections.Immutable;
using ChatOps.Runbooks.Conditions;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Conditions;

/// <summary>Whatever condition somebody writes: what must hold of all of them, holds.</summary>
public sealed class AnyCondition
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(3_000).WithEndSize(40);
    private static readonly string[] Environments = ["staging", "prod", "dr"];
    private static readonly string[] Answers = ["1", "2", "2.5", "v1.2.3", "1.2.4-rc.1", "09:00", "9:00", "true", "some text", "in", ""];

    private static readonly Places Shop = new([new("api", "staging", false), new("api", "prod", true), new("web", "dr", true)]);

    [Fact]
    public void Is_read_back_from_its_normal_text() => Prop.ForAll(Texts(), text =>
    {
        var condition = ConditionTests.Read(text);
        var normal = condition.ToString();
        var again = ConditionTests.Read(normal);
        again.ToString().ShouldBe(normal);
        again.ShouldBe(condition);
    }).Check(Many);

    [Fact]
    public void Means_the_same_as_its_normal_text_and_says_why() => Prop.ForAll(Texts(), Worlds(), (text, facts) =>
    {
        var condition = ConditionTests.Read(text);
        ConditionTests.Read(condition.ToString()).Holds(facts).ShouldBe(condition.Holds(facts));
        condition.Why(facts).ShouldNotBeNullOrWhiteSpace();
        ConditionTests.Read($"not ({condition})").Holds(facts).ShouldBe((Truth)(2 - (int)condition.Holds(facts)));
    }).Check(Many);

    /// <summary>Never and always are proofs: no world speaks against them.</summary>
    [Fact]
    public void Holds_only_where_it_can() => Prop.ForAll(Texts(), Worlds(), (text, facts) =>
    {
        var condition = ConditionTests.Read(text);
        var truth = condition.Holds(facts);
        if (truth == Truth.Yes) condition.CanHold(Shop).ShouldNotBe(Prospect.Never, $"{condition} holds for {facts}");
        else condition.CanHold(Shop).ShouldNotBe(Prospect.Always, $"{condition} does not hold for {facts}");
    }).Check(Many);

    [Fact]
    public void Is_read_or_faulted_and_never_crashes() => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), bytes =>
    {
        string[] words = ["environment", "==", "prod", "and", "or", "not", "(", ")", "[", "]", ",", "in", "matches", "\"a*\"", "'", "changed", "time", "09:00", "<", "true", "inputs.x", "&", "day", "Mon"];
        var text = string.Join(' ', bytes.Get.Select(one => words[one % words.Length]));
        if (Condition.Read(text).Fault is { } fault) fault.Column.ShouldBeInRange(1, text.Length + 1);
    }).Check(Many);

    /// <summary>Conditions by their texts: of every kind, nested a little.</summary>
    private static Arbitrary<string> Texts() => Gen.Sized(size => Text(Math.Min(size / 8, 3))).Where(text => text.Length < 600).ToArbitrary();

    private static Gen<string> Text(int depth) => depth == 0 ? Leaf() : Gen.OneOf(
        Leaf(),
        from a in Text(depth - 1) from b in Text(depth - 1) from word in Gen.Elements("and", "or") select $"{a} {word} {b}",
        from a in Text(depth - 1) from b in Text(depth - 1) from word in Gen.Elements("and", "or") select $"({a} {word} {b})",
        from a in Text(depth - 1) select $"not ({a})");

    private static Gen<string> Leaf() => Gen.OneOf(
        Gen.Elements("true", "false", "emergency", "environment.protected", "inputs.a", "emergency == false"),
        from name in Gen.Elements("environment", "service", "strategy") from sign in Gen.Elements("==", "!=") from value in Gen.Elements("prod", "dr", "api", "'a b'", "\"it's\"") select $"{name} {sign} {value}",
        from name in Gen.Elements("environment", "strategy", "version", "inputs.a") from word in Gen.Elements("in", "not in") from a in Gen.Elements(Environments) from b in Gen.Elements(Answers) select $"{name} {word} [{a}, '{b}']",
        from name in Gen.Elements("environment", "strategy", "version", "inputs.a") from glob in Gen.Elements("*", "p*", "?r", "*1*", "v*") select $"{name} matches '{glob}'",
        from sign in Sign() from value in Gen.Elements("1.2.3", "v1.2.4", "1.2.4-rc.1", "2") select $"version {sign} {value}",
        from sign in Sign() from value in Gen.Elements("1", "2", "2.5", "1.10", "1.2.3", "09:00") from name in Gen.Elements("a", "b") select $"inputs.{name} {sign} {value}",
        from sign in Sign() from value in Gen.Elements("09:00", "9:01", "17:30", "00:00") select $"time {sign} {value}",
        from day in Gen.Elements("Mon", "Tue") from sign in Gen.Elements("==", "!=") select $"day {sign} {day}",
        from glob in Gen.Elements("db/**", "*.sql", "**/x") select $"changed('{glob}')");

    private static Gen<string> Sign() => Gen.Elements("==", "!=", "<", "<=", ">", ">=");

    private static Arbitrary<Facts> Worlds() => (
        from place in Gen.Elements<Place>([.. Shop.All])
        from version in Gen.Elements("1.2.3", "1.2.4", "v1.2.4-rc.1", "1.2.4-alpha", "2", "3.0.0", "latest", "0.1.0", "1.2.3+b")
        from strategy in Gen.Elements("a b", "prod", "rolling", "it's", "1")
        from emergency in Gen.Elements(true, false)
        from day in Gen.Elements(DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Sunday)
        from minute in Gen.Elements(0, 539, 540, 541, 542, 1049, 1050, 1051, 1439)
        from a in Gen.Elements(Answers)
        from b in Gen.Elements("0", "1.5", "1.7.0", "-1", "2.0", "3", "x", "08:59")
        from changed in Gen.Elements<string[]>([], ["db/a.sql"], ["src/x"])
        select new Facts(place.Service, place.Environment, place.Protected, version, strategy, "ana@example.com", emergency, day, TimeOnly.MinValue.AddMinutes(minute), ImmutableArray.Create(changed))
        {
            Inputs = Facts.NoInputs.Add("a", a).Add("b", b),
        }).ToArbitrary();
}
