using ChatOps.Bot.Cli;
using ChatOps.Bot.Tests.Web;
using ChatOps.Bot.Web;
using ChatOps.Integrations.Slack;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Cards;
using ChatOps.Testing.Slack;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Teams;

/// <summary>Every state of a card on every surface: within its limits, with a text for where it can't be drawn, saying the same and in the same order.</summary>
public sealed class EverySurfaceTests
{
    /// <summary>A surface draws a card and says what a reader finds in it.</summary>
    private static readonly Dictionary<string, Func<Card, string>> Surfaces = new()
    {
        ["slack"] = card =>
        {
            var drawn = SlackCards.Render(card);
            BlockKit.FaultsOf(drawn.Blocks).ShouldBeEmpty();
            drawn.Text.ShouldNotBeNullOrWhiteSpace();
            return BlockKit.TextOf(drawn.Blocks);
        },
        ["teams"] = card =>
        {
            var drawn = TeamsCards.Render(card, TeamsView.All);
            AdaptiveCards.FaultsOf(drawn.Card).ShouldBeEmpty();
            drawn.Summary.ShouldNotBeNullOrWhiteSpace();
            return AdaptiveCards.TextOf(drawn.Card);
        },
        ["web"] = card => System.Net.WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Replace(CardHtml.Of(card, Samples.At()).Markup, "<[^>]*>", "\n")),
        ["terminal"] = card => TerminalCards.Render(card, 100, colours: false),
    };

    public static TheoryData<string, int> EveryCard()
    {
        var data = new TheoryData<string, int>();
        foreach (var surface in Surfaces.Keys)
            for (var at = 0; at < Samples.All.Length; at++) data.Add(surface, at);
        return data;
    }

    [Theory]
    [MemberData(nameof(EveryCard))]
    public void Every_card_is_drawn_within_the_limits_of_every_surface(string surface, int at) => Surfaces[surface](Samples.All[at]).ShouldNotBeNullOrWhiteSpace();

    [Theory]
    [InlineData("slack")]
    [InlineData("teams")]
    [InlineData("web")]
    [InlineData("terminal")]
    public void What_matters_is_said_in_words_on_every_surface_and_what_it_is_comes_first(string surface)
    {
        foreach (var card in new[] { Samples.Checklist, Samples.Approval, Samples.Rolling, Samples.Deciding, Samples.Queued, Samples.Succeeded, Samples.Failed, Samples.RolledBack, Samples.Cancelled })
        {
            var says = Surfaces[surface](card);
            says.ShouldContain(card.Title);
            says.ShouldContain(card.State!, Case.Insensitive);
            foreach (var fact in card.Facts) says.ShouldContain(fact.Value);
            if (card.Next is { } next) says.ShouldContain(next);
            foreach (var step in card.Body.OfType<CardBlock.Steps>().SelectMany(block => block.Lines)) says.ShouldContain(step.Title);
            says.IndexOf(card.Title, StringComparison.Ordinal).ShouldBeLessThan(says.IndexOf(card.Facts[0].Value, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("slack")]
    [InlineData("teams")]
    public void What_would_turn_the_direction_of_text_is_shown_by_its_number(string surface)
    {
        var says = Surfaces[surface](Samples.Filled(Samples.Hostile));
        says.ShouldContain("[U+202E]");
        says.ShouldNotContain("\u202E");
    }
}
