using System.Text.Json.Nodes;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

/// <summary>The judge is judged: a stand-in that takes everything would prove nothing.</summary>
public sealed class BlockKitTests
{
    [Theory]
    [InlineData("""{"type":"divider"}""", null)]
    [InlineData("""{"type":"header","text":{"type":"plain_text","text":"Hi"}}""", null)]
    [InlineData("""{"type":"header","text":{"type":"mrkdwn","text":"Hi"}}""", "plain_text")]
    [InlineData("""{"type":"header","text":{"type":"plain_text","text":"$151"}}""", "less than 151")]
    [InlineData("""{"type":"section"}""", "text or fields")]
    [InlineData("""{"type":"section","text":{"type":"plain_text","text":""}}""", "more than 0")]
    [InlineData("""{"type":"section","text":{"type":"plain_text","text":"$3001"}}""", "less than 3001")]
    [InlineData("""{"type":"section","text":{"type":"plain_text","text":"x"},"colour":"red"}""", "colour")]
    [InlineData("""{"type":"marquee"}""", "unsupported type")]
    [InlineData("""{"type":"actions","elements":[]}""", "1 to 25")]
    [InlineData("""{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"A"}},{"type":"button","action_id":"a","text":{"type":"plain_text","text":"B"}}]}""", "not unique")]
    [InlineData("""{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"$76"}}]}""", "less than 76")]
    [InlineData("""{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"A"},"value":"$2001"}]}""", "value")]
    [InlineData("""{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"A"},"style":"huge"}]}""", "style")]
    [InlineData("""{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"A"},"confirm":{"title":{"type":"plain_text","text":"T"}}}]}""", "confirm/deny")]
    [InlineData("""{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":""}]}]}""", "more than 0")]
    [InlineData("""{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"nowhere"}]}]}""", "invalid url")]
    [InlineData("""{"type":"section","text":{"type":"plain_text","text":"x"},"accessory":{"type":"checkboxes","action_id":"a","options":[{"text":{"type":"plain_text","text":"x"},"value":"$76"}]}}""", "1 to 75")]
    public void What_breaks_a_published_limit_is_refused(string block, string? fault)
    {
        var at = block.IndexOf('$', StringComparison.Ordinal);
        if (at > 0)
        {
            var digits = new string([.. block[(at + 1)..].TakeWhile(char.IsAsciiDigit)]);
            block = block.Replace("$" + digits, new string('x', int.Parse(digits)), StringComparison.Ordinal);
        }

        var faults = string.Join('\n', BlockKit.FaultsOf(new JsonArray(JsonNode.Parse(block))));
        if (fault is null) faults.ShouldBeEmpty();
        else faults.ShouldContain(fault);
    }

    [Fact]
    public void Fifty_blocks_are_the_most() =>
        BlockKit.FaultsOf(new JsonArray([.. Enumerable.Range(0, 51).Select(_ => JsonNode.Parse("""{"type":"divider"}"""))])).ShouldHaveSingleItem();
}
