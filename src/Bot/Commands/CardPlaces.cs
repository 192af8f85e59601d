using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Bot.Commands;

/// <summary>Where the card of a run that somebody begins is shown.</summary>
internal sealed class CardPlaces(Chats chats, IncidentEngine incidents)
{
    /// <summary>As <c>surface:channel</c>; first what whoever asks can see.</summary>
    public async Task<ImmutableArray<string>> OfAsync(Speaker speaker, Service service, CancellationToken cancellationToken)
    {
        var places = new List<Place>();
        if (service.Channel is { } channel) places.Add(new Place("slack", channel));
        if (service.Teams is { } teams) places.Add(new Place("teams", teams));

        // Where it was said too, unless the service has its own place there; and first what those who speak can see. Another workspace of Slack is another place.
        if (speaker.Place is { } said && !await IsShownAsync(places, said, cancellationToken)) places.Add(said);

        // And where people talk about what is wrong with it.
        places.AddRange((await incidents.RoomsAboutAsync(service.Name, cancellationToken)).Select(Book.PlaceOf).OfType<Place>());
        return [.. places.Distinct().Where(place => chats.For(place.Surface) is not null).OrderBy(place => place.Surface == speaker.Place?.Surface ? 0 : 1).Select(place => place.ToString())];
    }

    private async Task<bool> IsShownAsync(IEnumerable<Place> places, Place said, CancellationToken cancellationToken)
    {
        foreach (var place in places.Where(place => place.Surface == said.Surface))
        {
            if (chats.For(said.Surface) is not { } chat || await chat.AreTogetherAsync(place, said, cancellationToken)) return true;
        }

        return false;
    }
}
