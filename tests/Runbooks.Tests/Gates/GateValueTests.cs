using System.Globalization;
using ChatOps.Runbooks.Gates;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Gates;

/// <summary>Limits are read as people write them, and numbers are told as people say them.</summary>
public sealed class GateValueTests
{
    [Theory]
    [InlineData("5%", 0.05, GateUnit.Share)]
    [InlineData("0.5 %", 0.005, GateUnit.Share)]
    [InlineData("99.95%", 0.9995, GateUnit.Share)]
    [InlineData("500ms", 0.5, GateUnit.Time)]
    [InlineData("1.5s", 1.5, GateUnit.Time)]
    [InlineData("250us", 0.00025, GateUnit.Time)]
    [InlineData("2m", 120, GateUnit.Time)]
    [InlineData("12", 12, GateUnit.Plain)]
    [InlineData("-3.5", -3.5, GateUnit.Plain)]
    [InlineData("0", 0, GateUnit.Plain)]
    public void A_limit_is_read_with_its_unit(string text, double number, GateUnit unit)
    {
        GateValue.TryRead(text, out var value).ShouldBeTrue();
        value.Number.ShouldBe(number, 1e-12);
        value.Unit.ShouldBe(unit);
    }

    [Theory]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("5 apples")]
    [InlineData("5%%")]
    [InlineData("NaN")]
    [InlineData("∞")]
    [InlineData("1e999")]
    [InlineData("five")]
    [InlineData("1,000")]
    [InlineData("ms")]
    public void What_is_no_limit_is_not_read(string text) => GateValue.TryRead(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(0.042, GateUnit.Share, "4.2%")]
    [InlineData(0.00123, GateUnit.Share, "0.123%")]
    [InlineData(0, GateUnit.Share, "0%")]
    [InlineData(0.4801, GateUnit.Time, "480 ms")]
    [InlineData(1.256, GateUnit.Time, "1.26 s")]
    [InlineData(180, GateUnit.Time, "3 min")]
    [InlineData(1234.4, GateUnit.Plain, "1234")]
    [InlineData(3, GateUnit.Plain, "3")]
    [InlineData(3e12, GateUnit.Plain, "3E+12")]
    public void A_number_is_told_as_people_say_it(double number, GateUnit unit, string says) => new GateValue(number, unit).ToString().ShouldBe(says);

    [Fact]
    public void Whatever_is_written_nothing_breaks_and_what_is_read_is_finite() => Prop.ForAll(ArbMap.Default.ArbFor<string?>(), text =>
        !GateValue.TryRead(text ?? "", out var value) || double.IsFinite(value.Number)).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_share_reads_back_as_it_was_written() => Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt>(), some =>
    {
        var percent = some.Get % 10_000 / 100m;
        return GateValue.TryRead(string.Create(CultureInfo.InvariantCulture, $"{percent}%"), out var value) && Math.Abs(value.Number - ((double)percent / 100)) < 1e-12;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new[] { 0.01, 0.02, 0.02, 0.05 }, 0.08, "▂▃▃▆")]
    [InlineData(new[] { 1.0, 1, 1 }, null, "▁▁▁")]
    [InlineData(new[] { 1.0, 2, 3 }, null, "▁▅█")]
    [InlineData(new[] { 1.0, double.NaN, 3 }, null, "▁·█")]
    [InlineData(new[] { 0.2, 0.9 }, 0.5, "▂█")]
    [InlineData(new double[0], null, "")]
    public void The_last_values_are_a_small_line(double[] values, double? limit, string drawn) =>
        Sparkline.Of(values.Select(value => double.IsNaN(value) ? (double?)null : value), limit).ShouldBe(drawn);

    [Fact]
    public void Only_the_newest_are_drawn() => Sparkline.Of(Enumerable.Range(1, 50).Select(value => (double?)value), null, 5).ShouldBe("▁▃▅▇█");
}
