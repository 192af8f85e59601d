using ChatOps.Integrations.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

public sealed class SlackTextTests
{
    [Theory]
    [InlineData("api v1.2.3 prod", "api v1.2.3 prod")]
    [InlineData("api &lt;b&gt; &amp;amp; c", "api <b> &amp; c")]
    [InlineData("<@U012ABCDEF|ana> and <@U012ABCDEF>", "@ana and @U012ABCDEF")]
    [InlineData("<#C012ABCDE|deploys> <#C987654321|>", "#deploys #C987654321")]
    [InlineData("<http://example.com|example.com>", "example.com")]
    [InlineData("<https://example.com/a?b=c>", "https://example.com/a?b=c")]
    [InlineData("<https://example.com|the ticket>", "the ticket (https://example.com)")]
    [InlineData("<mailto:ana@example.com|ana@example.com>", "ana@example.com")]
    [InlineData("<!here> <!subteam^S1|@managers>", "@here @managers")]
    [InlineData("api —plan", "api --plan")]
    [InlineData("–reason “it’s broken”", "--reason \"it's broken\"")]
    [InlineData("a\u00A0b\u200Bc", "a bc")]
    [InlineData("v1—v2", "v1—v2")]
    [InlineData(null, "")]
    public void What_slack_sends_is_read_as_what_was_typed(string? sent, string read) => SlackText.Read(sent).ShouldBe(read);

    [Theory]
    [InlineData("<!channel>", "&lt;!channel&gt;")]
    [InlineData("a & b", "a &amp; b")]
    [InlineData("*bold*", "\u200B*bold\u200B*")]
    [InlineData("`x`", "\u200B`x\u200B`")]
    [InlineData("snake_case _em_", "snake_case \u200B_em\u200B_")]
    [InlineData(":tada: at 10:30", ":\u200Btada: at 10:30")]
    public void A_fallback_formats_nothing_and_calls_nobody(string text, string escaped) => SlackText.Escape(text, 100).ShouldBe(escaped);

    [Theory]
    [InlineData(4, "abc…")]
    [InlineData(5, "abcd")]
    public void A_fallback_keeps_to_its_length(int atMost, string escaped) => SlackText.Escape("abcd", atMost).ShouldBe(escaped);

    [Theory]
    [InlineData("short", 10, "short")]
    [InlineData("abcdefghij", 5, "abcd…")]
    [InlineData("ab👩‍👩‍👧‍👦cd", 6, "ab…")]
    [InlineData("a\u202Eb", 20, "a[U+202E]b")]
    [InlineData("a\u0000\rb\nc", 20, "ab\nc")]
    [InlineData("a\rb", 20, "ab")]
    [InlineData("a\u001Fb\tc", 20, "ab\tc")]
    [InlineData("a\u007Fb", 20, "ab")]
    [InlineData("a\u009Fb", 20, "ab")]
    [InlineData("a\u202Ab", 20, "a[U+202A]b")]
    [InlineData("a\u2066b", 20, "a[U+2066]b")]
    [InlineData("a\u2069b", 20, "a[U+2069]b")]
    [InlineData("abc", 1, "…")]
    public void Text_is_cut_between_graphemes_and_cleaned(string text, int atMost, string fitted) => SlackText.Fit(text, atMost).ShouldBe(fitted);

    [Fact]
    public void Half_a_character_is_shown_as_a_missing_one() => SlackText.Fit("a\ud83d", 20).ShouldBe("a\uFFFD");

    [Fact]
    public void One_letter_with_forty_thousand_marks_is_cut_too() =>
        SlackText.Fit("a" + new string('\u0301', 40_000), 100).Length.ShouldBe(100);
}
