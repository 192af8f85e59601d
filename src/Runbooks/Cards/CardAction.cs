using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>What a click means, in a form that every surface can carry and hand back.</summary>
/// <remarks>It comes back from outside: it says what was clicked, never what the person may do.</remarks>
/// <param name="Verb">What is wanted: <c>tick</c>, <c>untick</c>, <c>approve</c>, <c>reject</c>, <c>pause</c>, …, or <c>say</c>.</param>
/// <param name="Run">The run it is about; null for <c>say</c>.</param>
/// <param name="Step">The step that was shown, so that a late click can't hit another one.</param>
/// <param name="Argument">By verb: an item's number, the hash of the plan that was shown, the command to say.</param>
[JsonConverter(typeof(CardActionConverter))]
public sealed record CardAction(string Verb, RunId? Run, StepId? Step, string? Argument)
{
    /// <summary>Says a command as if it had been typed: the button of a corrected command.</summary>
    public static CardAction Say(string command) => new("say", null, null, command);

    /// <summary>As one line, for a button's value: at most a few hundred characters.</summary>
    public override string ToString() => $"{Verb}|{Run?.ToString()}|{Step?.ToString()}|{Argument}";

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else, or anything longer than 1,000 characters.</summary>
    public static CardAction? Parse(string? text)
    {
        if (text is null or { Length: > 1000 }) return null;
        var parts = text.Split('|', 4);
        if (parts.Length != 4 || parts[0].Length == 0) return null;
        RunId? run = null;
        if (parts[1].Length > 0)
        {
            if (!RunId.TryParse(parts[1], out var id)) return null;
            run = id;
        }

        return new CardAction(
            parts[0], run, parts[2].Length > 0 ? new StepId(parts[2]) : null, parts[3].Length > 0 ? parts[3] : null);
    }
}

public sealed class CardActionConverter() : WordConverter<CardAction>(
    text => CardAction.Parse(text) ?? throw new System.Text.Json.JsonException("This is not an action of a card."), action => action.ToString());
