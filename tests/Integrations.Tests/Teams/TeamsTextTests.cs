using ChatOps.Integrations.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Teams;

public sealed class TeamsTextTests
{
    [Theory]
    [InlineData("<div><div><at id=\"0\">Ana Bell</at> - Hi</div>\n</div>", "@Ana Bell - Hi")]
    [InlineData("<p>one&nbsp;two</p><p>three</p>", "one two\nthree")]
    [InlineData("a<br>b<br/>c<BR />d", "a\nb\nc\nd")]
    [InlineData("Error &lt;500&gt; &amp;amp; more", "Error <500> &amp; more")]
    [InlineData("<script>alert(1)</script>before<STYLE>p{}</style> after", "before after")]
    [InlineData("before<script>alert(1)", "before")]
    [InlineData("<ul><li>one</li><li>two</li></ul>", "- one\n- two")]
    [InlineData("see <a href=\"https://grafana.example.com/d/1?a=1&amp;b=2\" title=\"x\">the graph</a>.", "see the graph (https://grafana.example.com/d/1?a=1&b=2).")]
    [InlineData("<a href=\"https://example.com/\">https://example.com</a>", "https://example.com")]
    [InlineData("<a href=\"javascript:alert(1)\">press</a>", "press")]
    [InlineData("<emoji id=\"smile\" alt=\"🙂\" title=\"Smile\"></emoji> <img alt=\"a graph\" src=\"https://x\"> <img src=\"https://x\">", "🙂 a graph [image]")]
    [InlineData("<attachment id=\"1\"></attachment>", "")]
    [InlineData("5 < 6 and 7 > 6", "5 < 6 and 7 > 6")]
    [InlineData("a <b title=\"x > y\">bold</b> word", "a bold word")]
    [InlineData("<!-- not this --> this", "this")]
    [InlineData("this <b class=", "this")]
    [InlineData("<pre>one\n  two</pre>", "one two")]
    [InlineData(null, "")]
    public void A_message_is_read_as_its_reader_saw_it(string? html, string plain) => TeamsText.Read(html, 2_000).ShouldBe(plain);

    [Fact]
    public void What_is_too_long_is_cut_and_what_turns_the_direction_of_reading_is_shown()
    {
        TeamsText.Read($"<p>{new string('x', 90_000)}</p>", 20).ShouldBe(new string('x', 19) + "…");
        TeamsText.Read("a\u202Eb\u0007c", 50).ShouldBe("a[U+202E]bc");
    }

    [Fact]
    public void Nothing_that_is_written_makes_it_fail_or_longer_than_it_may_be()
    {
        string[] parts = ["<", ">", "</", "a", "script", "<at id=\"", "\"", "'", " href=", "&lt;", "&#x41;", "&", "<!--", "-->", "<a href=\"http://x\">", "</a>", "\n", " ", "é", "\uD83D"];
        var random = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            var html = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => parts[random.Next(parts.Length)]));
            var plain = TeamsText.Read(html, 40);
            plain.Length.ShouldBeLessThanOrEqualTo(40, html);
            plain.ShouldNotContain("\n\n", Case.Sensitive, html);
            plain.ShouldNotContain("  ", Case.Sensitive, html);
        }
    }

    [Fact]
    public void A_long_message_of_tags_that_never_end_is_read_in_no_time()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (var part in (string[])["<", "<a href=\"x\">", "<!--", "<b '", "</a>", "<script"]) TeamsText.Read(string.Concat(Enumerable.Repeat(part, 60_000 / part.Length)), 100);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }
}
