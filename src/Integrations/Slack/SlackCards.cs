using System.Text.Json.Nodes;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Integrations.Slack;

/// <summary>A message as Slack takes it.</summary>
/// <param name="Text">For notifications, screen readers and wherever blocks can't be shown; never empty.</param>
public sealed record SlackMessage(string Text, JsonArray Blocks);

/// <summary>Draws a card as Slack's blocks, within Slack's limits whatever the card says. Pure.</summary>
public static class SlackCards
{
    /// <summary>How the action id begins of a button that asks for a reason before it acts.</summary>
    public const string AskPrefix = "ask.";

    public static SlackMessage Render(Card card) => new(FallbackOf(card), new SlackPage(card).Blocks());

    /// <summary>One word and its mark; the mark never stands alone.</summary>
    internal static string MarkOf(Tone tone) => tone switch
    {
        Tone.Waiting => "⏳",
        Tone.Active => "🔵",
        Tone.Good => "✅",
        Tone.Warning => "⚠️",
        Tone.Bad => "❌",
        Tone.Muted => "➖",
        _ => "▫️",
    };

    private static string FallbackOf(Card card)
    {
        // chat.update refuses more than 4,000 characters.
        var text = SlackText.Escape(card.Fallback, 3600);
        if (string.IsNullOrWhiteSpace(text)) text = SlackText.Escape(card.Title, 3600);
        return string.IsNullOrWhiteSpace(text) ? "There is news from the deployment bot." : text;
    }
}
