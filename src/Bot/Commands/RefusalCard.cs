using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Says no: why, and what would change it.</summary>
internal static class RefusalCard
{
    public static Card Of(Refusal refusal) => new(refusal.Why, Tone.Warning, null, refusal.Next is null ? refusal.Why : $"{refusal.Why} {refusal.Next}")
    {
        Next = refusal.Next,
        Footer = refusal.Code,
    };
}

/// <summary>Says what was not understood, and offers what may have been meant.</summary>
internal static class MisheardCard
{
    public static Card Of(Heard.Misheard misheard) => RefusalCard.Of(misheard.Refusal) with
    {
        Buttons = [.. misheard.Corrections.Where(text => text.Length < 500).Select((text, at) => new Button(text, at == 0 ? ButtonStyle.Primary : ButtonStyle.Plain, CardAction.Say(text)))],
    };
}
