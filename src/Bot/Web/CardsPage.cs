using System.Text.Json;
using ChatOps.Integrations.Slack;
using ChatOps.Integrations.Teams;

namespace ChatOps.Bot.Web;

/// <summary>Every state of a card, drawn as a surface draws it: for those who change how cards look. On this machine only, and nothing on it does anything.</summary>
internal static class CardsPage
{
    private static readonly (string Surface, string Name)[] Surfaces = [("console", "Console"), ("slack", "Slack"), ("teams", "Teams")];

    public static void MapCards(this IEndpointRouteBuilder console) => console.MapGet("/cards", async (HttpContext http, Viewers viewers, string? surface) =>
        LoopbackOnly.IsLocal(http)
            ? PageResults.Page(Of(await viewers.OfAsync(http), Surfaces.Any(one => one.Surface == surface) ? surface! : "console"))
            : PageResults.Page(PlainPages.Sorry(await viewers.OfAsync(http), "There is no such page", "It is shown on the bot's own machine only."), StatusCodes.Status404NotFound));

    public static Html Of(Viewer viewer, string surface) => Layout.Of("Cards", null, viewer, null, Html.Of($"""
        <h1>Cards</h1><nav class="surfaces" aria-label="Surfaces">{Surfaces.Select(one => Html.Of($"""<a href="/cards?surface={one.Surface}"{Html.If(one.Surface == surface, () => new Html(" aria-current=\"page\""))}>{one.Name}</a>"""))}</nav>
        <div class="gallery">{CardStates.All.Select(state => Html.Of($"""<section data-state="{state.Name}" aria-labelledby="state-{state.Name}"><h2 id="state-{state.Name}" class="quiet">{state.Name}</h2>{Drawn(viewer, state, surface)}</section>"""))}</div>
        """));

    private static Html Drawn(Viewer viewer, CardState state, string surface) => surface switch
    {
        "slack" => BlockKitHtml.Of(SlackCards.Render(state.Card).Blocks),

        // Only Teams' own renderer draws these; the script that makes the gallery reads them from here.
        "teams" => Html.Of($"""<pre class="adaptive" tabindex="0" role="region" aria-label="Adaptive Card of {state.Name}">{TeamsCards.Render(state.Card, TeamsView.All).Card.ToJsonString(Indented)}</pre>"""),

        // Without the viewer's token its buttons are refused.
        _ => CardHtml.Of(state.Card, new Showing($"card-{state.Name}", state.Name, viewer.Now) { Token = null, Heading = 3 }),
    };

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver() };
}
