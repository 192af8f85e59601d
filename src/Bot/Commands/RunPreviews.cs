using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What a link to a run's page shows where it is shared: how the run stands, and nothing to press.</summary>
internal sealed class RunPreviews(RunEngine engine, BotAddress address)
{
    public async Task<Card?> OfAsync(Uri link, CancellationToken cancellationToken)
    {
        if (address.Public is not { } pages || !pages.IsBaseOf(link) || !RunId.TryParse(pages.MakeRelativeUri(link).OriginalString.Split('?', '#')[0] is var path && path.StartsWith("runs/", StringComparison.Ordinal) ? path["runs/".Length..] : "", out var id)) return null;
        if (await engine.FindAsync(id, cancellationToken) is not { } run) return null;
        var card = RunCard.Of(run, engine.Now, null);
        return new Card(card.Title, card.Tone, card.State, card.Fallback) { Facts = card.Facts, Footer = $"Run {run.Id}, as it stood at {engine.Now.UtcDateTime:yyyy-MM-dd HH:mm} UTC" };
    }
}
